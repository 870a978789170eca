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
        number, parts = cv2.connectedComponents(
            np.equal(label_map, value).view(np.uint8), connectivity=4
        )
        boxes = _boxes(parts.astype(np.int32, copy=False), number)
        for part, (top, left, bottom, right) in enumerate(boxes, start=1):
            crop = parts[top:bottom, left:right] == part
            borders, _ = cv2.findContours(
                crop.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(left, top)
            )
            points = borders[0][:, 0, :].astype(np.int64)
            found.append(((bottom - top) * (right - left), Contour(value, points)))
    found.sort(key=lambda each: -each[0])  # what surrounds another has the larger box
    return [contour for _, contour in found]


def _boxes(parts: NDArray[np.int32], number: int) -> list[list[int]]:
    """Return the box of each part: top, left, bottom, right.

    OpenCV's own way to them looks at every pixel; this one looks at runs of pixels in a row.

    Args:
        parts: (H, W) int32, the number of the part of each pixel; 0 is none.
        number: Of the parts, and one.
    """
    height, width = parts.shape
    flat = parts.ravel()
    starts = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.unique(np.concatenate([np.arange(0, flat.size, width), starts]))  # of each row, too
    part = flat[starts]
    stops = np.append(starts[1:], flat.size)[part > 0]
    starts, part = starts[part > 0], part[part > 0]
    boxes = np.empty((number, 4), np.int64)
    boxes[:, :2], boxes[:, 2:] = max(height, width), 0
    rows, columns = np.divmod(starts, width)
    np.minimum.at(boxes[:, 0], part, rows)
    np.minimum.at(boxes[:, 1], part, columns)
    np.maximum.at(boxes[:, 2], part, rows + 1)
    np.maximum.at(boxes[:, 3], part, columns + stops - starts)
    found: list[list[int]] = boxes[1:].tolist()
    return found
