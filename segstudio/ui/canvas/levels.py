"""The reduced levels of one layer, kept as Qt draws them fastest."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

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
        reduce: How four pixels become one.
    """

    def __init__(
        self, height: int, width: int, kind: QImage.Format, reduce: Reduction = halved
    ) -> None:
        self.size = height, width
        self.count = level_count(height, width)
        self.reduce = reduce
        shapes = [level_shape(height, width, level) for level in range(1, self.count + 1)]
        # Pages of zeros take no memory before they are written.
        self._pixels = [np.zeros(shape, np.uint32) for shape in shapes]
        # A QImage borrows the array's memory, so the arrays are kept beside them.
        self._pictures = [borrowed(pixels, kind) for pixels in self._pixels]
        self.rough = rough_level(height, width)
        grid = -(-height // BLOCK), -(-width // BLOCK)
        self._state = np.full(grid, _EMPTY, np.uint8)
        self._version = np.zeros(grid, np.int64)

    def fill_roughly(self, level: int, pixels: Pixels) -> None:
        """Show these pixels of a level until the true ones are built; it is ``rough`` now."""
        if self.count:
            self.rough = level
            self._pixels[level - 1][:] = pixels
            for level in range(self.rough, self.count):
                self._pixels[level][:] = self.reduce(self._pixels[level - 1])

    def has(self, level: int, rect: Rect) -> bool:
        """Whether there is something to draw in ``rect``, pixels of a level >= 1."""
        if level >= self.rough:
            return True
        return all(self._state[block] != _EMPTY for block in self._blocks_at(level, rect))

    def unbuilt(self, rect: Rect) -> Iterator[Block]:
        """Yield the blocks in ``rect``, pixels of level 0, that are not built as they should be."""
        if self.count:
            yield from (block for block in blocks_of(rect) if self._state[block] != _FRESH)

    def version(self, block: Block) -> int:
        """Return a number that changes with every change of a block's pixels."""
        return int(self._version[block])

    def put(self, block: Block, version: int, pieces: Sequence[Pixels]) -> None:
        """Take over a block's part of each level, unless it changed since ``version``."""
        if self._version[block] != version:
            return
        rect = block_rect(block, *self.size)
        for level, (pixels, piece) in enumerate(zip(self._pixels, pieces, strict=True), 1):
            pixels[at_level(rect, level).slices] = piece
        self._state[block] = _FRESH

    def outdate(self, rect: Rect) -> None:
        """Note that ``rect``, pixels of level 0, must be built again; it is drawn as it was."""
        for block in blocks_of(rect):
            self._version[block] += 1
            self._state[block] = min(int(self._state[block]), _STALE)

    def patch(self, rect: Rect, base: Callable[[Rect], Pixels]) -> None:
        """Bring all levels up to date with a small change.

        Args:
            rect: What changed, pixels of level 0.
            base: Returns the pixels of a rectangle of level 0.
        """
        for block in blocks_of(rect):
            self._version[block] += 1
        for level in range(1, self.count + 1):
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
