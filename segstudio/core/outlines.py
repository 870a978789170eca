"""Outlines of regions along the edges of their pixels, and back to back with ``core.raster``.

The outline of a region runs between pixels, not through their middles as OpenCV's contours do, so
filling it by pixel centres gives the region again, to the pixel: one-pixel islands, thin lines and
holes included. Regions are connected by sides (4-connected).
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

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
_MOST_PAIRS: Final = 2_000


def region_outlines(mask: NDArray[np.bool_]) -> list[list[Ring]]:
    """Return the outlines of the connected parts of a mask.

    Args:
        mask: (H, W) bool.

    Returns:
        For each part its outer outline, clockwise on the screen, and then those of its holes,
        counterclockwise.
    """
    borders = _borders(mask)
    walks = _cycles(borders.following)
    if not walks:
        return []
    rings = [borders.points[walk] for walk in walks]
    areas = _signed_areas(rings)
    if areas.min() > 0:
        return [[ring] for ring in rings]
    found: dict[int, list[Ring]] = {}
    owners = _owners(borders, walks, areas, mask.shape[1])
    for place in np.argsort(areas < 0, kind="stable").tolist():  # the outer ones first
        found.setdefault(owners[place], []).append(rings[place])
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


class _Borders(NamedTuple):
    """The vertices of all outlines of a mask.

    Attributes:
        points: (N, 2) int64 vertices (y, x).
        goes: (N,) how the outline goes on from each.
        following: (N,) which vertex comes then.
    """

    points: NDArray[np.int64]
    goes: NDArray[np.int64]
    following: NDArray[np.int64]


def _borders(mask: NDArray[np.bool_]) -> _Borders:
    pixels = np.pad(mask, 1).view(np.uint8)  # of which NumPy takes many at once, unlike of bool
    corners = (pixels[:-1, :-1], pixels[:-1, 1:], pixels[1:, :-1], pixels[1:, 1:])
    beside, below = pixels[:, :-1] ^ pixels[:, 1:], pixels[:-1] ^ pixels[1:]
    # Both a vertical and a horizontal edge meet here.
    turns = (beside[:-1] | beside[1:]) & (below[:, :-1] | below[:, 1:])
    rows, columns = np.divmod(np.flatnonzero(turns.view(np.bool_)), turns.shape[1])
    codes = sum(corner[rows, columns] << n for n, corner in enumerate(corners))
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
    return _Borders(np.stack([y, x], axis=1), goes, following)


def _owners(
    borders: _Borders, walks: Sequence[Sequence[int]], areas: NDArray[np.int64], width: int
) -> list[int]:
    """Return for each ring the outer ring of the region that it belongs to.

    To the left of the leftmost edge of a hole lie pixels of its region, up to another edge, which
    is one of the outer ring or of a hole that lies farther to the left.
    """
    y, x = borders.points.T
    ring = np.empty(len(y), np.int64)
    ring[np.concatenate(walks)] = np.repeat(np.arange(len(walks)), [len(walk) for walk in walks])
    # Edges with their region on the right, one entry for each row of pixels.
    north = np.flatnonzero(borders.goes == _NORTH)
    tops = y[borders.following[north]]
    counts = y[north] - tops
    edge = np.repeat(np.arange(len(north)), counts)
    rows = np.arange(len(edge)) + (tops - np.cumsum(counts) + counts)[edge]
    keys = rows * (width + 1) + x[north][edge]
    order = np.argsort(keys)
    # The leftmost edge of each hole has its region on the left.
    south = np.flatnonzero((borders.goes == _SOUTH) & (areas[ring] < 0))
    south = south[np.lexsort((x[south], ring[south]))]
    holes, first = np.unique(ring[south], return_index=True)
    at = south[first]
    before = np.searchsorted(keys[order], y[at] * (width + 1) + x[at]) - 1
    beside = ring[north][edge][order][before]
    owners = list(range(len(walks)))
    for place in np.argsort(x[at]).tolist():
        owners[holes[place]] = owners[beside[place]]
    return owners


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


def _signed_areas(rings: Sequence[Ring]) -> NDArray[np.int64]:
    """Return twice the area within each ring, negative for holes (shoelace formula)."""
    y, x = np.concatenate(rings).T
    bounds = np.cumsum([len(ring) for ring in rings])
    starts = np.concatenate([[0], bounds[:-1]])
    following = np.arange(1, len(y) + 1)
    following[bounds - 1] = starts
    doubled: NDArray[np.int64] = np.add.reduceat(x * y[following] - y * x[following], starts)
    return doubled


def _nearest(first: Ring, second: Ring) -> tuple[int, int]:
    # Any line does; a short one looks better in other programs. Of long rings some vertices do.
    stride = 1 + int(np.sqrt(len(first) * len(second) / _MOST_PAIRS))
    distances = np.abs(first[::stride, None] - second[None, ::stride]).sum(axis=2)
    start, end = np.unravel_index(distances.argmin(), distances.shape)
    return int(start) * stride, int(end) * stride
