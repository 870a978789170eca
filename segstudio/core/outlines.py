"""Outlines of regions along the edges of their pixels, and back to back with ``core.raster``.

The outline of a region runs between pixels, not through their middles as OpenCV's contours do, so
filling it by pixel centres gives the region again, to the pixel: one-pixel islands, thin lines and
holes included. Regions are connected by sides (4-connected).
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.int64]
"""(N, 2) vertices (y, x) between pixels, N >= 4; the last is joined to the first."""

_EAST, _WEST, _SOUTH, _NORTH = range(4)
# What meets in a vertex, as the sum of 1, 2, 4, 8 for the pixels up left, up right, down left and
# down right of it that belong to the region; then how the outline, with the region on its right,
# comes in and goes on. Two vertices lie where two pixels touch by their corners.
_TURNS: Final = (
    (1, _SOUTH, _WEST),
    (2, _WEST, _NORTH),
    (4, _EAST, _SOUTH),
    (8, _NORTH, _EAST),
    (7, _WEST, _SOUTH),
    (11, _NORTH, _WEST),
    (13, _SOUTH, _EAST),
    (14, _EAST, _NORTH),
    (6, _EAST, _SOUTH),
    (6, _WEST, _NORTH),
    (9, _SOUTH, _WEST),
    (9, _NORTH, _EAST),
)
# From a vertex to the pixel on the right of the edge that leaves it.
_INSIDE: Final = np.array([(0, 0), (-1, -1), (0, -1), (-1, 0)])
_MOST_PAIRS: Final = 2_000


def region_outlines(mask: NDArray[np.bool_]) -> list[list[Ring]]:
    """Return the outlines of the connected parts of a mask.

    Args:
        mask: (H, W) bool.

    Returns:
        For each part its outer outline, clockwise on the screen, and then those of its holes,
        counterclockwise.
    """
    rings, insides = _rings(mask)
    if not rings:
        return []
    areas = _signed_areas(rings)
    if min(areas) > 0:
        return [[ring] for ring in rings]
    import cv2

    _, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    found: dict[int, list[Ring]] = {}
    order = sorted(range(len(rings)), key=lambda place: areas[place] < 0)  # the outer ones first
    for place in order:
        y, x = insides[place]
        found.setdefault(int(parts[y, x]), []).append(rings[place])
    return list(found.values())


def connected_parts(mask: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """Yield each connected part of a mask, (H, W) bool, in the order of their first pixels."""
    import cv2

    number, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    for part in range(1, number):
        yield parts == part


def joined_rings(rings: Sequence[Ring]) -> Ring:
    """Return one ring that surrounds the same pixels as an outer ring and its holes.

    Each hole is reached by a line that is walked in both directions, so by the even-odd rule and
    by winding numbers alike it covers nothing. Formats that know no holes keep them this way.
    """
    joined = rings[0]
    for hole in rings[1:]:
        start, end = _nearest(joined, hole)
        joined = np.concatenate(
            [joined[: start + 1], hole[end:], hole[: end + 1], joined[start:]],
        )
    return joined


def _rings(mask: NDArray[np.bool_]) -> tuple[list[Ring], list[tuple[int, int]]]:
    """Return all outlines, and for each a pixel of the region beside it."""
    pixels = np.pad(mask, 1)
    corners = (pixels[:-1, :-1], pixels[:-1, 1:], pixels[1:, :-1], pixels[1:, 1:])
    up_left, up_right, down_left, down_right = corners
    # Both a horizontal and a vertical edge meet here.
    turns = ((up_left ^ up_right) | (down_left ^ down_right)) & (
        (up_left ^ down_left) | (up_right ^ down_right)
    )
    rows, columns = np.divmod(np.flatnonzero(turns), turns.shape[1])
    codes = sum(corner[rows, columns].astype(np.uint8) << n for n, corner in enumerate(corners))
    chosen = [np.flatnonzero(codes == code) for code, _, _ in _TURNS]
    lengths = [len(part) for part in chosen]
    order = np.concatenate(chosen)
    y, x = rows[order], columns[order]
    comes = np.repeat([turn[1] for turn in _TURNS], lengths)
    goes = np.repeat([turn[2] for turn in _TURNS], lengths)
    following = np.empty(len(y), np.int64)
    for heading in range(4):
        # Edges on one line do not overlap: sorted along it, ends and starts pair up in order.
        keys = (x, y) if heading in (_EAST, _WEST) else (y, x)
        leaving, arriving = (
            part[np.lexsort([key[part] for key in keys])]
            for part in (np.flatnonzero(goes == heading), np.flatnonzero(comes == heading))
        )
        following[leaving] = arriving
    points = np.stack([y, x], axis=1)
    rings, insides = [], []
    for walk in _cycles(following):
        rings.append(points[walk])
        row, column = (points[walk[0]] + _INSIDE[goes[walk[0]]]).tolist()
        insides.append((row, column))
    return rings, insides


def _cycles(following: NDArray[np.int64]) -> list[list[int]]:
    after = following.tolist()
    seen = bytearray(len(after))
    cycles = []
    for first in range(len(after)):
        if seen[first]:
            continue
        walk, place = [], first
        while not seen[place]:
            seen[place] = 1
            walk.append(place)
            place = after[place]
        cycles.append(walk)
    return cycles


def _signed_areas(rings: Sequence[Ring]) -> list[int]:
    """Return twice the area within each ring, negative for holes (shoelace formula)."""
    y, x = np.concatenate(rings).T
    bounds = np.cumsum([len(ring) for ring in rings])
    starts = np.concatenate([[0], bounds[:-1]])
    following = np.arange(1, len(y) + 1)
    following[bounds - 1] = starts
    doubled: list[int] = np.add.reduceat(x * y[following] - y * x[following], starts).tolist()
    return doubled


def _nearest(first: Ring, second: Ring) -> tuple[int, int]:
    # Any line does; a short one looks better in other programs. Of long rings some vertices do.
    stride = 1 + int(np.sqrt(len(first) * len(second) / _MOST_PAIRS))
    distances = np.abs(first[::stride, None] - second[None, ::stride]).sum(axis=2)
    start, end = np.unravel_index(distances.argmin(), distances.shape)
    return int(start) * stride, int(end) * stride
