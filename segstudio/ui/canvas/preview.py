"""Draws what a gesture is about to write: its outline, its handles and its pixels."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.tools.preview import Preview
from segstudio.ui.canvas.cursor import draw_note

HANDLE: Final = 4.0
"""Half width of a handle, widget pixels."""

_TINT: Final = 110
_FAINTEST: Final = 0.35
_LINES: Final = QColor(255, 220, 60, 130)


def draw_preview(
    painter: QPainter,
    preview: Preview,
    color: QColor,
    to_widget: Callable[[float, float], QPointF],
    pointer: QPointF | None,
) -> None:
    """Draw a preview in the colour that will be painted.

    Args:
        painter: In widget pixels.
        preview: What to draw, in image pixels.
        color: Colour of what will be painted.
        to_widget: Turns an image point (y, x) into widget pixels.
        pointer: Where the text goes, widget pixels, or None.
    """
    painter.save()
    for outline in preview.outlines:
        _draw_lines(painter, outline, to_widget)
    if preview.region is not None:
        _draw_region(painter, preview.region, color, to_widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    points = QPolygonF([to_widget(y, x) for y, x in preview.points])
    style = Qt.PenStyle.DashLine if preview.erases else Qt.PenStyle.SolidLine
    draw = painter.drawPolygon if preview.is_closed else painter.drawPolyline
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (
        QPen(QColor(0, 0, 0, 200), 3.5),
        QPen(QColor(255, 255, 255, 230), 2),
        QPen(color, 1.2, style),
    ):
        painter.setPen(pen)
        draw(points)
    painter.setPen(QPen(QColor(0, 0, 0, 200), 1))
    painter.setBrush(Qt.GlobalColor.white)
    for y, x in preview.handles:
        at = to_widget(y, x)
        painter.drawRect(QRectF(at.x() - HANDLE, at.y() - HANDLE, 2 * HANDLE, 2 * HANDLE))
    painter.restore()
    if preview.text and pointer is not None:
        draw_note(painter, pointer, preview.text)


def _draw_lines(
    painter: QPainter, outline: Region, to_widget: Callable[[float, float], QPointF]
) -> None:
    target = QRectF(to_widget(*outline.rect[:2]), to_widget(*outline.rect[2:]))
    if target.intersects(QRectF(painter.viewport())):
        zoom = target.width() / outline.rect.width
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom < 1)
        # Seen from afar, many lines would hide the image.
        painter.setOpacity(min(max(zoom, _FAINTEST), 1))
        painter.drawImage(target, _lines_picture(outline))
        painter.setOpacity(1)


@lru_cache(maxsize=64)
def _lines_picture(outline: Region) -> QImage:
    """Return the picture of lines, one of its pixels for one of the image; kept for redrawing."""
    indices = np.ascontiguousarray(outline.mask).view(np.uint8)
    height, width = indices.shape
    picture = QImage(indices.data, width, height, width, QImage.Format.Format_Indexed8)
    picture.setColorTable([0, _LINES.rgba()])
    return picture.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _draw_region(
    painter: QPainter,
    region: Region,
    color: QColor,
    to_widget: Callable[[float, float], QPointF],
) -> None:
    origin, far = to_widget(0, 0), to_widget(1, 1)
    zoom = far.y() - origin.y()  # widget pixels per image pixel
    bounds = painter.viewport()
    visible = Rect(
        max(region.rect.top, math.floor((bounds.top() - origin.y()) / zoom)),
        max(region.rect.left, math.floor((bounds.left() - origin.x()) / zoom)),
        min(region.rect.bottom, math.ceil((bounds.bottom() + 1 - origin.y()) / zoom)),
        min(region.rect.right, math.ceil((bounds.right() + 1 - origin.x()) / zoom)),
    )
    if visible.is_empty:
        return
    # Only what the screen shows and can resolve: Qt would convert the whole region each time.
    step = max(1, int(1 / zoom))
    rows = slice(visible.top - region.rect.top, visible.bottom - region.rect.top, step)
    columns = slice(visible.left - region.rect.left, visible.right - region.rect.left, step)
    indices = np.ascontiguousarray(region.mask[rows, columns]).view(np.uint8)
    height, width = indices.shape
    picture = QImage(indices.data, width, height, width, QImage.Format.Format_Indexed8)
    picture.setColorTable([0, QColor(color.red(), color.green(), color.blue(), _TINT).rgba()])
    top_left = to_widget(visible.top, visible.left)
    bottom_right = to_widget(visible.top + height * step, visible.left + width * step)
    painter.drawImage(QRectF(top_left, bottom_right), picture)
