"""Half-open rectangles of pixels, rows before columns."""

from collections.abc import Sequence
from typing import NamedTuple, Self


class Rect(NamedTuple):
    """Rows ``top <= y < bottom`` and columns ``left <= x < right``, in image pixels."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Number of rows; negative if the rectangle is inside out."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Number of columns; negative if the rectangle is inside out."""
        return self.right - self.left

    @property
    def is_empty(self) -> bool:
        """Whether no pixel lies inside."""
        return self.height <= 0 or self.width <= 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of this rectangle in an (H, W, ...) array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def clipped_to(self, height: int, width: int) -> Self:
        """Return the part that lies on an image of this size."""
        return type(self)(
            max(self.top, 0), max(self.left, 0), min(self.bottom, height), min(self.right, width)
        )

    def moved(self, down: int, right: int) -> Self:
        """Return this rectangle, so many pixels further down and to the right."""
        return type(self)(
            self.top + down, self.left + right, self.bottom + down, self.right + right
        )

    def grown(self, margin: int) -> Self:
        """Return this rectangle with so many pixels more on each side."""
        return type(self)(
            self.top - margin, self.left - margin, self.bottom + margin, self.right + margin
        )

    def united(self, other: Self) -> Self:
        """Return the smallest rectangle that holds both."""
        return type(self)(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )


def united(rects: Sequence[Rect]) -> Rect:
    """Return the smallest rectangle that holds all of them, of which there is at least one."""
    tops, lefts, bottoms, rights = zip(*rects, strict=True)
    return Rect(min(tops), min(lefts), max(bottoms), max(rights))
