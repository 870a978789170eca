"""Edits of a label map as values: patches, and what a gesture changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.memory import copied
from segstudio.core.rect import Rect
from segstudio.core.snapshot import Tile, WaitingTiles, tile_rect, tiles_of
from segstudio.core.strips import strips


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
    height, width = label_map.shape
    in_row, in_column = np.zeros(height, np.bool_), np.zeros(width, np.bool_)
    for part in strips(height, width):
        changed = label_map[part] != after[part]
        in_row[part] = changed.any(axis=1)
        in_column |= changed.any(axis=0)
    rows, columns = np.flatnonzero(in_row), np.flatnonzero(in_column)
    if rows.size == 0:
        return None
    rect = Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return MaskPatch(rect, copied(label_map[rect.slices]), copied(after[rect.slices]))


class EditRecorder:
    """Collects the many small writes of one gesture into patches.

    Keeps a copy of each tile as it was before the gesture first touched it, so the cost follows the
    pixels touched, not the image.

    Args:
        label_map: (H, W) uint8 class indices that the gesture writes into.
    """

    def __init__(self, label_map: LabelMap) -> None:
        self._label_map = label_map
        self._before: dict[Tile, LabelMap] = {}

    def about_to_write(self, rect: Rect) -> None:
        """Remember the pixels of ``rect``, which must lie on the image, before they change."""
        for tile in tiles_of(rect):
            if tile not in self._before:
                pixels = self._label_map[tile_rect(tile, *self._label_map.shape).slices]
                self._before[tile] = pixels.copy()

    def finish(self) -> "Changes | None":
        """Return what the gesture changed, or None if that is nothing."""
        changes = Changes(self._label_map, self._before)
        return changes if changes.is_any else None


class Changes:
    """What a gesture changed; a tile's new pixels are copied when it is about to change again.

    Args:
        label_map: (H, W) uint8 class indices as the gesture left them.
        before: Pixels of the touched tiles before it.
    """

    def __init__(self, label_map: LabelMap, before: dict[Tile, LabelMap]) -> None:
        self._label_map = label_map
        self._before = before
        self._patches: list[MaskPatch] = []
        self.nbytes = 2 * sum(pixels.nbytes for pixels in before.values())
        self.tiles = WaitingTiles(before, self._compare)

    @property
    def is_any(self) -> bool:
        """Whether some pixel is another than before; asked before the next gesture begins."""
        return any(
            not np.array_equal(
                pixels, self._label_map[tile_rect(tile, *self._label_map.shape).slices]
            )
            for tile, pixels in self._before.items()
        )

    def rects(self) -> Iterator[Rect]:
        """Yield the touched tiles."""
        return (tile_rect(tile, *self._label_map.shape) for tile in self._before)

    def patches(self) -> tuple[MaskPatch, ...]:
        """Return one patch for each tile with a changed pixel; this takes time."""
        self.tiles.finish()
        return tuple(self._patches)

    def _compare(self, tiles: Iterable[Tile]) -> None:
        patches = []
        for tile in tiles:
            rect = tile_rect(tile, *self._label_map.shape)
            before, after = self._before[tile], self._label_map[rect.slices]
            if not np.array_equal(before, after):
                patches.append(MaskPatch(rect, before, after.copy()))
        self._patches += patches  # all or none: should one fail, all are compared again
