"""Windows, mirror images and sizes: what is averaged, and what must not change."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trainer.errors import RecipeError
from trainer.inference import (
    InferenceSettings,
    class_index_of,
    importance,
    probabilities_of,
    window_starts,
    windowed_probabilities,
)
from trainer.networks.segmenter import Segmenter, decide
from trainer.networks.unet_mini import UNetMini

STRIDE = 4


class _Brightness(nn.Module):
    """Scores that hang on each pixel alone: class 1 is as likely as the pixel is bright."""

    def forward(self, pixels: Tensor) -> Tensor:
        bright = pixels[:, :1] / 64 - 2
        return torch.cat([-bright, bright], dim=1)


class _Place(nn.Module):
    """Scores that hang on the row and column in the image that the network gets."""

    def forward(self, pixels: Tensor) -> Tensor:
        height, width = pixels.shape[2:]
        rows = torch.arange(height)[:, None].expand(height, width) / 8
        columns = torch.arange(width).expand(height, width) / 8
        return torch.stack([rows, columns])[None].to(torch.float32)


def _segmenter(network: nn.Module) -> Segmenter:
    return Segmenter(network, STRIDE, [0.0] * 3, [1.0] * 3).eval()


@pytest.fixture(scope="module")
def unet() -> Segmenter:
    torch.manual_seed(0)
    network = UNetMini(3)
    nn.init.normal_(network.get_submodule("head").weight)  # type: ignore[arg-type]
    return Segmenter(network, STRIDE, [120.0] * 3, [60.0] * 3).eval()


@pytest.fixture(scope="module")
def image() -> Tensor:
    values = np.random.default_rng(0).integers(0, 256, (1, 37, 50, 3), np.uint8)
    return torch.from_numpy(values)


@pytest.mark.parametrize("window", [(37, 50), (64, 64), (1000, 52)])
def test_a_window_that_covers_the_image_changes_nothing(
    unet: Segmenter, image: Tensor, window: tuple[int, int]
) -> None:
    with torch.no_grad():
        once = torch.softmax(unet(image), dim=1)

    blended = probabilities_of(unet, image, InferenceSettings(window=window))

    assert torch.equal(blended, once)


def test_plain_inference_decides_as_the_exported_model(unet: Segmenter, image: Tensor) -> None:
    with torch.no_grad():
        expected = decide(unet(image))[0]

    assert torch.equal(class_index_of(unet, image, InferenceSettings()), expected)


@pytest.mark.parametrize(
    ("side", "window", "overlap"),
    [(512, 256, 0.5), (500, 256, 0.5), (257, 256, 0.0), (1000, 7, 0.9), (10, 1, 0.0), (9, 8, 0.99)],
)
def test_windows_cover_everything_and_overlap_enough(
    side: int, window: int, overlap: float
) -> None:
    starts = window_starts(side, window, overlap)

    assert starts[0] == 0
    assert starts[-1] == side - window
    steps = [after - before for before, after in pairwise(starts)]
    assert min(steps) > 0
    assert max(steps) <= math.ceil(max(window * (1 - overlap), 1))


def test_windows_at_half_overlap_are_those_of_nnu_net() -> None:
    assert window_starts(512, 256, 0.5) == [0, 128, 256]
    assert window_starts(600, 256, 0.5) == [0, 115, 229, 344]
    assert window_starts(200, 256, 0.5) == [0]


def test_importance_is_a_gaussian_of_an_eighth_of_the_side() -> None:
    weights = importance(65, 33)

    assert weights.shape == (65, 33)
    assert weights[32, 16] == weights.max() == 1
    assert weights[32 + 8, 16].item() == pytest.approx(math.exp(-0.5 * (8 / (65 / 8)) ** 2))
    assert weights[32, 16 - 4].item() == pytest.approx(math.exp(-0.5 * (4 / (33 / 8)) ** 2))
    assert torch.equal(weights, weights.flip([0, 1]))
    assert weights.min() > 0


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.5, 0.75])
def test_what_hangs_on_each_pixel_alone_is_the_same_through_windows(
    image: Tensor, overlap: float
) -> None:
    segmenter = _segmenter(_Brightness())

    blended = windowed_probabilities(segmenter, image, (10, 16), overlap)

    with torch.no_grad():
        once = torch.softmax(segmenter(image), dim=1)
    torch.testing.assert_close(blended, once)
    torch.testing.assert_close(blended.sum(dim=1), torch.ones(1, 37, 50))


def test_shared_pixels_are_blended_by_importance() -> None:
    """Two windows of 8 columns over 12: worked out by hand for one pixel that both see."""
    segmenter = _segmenter(_Place())
    image = torch.zeros(1, 8, 12, 3, dtype=torch.uint8)

    blended = windowed_probabilities(segmenter, image, (8, 8), 0.5)

    row, column = 3, 5
    left, right = (torch.softmax(torch.tensor([row, c]) / 8, 0) for c in (column, column - 4))
    weight_left, weight_right = importance(8, 8)[row, [column, column - 4]]
    expected = (left * weight_left + right * weight_right) / (weight_left + weight_right)
    torch.testing.assert_close(blended[0, :, row, column], expected)


def test_windows_are_of_whole_strides_so_that_nothing_is_padded_inside_the_image() -> None:
    seen: list[tuple[int, ...]] = []

    class Keep(_Brightness):
        def forward(self, pixels: Tensor) -> Tensor:
            seen.append(tuple(pixels.shape[2:]))
            return super().forward(pixels)

    image = torch.zeros(1, 40, 40, 3, dtype=torch.uint8)
    windowed_probabilities(_segmenter(Keep()), image, (9, 15), 0.5)

    assert set(seen) == {(12, 16)}


@pytest.mark.parametrize(
    ("flips", "axes"), [("horizontal", [2]), ("both", [2]), ("both", [1]), ("both", [1, 2])]
)
def test_mirrored_images_get_mirrored_answers(
    unet: Segmenter, image: Tensor, flips: str, axes: list[int]
) -> None:
    settings = InferenceSettings(flips=flips)

    answer = probabilities_of(unet, image, settings)
    mirrored = probabilities_of(unet, image.flip(axes), settings)

    torch.testing.assert_close(mirrored.flip([axis + 1 for axis in axes]), answer)
    plain = probabilities_of(unet, image, InferenceSettings())
    assert not torch.allclose(plain, answer, atol=1e-3)  # the network alone is not symmetric


def test_flips_average_the_answers_of_all_mirror_images() -> None:
    segmenter = _segmenter(_Place())
    image = torch.zeros(1, 8, 8, 3, dtype=torch.uint8)
    with torch.no_grad():
        plain = torch.softmax(segmenter(image), dim=1)

    both = probabilities_of(segmenter, image, InferenceSettings(flips="both"))

    mean = (plain + plain.flip([2]) + plain.flip([3]) + plain.flip([2, 3])) / 4
    torch.testing.assert_close(both, mean)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_other_sizes_keep_things_in_their_place(scale: float) -> None:
    """A bright square is found where it is, whatever the size the image is looked at."""
    image = torch.zeros(1, 64, 48, 3, dtype=torch.uint8)
    image[:, 16:40, 8:32] = 255

    settings = InferenceSettings(scales=(scale,))
    predicted = class_index_of(_segmenter(_Brightness()), image, settings)

    assert torch.equal(predicted, image[..., 0] // 255)


def test_sizes_are_averaged(unet: Segmenter, image: Tensor) -> None:
    several = probabilities_of(unet, image, InferenceSettings(scales=(0.5, 1.0, 1.5)))

    singles = [
        probabilities_of(unet, image, InferenceSettings(scales=(scale,)))
        for scale in (0.5, 1.0, 1.5)
    ]
    torch.testing.assert_close(several, torch.stack(singles).mean(dim=0))
    torch.testing.assert_close(several.sum(dim=1), torch.ones(1, 37, 50))


def test_a_smaller_view_is_of_smoothed_pixels() -> None:
    """Lines of one pixel are grey from afar, not lost or kept by chance."""
    seen: list[Tensor] = []

    class Keep(_Brightness):
        def forward(self, pixels: Tensor) -> Tensor:
            seen.append(pixels)
            return super().forward(pixels)

    image = torch.zeros(1, 32, 32, 3, dtype=torch.uint8)
    image[:, :, ::2] = 200

    probabilities_of(_segmenter(Keep()), image, InferenceSettings(scales=(0.25,)))

    assert seen[0].shape == (1, 3, 8, 8)
    assert seen[0][:, :, :, 1:-1].sub(100).abs().max() < 1


def test_even_a_single_pixel_can_be_looked_at_in_all_ways(unet: Segmenter) -> None:
    settings = InferenceSettings(window=(1, 1), flips="both", scales=(0.1, 1.0, 4.0))
    image = torch.zeros(1, 1, 1, 3, dtype=torch.uint8)

    assert class_index_of(unet, image, settings).shape == (1, 1, 1)


@pytest.mark.parametrize(
    ("settings", "option"),
    [
        ({"window": (0, 5)}, "--window"),
        ({"overlap": 1.0}, "--overlap"),
        ({"overlap": math.nan}, "--overlap"),
        ({"flips": "vertical"}, "--flips"),
        ({"scales": ()}, "--scales"),
        ({"scales": (0.0,)}, "--scales"),
        ({"scales": (1.0, math.nan)}, "--scales"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings: dict[str, object], option: str) -> None:
    with pytest.raises(RecipeError, match=option):
        InferenceSettings(**settings)  # type: ignore[arg-type]
