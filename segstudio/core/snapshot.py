"""Label maps as they were at one moment, without copying them at that moment.

The label map is cut into tiles. A tile is looked at, which mostly means copied, when it is about to
change or when a thread gets to it, whichever comes first. So a moment costs nothing, however large
the label map is, provided that whoever writes into it tells so before.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.memory import empty
from segstudio.core.rect import Rect

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

    Args:
        tiles: Which.
        look: Called once with each tile, on any thread, but never on two at a time.
    """

    def __init__(self, tiles: Iterable[Tile], look: Callable[[Tile], None]) -> None:
        self._waiting = dict.fromkeys(tiles)
        self._look = look
        self._lock = threading.Lock()

    @property
    def is_done(self) -> bool:
        """Whether none is left."""
        return not self._waiting

    def about_to_write(self, rect: Rect) -> None:
        """Look at the tiles that hold a pixel of ``rect``."""
        if self._waiting:
            for tile in tiles_of(rect):
                self._look_at(tile)

    def finish(self) -> None:
        """Look at all that are left."""
        for tile in tuple(self._waiting):
            self._look_at(tile)

    def _look_at(self, tile: Tile) -> None:
        if tile in self._waiting:
            with self._lock:
                if tile in self._waiting:
                    self._look(tile)
                    # Last: until then, another thread that is about to write waits for the lock.
                    del self._waiting[tile]


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
        for rect in rects if waiting else ():
            for tiles in waiting:
                tiles.about_to_write(rect)


class Snapshot:
    """A whole label map as it is now.

    Args:
        label_map: (H, W) uint8 class indices.
        will_change: Whether somebody may write into it from now on.
    """

    def __init__(self, label_map: LabelMap, *, will_change: bool = True) -> None:
        height, width = label_map.shape
        self.shape = height, width
        self._source = label_map
        self._copy = empty(label_map.shape, np.uint8) if will_change else label_map
        tiles = tiles_of(Rect(0, 0, height, width)) if will_change and label_map.size else ()
        self.tiles = WaitingTiles(tiles, self._copy_tile)

    def pixels(self) -> LabelMap:
        """Return the (H, W) uint8 label map, not to be written; this takes time."""
        self.tiles.finish()
        return self._copy

    def _copy_tile(self, tile: Tile) -> None:
        slices = tile_rect(tile, *self.shape).slices
        self._copy[slices] = self._source[slices]
