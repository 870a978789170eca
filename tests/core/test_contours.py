"""Contours painted one over another, with Pillow, give every label map back."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from segstudio.core.contours import painted_contours
from segstudio.core.label_map import LabelMap


def _painted(label_map: LabelMap) -> LabelMap:
    image = Image.new("L", label_map.shape[::-1])
    draw = ImageDraw.Draw(image)
    for value, points in painted_contours(label_map):
        corners = [(int(x), int(y)) for x, y in points]
        draw.polygon(corners + corners[-1:] * 2, fill=value)
    return np.asarray(image)


@pytest.mark.parametrize("seed", range(20))
def test_noise_comes_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 40, 2)
    label_map = rng.integers(0, rng.integers(1, 256), size, dtype=np.uint8)
    assert np.array_equal(_painted(label_map), label_map)


def test_a_region_in_a_hole_is_painted_after_what_surrounds_it() -> None:
    label_map = np.full((9, 9), 3, np.uint8)
    label_map[1:8, 1:8] = 9
    label_map[2:7, 2:7] = 1
    label_map[4, 4] = 200
    assert [contour.value for contour in painted_contours(label_map)] == [3, 9, 1, 200]
    assert np.array_equal(_painted(label_map), label_map)


def test_the_contour_of_one_pixel_is_that_pixel() -> None:
    (contour,) = painted_contours(np.array([[7]], np.uint8))
    assert contour.value == 7
    assert contour.points.tolist() == [[0, 0]]
