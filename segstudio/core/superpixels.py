"""Superpixels: small areas of like colour, found block by block. Uses OpenCV's contrib modules."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage
from segstudio.core.raster import Point
from segstudio.core.rect import Rect
from segstudio.core.region import Region

BLOCK: Final = 512
"""Side of the squares of the image that are cut into superpixels one by one, image pixels."""

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
    """The superpixels of one block.

    Attributes:
        rect: The block, image pixels.
        numbers: (h, w) uint16, the number of the superpixel that each pixel belongs to.
        borders: The pixels at which another superpixel begins.
    """

    rect: Rect
    numbers: NDArray[np.uint16] = field(repr=False)
    borders: Region = field(repr=False)

    def at(self, point: Point) -> Region:
        """Return the superpixel under a point (y, x) of the block."""
        row, column = int(point[0]) - self.rect.top, int(point[1]) - self.rect.left
        mask = self.numbers == self.numbers[row, column]
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box = Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
        return Region(box.moved(self.rect.top, self.rect.left), mask[box.slices])


def block_at(point: Point, height: int, width: int) -> Rect | None:
    """Return the block of an image of this size that a point (y, x) lies in, or None."""
    if not (0 <= point[0] < height and 0 <= point[1] < width):
        return None
    top, left = int(point[0]) // BLOCK * BLOCK, int(point[1]) // BLOCK * BLOCK
    return Rect(top, left, top + BLOCK, left + BLOCK).clipped_to(height, width)


def superpixels(image: RgbImage, rect: Rect, grain: Grain) -> Superpixels:
    """Cut a block of an image into superpixels.

    SLIC: Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods",
    IEEE TPAMI 34(11), 2012. Clusters pixels by colour (CIELAB) and place.

    Args:
        image: (H, W, 3) uint8 RGB.
        rect: The block, on the image.
        grain: How large and how compact they are.
    """
    import cv2

    pixels = cv2.GaussianBlur(image[rect.slices].copy(), (0, 0), grain.size * _SMOOTHING)
    pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    # OpenCV refuses regions that are larger than the picture.
    size = max(2, min(grain.size, rect.height, rect.width))
    slic = cv2.ximgproc.createSuperpixelSLIC(
        pixels, cv2.ximgproc.SLIC, size, float(grain.compactness)
    )
    slic.iterate(_ITERATIONS)
    slic.enforceLabelConnectivity(_LEAST_SHARE)
    numbers = slic.getLabels().astype(np.uint16)
    borders = np.zeros(numbers.shape, np.bool_)
    borders[1:] |= numbers[1:] != numbers[:-1]
    borders[:, 1:] |= numbers[:, 1:] != numbers[:, :-1]
    # Blocks end where superpixels would go on; without a line the last ones look open.
    borders[0] |= rect.top > 0
    borders[:, 0] |= rect.left > 0
    return Superpixels(rect, numbers, Region(rect, borders))


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
