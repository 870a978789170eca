"""The brush outline and the class name that flashes beside it."""

import math
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

_LEAST: Final = 5.0  # widget pixels; smaller outlines could not be seen
_EDGE: Final = 4
_PADDING: Final = 6
_LARGEST_KEPT: Final = 600  # widget pixels; pictures of larger outlines would fill the memory


def draw_brush_outline(
    painter: QPainter,
    centre: QPointF,
    diameter: float,
    color: QColor,
    *,
    erases: bool,
    is_square: bool,
) -> None:
    """Draw a shape that is visible on any image: dark outside, light inside, its class between.

    Args:
        painter: In widget pixels.
        centre: Widget pixels.
        diameter: True size of the brush, widget pixels.
        color: Colour of what it paints.
        erases: Whether to put a minus sign in it.
        is_square: Whether the brush is a square instead of a circle.
    """
    bounds = outline_rect(centre, diameter)
    if bounds.width() > _LARGEST_KEPT:
        painter.save()
        _draw_outline(painter, centre, diameter, color, erases=erases, is_square=is_square)
        painter.restore()
        return
    # Smooth circles are slow to draw, and this one follows every move of the pointer.
    place = QPointF(_quarter(centre.x()), _quarter(centre.y())) - bounds.topLeft()
    ratio = painter.device().devicePixelRatioF()
    picture = _outline_picture(
        bounds.width(),
        (place.x(), place.y()),
        diameter,
        color.rgb(),
        ratio,
        erases=erases,
        is_square=is_square,
    )
    painter.drawImage(bounds.topLeft(), picture)


@lru_cache(maxsize=64)
def _outline_picture(
    side: int,
    centre: tuple[float, float],
    diameter: float,
    rgb: int,
    ratio: float,
    *,
    erases: bool,
    is_square: bool,
) -> QImage:
    size = math.ceil(side * ratio)
    picture = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    color = QColor(rgb)
    _draw_outline(painter, QPointF(*centre), diameter, color, erases=erases, is_square=is_square)
    painter.end()
    return picture


def _quarter(length: float) -> float:
    return round(length * 4) / 4


def _draw_outline(
    painter: QPainter,
    centre: QPointF,
    diameter: float,
    color: QColor,
    *,
    erases: bool,
    is_square: bool,
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = max(diameter, _LEAST) / 2
    draw = painter.drawRect if is_square else painter.drawEllipse
    # Qt draws lines of one pixel eight times as fast as those a little wider.
    for grow, line in (
        (1.5, QColor(0, 0, 0, 200)),
        (0.5, QColor(255, 255, 255, 230)),
        (-0.5, color),
    ):
        painter.setPen(QPen(line, 1))
        reach = QPointF(radius + grow, radius + grow)
        draw(QRectF(centre - reach, centre + reach))
    if erases:
        arm = min(max(radius * 0.35, 3.0), 7.0)
        for pen in (QPen(QColor(0, 0, 0, 200), 3.5), QPen(Qt.GlobalColor.white, 1.5)):
            painter.setPen(pen)
            painter.drawLine(centre - QPointF(arm, 0), centre + QPointF(arm, 0))


def outline_rect(centre: QPointF, diameter: float) -> QRect:
    """Return the widget pixels that ``draw_brush_outline`` may touch."""
    reach = max(diameter, _LEAST) / 2 + _EDGE
    reach = max(reach, 7.0 + _EDGE)  # the minus sign
    return QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach).toAlignedRect()


def plate_height(painter: QPainter) -> int:
    """Return how high the plates beside the pointer are, widget pixels."""
    return painter.fontMetrics().height() + _PADDING


def draw_flash(
    painter: QPainter, pointer: QPointF, text: str, color: QColor, bounds: QRect
) -> None:
    """Draw a class name on a small plate beside the pointer, kept within ``bounds``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = painter.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, 240)
    swatch = metrics.ascent()
    width = metrics.horizontalAdvance(text) + swatch + 3 * _PADDING
    height = plate_height(painter)
    left = min(pointer.x() + 16, bounds.right() - width - 4)
    top = min(pointer.y() + 16, bounds.bottom() - height - 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 220))
    painter.drawRoundedRect(QRectF(left, top, width, height), 4, 4)
    painter.setBrush(color)
    painter.drawRoundedRect(
        QRectF(left + _PADDING, top + (height - swatch) / 2, swatch, swatch), 2, 2
    )
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(
        QRectF(left + swatch + 2 * _PADDING, top, width, height),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
        text,
    )
    painter.restore()


def draw_note(painter: QPainter, pointer: QPointF, text: str) -> None:
    """Draw a few signs on a small plate below the pointer."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = painter.fontMetrics().horizontalAdvance(text) + 2 * _PADDING
    plate = QRectF(pointer.x() + 16, pointer.y() + 16, width, plate_height(painter))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 220))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
