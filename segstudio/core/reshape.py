"""Change the shape of what is labelled: grow, shrink, smooth, islands, holes. Uses OpenCV."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.rect import Rect
from segstudio.core.region import Region, region_patch


class Reshaping(StrEnum):
    """What is done to the pixels of a class; the amount is in image pixels."""

    GROW = "grow"
    """Add what lies within ``amount`` of it."""
    SHRINK = "shrink"
    """Take away what lies within ``amount`` of other classes."""
    SMOOTH = "smooth"
    """Round off corners and close gaps narrower than about ``amount``."""
    ISLANDS = "islands"
    """Take away connected parts of at most ``amount`` times ``amount`` pixels."""
    HOLES = "holes"
    """Fill enclosed parts of at most ``amount`` times ``amount`` pixels."""


def class_mask(label_map: LabelMap, class_index: int) -> Region | None:
    """Return all pixels of a class with the smallest rectangle around them, or None."""
    mask = label_map == class_index
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    rect = Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return Region(rect, mask[rect.slices])


def class_patch(label_map: LabelMap, source: int, target: int) -> MaskPatch | None:
    """Return the edit that gives every pixel of one class another class, or None."""
    region = class_mask(label_map, source)
    return None if region is None else region_patch(label_map, region, target)


def reshaped(
    label_map: LabelMap, region: Region, class_index: int, reshaping: Reshaping, amount: int
) -> MaskPatch | None:
    """Return the edit that reshapes some pixels of one class.

    Pixels that are added get the class; each pixel that is taken away gets the value of the
    nearest pixel outside the region, so that no gap is left. What lies beyond the image counts as
    neither inside nor outside: a region that touches the edge does not shrink from it.

    Args:
        label_map: (H, W) uint8 class indices; read, never written.
        region: The pixels to reshape, all of the class.
        class_index: Their class.
        reshaping: What to do.
        amount: How much, image pixels, >= 1.

    Returns:
        The edit, or None if no pixel would change.
    """
    reach = 3 * amount + 2  # a Gaussian of this width has faded at three times its sigma
    rect = Rect(
        region.rect.top - reach,
        region.rect.left - reach,
        region.rect.bottom + reach,
        region.rect.right + reach,
    ).clipped_to(*label_map.shape)
    top, left = region.rect.top - rect.top, region.rect.left - rect.left
    mask = np.zeros((rect.height, rect.width), np.uint8)
    mask[top : top + region.rect.height, left : left + region.rect.width] = region.mask
    wanted = _OPERATIONS[reshaping](mask, amount)
    before = label_map[rect.slices].copy()
    after = np.where(wanted, np.uint8(class_index), before)
    taken = mask.view(np.bool_) & ~wanted
    if taken.any():
        after[taken] = _nearest_outside(before, mask)[taken]
    return None if np.array_equal(before, after) else MaskPatch(rect, before, after)


def _grown(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    return _distance_to_zero(1 - mask) <= amount


def _shrunk(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    return _distance_to_zero(mask) > amount


def _smoothed(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    import cv2

    # The level line at one half of a blurred mask: curvature flow for a short time, as in
    # Merriman, Bence, Osher: "Motion of multiple junctions" (1994).
    blurred = cv2.GaussianBlur(
        mask.astype(np.float32), (0, 0), amount / 2, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(blurred > 0.5)


def _without_islands(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    return mask.view(np.bool_) & ~_small_parts(mask, amount, connectivity=8)


def _without_holes(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    # Four neighbours here, where the region has eight: else a hole would leak through a corner.
    return mask.view(np.bool_) | _small_parts(1 - mask, amount, connectivity=4)


def _small_parts(mask: NDArray[np.uint8], amount: int, *, connectivity: int) -> NDArray[np.bool_]:
    import cv2

    _count, labels, stats, _centroids = cv2.connectedComponentsWithStats(
        mask, connectivity=connectivity
    )
    is_small = stats[:, cv2.CC_STAT_AREA] <= amount * amount
    is_small[0] = False  # label 0 is what lies outside the mask
    return np.asarray(is_small[labels], np.bool_)


def _distance_to_zero(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    import cv2

    if mask.all():  # no zero to be near to; OpenCV would answer some large number or none
        return np.full(mask.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def _nearest_outside(pixels: LabelMap, mask: NDArray[np.uint8]) -> LabelMap:
    """Return, for each pixel, the value of the nearest pixel outside the mask."""
    import cv2

    _distance, nearest = cv2.distanceTransformWithLabels(
        mask, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    outside = mask == 0
    values = np.zeros(int(nearest.max()) + 1, np.uint8)
    values[nearest[outside]] = pixels[outside]
    return np.asarray(values[nearest], np.uint8)


_OPERATIONS = {
    Reshaping.GROW: _grown,
    Reshaping.SHRINK: _shrunk,
    Reshaping.SMOOTH: _smoothed,
    Reshaping.ISLANDS: _without_islands,
    Reshaping.HOLES: _without_holes,
}
