"""What the canvas draws: the image and, over it, the coloured label map."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.overlay import colored, overlay_table
from segstudio.core.palette import Palette
from segstudio.core.rect import Rect


class ImageLayer:
    """The image as Qt draws it fastest.

    Args:
        image: (H, W, 3) uint8 RGB.
    """

    def __init__(self, image: RgbImage) -> None:
        height, width = image.shape[:2]
        pixels = np.empty((height, width), np.uint32)
        channels = pixels.view(np.uint8).reshape(height, width, 4)  # blue, green, red, unused
        channels[:, :, 0] = image[:, :, 2]
        channels[:, :, 1] = image[:, :, 1]
        channels[:, :, 2] = image[:, :, 0]
        channels[:, :, 3] = 255
        self._pixels = pixels
        # QImage borrows the array's memory, so the array is kept beside it.
        self._picture = _borrowed(pixels, QImage.Format.Format_RGB32)

    def draw(self, painter: QPainter, source: QRectF) -> None:
        """Draw the part ``source``, image pixels, with the painter's transformation."""
        painter.drawImage(source, self._picture, source)


class OverlayLayer:
    """The label map, coloured; kept up to date rectangle by rectangle.

    Args:
        label_map: (H, W) uint8 class indices; read whenever ``update`` is called.
    """

    def __init__(self, label_map: LabelMap) -> None:
        self._label_map = label_map
        self._table = np.zeros(256, np.uint32)
        self._pixels = np.zeros(label_map.shape, np.uint32)
        self._picture = _borrowed(self._pixels, QImage.Format.Format_ARGB32_Premultiplied)

    def set_colors(self, palette: Palette, opacity: float, hidden: Collection[int]) -> None:
        """Recolour everything; see ``overlay_table`` for the arguments."""
        table = overlay_table(palette, opacity, hidden)
        if not np.array_equal(table, self._table):
            self._table = table
            self._pixels[:] = colored(self._label_map, table)

    def update(self, rect: Rect) -> None:
        """Recolour the pixels of ``rect``."""
        self._pixels[rect.slices] = colored(self._label_map[rect.slices], self._table)

    def draw(self, painter: QPainter, source: QRectF) -> None:
        """Draw the part ``source``, image pixels, with the painter's transformation."""
        painter.drawImage(source, self._picture, source)


def _borrowed(pixels: NDArray[np.uint32], kind: QImage.Format) -> QImage:
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width * 4, kind)
