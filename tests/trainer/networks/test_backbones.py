from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch
from network_checks import norm_statistics, parameters
from torch import Tensor, nn

from trainer.errors import RecipeError
from trainer.networks.backbones.mobilenet_v2 import MobileNetV2
from trainer.networks.backbones.resnet18 import ResNet18
from trainer.networks.backbones.xception import Xception
from trainer.networks.backbones.xception39 import Xception39
from trainer.networks.backbones.xception65 import Xception65
from trainer.networks.bisenet import build as build_bisenet
from trainer.networks.deeplab import build_v3, build_v3_plus
from trainer.networks.layers import PooledBatchNorm2d, make_divisible
from trainer.networks.weights import PUBLISHED, load_published


def on_meta(build: Callable[[], nn.Module]) -> nn.Module:
    with torch.device("meta"):
        return build()


@pytest.mark.parametrize(
    ("build", "count"),
    [
        (ResNet18, 11_176_512),
        (lambda: ResNet18(num_classes=1000), 11_689_512),
        (MobileNetV2, 1_811_712),
        (lambda: MobileNetV2(output_stride=8), 1_811_712),
        (lambda: MobileNetV2(num_classes=1000), 3_504_872),
        (lambda: MobileNetV2(num_classes=1000).features, 2_223_872),
        (Xception39, 299_448),
        (Xception, 20_806_952),
        (Xception65, 37_867_312),
        (lambda: Xception65(depth=41), 24_920_560),
        (lambda: Xception65(depth=71), 40_289_736),
    ],
)
def test_backbones_have_the_published_numbers_of_weights(
    build: Callable[[], nn.Module], count: int
) -> None:
    assert parameters(on_meta(build)) == count


@pytest.mark.parametrize(
    ("build", "count"),
    [
        (Xception, 20_861_480),
        (lambda: Xception(num_classes=1000), 22_910_480),
        (lambda: MobileNetV2(num_classes=1000), 3_538_984),
    ],
)
def test_keras_counts_the_statistics_of_batch_norm_too(
    build: Callable[[], nn.Module], count: int
) -> None:
    network = on_meta(build)
    assert parameters(network) + norm_statistics(network) == count


