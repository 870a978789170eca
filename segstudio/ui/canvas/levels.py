"""The reduced levels of one layer, kept as Qt draws them fastest."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from segstudio.core.memory import zeros
from segstudio.core.pyramid import (
    BLOCK,
    Pixels,
    Reduction,
    at_level,
    block_rect,
    blocks_of,
    from_level,
    halved,
    level_count,
    level_shape,
    rough_level,
)
from segstudio.core.rect import Rect

Block = tuple[int, int]
"""(row, column) of a square of level 0, see ``core.pyramid``."""

Base = Callable[[Rect], Pixels]
"""Returns the pixels of a rectangle of level 0."""

_LARGE: Final = 400_000  # pixels of level 0; levels of more are built off the GUI thread

_EMPTY, _STALE, _FRESH = range(3)


class Levels:
    """Levels 1.. of a picture: built block by block, patched rectangle by rectangle.

    Memory is a third of the picture at four bytes a pixel, and is used only where blocks are built.

    Args:
        height: Of level 0, pixels.
        width: Of level 0, pixels.
        kind: What the pixels mean: RGB32 or ARGB32_Premultiplied.

    Attributes:
        count: The coarsest level; 0 if the picture is too small to need any.
        rough: The level to draw where finer ones are not built yet.
        is_blank: Whether all pixels are zeros yet, which use no memory.
        reduce: How four pixels become one.
    """

    def __init__(
        self, height: int, width: int, kind: QImage.Format, reduce: Reduction = halved
    ) -> None:
        self.size = height, width
        self.count = level_count(height, width)
        self.reduce = reduce
        shapes = [level_shape(height, width, level) for level in range(1, self.count + 1)]
        self._pixels = [zeros(shape, np.uint32) for shape in shapes]
        # A QImage borrows the array's memory, so the arrays are kept beside them.
        self._pictures = [borrowed(pixels, kind) for pixels in self._pixels]
        self.is_blank = True
        self.rough = rough_level(height, width)
        grid = -(-height // BLOCK), -(-width // BLOCK)
        self._state = np.full(grid, _EMPTY, np.uint8)
        self._version = np.zeros(grid, np.int64)
        # Pixels of level 0 of which levels from ``_late_from`` on do not show a small change yet.
        self._late: Rect | None = None
        self._late_from = 1

    def fill_roughly(self, level: int, pixels: Pixels) -> None:
        """Show these pixels of a level until the true ones are built; it is ``rough`` now."""
        if self.count:
            self.rough = level
            if self.is_blank and not pixels.any():
                return
            self.is_blank = False
            # Coarser ones leave pixels out, too: means would take the GUI thread as long again.
            for coarse in self._pixels[level - 1 :]:
                coarse[:] = pixels
                pixels = pixels[::2, ::2]

    def has(self, level: int, rect: Rect) -> bool:
        """Whether there is something to draw in ``rect``, pixels of a level >= 1."""
        if level >= self.rough:
            return True
        return all(self._state[block] != _EMPTY for block in self._blocks_at(level, rect))

    def unbuilt(self, rect: Rect) -> Iterator[Block]:
        """Yield the blocks in ``rect``, pixels of level 0, that are not built as they should be."""
        if self.count and not rect.is_empty:
            top, left = rect.top // BLOCK, rect.left // BLOCK
            states = self._state[top : -(-rect.bottom // BLOCK), left : -(-rect.right // BLOCK)]
            for row, column in np.argwhere(states != _FRESH).tolist():
                yield top + row, left + column

    def version(self, block: Block) -> int:
        """Return a number that changes with every change of a block's pixels."""
        return int(self._version[block])

    def is_empty(self, block: Block) -> bool:
        """Whether nothing of a block is drawn yet but what is rough."""
        return bool(self._state[block] == _EMPTY)

    def put_unseen(self, block: Block, pieces: Sequence[Pixels]) -> None:
        """Write what of an empty block nobody sees before ``put``; may run on any thread.

        Its rows lie far apart, on pages that the system gives one by one: milliseconds for a block.
        """
        for level, piece in enumerate(pieces[: self.rough - 1], 1):
            part = self._part(level, block)
            if piece.any() or part.any():  # to write zeros over zeros would use memory
                part[:] = piece

    def put(self, block: Block, version: int, pieces: Sequence[Pixels]) -> None:
        """Take over a block's part of each level, unless it changed since ``version``.

        Of an empty block the finer ones have been written by ``put_unseen``.
        """
        if self._version[block] != version:
            return
        skipped = self.rough - 1 if self.is_empty(block) else 0
        for level, piece in enumerate(pieces[skipped:], skipped + 1):
            self._part(level, block)[:] = piece
        self._state[block] = _FRESH

    def _part(self, level: int, block: Block) -> Pixels:
        """Return a block's pixels of a level, to be written."""
        return self._pixels[level - 1][at_level(block_rect(block, *self.size), level).slices]

    def outdate(self, rect: Rect) -> None:
        """Note that ``rect``, pixels of level 0, must be built again; it is drawn as it was."""
        for block in blocks_of(rect):
            self._version[block] += 1
            self._state[block] = min(int(self._state[block]), _STALE)

    def patch(self, rect: Rect, base: Base, level: int) -> None:
        """Bring levels 1 to ``level`` up to date with a small change; others follow when needed.

        Args:
            rect: What changed, pixels of level 0.
            base: Returns the pixels of a rectangle of level 0.
            level: The coarsest level that is seen now.
        """
        for block in blocks_of(rect):
            self._version[block] += 1
        if self._late is None:
            self._late_from = level + 1
            self._late = rect
        else:
            self.catch_up(base, level)
            self._late = self._late.united(rect) if self._late is not None else rect
        self._reduce(rect, base, 1, level)
        self._forget_late_if_none_is()

    def catch_up(self, base: Base, level: int) -> None:
        """Bring levels 1 to ``level`` up to date with all small changes."""
        late = self._late
        if late is None or level < self._late_from:
            return
        if late.height * late.width > _LARGE:
            self._late = None
            self.outdate(late)
            return
        # Those before may have been built again since; then this does them once more.
        self._reduce(late, base, 1, level)
        self._late_from = level + 1
        self._forget_late_if_none_is()

    def _forget_late_if_none_is(self) -> None:
        if self._late_from > self.count:
            self._late = None

    def _reduce(self, rect: Rect, base: Base, first: int, last: int) -> None:
        """Make a part of some levels of those below them; ``rect`` is of level ``first - 1``."""
        self.is_blank = False
        for level in range(first, last + 1):
            rect = at_level(rect, 1)
            below = from_level(rect, 1).clipped_to(*level_shape(*self.size, level - 1))
            source = base(below) if level == 1 else self._pixels[level - 2][below.slices]
            self._pixels[level - 1][rect.slices] = self.reduce(source)

    def draw(self, painter: QPainter, level: int, rect: Rect) -> None:
        """Draw pixels of a level >= 1 where the painter's coordinates say that they are."""
        painter.drawImage(QPoint(rect.left, rect.top), self._pictures[level - 1], qrect(rect))

    def pixels(self, level: int) -> Pixels:
        """Return the (h, w) uint32 pixels of a level >= 1; not to be written."""
        return self._pixels[level - 1]

    def picture(self, level: int) -> QImage:
        """Return a level >= 1 as a picture that shares its pixels."""
        return self._pictures[level - 1]

    def _blocks_at(self, level: int, rect: Rect) -> Iterator[Block]:
        return blocks_of(from_level(rect, level).clipped_to(*self.size))


def borrowed(pixels: NDArray[np.uint32], kind: QImage.Format) -> QImage:
    """Return (h, w) pixels, rows in one piece, as a picture that shares their memory."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width * 4, kind)


def qrect(rect: Rect) -> QRect:
    """Return a rectangle as Qt has it."""
    return QRect(rect.left, rect.top, rect.width, rect.height)
