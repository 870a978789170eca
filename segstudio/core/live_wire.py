"""Live wire: the cheapest path along the edges of an image, from one point. Uses OpenCV."""

import math
from typing import Any, Final

import numpy as np

from segstudio.core.label_map import RgbImage
from segstudio.core.raster import Point
from segstudio.core.rect import Rect

REACH: Final = 256
"""How far from its anchor a wire follows edges, pixels of the reduced image."""

_CANNY: Final = (32, 100)  # thresholds of the edge detector, as in OpenCV's own example
_MAX_GRADIENT: Final = 200.0  # stronger edges count as this: one glaring edge must not win all


class LiveWire:
    """The cheapest paths from one anchor to everywhere around it.

    Mortensen and Barrett, "Intelligent scissors for image composition", SIGGRAPH 1995. Making one
    takes a good part of a second; asking it for a path takes a fraction of a millisecond.

    Args:
        image: (H, W, 3) uint8 RGB.
        anchor: Where paths begin, (y, x) in image pixels, on the image.
        reduction: Every how many-th pixel to look at: a user who sees the image at a quarter of its
            size means edges of that size, and the reach follows.
    """

    def __init__(self, image: RgbImage, anchor: Point, reduction: int = 1) -> None:
        import cv2

        height, width = image.shape[:2]
        reach = REACH * reduction
        row, column = int(anchor[0]), int(anchor[1])
        window = Rect(row - reach, column - reach, row + reach, column + reach).clipped_to(
            height, width
        )
        part = np.ascontiguousarray(image[window.slices])
        if reduction > 1:
            size = (-(-part.shape[1] // reduction), -(-part.shape[0] // reduction))
            part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._anchor = anchor
        self._origin = window.top, window.left
        self._scale = reduction
        self._size = part.shape[0], part.shape[1]
        self._scissors: Any = cv2.segmentation.IntelligentScissorsMB()
        self._scissors.setEdgeFeatureCannyParameters(*_CANNY)
        self._scissors.setGradientMagnitudeMaxLimit(_MAX_GRADIENT)
        self._scissors.applyImage(part)
        row, column = self._cell(anchor)
        self._scissors.buildMap((column, row))

    def path_to(self, point: Point) -> tuple[Point, ...]:
        """Return the path from the anchor to a point (y, x), both included.

        What lies beyond the reach is joined by a straight line.
        """
        row, column = self._cell(point)
        cells = self._scissors.getContour((column, row)).reshape(-1, 2)  # (N, 2) int32, as (x, y)
        top, left = self._origin
        half = self._scale / 2
        inner = [
            (top + y * self._scale + half, left + x * self._scale + half)
            for x, y in cells[1:-1].tolist()
        ]
        is_beyond = math.dist(point, (top + row * self._scale, left + column * self._scale)) > (
            2 * self._scale
        )
        if is_beyond:
            inner.append((top + row * self._scale + half, left + column * self._scale + half))
        return self._anchor, *inner, point

    def _cell(self, point: Point) -> tuple[int, int]:
        """Return the nearest pixel of the reduced window, (row, column)."""
        row, column = (
            math.floor((at - start) / self._scale)
            for at, start in zip(point, self._origin, strict=True)
        )
        return min(max(row, 0), self._size[0] - 1), min(max(column, 0), self._size[1] - 1)
