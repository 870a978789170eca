"""Rows of an image taken a few at a time, so that the processor's cache holds what is computed."""

from collections.abc import Iterator
from typing import Final

STRIP: Final = 1 << 16
"""Pixels of a strip, about: with four times as many, malloc gives the memory of each result back to
the system, and to get it anew takes longer than to compute."""


def strips(height: int, width: int) -> Iterator[slice]:
    """Yield the rows of an image of this size, from the top, in strips of about STRIP pixels."""
    rows = max(1, STRIP // max(width, 1))
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))
