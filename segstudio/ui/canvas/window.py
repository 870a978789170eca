"""The part of one level that is on the screen, composed of all layers and ready to blit."""

import math
import threading
import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from segstudio.core.rect import Rect
from segstudio.ui.canvas.levels import borrowed, qrect

_TILE: Final = 128
_MARGIN: Final = 384  # pixels at least around what is visible: panning seldom moves the window
AROUND: Final = 2 * (_MARGIN + _TILE)  # that many pixels a window is larger than what is visible
_RUN: Final = 16  # tiles; that many are composed in a few milliseconds
_GAP: Final = 2  # tiles that are composed again sooner than a rectangle is begun anew
_ROUND: Final = 2**18  # pixels; windows that differ little use the same memory
_SPARES: Final = 2  # beside the one that is shown: one that comes, one to move to
_LARGEST: Final = 2  # of the size that a view may need: the one that is shown, one to move to

_EMPTY, _STALE, _FRESH = range(3)

Compose = Callable[[QPainter, Rect], bool]
"""Draws a rectangle of the level, unless the layers have nothing there yet: then False."""


class Buffers:
    """Memory that windows hand on to one another.

    To get as much from the system anew takes longer than to compose all its pixels.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spare: list[NDArray[np.uint32]] = []
        self._lent: list[int] = []  # sizes
        self._usual = 0  # pixels of those that are prepared

    def margin(self, height: int, width: int) -> int:
        """Return how many pixels fit around a view on all sides, where all its memory is used."""
        # (height + 2 m) (width + 2 m) = what there is
        sides = height + width
        root = math.sqrt(max(sides**2 + 4 * (self._usual - height * width), 0))
        return max(int((root - sides) / 4) - _TILE, _MARGIN)

    def prepare(self, height: int, width: int) -> None:
        """Get memory for windows of a view of this size; may run on any thread.

        Args:
            height: Of the view, pixels of the screen.
            width: Of the view, pixels of the screen.
        """
        # Right above 50 % a view shows twice its size, each way, of the level itself.
        size = self._usual = _rounded((2 * height + AROUND) * (2 * width + AROUND))
        while self._count(size) < _LARGEST:
            fresh = np.empty(size, np.uint32)
            fresh.fill(0)  # now it is really there
            with self._lock:
                self._keep(fresh)

    def take(self, height: int, width: int) -> NDArray[np.uint32]:
        """Return (height, width) pixels of any colour."""
        count = height * width
        with self._lock:
            fitting = [place for place, spare in enumerate(self._spare) if spare.size >= count]
            flat = self._spare.pop(fitting[0]) if fitting else np.empty(_rounded(count), np.uint32)
            self._lent.append(flat.size)
        return flat[:count].reshape(height, width)

    def give(self, pixels: NDArray[np.uint32]) -> None:
        """Take back what ``take`` returned; nobody uses it any more."""
        flat = pixels.base
        assert flat is not None
        with self._lock:
            self._lent.remove(flat.size)
            self._keep(flat)

    def _count(self, size: int) -> int:
        """Return how many pieces of memory there are that are as large or larger."""
        with self._lock:
            sizes = [*self._lent, *(spare.size for spare in self._spare)]
        return sum(each >= size for each in sizes)

    def _keep(self, flat: NDArray[np.uint32]) -> None:
        self._spare = sorted([*self._spare, flat], key=len)[-_SPARES:]


def _rounded(count: int) -> int:
    return -(-count // _ROUND) * _ROUND


class Window:
    """A rectangle of a level as one picture, so that drawing it leaves no seams between tiles.

    Its memory follows the size of the view, not of the image. Tiles are composed when they are
    first seen and again when they changed; until then they are drawn as they were.

    Args:
        level: Which level.
        height: Of the level, pixels.
        width: Of the level, pixels.
        compose: Draws the layers; the painter's coordinates are pixels of the level.
        buffers: Where its memory comes from.
    """

    def __init__(
        self, level: int, height: int, width: int, compose: Compose, buffers: Buffers
    ) -> None:
        self.level = level
        self._size = height, width
        self._compose = compose
        self._buffers = buffers
        self._rect = Rect(0, 0, 0, 0)
        self._pixels = np.zeros((0, 0), np.uint32)
        self._picture = QImage()
        self._state = np.zeros((0, 0), np.uint8)

    def close(self) -> None:
        """Give its memory back; it shows nothing any more."""
        if self._pixels.size:
            self._buffers.give(self._pixels)
        self._rect, self._pixels = Rect(0, 0, 0, 0), np.zeros((0, 0), np.uint32)
        self._picture, self._state = QImage(), np.zeros((0, 0), np.uint8)

    def cover(self, visible: Rect) -> None:
        """Move so that all of ``visible``, which lies on the level, is inside."""
        old = self._rect
        if visible.is_empty or old.united(visible) == old:
            return
        tiles = _tiles_of(
            visible.grown(self._buffers.margin(visible.height, visible.width)).clipped_to(
                *self._size
            )
        )
        rect = self._rect_of(tiles)
        pixels = self._buffers.take(rect.height, rect.width)
        state = np.full((tiles.height, tiles.width), _EMPTY, np.uint8)
        # What has gone out of view is composed again if it comes back: mostly it does not.
        kept = _shared(old, self._rect_of(_tiles_of(visible)))
        if not kept.is_empty:
            pixels[_placed(kept, rect)] = self._pixels[_placed(kept, old)]
            kept_tiles = _tiles_of(kept)
            state[_placed(kept_tiles, tiles)] = self._state[_placed(kept_tiles, _tiles_of(old))]
        self.close()
        self._rect, self._pixels, self._state = rect, pixels, state
        self._picture = borrowed(pixels, QImage.Format.Format_RGB32)

    def refresh(self, visible: Rect, deadline: float) -> bool:
        """Compose what is not up to date in ``visible``.

        Args:
            visible: Covered pixels of the level.
            deadline: Of ``time.perf_counter``, when to stop.

        Returns:
            Whether all that the layers have is composed.
        """
        if self.is_fresh(visible):
            return True
        states = self._states(visible)
        tiles = _tiles_of(visible)
        for part in _runs(states != _FRESH):
            if time.perf_counter() >= deadline:
                return False
            run = Rect(
                tiles.top + part.top,
                tiles.left + part.left,
                tiles.top + part.bottom,
                tiles.left + part.right,
            )
            if self._paint(self._rect_of(run)):
                states[part.slices] = _FRESH
        return True

    def patch(self, rect: Rect) -> None:
        """Compose a small rectangle again that changed."""
        shared = _shared(rect, self._rect)
        if not shared.is_empty and self.is_drawable(shared):
            self._paint(shared)
        else:
            self.outdate(rect)

    def outdate(self, rect: Rect | None = None) -> None:
        """Note that a rectangle, or everything, must be composed again."""
        shared = self._rect if rect is None else _shared(rect, self._rect)
        if not shared.is_empty:
            states = self._states(shared)
            np.minimum(states, _STALE, out=states)

    def missing(self, visible: Rect) -> float:
        """Return which share of ``visible`` is not covered or has never been composed, 0..1."""
        shared = _shared(visible, self._rect)
        if shared.is_empty:
            return 1.0
        composed = float((self._states(shared) != _EMPTY).mean())
        return 1 - composed * shared.height * shared.width / (visible.height * visible.width)

    def is_drawable(self, visible: Rect) -> bool:
        """Whether every pixel of ``visible`` is covered and has been composed once."""
        if self._rect.united(visible) != self._rect:
            return False
        return bool((self._states(visible) != _EMPTY).all())

    def is_fresh(self, visible: Rect) -> bool:
        """Whether every pixel of ``visible`` is covered and up to date."""
        if self._rect.united(visible) != self._rect:
            return False
        return bool((self._states(visible) == _FRESH).all())

    def draw(self, painter: QPainter, visible: Rect) -> None:
        """Draw ``visible`` where the painter's coordinates, pixels of the level, say that it is."""
        painter.drawImage(QPoint(visible.left, visible.top), self._picture, self._inside(visible))

    def draw_composed(self, painter: QPainter, visible: Rect) -> None:
        """Draw those tiles of ``visible`` that have been composed."""
        visible = _shared(visible, self._rect)
        if visible.is_empty:
            return
        tiles = _tiles_of(visible)
        for run in _runs(self._states(visible) != 0, gap=0):
            self.draw(painter, _shared(self._rect_of(run.moved(tiles.top, tiles.left)), visible))

    def _paint(self, rect: Rect) -> bool:
        painter = QPainter(self._picture)
        painter.setClipRect(self._inside(rect))
        painter.translate(-self._rect.left, -self._rect.top)
        is_done = self._compose(painter, rect)
        painter.end()
        return is_done

    def _inside(self, rect: Rect) -> QRect:
        return qrect(rect).translated(-self._rect.left, -self._rect.top)

    def _states(self, rect: Rect) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
        tiles, origin = _tiles_of(rect), _tiles_of(self._rect)
        return self._state[
            tiles.top - origin.top : tiles.bottom - origin.top,
            tiles.left - origin.left : tiles.right - origin.left,
        ]

    def _rect_of(self, tiles: Rect) -> Rect:
        return Rect(*(side * _TILE for side in tiles)).clipped_to(*self._size)


