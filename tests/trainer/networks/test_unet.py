import torch
from network_checks import parameters

from trainer.networks.unet import UNet


def test_without_batch_norm_it_has_the_weights_of_the_paper() -> None:
    with torch.device("meta"):
        network = UNet(2, in_channels=1, norm="none")

    assert parameters(network) == 31_030_658


def test_odd_sizes_are_kept_on_the_way_down_and_up() -> None:
    with torch.device("meta"):
        network = UNet(4).eval()

        for size in ((1, 1), (17, 33), (388, 571)):
            assert network(torch.empty(1, 3, *size)).shape == (1, 4, *size)
