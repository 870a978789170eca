"""Edits of a label map as values: patches, brush strokes, and what a gesture changed."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.rect import Rect

_TILE: Final = 256


@dataclass(frozen=True, slots=True)
class MaskPatch:
    """One edit: the pixels of ``rect`` before and after it.

    Attributes:
        rect: Where, half-open, in image pixels.
        before: (h, w) uint8 class indices that the edit replaces.
        after: (h, w) uint8 class indices that it writes.
    """

    rect: Rect
    before: LabelMap
    after: LabelMap


def difference_patch(label_map: LabelMap, after: LabelMap) -> MaskPatch | None:
    """Return the smallest edit that turns ``label_map`` into ``after``.

    Args:
        label_map: (H, W) uint8 class indices; read, never written.
        after: (H, W) uint8 class indices.

    Returns:
        The edit, or None if the two are equal.
    """
    changed = label_map != after
    rows = np.flatnonzero(changed.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(changed.any(axis=0))
    rect = Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return MaskPatch(rect, label_map[rect.slices].copy(), after[rect.slices].copy())


def brush_centre(y: float, x: float, size: int) -> tuple[float, float]:
    """Return the point nearest (y, x) on which a brush of ``size`` pixels covers whole pixels.

    Brushes of odd size sit on pixel centres, of even size on pixel corners, so that a brush of
    size 1 covers exactly one pixel wherever in it the pointer is.
    """
    if size % 2:
        return float(np.floor(y)) + 0.5, float(np.floor(x)) + 0.5
    # Not np.round: it rounds halves to even, so a pointer that stands on half pixels, as it does
    # at 100 % zoom in a window of odd size, would step over every other corner.
    return float(np.floor(y + 0.5)), float(np.floor(x + 0.5))


def brush_rect(start: tuple[float, float], end: tuple[float, float], size: int) -> Rect:
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
    start: tuple[float, float],
    end: tuple[float, float],
    size: int,
    class_index: int,
) -> MaskPatch | None:
    """Return the edit that drags a round brush along one straight line.

    A pixel is covered when its centre is no farther than ``size / 2`` from the line.

    Args:
        label_map: (H, W) uint8 class indices; read, never written.
        start: First brush centre as (y, x), image pixels, see ``brush_centre``.
        end: Last brush centre; equal to ``start`` for a dab.
        size: Brush diameter in image pixels, >= 1; not screen pixels.
        class_index: Value to paint, 0..255.

    Returns:
        The edit, or None if no pixel would change.
    """
    rect = brush_rect(start, end, size).clipped_to(*label_map.shape)
    if rect.is_empty:
        return None
    covered = _near_segment(rect, start, end, size / 2)
    before = label_map[rect.slices].copy()
    after = np.where(covered, np.uint8(class_index), before)
    return None if np.array_equal(before, after) else MaskPatch(rect, before, after)


def _near_segment(
    rect: Rect, start: tuple[float, float], end: tuple[float, float], radius: float
) -> NDArray[np.bool_]:
    """Return which pixel centres of ``rect`` lie within ``radius`` of the segment; (h, w) bool."""
    # Subtracted in double precision: single precision is a hundredth of a pixel at 100,000.
    rows = np.arange(rect.top, rect.bottom)[:, None] + (0.5 - start[0])
    columns = np.arange(rect.left, rect.right)[None, :] + (0.5 - start[1])
    y: NDArray[np.float32] = rows.astype(np.float32)
    x: NDArray[np.float32] = columns.astype(np.float32)
    dy, dx = np.float32(end[0] - start[0]), np.float32(end[1] - start[1])
    length_squared = dy * dy + dx * dx
    if length_squared > 0:
        along: NDArray[np.float32] = np.clip((y * dy + x * dx) / length_squared, 0, 1)
        y = y - along * dy
        x = x - along * dx
    covered: NDArray[np.bool_] = y * y + x * x <= np.float32(radius * radius)
    return covered


class EditRecorder:
    """Collects the many small writes of one gesture into patches.

    Keeps a copy of each 256 x 256 tile as it was before the gesture first touched it, so the
    cost follows the pixels touched, not the image.

    Args:
        label_map: (H, W) uint8 class indices that the gesture writes into.
    """

    def __init__(self, label_map: LabelMap) -> None:
        self._label_map = label_map
        self._tiles: dict[tuple[int, int], LabelMap] = {}

    def about_to_write(self, rect: Rect) -> None:
        """Remember the pixels of ``rect``, which must lie on the image, before they change."""
        for row in range(rect.top // _TILE, (rect.bottom - 1) // _TILE + 1):
            for column in range(rect.left // _TILE, (rect.right - 1) // _TILE + 1):
                if (row, column) not in self._tiles:
                    tile = _tile(row, column).clipped_to(*self._label_map.shape)
                    self._tiles[row, column] = self._label_map[tile.slices].copy()

    def finish(self) -> tuple[MaskPatch, ...]:
        """Return everything the gesture changed: one patch for each tile with a changed pixel."""
        patches = []
        for (row, column), before in self._tiles.items():
            tile = _tile(row, column).clipped_to(*self._label_map.shape)
            after = self._label_map[tile.slices]
            if not np.array_equal(before, after):
                patches.append(MaskPatch(tile, before, after.copy()))
        return tuple(patches)


def _tile(row: int, column: int) -> Rect:
    top, left = row * _TILE, column * _TILE
    return Rect(top, left, top + _TILE, left + _TILE)
