from collections.abc import Callable

import pytest
import torch
from network_checks import (
    assert_every_weight_learns,
    norm_statistics,
    overfit,
    parameters,
)
from torch import Tensor, nn

from trainer.errors import RecipeError
from trainer.networks.deeplab import STRIDE, AtrousPyramid, build_v3, build_v3_plus

BUILDERS = (build_v3, build_v3_plus)
BACKBONES = ("mobilenet-v2", "xception65")
Build = Callable[..., nn.Module]


def on_meta(build: Build, num_classes: int, **options: object) -> nn.Module:
    with torch.device("meta"):
        return build(num_classes, **options)


@pytest.mark.parametrize(
    ("num_classes", "options", "count"),
    [
        (21, {}, 2_719_813),
        (2, {}, 2_714_930),
        (21, {"output_stride": 8}, 2_719_813),
        (21, {"separable": False}, 5_225_717),
        (21, {"backbone": "xception65"}, 41_055_413),
    ],
)
def test_v3_plus_has_the_published_numbers_of_weights(
    num_classes: int, options: dict[str, object], count: int
) -> None:
    assert parameters(on_meta(build_v3_plus, num_classes, **options)) == count


def test_v3_plus_on_xception_has_keras_number_of_weights_and_statistics() -> None:
    network = on_meta(build_v3_plus, 21, backbone="xception65")
    assert parameters(network) + norm_statistics(network) == 41_258_213


def test_v3_has_the_weights_of_its_parts() -> None:
    # 320 channels to five branches of 256, the merging, one convolution, the logits.
    branches = 2 * 320 * 256 + 3 * 9 * 320 * 256 + 5 * 2 * 256
    after = 5 * 256 * 256 + 2 * 256 + 9 * 256 * 256 + 2 * 256 + 256 * 21 + 21
    assert parameters(on_meta(build_v3, 21)) == 1_811_712 + branches + after


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("options", [{}, {"output_stride": 8}, {"backbone": "xception65"}])
def test_logits_are_as_large_as_the_image(build: Build, options: dict[str, object]) -> None:
    network = on_meta(build, 5, **options)
    for size in ((375, 501), (33, 65)):
        image = torch.empty(2, 3, *size, device="meta")
        for mode in (True, False):
            assert network.train(mode)(image).shape == (2, 5, *size)


@pytest.mark.parametrize(("build", "separable"), [(build_v3, True), (build_v3_plus, False)])
def test_every_weight_learns(build: Build, separable: bool) -> None:
    torch.manual_seed(0)
    network = build(4, separable=separable, output_stride=8)
    assert_every_weight_learns(network, height=32, width=64)


def test_every_weight_learns_on_xception() -> None:
    torch.manual_seed(0)
    network = build_v3_plus(4, backbone="xception65", output_stride=16)
    assert_every_weight_learns(network, height=64, width=64)


@pytest.mark.parametrize("build", BUILDERS)
def test_a_batch_of_one_trains(build: Build) -> None:
    assert build(2).train()(torch.randn(1, 3, 64, 64)).shape == (1, 2, 64, 64)


def pyramid_of(network: nn.Module) -> AtrousPyramid:
    return next(module for module in network.modules() if isinstance(module, AtrousPyramid))


def rates_of(pyramid: AtrousPyramid) -> list[int]:
    """Return the dilation of every branch with a 3x3 convolution."""
    return [
        module.dilation[0]
        for branch in pyramid.convs
        for module in branch.modules()
        if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3)
    ]


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("separable", [True, False])
@pytest.mark.parametrize(("output_stride", "rates"), [(16, [6, 12, 18]), (8, [12, 24, 36])])
def test_rates_follow_the_output_stride(
    build: Build, backbone: str, separable: bool, output_stride: int, rates: list[int]
) -> None:
    options = {"backbone": backbone, "output_stride": output_stride, "separable": separable}
    assert rates_of(pyramid_of(on_meta(build, 2, **options))) == rates


@torch.no_grad()
def test_branches_are_parallel() -> None:
    pyramid = AtrousPyramid(8, (1, 2, 3), separable=True).eval()
    seen: list[Tensor] = []
    for branch in pyramid.convs:
        branch.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    features = torch.rand(1, 8, 5, 7)
    merged = pyramid(features)
    assert len(seen) == 5
    assert all(x is features for x in seen)
    wanted = pyramid.project(torch.cat([branch(features) for branch in pyramid.convs], dim=1))
    torch.testing.assert_close(merged, wanted)


@torch.no_grad()
def test_image_pooling_is_the_same_at_every_pixel() -> None:
    torch.manual_seed(0)
    pooling = AtrousPyramid(8, (1, 2, 3), separable=False).eval().convs[4]
    pooled = pooling(torch.rand(2, 8, 5, 7))
    assert pooled.shape == (2, 256, 5, 7)
    assert torch.equal(pooled, pooled[:, :, :1, :1].expand_as(pooled))
    assert not torch.equal(pooled[0], pooled[1])


def test_v3_has_the_names_of_torchvision_after_the_backbone() -> None:
    names = on_meta(build_v3, 21).state_dict()
    assert {
        "backbone.features.0.0.weight",
        "classifier.0.convs.0.0.weight",
        "classifier.0.convs.3.1.running_mean",
        "classifier.0.convs.4.1.weight",
        "classifier.0.convs.4.2.weight",
        "classifier.0.project.0.weight",
        "classifier.1.weight",
        "classifier.2.bias",
        "classifier.4.bias",
    } <= names.keys()


def test_alpha_makes_mobilenet_slimmer_and_is_refused_elsewhere() -> None:
    assert parameters(on_meta(build_v3_plus, 2, alpha=0.5)) < 2_000_000
    with pytest.raises(RecipeError, match="xception65 has no alpha"):
        build_v3(2, backbone="xception65", alpha=0.5)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("build", "options"),
    [
        (build_v3_plus, {"output_stride": 8}),
        (build_v3_plus, {"backbone": "xception65"}),
        (build_v3, {"backbone": "xception65"}),
    ],
)
def test_it_learns_four_images_by_heart(build: Build, options: dict[str, object]) -> None:
    torch.manual_seed(0)
    assert overfit(build(2, **options), STRIDE) > 0.95
