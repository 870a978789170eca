"""The grid between image pixels, where they are large enough to be told apart."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from segstudio.ui.canvas.levels import borrowed
from segstudio.ui.canvas.navigation import Navigation

GRID_ZOOM: Final = 8.0
"""Device pixels per image pixel from which the grid is drawn."""

_PREMULTIPLIED: Final = 90 << 24 | 0x2D2D2D  # 128 * 90 / 255 is 45


def draw_pixel_grid(painter: QPainter, navigation: Navigation, exposed: QRect) -> None:
    """Draw the edges of image pixels in the exposed part of the widget, if the zoom is high.

    Args:
        painter: In widget pixels.
        navigation: Where the image is.
        exposed: Widget pixels.
    """
    view = navigation.view
    # A little less: eight steps of zooming do not add up exactly.
    if view is None or view.zoom < GRID_ZOOM * (1 - 1e-9):
        return
    pixels = navigation.shown(QRectF(exposed))
    if pixels.is_empty:
        return
    rows = _edges(view.top, view.zoom, pixels.top, pixels.bottom)
    columns = _edges(view.left, view.zoom, pixels.left, pixels.right)
    left = int(columns[0])
    width = int(columns[-1]) - left + 1
    # One row of image pixels is drawn again and again: Qt needs ten times as long for upright lines
    # and twice as long for a pattern, for which it wakes its threads.
    height = int(np.diff(rows).max(initial=1))
    pixels_of_row = np.zeros((height, width), np.uint32)
    pixels_of_row[:, columns - left] = _PREMULTIPLIED
    pixels_of_row[0] = _PREMULTIPLIED
    picture = borrowed(pixels_of_row, QImage.Format.Format_ARGB32_Premultiplied)
    painter.save()
    ratio = painter.device().devicePixelRatioF()
    painter.scale(1 / ratio, 1 / ratio)  # to pixels of the screen
    for y, below in pairwise(rows.tolist()):
        painter.drawImage(QPoint(left, y), picture, QRect(0, 0, width, below - y))
    painter.drawImage(QPoint(left, int(rows[-1])), picture, QRect(0, 0, width, 1))
    painter.restore()


def _edges(start: float, zoom: float, first: int, last: int) -> NDArray[np.int64]:
    """Return the first pixel of the screen of each image pixel from ``first`` to ``last``."""
    edges = start + np.arange(first, last + 1, dtype=np.float64) * np.float64(zoom)
    return np.asarray(np.ceil(edges - 0.5), np.int64)
