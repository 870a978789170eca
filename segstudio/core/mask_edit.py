"""Edits of a label map as values: patches, and what a gesture changed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

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
