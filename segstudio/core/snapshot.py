"""Label maps as they were at one moment, without copying them at that moment.

The label map is cut into tiles. A tile is looked at, which mostly means copied, when it is about to
change or when a thread gets to it, whichever comes first. So a moment costs nothing, however large
the label map is, provided that whoever writes into it tells so before.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.memory import empty
from segstudio.core.rect import Rect, united

_TILE: Final = 256

Tile = tuple[int, int]
"""(row, column) of a square of 256 x 256 pixels."""


def tiles_of(rect: Rect) -> Iterator[Tile]:
    """Yield the tiles that hold a pixel of a rectangle that is not empty."""
    for row in range(rect.top // _TILE, (rect.bottom - 1) // _TILE + 1):
        for column in range(rect.left // _TILE, (rect.right - 1) // _TILE + 1):
            yield row, column


def tile_rect(tile: Tile, height: int, width: int) -> Rect:
    """Return the pixels of a tile on a label map of this size."""
    top, left = tile[0] * _TILE, tile[1] * _TILE
    return Rect(top, left, min(top + _TILE, height), min(left + _TILE, width))


class WaitingTiles:
    """Tiles that must each be looked at once before they change; safe on several threads.

    They are looked at row by row, so whoever needs some of them waits for one row at most that
    another thread is at.

    Args:
        tiles: Which.
        look: Called with tiles of one row, with each tile once; on any thread, and on several at a
            time.
    """

    def __init__(self, tiles: Iterable[Tile], look: Callable[[Sequence[Tile]], None]) -> None:
        self._waiting = dict.fromkeys(tiles)
        self._looked_at: set[Tile] = set()  # by some thread, right now
        self._changed = threading.Condition()
        self._look = look

    @property
    def is_done(self) -> bool:
        """Whether none is left."""
        with self._changed:  # else one may go from the one to the other in between
            return not self._waiting and not self._looked_at

    def about_to_write(self, rects: Iterable[Rect]) -> None:
        """Look at the tiles that hold a pixel of some rectangles."""
        if not self.is_done:
            self._look_at(tile for rect in rects for tile in tiles_of(rect))

    def finish(self) -> None:
        """Look at all that are left."""
        with self._changed:
            left = (*self._waiting, *self._looked_at)
        self._look_at(left)

    def _look_at(self, tiles: Iterable[Tile]) -> None:
        for _, row in groupby(sorted(set(tiles)), key=itemgetter(0)):
            self._look_at_row(list(row))

    def _look_at_row(self, row: list[Tile]) -> None:
        with self._changed:
            mine = [tile for tile in row if tile in self._waiting]
            self._looked_at.update(mine)
            for tile in mine:
                del self._waiting[tile]
        is_seen = False
        try:
            if mine:
                self._look(mine)
            is_seen = True
        finally:
            with self._changed:
                if not is_seen:
                    # Not before: the next thread may have taken them by the time they are let go.
                    self._waiting.update(dict.fromkeys(mine))
                self._looked_at.difference_update(mine)
                self._changed.notify_all()
        with self._changed:
            self._changed.wait_for(lambda: self._looked_at.isdisjoint(row))
            has_failed = any(tile in self._waiting for tile in row)
        if has_failed:  # on another thread
            self._look_at_row(row)


class Waiting:
    """The tiles that any of several snapshots still needs; safe on several threads.

    Whoever is about to write megapixels has them looked at on a thread first, for the write itself
    would wait for the copies.
    """

    def __init__(self) -> None:
        self._waiting: tuple[WaitingTiles, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return all(tiles.is_done for tiles in self._waiting)

    def add(self, tiles: WaitingTiles) -> None:
        """Wait for these, too."""
        self._waiting = (*(left for left in self._waiting if not left.is_done), tiles)

    def about_to_write(self, rects: Iterable[Rect]) -> None:
        """Look at the tiles that hold a pixel of some rectangles."""
        waiting = [tiles for tiles in self._waiting if not tiles.is_done]
        rects = tuple(rects) if waiting else ()
        for tiles in waiting:
            tiles.about_to_write(rects)


class Snapshot:
    """A label map as it is now.

    Args:
        label_map: (H, W) uint8 class indices.
        will_change: Whether somebody may write into it from now on.
        only: The tiles that are wanted, or None for all; others are not copied.
    """

    def __init__(
        self,
        label_map: LabelMap,
        *,
        will_change: bool = True,
        only: Collection[Tile] | None = None,
    ) -> None:
        height, width = label_map.shape
        self.shape = height, width
        self._source = label_map
        self._copy = empty(label_map.shape, np.uint8) if will_change else label_map
        tiles: Iterable[Tile] = ()
        if will_change and label_map.size:
            tiles = tiles_of(Rect(0, 0, height, width)) if only is None else only
        self.tiles = WaitingTiles(tiles, self._copy_tiles)

    def pixels(self) -> LabelMap:
        """Return the (H, W) uint8 label map, not to be written; this takes time."""
        self.tiles.finish()
        return self._copy

    def _copy_tiles(self, row: Sequence[Tile]) -> None:
        # Neighbours together: a row that is copied as a whole lies in one piece of memory.
        for _, group in groupby(enumerate(row), key=lambda placed: placed[1][1] - placed[0]):
            side_by_side = [tile_rect(tile, *self.shape) for _, tile in group]
            part = united(side_by_side).slices
            self._copy[part] = self._source[part]
