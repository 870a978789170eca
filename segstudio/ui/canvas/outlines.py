"""Outlines of classes where pixels of the image are larger than those of the screen."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from segstudio.ui.canvas.layers import OverlayLayer
from segstudio.ui.canvas.navigation import Navigation


def draw_outlines(
    painter: QPainter, overlay: OverlayLayer, navigation: Navigation, exposed: QRectF
) -> None:
    """Draw lines of one pixel of the screen, whatever the zoom.

    Args:
        painter: In widget pixels.
        overlay: Whose outlines.
        navigation: Where the image is.
        exposed: The part to draw, widget pixels.
    """
    view = navigation.view
    if view is None:
        return
    ratio = painter.device().devicePixelRatioF()
    rows, first_row = _sampled(
        exposed.top() * ratio, exposed.bottom() * ratio, view.top, view.zoom, view.image_height
    )
    columns, first_column = _sampled(
        exposed.left() * ratio, exposed.right() * ratio, view.left, view.zoom, view.image_width
    )
    if min(len(rows), len(columns)) < 2:
        return
    lines = overlay.outlines_at(rows, columns)
    lines.setDevicePixelRatio(ratio)
    painter.drawImage(QPointF(first_column / ratio, first_row / ratio), lines)


def _sampled(
    start: float, end: float, origin: float, zoom: float, count: int
) -> tuple["np.ndarray[tuple[int], np.dtype[np.intp]]", int]:
    """Return which image pixels lie under the middles of a line of screen pixels.

    Args:
        start: First screen pixel.
        end: Behind the last.
        origin: Where image pixel 0 begins, screen pixels.
        zoom: Screen pixels per image pixel.
        count: Image pixels.

    Returns:
        Their indices, with the one before the first (-1 for none), and the first screen pixel.
    """
    first = max(math.floor(start), math.ceil(origin - 0.5))
    last = min(math.ceil(end), math.ceil(origin + count * zoom - 0.5))
    screen = np.arange(first - 1, max(last, first))
    pixels = np.floor((screen + 0.5 - origin) / zoom).astype(np.intp)
    return np.clip(pixels, -1, count - 1), first
