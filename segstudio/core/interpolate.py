"""Label maps between two others of a sequence. Uses OpenCV."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.rect import Rect


def interpolated(
    before: LabelMap,
    after: LabelMap,
    share: float,
    is_stopped: Callable[[], bool] = lambda: False,
) -> LabelMap:
    """Return the label map that lies between two of a sequence.

    Shape-based interpolation: Raya and Udupa, "Shape-based interpolation of multidimensional
    objects", IEEE Transactions on Medical Imaging 9(1), 1990. The signed distance to the outline
    of each class is interpolated linearly. Their objects are binary; here each pixel takes, of the
    two classes that it has before and after, the one that it lies deeper in. Unlabelled counts as a
    class. A class that only one of the two has shrinks and is gone half-way. A shape that moves by
    more than its own width vanishes in between, for it overlaps with nothing.

    Args:
        before: (H, W) uint8.
        after: (H, W) uint8 of the same shape.
        share: Where in between, 0 (like ``before``) .. 1 (like ``after``).
        is_stopped: Asked before each class; if so, what is returned is not finished.
    """
    result = before.copy()
    changed = before != after
    if not changed.any():
        return result
    was, will = before[changed], after[changed]
    depth_was = np.zeros(len(was), np.float32)
    depth_will = np.zeros(len(will), np.float32)
    for value in np.union1d(was, will).tolist():
        if is_stopped():
            break
        depth = _depth(before, after, value, share, changed)
        depth_was[was == value] = depth[was == value]
        depth_will[will == value] = depth[will == value]
    result[changed] = np.where(depth_was >= depth_will, was, will)
    return result


def _depth(
    before: LabelMap, after: LabelMap, value: int, share: float, wanted: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return how deep in one class, between the two, the wanted pixels lie; negative outside.

    Computed in the rectangle around the class in both: distances there are those of the whole.
    """
    has = (before == value) | (after == value)
    rows, columns = np.flatnonzero(has.any(axis=1)), np.flatnonzero(has.any(axis=0))
    # One pixel more: outlines at the rectangle's edge have an outside there.
    rect = Rect(
        int(rows[0]) - 1, int(columns[0]) - 1, int(rows[-1]) + 2, int(columns[-1]) + 2
    ).clipped_to(*before.shape)
    part = wanted[rect.slices]
    depths = [_signed_distance(labels[rect.slices] == value) for labels in (before, after)]
    for one, other in ((0, 1), (1, 0)):
        if depths[one] is None:
            other_depths = depths[other]
            assert other_depths is not None
            # As far outside as the other is inside at its deepest.
            depths[one] = np.full_like(other_depths, -other_depths.max())
    first, second = depths
    assert first is not None
    assert second is not None
    mixed = (1 - share) * first[part] + share * second[part]
    inside = np.zeros(before.shape, np.bool_)
    inside[rect.slices] = part
    result = np.full(int(wanted.sum()), -np.inf, np.float32)
    result[inside[wanted]] = mixed
    return result


def _signed_distance(mask: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    """Return the distance to the outline, positive inside; None without a pixel inside."""
    import cv2

    if not mask.any():
        return None
    inner = mask.view(np.uint8)
    if mask.all():  # no outline in sight: as deep as can be
        return np.full(mask.shape, float(max(mask.shape)), np.float32)
    # The outline runs between pixels, half a pixel from the centres on either side.
    inside = cv2.distanceTransform(inner, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outside = cv2.distanceTransform(1 - inner, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.where(mask, inside - 0.5, 0.5 - outside).astype(np.float32)
