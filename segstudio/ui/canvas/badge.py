"""A small sign beside the pointer: what may be painted over, if that is not everything."""

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from segstudio.core.paint_rule import PaintRule
from segstudio.ui.icons import glyph_icon

_ICON: Final = 14  # widget pixels
_PADDING: Final = 3
_OFFSET: Final = QPointF(12, -12)  # of the lower left corner from the pointer
_ICONS: Final = {
    PaintRule.CLICKED_CLASS: "target",
    PaintRule.UNLABELLED: "circle-dashed",
}
_LOCK: Final = "lock-simple"


def badge_icons(rule: PaintRule, *, has_locks: bool) -> tuple[str, ...]:
    """Return the icons that tell what is protected; none if everything may be painted over."""
    icons = (_ICONS[rule],) if rule in _ICONS else ()
    return (*icons, _LOCK) if has_locks else icons


def badge_rect(pointer: QPointF, icons: tuple[str, ...]) -> QRect:
    """Return the widget pixels of the badge."""
    width = len(icons) * _ICON + (len(icons) + 1) * _PADDING
    height = _ICON + 2 * _PADDING
    corner = pointer + _OFFSET
    return QRectF(corner.x(), corner.y() - height, width, height).toAlignedRect()


def draw_badge(painter: QPainter, pointer: QPointF, icons: tuple[str, ...]) -> None:
    """Draw the icons on a small dark plate above the pointer, visible on any image."""
    if not icons:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plate = badge_rect(pointer, icons)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 220))
    painter.drawRoundedRect(plate, 4, 4)
    ratio = painter.device().devicePixelRatioF()
    for place, name in enumerate(icons):
        left = plate.left() + _PADDING + place * (_ICON + _PADDING)
        painter.drawPixmap(left, plate.top() + _PADDING, _picture(name, ratio))
    painter.restore()


@lru_cache(maxsize=16)
def _picture(name: str, ratio: float) -> QPixmap:
    size = round(_ICON * ratio)
    picture = glyph_icon(name, "white").pixmap(size, size)
    picture.setDevicePixelRatio(picture.width() / _ICON)
    return picture
