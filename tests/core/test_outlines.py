"""Outlines along the edges of pixels, which give back the region that they surround."""

import numpy as np
import pytest

from segstudio.core.outlines import joined_rings, region_outlines
from segstudio.core.raster import polygon_region, polygon_regions

SHAPE = (23, 31)


def _mask(seed: int) -> np.ndarray:
    """Return noise with lines, so that regions touch by their corners and lie in holes."""
    rng = np.random.default_rng(seed)
    mask = rng.random(SHAPE) < (0.2, 0.5, 0.8)[seed % 3]
    mask[rng.integers(SHAPE[0])] = True
    mask[:, rng.integers(SHAPE[1])] = False
    return mask


@pytest.mark.parametrize("seed", range(9))
def test_joined_outlines_fill_to_the_region(seed: int) -> None:
    mask = _mask(seed)
    filled = np.zeros(SHAPE, np.uint8)
    polygons = [joined_rings(rings).astype(np.float64) for rings in region_outlines(mask)]
    for region in polygon_regions(polygons, *SHAPE):
        assert region is not None
        filled[region.rect.slices] += region.mask
    assert np.array_equal(filled, mask)


@pytest.mark.parametrize("seed", range(9))
def test_the_first_ring_of_a_region_surrounds_the_others(seed: int) -> None:
    for rings in region_outlines(_mask(seed)):
        outer, *holes = (polygon_region(ring, *SHAPE) for ring in rings)
        assert outer is not None
        for hole in holes:
            assert hole is not None
            whole = np.zeros(SHAPE, np.bool_)
            whole[outer.rect.slices] = outer.mask
            assert whole[hole.rect.slices][hole.mask].all()


def test_an_empty_mask_has_no_outline() -> None:
    assert region_outlines(np.zeros(SHAPE, np.bool_)) == []
