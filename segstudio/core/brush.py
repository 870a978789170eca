"""Brush strokes as edits: a round or square brush dragged along a straight line."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.raster import Point, spans_mask
from segstudio.core.rect import Rect
from segstudio.core.region import Region, region_patch


class BrushShape(StrEnum):
    """Outline of a brush."""

    ROUND = "round"
    SQUARE = "square"


def brush_centre(y: float, x: float, size: int) -> Point:
    """Return the point nearest (y, x) on which a brush of ``size`` pixels covers whole pixels.

    Brushes of odd size sit on pixel centres, of even size on pixel corners, so that a brush of
    size 1 covers exactly one pixel wherever in it the pointer is.
    """
    if size % 2:
        return float(np.floor(y)) + 0.5, float(np.floor(x)) + 0.5
    # Not np.round: it rounds halves to even, so a pointer that stands on half pixels, as it does
    # at 100 % zoom in a window of odd size, would step over every other corner.
    return float(np.floor(y + 0.5)), float(np.floor(x + 0.5))


def brush_rect(start: Point, end: Point, size: int) -> Rect:
    """Return the pixels that a brush of ``size`` dragged from start to end may touch."""
    radius = size / 2
    return Rect(
        int(np.floor(min(start[0], end[0]) - radius)),
        int(np.floor(min(start[1], end[1]) - radius)),
        int(np.ceil(max(start[0], end[0]) + radius)),
        int(np.ceil(max(start[1], end[1]) + radius)),
    )


def brush_patch(
    label_map: LabelMap,
    start: Point,
    end: Point,
    size: int,
    class_index: int,
    shape: BrushShape = BrushShape.ROUND,
) -> MaskPatch | None:
    """Return the edit that drags a brush along one straight line.

    A pixel is covered when its centre lies under the brush at some point of the line: for a round
    brush, when it is no farther than ``size / 2`` from the line.

    Args:
        label_map: (H, W) uint8 class indices; read, never written.
        start: First brush centre as (y, x), image pixels, see ``brush_centre``.
        end: Last brush centre; equal to ``start`` for a dab.
        size: Brush diameter or side in image pixels, >= 1; not screen pixels.
        class_index: Value to paint, 0..255.
        shape: Outline of the brush.

    Returns:
        The edit, or None if no pixel would change.
    """
    rect = brush_rect(start, end, size).clipped_to(*label_map.shape)
    if rect.is_empty:
        return None
    # What a convex brush sweeps along a line is convex: one span a row, found without looking at
    # the pixels, so a brush of 2000 pixels costs little more than writing them.
    rows: NDArray[np.float64] = np.arange(rect.top, rect.bottom, dtype=np.float64) + 0.5
    swept = _swept_disc if shape is BrushShape.ROUND else _swept_square
    mask = spans_mask(*swept(rows, start, end, size / 2), rect)
    return region_patch(label_map, Region(rect, mask), class_index)


_Spans = tuple[NDArray[np.float64], NDArray[np.float64]]


def _swept_disc(rows: NDArray[np.float64], start: Point, end: Point, radius: float) -> _Spans:
    """Return the left and right end of a swept disc in each row; (h,) each."""
    left, right = np.full_like(rows, np.inf), np.full_like(rows, -np.inf)
    for y, x in {start, end}:
        square: NDArray[np.float64] = radius * radius - (rows - y) ** 2
        half = np.sqrt(np.clip(square, 0, None), dtype=np.float64)
        inside = square >= 0
        left[inside] = np.minimum(left, x - half)[inside]
        right[inside] = np.maximum(right, x + half)[inside]
    dy, dx = end[0] - start[0], end[1] - start[1]
    length = float(np.hypot(dy, dx))
    if length > 0:
        across = (-dx / length * radius, dy / length * radius)
        for sign in (-1, 1):
            shift = (sign * across[0], sign * across[1])
            _widen(left, right, rows, _moved(start, shift), _moved(end, shift))
    return left, right


def _swept_square(rows: NDArray[np.float64], start: Point, end: Point, radius: float) -> _Spans:
    """Return the left and right end of a swept square in each row; (h,) each."""
    left, right = np.full_like(rows, np.inf), np.full_like(rows, -np.inf)
    for side in (-radius, radius):
        for centre in (start, end):
            _widen(
                left, right, rows, _moved(centre, (-radius, side)), _moved(centre, (radius, side))
            )
        for level in (-radius, radius):
            _widen(left, right, rows, _moved(start, (level, side)), _moved(end, (level, side)))
    return left, right


def _widen(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    rows: NDArray[np.float64],
    start: Point,
    end: Point,
) -> None:
    """Widen the spans, in place, to hold one edge of the shape."""
    (y0, x0), (y1, x1) = sorted((start, end))
    if y1 > y0:
        crossed = (rows >= y0) & (rows <= y1)
        x = x0 + (rows - y0) * ((x1 - x0) / (y1 - y0))
        left[crossed] = np.minimum(left, x)[crossed]
        right[crossed] = np.maximum(right, x)[crossed]


def _moved(point: Point, by: Point) -> Point:
    return point[0] + by[0], point[1] + by[1]