def _runs(chosen: NDArray[np.bool_], gap: int = _GAP) -> list[Rect]:
    """Return rectangles of tiles that hold all chosen ones, and few others; none if ``gap`` is 0.

    One for each tile would cost more than the pixels between them.
    """
    done: list[Rect] = []
    growing: dict[tuple[int, int], int] = {}  # (left, right) -> top
    for row in range(chosen.shape[0] + 1):
        pieces = _pieces(chosen[row], gap) if row < chosen.shape[0] else []
        for (left, right), top in list(growing.items()):
            if (left, right) not in pieces or (row - top) * (right - left) >= _RUN:
                done.append(Rect(top, left, row, right))
                del growing[left, right]
        for piece in pieces:
            growing.setdefault(piece, row)
    return done


def _pieces(chosen: NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """Return where tiles of a row are chosen: (first, last + 1), with short gaps closed."""
    pieces: list[tuple[int, int]] = []
    for place in np.flatnonzero(chosen).tolist():
        if pieces and place - pieces[-1][1] <= gap:
            pieces[-1] = pieces[-1][0], place + 1
        else:
            pieces.append((place, place + 1))
    return pieces


def _tiles_of(rect: Rect) -> Rect:
    return Rect(
        rect.top // _TILE, rect.left // _TILE, -(-rect.bottom // _TILE), -(-rect.right // _TILE)
    )


def _shared(a: Rect, b: Rect) -> Rect:
    return Rect(
        max(a.top, b.top), max(a.left, b.left), min(a.bottom, b.bottom), min(a.right, b.right)
    )


def _placed(rect: Rect, origin: Rect) -> tuple[slice, slice]:
    return (
        slice(rect.top - origin.top, rect.bottom - origin.top),
        slice(rect.left - origin.left, rect.right - origin.left),
    )
