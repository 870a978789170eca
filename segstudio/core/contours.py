"""Contours of regions through the middles of their pixels, to be painted one over another.

Painters that fill a polygon together with its border (Pillow's ``ImageDraw``, which Cityscapes'
scripts use) give back every region to the pixel. A contour knows no holes: what lies in a hole is
painted after what surrounds it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap, pixel_counts


class Contour(NamedTuple):
    """The outer border of one connected region.

    Attributes:
        value: Label map value of the region.
        points: (N, 2) int64 pixels (x, y) along its border, N >= 1.
    """

    value: int
    points: NDArray[np.int64]


def painted_contours(label_map: LabelMap) -> list[Contour]:
    """Return the contours of all regions of a label map, in the order of painting.

    Args:
        label_map: (H, W) uint8. Regions are pixels of one value that are connected by sides, so no
            two cross each other: one lies in a hole of the other, or they lie apart.
    """
    import cv2

    found: list[tuple[int, Contour]] = []
    for value in np.flatnonzero(pixel_counts(label_map)).tolist():
        mask = np.equal(label_map, value).view(np.uint8)
        number, parts, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        for part in range(1, number):
            left, top, width, height = (int(side) for side in boxes[part, :4])
            crop = parts[top : top + height, left : left + width] == part
            borders, _ = cv2.findContours(
                crop.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(left, top)
            )
            points = borders[0][:, 0, :].astype(np.int64)
            found.append((width * height, Contour(value, points)))
    found.sort(key=lambda each: -each[0])  # what surrounds another has the larger box
    return [contour for _, contour in found]
