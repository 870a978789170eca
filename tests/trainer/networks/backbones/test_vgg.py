import pytest
import torch
import torch.nn.functional as F
from network_checks import norm_statistics, parameters

from trainer.networks.backbones.vgg import VGG, VGGName


@pytest.mark.parametrize(
    ("name", "count", "last"),
    [
        ("vgg16", 14_714_688, 28),
        ("vgg16-bn", 14_723_136, 40),
        ("vgg19", 20_024_384, 34),
        ("vgg19-bn", 20_035_392, 49),
    ],
)
def test_weights_are_as_many_as_torchvisions_and_have_their_names(
    name: VGGName, count: int, last: int
) -> None:
    with torch.device("meta"):
        network = VGG(name)

    names = list(network.state_dict())

    assert parameters(network) == count
    assert names[0] == "features.0.weight"
    assert network.get_parameter(f"features.{last}.weight").shape == (512, 512, 3, 3)
    assert network.features[last + (2 if "bn" in name else 1)].__class__ is torch.nn.ReLU
    assert all(name.startswith("features.") for name in names)
    if name == "vgg16":  # as listed in the file
        places = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
        assert names == [f"features.{i}.{kind}" for i in places for kind in ("weight", "bias")]
        # With the classifier it is the network of the paper.
        assert count + 25_088 * 4096 + 4096 * 4096 + 4096 * 1000 + 9192 == 138_357_544
    assert norm_statistics(network) == (2 * sum(_widths(network)) if "bn" in name else 0)


def _widths(network: VGG) -> list[int]:
    return [layer.num_features for layer in network.features if hasattr(layer, "num_features")]


def test_stages_have_strides_2_to_32() -> None:
    with torch.device("meta"):
        stages = VGG("vgg16")(torch.empty(1, 3, 64, 96))

    assert [stage.pooled.shape[1:] for stage in stages] == [
        (64, 32, 48),
        (128, 16, 24),
        (256, 8, 12),
        (512, 4, 6),
        (512, 2, 3),
    ]
    assert [stage.features.shape[2] for stage in stages] == [64, 32, 16, 8, 4]
    assert all(stage.indices is None for stage in stages)


def test_stored_indices_take_the_largest_features_back_to_where_they_were() -> None:
    torch.manual_seed(0)
    network = VGG("vgg16", ceil_mode=True, store_indices=True).eval()

    with torch.no_grad():
        stage = network(torch.randn(2, 3, 19, 22))[0]

    assert stage.indices is not None
    size = list(stage.features.shape[-2:])
    unpooled = F.max_unpool2d(stage.pooled, stage.indices, (2, 2), output_size=size)
    kept = unpooled != 0
    assert torch.equal(unpooled[kept], stage.features[kept])
    again = F.max_pool2d(unpooled, 2, ceil_mode=True)
    assert torch.equal(again, stage.pooled)
    assert kept.sum() == stage.pooled.count_nonzero()
