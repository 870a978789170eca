import pytest
import torch
from network_checks import assert_every_weight_learns, overfit, parameters
from torch import Tensor, nn

from trainer.networks.bisenet import STRIDE, BiSeNet, ChannelAttention, FeatureFusion, build
from trainer.networks.layers import resized

OTHERS = ("xception39", "xception")  # test_every_network.py learns with the default
BACKBONES = ("resnet18", *OTHERS)


def on_meta(num_classes: int, backbone: str) -> BiSeNet:
    with torch.device("meta"):
        return build(num_classes, backbone=backbone)


@pytest.mark.parametrize(
    ("backbone", "num_classes", "training", "inference"),
    [
        ("resnet18", 19, 13_425_721, 13_275_539),
        ("resnet18", 34, 13_431_526, 13_279_394),
        ("xception39", 19, 1_842_289, 1_541_963),
        # The auxiliary heads are ours; without them it is the corrected tutorial's network.
        ("xception", 34, 29_226_948, 27_452_800),
    ],
)
def test_it_has_the_published_numbers_of_weights(
    backbone: str, num_classes: int, training: int, inference: int
) -> None:
    network = on_meta(num_classes, backbone)
    assert parameters(network) == training
    assert parameters(network, inference=True) == inference


@pytest.mark.parametrize("backbone", BACKBONES)
def test_training_gives_three_maps_as_large_as_the_image_and_evaluation_one(
    backbone: str,
) -> None:
    network = on_meta(5, backbone)
    for size in ((375, 501), (33, 65)):
        image = torch.empty(2, 3, *size, device="meta")
        assert [logits.shape for logits in network.train()(image)] == [(2, 5, *size)] * 3
        assert network.eval()(image).shape == (2, 5, *size)


@pytest.mark.parametrize("backbone", OTHERS)
def test_every_weight_learns(backbone: str) -> None:
    torch.manual_seed(0)
    assert_every_weight_learns(build(4, backbone=backbone))


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_batch_of_one_trains(backbone: str) -> None:
    network = build(2, backbone=backbone).train()
    loss = sum(logits.sum() for logits in network(torch.randn(1, 3, 64, 64)))
    assert loss.isfinite()


@torch.no_grad()
def test_attention_averages_over_the_image_and_not_over_channels() -> None:
    # The tutorial's averages over channels and then over columns: one weight for every row.
    torch.manual_seed(0)
    attention = ChannelAttention(6).eval()
    features = torch.rand(2, 6, 5, 7) + 0.5
    weights = attention(features) / features
    torch.testing.assert_close(weights, weights[:, :, :1, :1].expand_as(weights))
    assert weights[0, :, 0, 0].unique().numel() == 6
    shuffled = features.flatten(2)[:, :, torch.randperm(35)].view_as(features)
    torch.testing.assert_close(
        attention(shuffled)[:, :, :1, :1] / shuffled[:, :, :1, :1], weights[:, :, :1, :1]
    )


@torch.no_grad()
def test_fusion_weighs_channels_by_their_average_over_the_image() -> None:
    weigh = nn.Sequential(nn.Conv2d(4, 4, 1), nn.Sigmoid())
    fusion = FeatureFusion(nn.Identity(), weigh)
    spatial, context = torch.rand(2, 1, 5, 7), torch.rand(2, 3, 5, 7)
    merged = torch.cat([spatial, context], dim=1)
    weights = weigh(merged.mean(dim=(2, 3), keepdim=True))
    torch.testing.assert_close(fusion(spatial, context), merged * (1 + weights))


class _Constant(nn.Module):
    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def forward(self, features: Tensor) -> Tensor:
        return torch.full_like(features[:, :1], self.value)


@pytest.mark.parametrize("value", [0.0, 2.0])
@torch.no_grad()
def test_the_tail_is_added(value: float) -> None:
    path = build(2, backbone="xception39").context_path.eval()
    path.tail = _Constant(value)
    level16, level32 = torch.randn(1, 128, 6, 4), torch.randn(1, 256, 3, 2)
    found = path(level16, level32, torch.empty(1, 1, 12, 8))
    wanted = path.smooth32(resized(path.refine32(level32) + value, like=level16))
    torch.testing.assert_close(found.from32, wanted)


@torch.no_grad()
def test_the_tail_of_the_wide_path_is_added() -> None:
    path = build(2, backbone="xception").context_path.eval()
    path.refine32 = nn.Identity()
    level32 = torch.randn(1, 2048, 3, 2)
    found = path(torch.randn(1, 1024, 6, 4), level32, torch.empty(1, 1, 12, 8))
    torch.testing.assert_close(found.from32, level32 + level32.mean(dim=(2, 3), keepdim=True))
    assert found.merged.shape == (1, 3072, 12, 8)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("backbone", OTHERS)
def test_it_learns_four_images_by_heart(backbone: str) -> None:
    torch.manual_seed(0)
    assert overfit(build(2, backbone=backbone), STRIDE) > 0.95
