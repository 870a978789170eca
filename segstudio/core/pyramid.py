"""Reduced levels of a picture (mip levels): which of them a view needs, and how they are made.

Level 0 is the picture itself; level k has sides of ``ceil(side / 2**k)`` pixels, and its pixel
(y, x) stands for the rows ``y * 2**k .. (y + 1) * 2**k`` that lie in the picture, and such columns.
Pixels are uint32 with four 8-bit channels, the order of which does not matter here.

Williams, "Pyramidal parametrics", SIGGRAPH 1983.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segstudio.core.label_map import RgbImage
from segstudio.core.rect import Rect

Pixels: TypeAlias = NDArray[np.uint32]
"""(h, w) uint32, four channels of 8 bits."""

Reduction: TypeAlias = Callable[[Pixels], Pixels]
"""Makes (ceil(h / 2), ceil(w / 2)) of (h, w) pixels: ``halved`` or ``halved_by_largest``."""

BLOCK: Final = 1024
"""Side of the squares of level 0 that levels are built from; no level reaches across two."""

_MAX_LEVEL: Final = 10  # a block is then one pixel
_SMALLEST: Final = 256  # no level is made of what is no larger than this
_ROUGH: Final = 1_000_000  # pixels of the level that is sampled


@dataclass(frozen=True, slots=True)
class ReducedImage:
    """One level of an image, about: to be seen until all of the image is there.

    Attributes:
        level: Which, 1 or more.
        pixels: (ceil(height / 2**level), ceil(width / 2**level), 3) uint8 RGB.
        height: Of the whole image, pixels, orientation applied.
        width: Of the whole image.
    """

    level: int
    pixels: RgbImage
    height: int
    width: int


def level_count(height: int, width: int) -> int:
    """Return how many levels above 0 a picture has."""
    return min(max(math.ceil(math.log2(max(height, width) / _SMALLEST)), 0), _MAX_LEVEL)


def level_for(zoom: float, count: int) -> int:
    """Return the coarsest of levels 0..count that a zoom does not enlarge.

    Its pixels are then between half a pixel of the screen and one, where scaling by two-by-two
    interpolation neither blurs nor skips.
    """
    return min(max(math.floor(-math.log2(zoom) + 1e-9), 0), count)


def rough_level(height: int, width: int) -> int:
    """Return the finest level that costs next to nothing, to be shown before others are made."""
    count = level_count(height, width)
    for level in range(1, count):
        rows, columns = level_shape(height, width, level)
        if rows * columns <= _ROUGH:
            return level
    return count


def sampled(image: RgbImage) -> ReducedImage | None:
    """Return the rough level of an (H, W, 3) image by leaving pixels out; None if it has none."""
    height, width = image.shape[:2]
    level = rough_level(height, width)
    if level == 0:
        return None
    step = 1 << level
    return ReducedImage(level, np.ascontiguousarray(image[::step, ::step]), height, width)


def level_shape(height: int, width: int, level: int) -> tuple[int, int]:
    """Return (height, width) of a level."""
    return -(-height >> level), -(-width >> level)


def at_level(rect: Rect, level: int) -> Rect:
    """Return the pixels of a level that stand for some pixel of ``rect``."""
    return Rect(
        rect.top >> level, rect.left >> level, -(-rect.bottom >> level), -(-rect.right >> level)
    )


def from_level(rect: Rect, level: int) -> Rect:
    """Return the pixels of level 0 that the pixels ``rect`` of a level stand for.

    They may lie beyond the lower and the right edge of the picture.
    """
    return Rect(*(side << level for side in rect))


def blocks_of(rect: Rect) -> Iterator[tuple[int, int]]:
    """Yield (row, column) of every block that holds a pixel of ``rect``, of level 0."""
    if not rect.is_empty:
        last_row, last_column = (rect.bottom - 1) // BLOCK, (rect.right - 1) // BLOCK
        for row in range(rect.top // BLOCK, last_row + 1):
            for column in range(rect.left // BLOCK, last_column + 1):
                yield row, column


def block_rect(block: tuple[int, int], height: int, width: int) -> Rect:
    """Return the pixels of level 0 that a block holds, on a picture of this size."""
    top, left = block[0] * BLOCK, block[1] * BLOCK
    return Rect(top, left, top + BLOCK, left + BLOCK).clipped_to(height, width)


def halved(pixels: Pixels) -> Pixels:
    """Return the next level: the mean of 2 x 2 pixels, channel by channel, halves rounded up.

    At an odd edge the mean is of the pixels that there are. Premultiplied colours stay so: no
    channel of a mean exceeds its alpha.
    """
    height, width = pixels.shape
    # Pillow does it in one call without Python's lock: beside a busy GUI thread a chain of numpy
    # calls would wait for the lock after each. It knows RGBX as four channels without a meaning.
    whole = np.ascontiguousarray(pixels)
    image = Image.frombuffer("RGBX", (width, height), whole, "raw", "RGBX", 0, 1).reduce(2)
    return np.frombuffer(image.tobytes(), np.uint32).reshape(level_shape(height, width, 1))


def halved_by_largest(pixels: Pixels) -> Pixels:
    """Return the next level: of 2 x 2 pixels the one of the largest value.

    With alpha in the highest byte that is the most opaque one, so that thin lines stay as visible
    as they were.
    """
    height, width = pixels.shape
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2)), mode="edge")
    rows = np.maximum(pixels[::2], pixels[1::2])
    return np.maximum(rows[:, ::2], rows[:, 1::2])


def levels_of(pixels: Pixels, count: int, reduce: Reduction = halved) -> list[Pixels]:
    """Return levels 1..count of a picture or of a block."""
    levels: list[Pixels] = []
    for _ in range(count):
        pixels = reduce(pixels)
        levels.append(pixels)
    return levels
