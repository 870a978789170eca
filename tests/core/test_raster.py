"""Shapes against brute force: a pixel belongs to a shape when its centre does."""

import itertools

import numpy as np
import pytest

from segstudio.core import raster
from segstudio.core.raster import (
    Point,
    ellipse_region,
    polygon_region,
    polygon_regions,
    rectangle_region,
)
from segstudio.core.rect import Rect
from segstudio.core.region import Region

HEIGHT, WIDTH = 28, 33


def whole(region: Region | None) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    if region is not None:
        mask[region.rect.slices] = region.mask
    return mask


def crossings(points: list[Point], y: float, x: float) -> int:
    """Count the edges that a ray from (y, x) to the left crosses."""
    count = 0
    for (y0, x0), (y1, x1) in zip(points, points[1:] + points[:1], strict=True):
        if (y0 <= y) != (y1 <= y):
            count += x0 + (y - y0) / (y1 - y0) * (x1 - x0) <= x
    return count


@pytest.mark.parametrize("seed", range(6))
def test_a_polygon_holds_the_pixels_whose_centres_are_inside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-8, 40, (int(rng.integers(3, 9)), 2)).tolist()
    points: list[Point] = [(y, x) for y, x in corners]
    mask = whole(polygon_region(points, HEIGHT, WIDTH))
    for y, x in itertools.product(range(HEIGHT), range(WIDTH)):
        assert mask[y, x] == crossings(points, y + 0.5, x + 0.5) % 2


@pytest.mark.parametrize("shift", [0.0, 0.5, 0.25])
def test_polygons_that_share_an_edge_neither_overlap_nor_leave_a_gap(shift: float) -> None:
    a, b, c, d = (3 + shift, 4.0), (5.5, 29 - shift), (25.0, 27.5), (20.5 + shift, 2 + shift)
    whole_map = whole(polygon_region([a, b, c, d], HEIGHT, WIDTH))
    left = whole(polygon_region([a, c, d], HEIGHT, WIDTH))
    right = whole(polygon_region([a, b, c], HEIGHT, WIDTH))
    assert not (left & right).any()
    assert np.array_equal(left | right, whole_map)


def test_a_polygon_beside_the_image_or_without_inside_is_nothing() -> None:
    assert polygon_region([(-9, -9), (-9, -2), (-2, -9)], HEIGHT, WIDTH) is None
    assert polygon_region([(1, 1), (5, 5)], HEIGHT, WIDTH) is None
    assert polygon_region([(1, 1), (5, 5), (9, 9)], HEIGHT, WIDTH) is None


def test_polygons_of_one_call_are_those_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(9)
    polygons = [rng.uniform(-20, 50, (rng.integers(0, 9), 2)) for _ in range(40)]
    one_by_one = [whole(polygon_region(points, HEIGHT, WIDTH)) for points in polygons]
    for held in (1, 50, 10**6):
        monkeypatch.setattr(raster, "_MOST_HELD", held)
        together = map(whole, polygon_regions(polygons, HEIGHT, WIDTH))
        for found, expected in zip(together, one_by_one, strict=True):
            assert np.array_equal(found, expected)


@pytest.mark.parametrize("rect", [Rect(3, 4, 20, 9), Rect(0, 0, 1, 1), Rect(-6, -9, 12, 18)])
def test_an_ellipse_holds_the_pixels_whose_centres_are_inside(rect: Rect) -> None:
    mask = whole(ellipse_region(rect, HEIGHT, WIDTH))
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    y = (y - (rect.top + rect.bottom) / 2) / (rect.height / 2)
    x = (x - (rect.left + rect.right) / 2) / (rect.width / 2)
    distance = y * y + x * x
    clear = np.abs(distance - 1) > 1e-9  # on the very edge, rounding may decide
    assert np.array_equal(mask[clear], (distance < 1)[clear])


def test_a_rectangle_is_cut_at_the_edge_of_the_image() -> None:
    assert whole(rectangle_region(Rect(-3, 30, 2, 99), HEIGHT, WIDTH)).sum() == 6
    assert rectangle_region(Rect(-3, 0, 0, 9), HEIGHT, WIDTH) is None
