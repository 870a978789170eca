import torch
from network_checks import norm_statistics, parameters

from trainer.networks.backbones.mobilenet_v1 import MobileNetV1


def test_weights_are_as_many_as_in_keras() -> None:
    with torch.device("meta"):
        network = MobileNetV1()

    assert parameters(network) == 3_206_976
    assert parameters(network) + norm_statistics(network) == 3_228_864
    # With the classifier it is the network of the paper.
    assert parameters(network) + norm_statistics(network) + 1024 * 1000 + 1000 == 4_253_864


def test_stages_have_strides_2_to_32() -> None:
    with torch.device("meta"):
        features = MobileNetV1()(torch.empty(1, 3, 64, 96))

    assert [tuple(stage.shape[1:]) for stage in features] == [
        (64, 32, 48),
        (128, 16, 24),
        (256, 8, 12),
        (512, 4, 6),
        (1024, 2, 3),
    ]


def test_stages_that_nobody_uses_are_left_out() -> None:
    with torch.device("meta"):
        network = MobileNetV1(num_stages=4)
        features = network(torch.empty(1, 3, 64, 64))

    assert len(features) == len(network.out_channels) == 4
    assert parameters(network) == 1_613_120
