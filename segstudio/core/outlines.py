"""Outlines of regions along the edges of their pixels, and back to back with ``core.raster``.

The outline of a region runs between pixels, not through their middles as OpenCV's contours do, so
filling it by pixel centres gives the region again, to the pixel: one-pixel islands, thin lines and
holes included. Regions are connected by sides (4-connected).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap

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
_BAND_PIXELS: Final = 2**16
_OUTSIDE: Final = 256  # the value of what lies around an image


def region_outlines(label_map: LabelMap, values: Sequence[int]) -> dict[int, list[list[Ring]]]:
    """Return the outlines of the connected regions of some values of a label map.

    Args:
        label_map: (H, W) uint8.
        values: Label map values; of others no outlines are looked for.

    Returns:
        For each value that is there the outlines of its regions: of each the outer one, clockwise
        on the screen, and then those of its holes, counterclockwise.
    """
    borders = _borders(label_map, values)
    walks = _cycles(borders.following)
    if not walks:
        return {}
    rings = [borders.points[walk] for walk in walks]
    areas = _signed_areas(rings)
    owners = (
        _owners(borders, walks, areas, label_map.shape) if areas.min() < 0 else range(len(walks))
    )
    regions: dict[int, list[Ring]] = {}
    for place in np.argsort(areas < 0, kind="stable").tolist():  # the outer ones first
        regions.setdefault(owners[place], []).append(rings[place])
    found: dict[int, list[list[Ring]]] = {}
    for outer, region in regions.items():
        found.setdefault(int(borders.values[walks[outer][0]]), []).append(region)
    return found


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
    """The vertices of all outlines in a label map.

    Attributes:
        points: (N, 2) int64 vertices (y, x).
        values: (N,) int64, whose outline it is.
        goes: (N,) how the outline goes on from each.
        following: (N,) which vertex comes then.
    """

    points: NDArray[np.int64]
    values: NDArray[np.int64]
    goes: NDArray[np.int64]
    following: NDArray[np.int64]


def _borders(label_map: LabelMap, values: Sequence[int]) -> _Borders:
    corners, rows, columns = _vertices(label_map)
    at, value, codes = _codes(corners, values)
    chosen = [np.flatnonzero(codes == code) for code, _, _ in _TURNS]
    lengths = [len(part) for part in chosen]
    order = np.concatenate(chosen)
    of = value[order].astype(np.int64)
    y, x = rows[at[order]], columns[at[order]]
    comes = np.repeat([turn[1] for turn in _TURNS], lengths)
    goes = np.repeat([turn[2] for turn in _TURNS], lengths)
    height, width = label_map.shape
    along_row = (of * (height + 1) + y) * (width + 1) + x
    along_column = (of * (width + 1) + x) * (height + 1) + y
    following = np.empty(len(y), np.int64)
    for heading in range(4):
        # Edges on one line do not overlap: sorted along it, ends and starts pair up in order.
        keys = along_row if heading in (_EAST, _WEST) else along_column
        leaving, arriving = (
            part[np.argsort(keys[part])]
            for part in (np.flatnonzero(goes == heading), np.flatnonzero(comes == heading))
        )
        following[leaving] = arriving
    return _Borders(np.stack([y, x], axis=1), of, goes, following)


def _vertices(
    label_map: LabelMap,
) -> tuple[list[NDArray[np.uint16]], NDArray[np.int64], NDArray[np.int64]]:
    """Find the vertices where outlines can turn.

    Returns:
        The values of the pixels up left, up right, down left and down right of each, their rows,
        and their columns.
    """
    height, width = label_map.shape
    # In bands that stay in the processor's cache: five times as fast, and nothing is as large as
    # the image.
    tall = max(_BAND_PIXELS // (width + 2), 1)
    found = []
    for top in range(0, height + 1, tall):
        bottom = min(top + tall, height + 1)
        pixels = np.full((bottom - top + 1, width + 2), _OUTSIDE, np.uint16)
        inside = label_map[max(top - 1, 0) : bottom]
        first = 1 if top == 0 else 0  # above the image lies a row of nothing
        pixels[first : first + len(inside), 1:-1] = inside
        beside, below = pixels[:, :-1] != pixels[:, 1:], pixels[:-1] != pixels[1:]
        # Both a vertical and a horizontal edge meet here.
        turns = (beside[:-1] | beside[1:]) & (below[:, :-1] | below[:, 1:])
        rows, columns = np.divmod(np.flatnonzero(turns), turns.shape[1])
        corners = (pixels[:-1, :-1], pixels[:-1, 1:], pixels[1:, :-1], pixels[1:, 1:])
        found.append((*(corner[rows, columns] for corner in corners), rows + top, columns))
    *around, rows, columns = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return around, rows, columns


def _codes(
    corners: Sequence[NDArray[np.uint16]], values: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.uint16], NDArray[np.uint8]]:
    """Return what each value sees of the vertices where it meets others.

    Args:
        corners: The values around each vertex, see ``_vertices``.
        values: Those that are looked for.

    Returns:
        The place of the vertex, the value, and the sum of 1, 2, 4, 8 for the pixels that have it.
        A vertex is told once for each value around it.
    """
    wanted = np.isin(np.arange(_OUTSIDE + 1), values)
    alike = {pair: corners[pair[0]] == corners[pair[1]] for pair in combinations(range(4), 2)}
    places, codes = [], []
    for corner, value in enumerate(corners):
        is_told = wanted[value]
        code = np.full(len(value), 1 << corner, np.uint8)
        for before in range(corner):
            is_told &= ~alike[before, corner]
        for after in range(corner + 1, 4):
            code |= alike[corner, after].view(np.uint8) << after
        places.append(np.flatnonzero(is_told))
        codes.append(code[places[-1]])
    of = [value[place] for value, place in zip(corners, places, strict=True)]
    return np.concatenate(places), np.concatenate(of), np.concatenate(codes)


def _owners(
    borders: _Borders,
    walks: Sequence[Sequence[int]],
    areas: NDArray[np.int64],
    shape: tuple[int, int],
) -> list[int]:
    """Return for each ring the outer ring of the region that it belongs to.

    To the left of the leftmost edge of a hole lie pixels of its region, up to another edge, which
    is one of the outer ring or of a hole that lies farther to the left.
    """
    height, width = shape
    y, x = borders.points.T
    start_of_row = borders.values * height * (width + 1)  # rows of each value by themselves
    ring = np.empty(len(y), np.int64)
    ring[np.concatenate(walks)] = np.repeat(np.arange(len(walks)), [len(walk) for walk in walks])
    # Edges with their region on the right, one entry for each row of pixels.
    north = np.flatnonzero(borders.goes == _NORTH)
    tops = y[borders.following[north]]
    counts = y[north] - tops
    edge = np.repeat(np.arange(len(north)), counts)
    rows = np.arange(len(edge)) + (tops - np.cumsum(counts) + counts)[edge]
    keys = rows * (width + 1) + (start_of_row + x)[north][edge]
    order = np.argsort(keys)
    # The leftmost edge of each hole has its region on the left.
    south = np.flatnonzero((borders.goes == _SOUTH) & (areas[ring] < 0))
    south = south[np.lexsort((x[south], ring[south]))]
    holes, first = np.unique(ring[south], return_index=True)
    at = south[first]
    before = np.searchsorted(keys[order], (start_of_row + y * (width + 1) + x)[at]) - 1
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
