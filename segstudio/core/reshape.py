"""Change the shape of what is labelled: grow, shrink, smooth, islands, holes. Uses OpenCV."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.memory import copied, empty, zeros
from segstudio.core.rect import Rect
from segstudio.core.region import Region, region_patch
from segstudio.core.strips import strips


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
    mask = np.equal(label_map, class_index, out=empty(label_map.shape, np.bool_))
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
    mask = zeros((rect.height, rect.width), np.uint8)
    mask[top : top + region.rect.height, left : left + region.rect.width] = region.mask
    wanted = _OPERATIONS[reshaping](mask, amount)
    before = copied(label_map[rect.slices])
    after = copied(before)
    np.copyto(after, np.uint8(class_index), where=wanted)
    # What is taken away: in the mask, and not wanted.
    taken = np.greater(mask.view(np.bool_), wanted, out=wanted)
    if taken.any():
        if mask.all():
            return None  # there is nothing around it that could take its place
        _take_from_outside(after, taken, before, mask)
    is_same = all(np.array_equal(before[s], after[s]) for s in strips(*before.shape))
    return None if is_same else MaskPatch(rect, before, after)


def _grown(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    distance = _distance_to_zero(np.subtract(1, mask, out=empty(mask.shape, np.uint8)))
    return np.less_equal(distance, amount, out=empty(mask.shape, np.bool_))


def _shrunk(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    return np.greater(_distance_to_zero(mask), amount, out=empty(mask.shape, np.bool_))


def _smoothed(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    import cv2

    # The level line at one half of a blurred mask: curvature flow for a short time, as in
    # Merriman, Bence, Osher: "Motion of multiple junctions" (1994).
    blurred = empty(mask.shape, np.float32)
    np.copyto(blurred, mask)
    cv2.GaussianBlur(blurred, (0, 0), amount / 2, blurred, borderType=cv2.BORDER_REPLICATE)
    return np.greater(blurred, 0.5, out=empty(mask.shape, np.bool_))


def _without_islands(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    small = _small_parts(mask, amount, connectivity=8)
    return np.greater(mask.view(np.bool_), small, out=small)


def _without_holes(mask: NDArray[np.uint8], amount: int) -> NDArray[np.bool_]:
    # Four neighbours here, where the region has eight: else a hole would leak through a corner.
    others = np.subtract(1, mask, out=empty(mask.shape, np.uint8))
    small = _small_parts(others, amount, connectivity=4)
    return np.logical_or(mask.view(np.bool_), small, out=small)


def _small_parts(mask: NDArray[np.uint8], amount: int, *, connectivity: int) -> NDArray[np.bool_]:
    import cv2

    labels = empty(mask.shape, np.int32)
    _count, _labels, stats, _centroids = cv2.connectedComponentsWithStats(
        mask, labels, connectivity=connectivity
    )
    is_small = stats[:, cv2.CC_STAT_AREA] <= amount * amount
    is_small[0] = False  # label 0 is what lies outside the mask
    result = empty(mask.shape, np.bool_)
    for strip in strips(*mask.shape):
        result[strip] = is_small[labels[strip]]
    return result


def _distance_to_zero(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    import cv2

    distance = empty(mask.shape, np.float32)
    if mask.all():  # no zero to be near to; OpenCV would answer some large number or none
        distance.fill(np.inf)
    else:
        cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE, distance)
    return distance


def _take_from_outside(
    after: LabelMap, taken: NDArray[np.bool_], before: LabelMap, mask: NDArray[np.uint8]
) -> None:
    """Give each taken pixel the value that the nearest pixel outside the mask had before."""
    import cv2

    nearest = empty(mask.shape, np.int32)
    cv2.distanceTransformWithLabels(
        mask,
        cv2.DIST_L2,
        cv2.DIST_MASK_5,
        empty(mask.shape, np.float32),
        nearest,
        labelType=cv2.DIST_LABEL_PIXEL,
    )
    values = zeros((int(nearest.max()) + 1,), np.uint8)
    for strip in strips(*mask.shape):
        outside = mask[strip] == 0
        values[nearest[strip][outside]] = before[strip][outside]
    for strip in strips(*mask.shape):
        after[strip][taken[strip]] = values[nearest[strip][taken[strip]]]


_OPERATIONS = {
    Reshaping.GROW: _grown,
    Reshaping.SHRINK: _shrunk,
    Reshaping.SMOOTH: _smoothed,
    Reshaping.ISLANDS: _without_islands,
    Reshaping.HOLES: _without_holes,
}
