"""The grid between image pixels, where they are large enough to be told apart."""

from typing import Final

from PySide6.QtCore import QLineF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from segstudio.ui.canvas.navigation import Navigation

GRID_ZOOM: Final = 8.0
"""Device pixels per image pixel from which the grid is drawn."""

_COLOR: Final = QColor(128, 128, 128, 90)


def draw_pixel_grid(painter: QPainter, navigation: Navigation, exposed: QRect) -> None:
    """Draw the edges of image pixels in the exposed part of the widget, if the zoom is high.

    Args:
        painter: In widget pixels.
        navigation: Where the image is.
        exposed: Widget pixels.
    """
    if navigation.zoom < GRID_ZOOM * (1 - 1e-9):  # eight steps of zooming do not add up exactly
        return
    pixels = navigation.shown(QRectF(exposed))
    if pixels.is_empty:
        return
    corner = navigation.position(pixels.bottom, pixels.right)
    start = navigation.position(pixels.top, pixels.left)
    rows = (navigation.position(y, 0).y() for y in range(pixels.top, pixels.bottom + 1))
    columns = (navigation.position(0, x).x() for x in range(pixels.left, pixels.right + 1))
    lines = [QLineF(start.x(), y, corner.x(), y) for y in rows]
    lines += [QLineF(x, start.y(), x, corner.y()) for x in columns]
    painter.setPen(QPen(_COLOR, 0))  # one pixel of the screen at any scale of the display
    painter.drawLines(lines)
