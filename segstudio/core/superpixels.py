"""Superpixels: small areas of like colour, found block by block. Uses OpenCV's contrib modules."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage
from segstudio.core.raster import Point
from segstudio.core.rect import Rect
from segstudio.core.region import Region

_BLOCK: Final = 512  # about the side of the squares that are cut into superpixels one by one
_MARGIN: Final = 4  # superpixels around a block that are cut with it
_LARGE: Final = 40  # pixels; around larger ones the margin is narrower, for its area grows
_ITERATIONS: Final = 5  # more than this moves hardly an edge any more
_SMOOTHING: Final = 1 / 16  # of the size: grain of the film or the camera makes ragged edges
_LEAST_SHARE: Final = 25  # per cent of the usual size; smaller ones join a neighbour
_KEPT: Final = 48  # blocks; each holds three bytes a pixel


@dataclass(frozen=True, slots=True)
class Grain:
    """How an image is cut into superpixels.

    Attributes:
        size: Usual width of one, image pixels, >= 2.
        compactness: 1 follows every edge, 40 makes almost squares.
    """

    size: int
    compactness: int


@dataclass(frozen=True, slots=True, eq=False)
class Superpixels:
    """The superpixels of one block, with a margin, so that they do not end where the block does.

    Attributes:
        rect: The block, image pixels.
        window: The block and its margin.
        numbers: (h, w) uint16, the superpixel that each pixel of the window belongs to.
        borders: The pixels of the block at which another superpixel begins.
    """

    rect: Rect
    window: Rect
    numbers: NDArray[np.uint16] = field(repr=False)
    borders: Region = field(repr=False)

    def at(self, point: Point) -> Region:
        """Return the superpixel under a point (y, x) of the block."""
        mask = self.numbers == self.number_at(point)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box = Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
        return Region(box.moved(self.window.top, self.window.left), mask[box.slices])

    def number_at(self, point: Point) -> int:
        """Return the number of the superpixel under a point (y, x) of the block."""
        return int(self.numbers[int(point[0]) - self.window.top, int(point[1]) - self.window.left])


def block_side(size: int) -> int:
    """Return the side of the blocks for superpixels of a usual width, image pixels.

    A multiple of it: SLIC begins with a grid of that width, which then goes on from block to block.
    """
    return size * max(1, round(_BLOCK / size))


def block_at(point: Point, height: int, width: int, side: int) -> Rect | None:
    """Return the block of an image of this size that a point (y, x) lies in, or None.

    Args:
        point: (y, x).
        height: Of the image.
        width: Of the image.
        side: Of the blocks, see ``block_side``.
    """
    if not (0 <= point[0] < height and 0 <= point[1] < width):
        return None
    top, left = int(point[0]) // side * side, int(point[1]) // side * side
    return Rect(top, left, top + side, left + side).clipped_to(height, width)


def superpixels(image: RgbImage, rect: Rect, grain: Grain) -> Superpixels:
    """Cut a block of an image into superpixels.

    SLIC: Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods",
    IEEE TPAMI 34(11), 2012. Clusters pixels by colour (CIELAB) and place.

    Blocks are cut with a margin, from a grid that goes on from block to block: nine of ten pixels
    of a superpixel at the seam are then the same for the blocks on both sides of it.

    Args:
        image: (H, W, 3) uint8 RGB.
        rect: The block, on the image.
        grain: How large and how compact they are.
    """
    import cv2

    margin = grain.size * (_MARGIN if grain.size <= _LARGE else _MARGIN - 1)
    window = rect.grown(margin).clipped_to(*image.shape[:2])
    pixels = cv2.GaussianBlur(image[window.slices].copy(), (0, 0), grain.size * _SMOOTHING)
    pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    # OpenCV refuses regions that are larger than the picture, and smaller than two pixels.
    missing = [max(0, 2 - side) for side in (window.height, window.width)]
    pixels = cv2.copyMakeBorder(pixels, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE)
    size = min(grain.size, *pixels.shape[:2])
    slic = cv2.ximgproc.createSuperpixelSLIC(
        pixels, cv2.ximgproc.SLIC, size, float(grain.compactness)
    )
    slic.iterate(_ITERATIONS)
    slic.enforceLabelConnectivity(_LEAST_SHARE)
    numbers = slic.getLabels()[: window.height, : window.width].astype(np.uint16)
    borders = np.zeros(numbers.shape, np.bool_)
    borders[1:] |= numbers[1:] != numbers[:-1]
    borders[:, 1:] |= numbers[:, 1:] != numbers[:, :-1]
    inside = borders[rect.moved(-window.top, -window.left).slices].copy()
    return Superpixels(rect, window, numbers, Region(rect, inside))


class SuperpixelCache:
    """The superpixels of one image that were found before; the oldest are forgotten."""

    def __init__(self) -> None:
        self._found: dict[tuple[Rect, Grain], Superpixels] = {}

    def get(self, rect: Rect, grain: Grain) -> Superpixels | None:
        """Return the superpixels of a block, if they are known."""
        return self._found.get((rect, grain))

    def put(self, grain: Grain, found: Superpixels) -> None:
        """Keep the superpixels of a block."""
        self._found[found.rect, grain] = found
        while len(self._found) > _KEPT:
            del self._found[next(iter(self._found))]
