"""The grid between image pixels, where they are large enough to be told apart."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from segstudio.ui.canvas.navigation import Navigation

GRID_ZOOM: Final = 8.0
"""Device pixels per image pixel from which the grid is drawn."""

_COLOR: Final = QColor(128, 128, 128, 90)
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
    top, left = int(rows[0]), int(columns[0])
    width, height = int(columns[-1]) - left + 1, int(rows[-1]) - top + 1
    # All columns are one row of pixels, repeated: Qt takes 30 times as long to draw upright lines.
    row = np.zeros((1, width), np.uint32)
    row[0, columns - left] = _PREMULTIPLIED
    picture = QImage(row.data, width, 1, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    painter.save()
    ratio = painter.device().devicePixelRatioF()
    painter.scale(1 / ratio, 1 / ratio)  # to pixels of the screen
    painter.setBrushOrigin(left, top)
    painter.fillRect(QRect(left, top, width, height), QBrush(picture))
    for y in rows.tolist():
        painter.fillRect(left, y, width, 1, _COLOR)
    painter.restore()


def _edges(start: float, zoom: float, first: int, last: int) -> NDArray[np.int64]:
    """Return the first pixel of the screen of each image pixel from ``first`` to ``last``."""
    edges = start + np.arange(first, last + 1, dtype=np.float64) * np.float64(zoom)
    return np.asarray(np.ceil(edges - 0.5), np.int64)
