"""Shapes to pixels: a pixel belongs to a shape when its centre does.

The centre of pixel (row, column) is (row + 0.5, column + 0.5). OpenCV's ``fillPoly`` is not used:
it also paints every pixel that the outline touches, so shapes would come out half a pixel too wide
on each side and neighbours that share an outline would overlap. By centres they meet exactly.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segstudio.core.rect import Rect
from segstudio.core.region import Region

Point = tuple[float, float]
"""(y, x) in image pixels."""


def polygon_region(
    points: Sequence[Point] | NDArray[np.float64], height: int, width: int
) -> Region | None:
    """Return the pixels inside a polygon, by the even-odd rule.

    Args:
        points: (N, 2) vertices (y, x); the last is joined to the first. It may cross itself.
        height: Of the image.
        width: Of the image.

    Returns:
        The pixels that lie on the image, or None if there are none.
    """
    vertices = np.asarray(points, np.float64).reshape(-1, 2)
    if len(vertices) < 3:
        return None
    top, left = np.floor(vertices.min(axis=0)).astype(int).tolist()
    bottom, right = np.ceil(vertices.max(axis=0)).astype(int).tolist()
    rect = Rect(top, left, bottom, right).clipped_to(height, width)
    if rect.is_empty:
        return None
    # Each edge turns "inside" over from where it crosses the line of pixel centres to the right.
    turns = np.zeros((rect.height, rect.width + 1), np.uint8)
    ends = np.roll(vertices, -1, axis=0)
    upward = vertices[:, :1] > ends[:, :1]
    y0, x0 = np.where(upward, ends, vertices).T
    y1, x1 = np.where(upward, vertices, ends).T
    # Rows whose centre lies in y0 <= y < y1: half-open, so that a vertex counts once.
    first = np.maximum(np.ceil(y0 - 0.5).astype(np.int64), rect.top)
    last = np.minimum(np.ceil(y1 - 0.5).astype(np.int64), rect.bottom)
    counts = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(len(edge)) + (first - np.cumsum(counts) + counts)[edge]
    crossed = counts > 0
    slope = np.divide(x1 - x0, y1 - y0, out=np.zeros_like(x0), where=crossed)
    x = x0[edge] + (rows + 0.5 - y0[edge]) * slope[edge]
    columns = np.clip(np.ceil(x - 0.5), rect.left, rect.right).astype(np.int64)
    places = (rows - rect.top) * turns.shape[1] + (columns - rect.left)
    np.bitwise_xor.at(turns.reshape(-1), places, np.uint8(1))
    inside = np.bitwise_xor.accumulate(turns[:, :-1], axis=1).view(np.bool_)
    return Region(rect, inside) if inside.any() else None


def ellipse_region(rect: Rect, height: int, width: int) -> Region | None:
    """Return the pixels inside the ellipse that touches the four sides of ``rect``.

    Args:
        rect: Around the ellipse; may reach beyond the image.
        height: Of the image.
        width: Of the image.

    Returns:
        The pixels that lie on the image, or None if there are none.
    """
    clipped = rect.clipped_to(height, width)
    if clipped.is_empty:
        return None
    rows = np.arange(clipped.top, clipped.bottom) + 0.5
    middle_y, middle_x = (rect.top + rect.bottom) / 2, (rect.left + rect.right) / 2
    share = np.clip(1 - ((rows - middle_y) / (rect.height / 2)) ** 2, 0, None)
    half = np.sqrt(share) * (rect.width / 2)
    mask = spans_mask(middle_x - half, middle_x + half, clipped)
    return Region(clipped, mask) if mask.any() else None


def rectangle_region(rect: Rect, height: int, width: int) -> Region | None:
    """Return the pixels of ``rect`` that lie on the image, or None if there are none."""
    clipped = rect.clipped_to(height, width)
    if clipped.is_empty:
        return None
    return Region(clipped, np.ones((clipped.height, clipped.width), np.bool_))


def spans_mask(
    start: NDArray[np.float64], end: NDArray[np.float64], rect: Rect
) -> NDArray[np.bool_]:
    """Return which pixel centres of ``rect`` lie in one span a row.

    Args:
        start: (h,) left end of each row's span, image pixels; infinite for an empty row.
        end: (h,) right end; the ends belong to the span.
        rect: The pixels asked for.

    Returns:
        (h, w) bool.
    """
    columns = np.arange(rect.left, rect.right, dtype=np.int32)[None, :]
    # As integers: a comparison of integers is several times faster than one of doubles.
    first = np.ceil(np.clip(start - 0.5, rect.left, rect.right)).astype(np.int32)[:, None]
    last = np.floor(np.clip(end - 0.5, rect.left - 1, rect.right)).astype(np.int32)[:, None]
    mask: NDArray[np.bool_] = (columns >= first) & (columns <= last)
    return mask
