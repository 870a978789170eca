"""Shapes to pixels: a pixel belongs to a shape when its centre does.

The centre of pixel (row, column) is (row + 0.5, column + 0.5). OpenCV's ``fillPoly`` is not used:
it also paints every pixel that the outline touches, so shapes would come out half a pixel too wide
on each side and neighbours that share an outline would overlap. By centres they meet exactly.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.rect import Rect
from segstudio.core.region import Region

Point = tuple[float, float]
"""(y, x) in image pixels."""

_MOST_HELD: Final = 2**20  # vertices and crossings


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
    return next(polygon_regions([vertices], height, width))


def polygon_regions(
    polygons: Sequence[NDArray[np.float64]], height: int, width: int
) -> Iterator[Region | None]:
    """Yield the pixels inside each of some polygons; see ``polygon_region``.

    Where many are small, this takes a third of the time of one after another: their edges are
    looked at together. What is held does not grow with their number.

    Args:
        polygons: Of each its (N, 2) vertices (y, x).
        height: Of the image.
        width: Of the image.
    """
    for group in _groups(polygons, height):
        crossings = _Crossings(group, height, width)
        for place in range(len(group)):
            yield crossings.region(place)


def crossed_rows(polygons: Sequence[NDArray[np.float64]], height: int) -> NDArray[np.float64]:
    """Return how many rows of pixels the edges of each polygon cross, each edge by itself.

    Args:
        polygons: One or more; of each its (N, 2) vertices (y, x).
        height: Of the image.
    """
    sizes = np.array([len(points) for points in polygons])
    y = np.clip(np.concatenate([points[:, 0] for points in polygons]), 0, height)
    sums = np.concatenate([[0.0], np.cumsum(np.abs(y[_following(sizes)] - y))])
    bounds = np.cumsum(sizes)
    crossed: NDArray[np.float64] = sums[bounds] - sums[bounds - sizes]
    return crossed


def _following(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each vertex of some polygons, which stand together, the place of the next one."""
    bounds = np.cumsum(sizes)
    following = np.arange(1, sizes.sum() + 1)
    following[bounds[sizes > 0] - 1] = (bounds - sizes)[sizes > 0]
    return following


def _groups(
    polygons: Sequence[NDArray[np.float64]], height: int
) -> Iterator[list[NDArray[np.float64]]]:
    """Yield the polygons in groups whose crossings are few enough to be held."""
    if not polygons:
        return
    group: list[NDArray[np.float64]] = []
    held = 0.0
    for points, crossed in zip(polygons, crossed_rows(polygons, height).tolist(), strict=True):
        if group and held + len(points) + crossed > _MOST_HELD:
            yield group
            group, held = [], 0.0
        group.append(points)
        held += len(points) + crossed
    if group:
        yield group


class _Crossings:
    """Where the edges of some polygons cross the lines of pixel centres.

    Args:
        polygons: One or more; of each its (N, 2) vertices (y, x).
        height: Of the image.
        width: Of the image.
    """

    def __init__(self, polygons: Sequence[NDArray[np.float64]], height: int, width: int) -> None:
        # What has no inside is as good as a point.
        whole = [points if len(points) > 2 else np.zeros((1, 2)) for points in polygons]
        sizes = np.array([len(points) for points in whole])
        bounds = np.cumsum(sizes)
        vertices = np.concatenate(whole)
        self._rects = _rects_around(vertices, bounds - sizes, height, width)
        ends = vertices[_following(sizes)]
        upward = vertices[:, :1] > ends[:, :1]
        y0, x0 = np.where(upward, ends, vertices).T
        y1, x1 = np.where(upward, vertices, ends).T
        # Rows whose centre lies in y0 <= y < y1: half-open, so that a vertex counts once.
        first = np.clip(np.ceil(y0 - 0.5), 0, height).astype(np.int64)
        last = np.clip(np.ceil(y1 - 0.5), 0, height).astype(np.int64)
        counts = last - first
        edge = np.repeat(np.arange(len(counts)), counts)
        rows = np.arange(len(edge)) + (first - np.cumsum(counts) + counts)[edge]
        slope = np.divide(x1 - x0, y1 - y0, out=np.zeros_like(x0), where=counts > 0)
        x = x0[edge] + (rows + 0.5 - y0[edge]) * slope[edge]
        top, left, _, right = np.repeat(np.array(self._rects), sizes, axis=0)[edge].T
        columns = np.clip(np.ceil(x - 0.5), left, np.maximum(right, left)).astype(np.int64)
        self._places = (rows - top) * (right - left) + columns - left
        # The crossings of one polygon stand together, as its edges do.
        self._bounds = np.searchsorted(edge, np.concatenate([[0], bounds])).tolist()

    def region(self, place: int) -> Region | None:
        """Return the pixels inside one of the polygons."""
        rect = self._rects[place]
        start, stop = self._bounds[place], self._bounds[place + 1]
        if rect.is_empty or start == stop:
            return None
        # Every crossing turns "inside" over, until the next one; each row has an even number.
        ends = np.zeros(stop - start + 2, np.int64)
        ends[1:-1] = np.sort(self._places[start:stop])
        ends[-1] = rect.height * rect.width
        lengths = ends[1:] - ends[:-1]
        if not lengths[1::2].any():
            return None
        is_inside = np.zeros(len(lengths), np.bool_)
        is_inside[1::2] = True
        return Region(rect, np.repeat(is_inside, lengths).reshape(rect.height, rect.width))


def _rects_around(
    vertices: NDArray[np.float64], starts: NDArray[np.int64], height: int, width: int
) -> list[Rect]:
    """Return what each polygon covers of the image at most.

    Args:
        vertices: (N, 2) vertices (y, x) of all polygons, one polygon after the other.
        starts: Where each polygon begins.
        height: Of the image.
        width: Of the image.
    """
    first = np.floor(np.minimum.reduceat(vertices, starts)).astype(int).tolist()
    last = np.ceil(np.maximum.reduceat(vertices, starts)).astype(int).tolist()
    return [
        Rect(top, left, bottom, right).clipped_to(height, width)
        for (top, left), (bottom, right) in zip(first, last, strict=True)
    ]


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