@pytest.mark.parametrize(
    ("build", "shapes"),
    [
        (ResNet18, [(64, 4), (128, 8), (256, 16), (512, 32)]),
        (Xception39, [(64, 8), (128, 16), (256, 32)]),
        (Xception, [(1024, 16), (2048, 32)]),
        (MobileNetV2, [(24, 4), (320, 32)]),
        (lambda: MobileNetV2(output_stride=16), [(24, 4), (320, 16)]),
        (lambda: MobileNetV2(output_stride=8), [(24, 4), (320, 8)]),
        (lambda: MobileNetV2(alpha=0.5, output_stride=8), [(16, 4), (160, 8)]),
        (Xception65, [(256, 4), (2048, 16)]),
        (lambda: Xception65(output_stride=8), [(256, 4), (2048, 8)]),
        (lambda: Xception65(output_stride=8, depth=71), [(256, 4), (2048, 8)]),
    ],
)
def test_a_level_has_one_pixel_for_every_stride_of_the_image(
    build: Callable[[], nn.Module], shapes: list[tuple[int, int]]
) -> None:
    network = on_meta(build).eval()
    for height, width in ((375, 501), (1, 1)):
        levels = network(torch.empty(1, 3, height, width, device="meta"))
        assert [tuple(level.shape[1:]) for level in levels] == [
            (channels, -(-height // stride), -(-width // stride)) for channels, stride in shapes
        ]
    assert network.out_channels == tuple(channels for channels, _ in shapes)


@pytest.mark.parametrize(
    ("build", "coarse", "fine"),
    [(MobileNetV2, 32, 16), (MobileNetV2, 32, 8), (Xception65, 16, 8)],
)
@torch.no_grad()
def test_dilation_gives_between_the_pixels_what_striding_gives_at_them(
    build: Callable[..., nn.Module], coarse: int, fine: int
) -> None:
    torch.manual_seed(0)
    strided = build(output_stride=coarse).double().eval()
    dilated = build(output_stride=fine).double().eval()
    dilated.load_state_dict(strided.state_dict())
    image = torch.randn(1, 3, 35, 69, dtype=torch.float64)
    wanted, found = strided(image)[-1], dilated(image)[-1]
    step = coarse // fine
    assert found.shape[-1] > wanted.shape[-1]
    torch.testing.assert_close(found[:, :, ::step, ::step], wanted)


def test_resnet_has_the_names_of_torchvision() -> None:
    names = on_meta(lambda: ResNet18(num_classes=1000)).state_dict()
    assert len(names) == 122
    assert {
        "conv1.weight",
        "bn1.running_mean",
        "layer1.0.conv1.weight",
        "layer2.0.downsample.0.weight",
        "layer2.0.downsample.1.running_var",
        "layer4.1.bn2.num_batches_tracked",
        "fc.bias",
    } <= names.keys()
    assert not any(name.startswith("layer1.0.downsample") for name in names)


def test_mobilenet_has_the_names_of_torchvision() -> None:
    names = on_meta(lambda: MobileNetV2(num_classes=1000)).state_dict()
    assert len(names) == 314
    assert {
        "features.0.0.weight",
        "features.0.1.running_mean",
        "features.1.conv.0.0.weight",
        "features.1.conv.1.weight",
        "features.1.conv.2.bias",
        "features.17.conv.3.weight",
        "features.18.0.weight",
        "classifier.1.weight",
    } <= names.keys()
    assert names["features.2.conv.1.0.weight"].shape == (96, 1, 3, 3)


@pytest.mark.parametrize(
    ("build", "network", "name"),
    [
        (ResNet18, build_bisenet, "resnet18"),
        (MobileNetV2, build_v3, "mobilenet-v2"),
        (MobileNetV2, partial(build_v3_plus, output_stride=8), "mobilenet-v2"),
    ],
)
def test_the_weights_of_a_classifier_fill_the_backbone_of_a_network(
    build: Callable[..., nn.Module], network: Callable[..., nn.Module], name: str, tmp_path: Path
) -> None:
    classifier = build(num_classes=10)
    path = tmp_path / "weights.pth"
    torch.save(classifier.state_dict(), path)
    filled = network(2, backbone=name)
    load_published(filled, PUBLISHED[name], path)
    given = classifier.state_dict()
    for key, value in filled.backbone.state_dict().items():
        assert torch.equal(value, given[key]), key


@pytest.mark.parametrize("build", [ResNet18, MobileNetV2, Xception])
def test_classifiers_give_one_logit_per_class(build: Callable[..., nn.Module]) -> None:
    network = on_meta(lambda: build(num_classes=10)).eval()
    logits: Tensor = network.classify(torch.empty(2, 3, 65, 97, device="meta"))
    assert logits.shape == (2, 10)


@pytest.mark.parametrize("build", [ResNet18, MobileNetV2, Xception39, Xception, Xception65])
def test_images_may_have_other_numbers_of_channels(build: Callable[..., nn.Module]) -> None:
    network = on_meta(lambda: build(5)).eval()
    assert network(torch.empty(1, 5, 64, 64, device="meta"))[-1].shape[0] == 1


@pytest.mark.parametrize(
    "build",
    [
        lambda: MobileNetV2(output_stride=4),
        lambda: MobileNetV2(alpha=0),
        lambda: MobileNetV2(alpha=float("nan")),
        lambda: Xception65(output_stride=32),
        lambda: Xception65(depth=39),
    ],
)
def test_what_does_not_exist_is_refused(build: Callable[[], nn.Module]) -> None:
    with pytest.raises(RecipeError):
        on_meta(build)


@pytest.mark.parametrize(
    ("channels", "rounded"), [(32, 32), (24 * 0.5, 16), (24 * 0.35, 8), (1, 8), (18, 24), (20, 24)]
)
def test_widths_are_multiples_of_eight(channels: float, rounded: int) -> None:
    assert make_divisible(channels) == rounded


def test_one_pooled_image_is_normalised_by_the_running_statistics() -> None:
    norm = PooledBatchNorm2d(3)
    norm.running_mean.copy_(torch.tensor([1.0, 2.0, 3.0]))
    image = torch.tensor([3.0, 3.0, 3.0]).view(1, 3, 1, 1)
    found = norm(image).flatten()
    torch.testing.assert_close(found, torch.tensor([2.0, 1.0, 0.0]), rtol=1e-4, atol=1e-4)
    assert norm.running_mean.tolist() == [1, 2, 3]
    assert norm.num_batches_tracked == 0


def test_two_pooled_images_are_normalised_as_ever() -> None:
    torch.manual_seed(0)
    ours, theirs = PooledBatchNorm2d(3), nn.BatchNorm2d(3)
    images = torch.randn(2, 3, 1, 1)
    assert torch.equal(ours(images), theirs(images))
    assert torch.equal(ours.running_var, theirs.running_var)
