"""Cutting a large image into overlapping parts that a model runs on one by one.

A network needs memory for every pixel it sees at once, some hundred times that of the image.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from segstudio.core.rect import Rect

MAX_PASS_PIXELS: Final = 4 * 2**20
"""Images of up to this many pixels run in one pass."""

_ALIGNMENT: Final = 64
_MARGIN: Final = 2 * _ALIGNMENT
_KEPT: Final = 20 * _ALIGNMENT


class Tile(NamedTuple):
    """A part of an image.

    Attributes:
        seen: What the model sees, in image pixels.
        kept: The part of it whose result is used; these parts cover the image exactly once.
    """

    seen: Rect
    kept: Rect

    @property
    def kept_in_seen(self) -> Rect:
        """The kept part, in pixels of the seen part."""
        top, left = self.seen.top, self.seen.left
        kept = self.kept
        return Rect(kept.top - top, kept.left - left, kept.bottom - top, kept.right - left)


def tiles_of(height: int, width: int) -> list[Tile]:
    """Return the parts in which an image of this size runs: one, unless it is large.

    Parts begin at multiples of 64 pixels, so that a network of stride 64 or less sees the same
    grid as in one pass.
    """
    if height * width <= MAX_PASS_PIXELS:
        whole = Rect(0, 0, height, width)
        return [Tile(whole, whole)]
    return [
        Tile(
            Rect(top - _MARGIN, left - _MARGIN, bottom + _MARGIN, right + _MARGIN).clipped_to(
                height, width
            ),
            Rect(top, left, bottom, right),
        )
        for top, bottom in _spans(height)
        for left, right in _spans(width)
    ]


def _spans(length: int) -> Iterator[tuple[int, int]]:
    """Yield spans of nearly equal length that cover 0..length."""
    count = -(-length // _KEPT)
    step = -(-length // count // _ALIGNMENT) * _ALIGNMENT
    for start in range(0, length, step):
        yield start, min(start + step, length)
