"""Outlines along the edges of pixels, which give back the region that they surround."""

import numpy as np
import pytest

from segstudio.core.outlines import Ring, joined_rings, region_outlines
from segstudio.core.raster import polygon_region, polygon_regions

SHAPE = (23, 31)


def _mask(seed: int) -> np.ndarray:
    """Return noise with lines, so that regions touch by their corners and lie in holes."""
    rng = np.random.default_rng(seed)
    mask = rng.random(SHAPE) < (0.2, 0.5, 0.8)[seed % 3]
    mask[rng.integers(SHAPE[0])] = True
    mask[:, rng.integers(SHAPE[1])] = False
    return mask


def _outlines(mask: np.ndarray) -> list[list[Ring]]:
    return region_outlines(mask.view(np.uint8), [1])[1]


@pytest.mark.parametrize("seed", range(9))
def test_joined_outlines_fill_to_the_region(seed: int) -> None:
    mask = _mask(seed)
    assert np.array_equal(_filled(mask), mask)


def test_outlines_of_an_image_of_many_rows_go_on_from_band_to_band() -> None:
    mask = np.random.default_rng(0).random((700, 20)).repeat(7, axis=1).repeat(3, axis=0) < 0.5
    assert np.array_equal(_filled(mask), mask)


def _filled(mask: np.ndarray) -> np.ndarray:
    """Return how many of the regions within the outlines of a mask hold each pixel."""
    filled = np.zeros(mask.shape, np.uint8)
    polygons = [joined_rings(rings).astype(np.float64) for rings in _outlines(mask)]
    for region in polygon_regions(polygons, *mask.shape):
        assert region is not None
        filled[region.rect.slices] += region.mask
    return filled


@pytest.mark.parametrize("seed", range(9))
def test_the_first_ring_of_a_region_surrounds_the_others(seed: int) -> None:
    for rings in _outlines(_mask(seed)):
        outer, *holes = (polygon_region(ring, *SHAPE) for ring in rings)
        assert outer is not None
        for hole in holes:
            assert hole is not None
            whole = np.zeros(SHAPE, np.bool_)
            whole[outer.rect.slices] = outer.mask
            assert whole[hole.rect.slices][hole.mask].all()


def test_an_empty_mask_has_no_outline() -> None:
    assert region_outlines(np.zeros(SHAPE, np.uint8), [1]) == {}


@pytest.mark.parametrize("seed", range(3))
def test_outlines_of_many_values_at_once_are_those_of_each_alone(seed: int) -> None:
    label_map = np.random.default_rng(seed).choice([0, 1, 2, 254, 255], SHAPE).astype(np.uint8)
    label_map[5:15, 4:20][_mask(seed)[5:15, 4:20]] = 2

    together = region_outlines(label_map, [0, 2, 7, 254, 255])

    assert sorted(together) == [0, 2, 254, 255]
    for value, regions in together.items():
        alone = _outlines(label_map == value)
        assert sorted(map(_corners, regions)) == sorted(map(_corners, alone))


def _corners(rings: list[Ring]) -> list[list[list[int]]]:
    """Return the outer outline and then the holes, each from its first corner, in order."""
    turned = [np.roll(ring, -np.lexsort(ring.T[::-1])[0], axis=0).tolist() for ring in rings]
    return [turned[0], *sorted(turned[1:])]
