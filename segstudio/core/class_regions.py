"""Connected regions of a class, to be split off it. Uses OpenCV."""

import numpy as np
from numpy.typing import NDArray

from segstudio.core.class_change import RegionSplit
from segstudio.core.label_map import LabelMap
from segstudio.core.rect import Rect
from segstudio.core.region import Region


def split_regions(label_map: LabelMap, split: RegionSplit) -> NDArray[np.bool_] | None:
    """Return which pixels a split gives another class, (H, W) bool, or None if there are none.

    Pixels that touch at a corner belong to one region.
    """
    mask = label_map == split.source
    if not mask.any():
        return None
    import cv2

    _count, labels, stats, _centroids = cv2.connectedComponentsWithStats(
        mask.view(np.uint8), connectivity=8
    )
    is_small = stats[:, cv2.CC_STAT_AREA] <= split.at_most
    is_small[0] = False  # what is not of the class
    small: NDArray[np.bool_] = is_small[labels]
    return small if small.any() else None


def regions_touching(label_map: LabelMap, class_index: int, selection: Region) -> Region | None:
    """Return the connected regions of a class that a selection touches, or None.

    Args:
        label_map: (H, W) uint8 class indices.
        class_index: The class.
        selection: Pixels on the image.
    """
    rect = selection.rect
    touched = selection.mask & (label_map[rect.slices] == class_index)
    if not touched.any():
        return None
    import cv2

    _count, labels = cv2.connectedComponents(
        (label_map == class_index).view(np.uint8), connectivity=8
    )
    mask = np.isin(labels, np.unique(labels[rect.slices][touched]))
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    found = Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return Region(found, mask[found.slices])
