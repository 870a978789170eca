"""What is drawn of the active tool: its preview, the brush, its rule, and the class just chosen."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QObject, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from segstudio.controllers.toolbox import Toolbox
from segstudio.core.brush import BrushShape, brush_centre
from segstudio.core.label_set import LabelSet
from segstudio.tools.names import ToolName
from segstudio.tools.preview import Preview
from segstudio.ui.canvas.badge import badge_icons, badge_rect, draw_badge
from segstudio.ui.canvas.cursor import (
    draw_brush_outline,
    draw_flash,
    outline_rect,
    plate_height,
)
from segstudio.ui.canvas.navigation import Navigation
from segstudio.ui.canvas.preview import draw_preview

_APART: Final = 4  # pixels between two plates beside the pointer
_FLASH_MS: Final = 900


class ToolCursor(QObject):
    """Draws them on the canvas, and knows which of its pixels they touch.

    Args:
        toolbox: The tool, its class and options.
        navigation: Where on the canvas the image is.
        canvas: Where they are drawn.

    Attributes:
        label_set: Colours and names of the classes.

    Signals:
        changed: The class just chosen is not named any more.
    """

    changed = Signal()

    def __init__(self, toolbox: Toolbox, navigation: Navigation, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._toolbox, self._navigation, self._canvas = toolbox, navigation, canvas
        self.label_set = LabelSet()
        self._flash = ""
        self._flash_timer = QTimer(self, singleShot=True, interval=_FLASH_MS)
        self._flash_timer.timeout.connect(self._end_flash)

    def flash(self, class_index: int) -> None:
        """Name a class beside the pointer for a moment."""
        self._flash = self.label_set[class_index].name
        self._flash_timer.start()

    def forget_flash(self) -> None:
        """Name no class any more."""
        self._flash = ""

    def draw(
        self,
        painter: QPainter,
        preview: Preview | None,
        pointer: QPointF | None,
        *,
        may_paint: bool,
    ) -> None:
        """Draw all of it.

        Args:
            painter: Of the canvas.
            preview: What the gesture under way would do, or None.
            pointer: Where the pointer is, in widget pixels; None if it is elsewhere.
            may_paint: Whether a brush would paint there, and is to be shown.
        """
        if preview is not None:
            draw_preview(painter, preview, self._value_color(), self._navigation.position, pointer)
        if pointer is None:
            return
        if may_paint and self._toolbox.tool in (ToolName.BRUSH, ToolName.ERASER):
            centre, diameter = self._brush(pointer)
            draw_brush_outline(
                painter,
                centre,
                diameter,
                self._value_color(),
                erases=self._toolbox.tool is ToolName.ERASER,
                is_square=self._toolbox.options.shape is BrushShape.SQUARE,
            )
        draw_badge(painter, pointer, self._badge())
        if self._flash:
            has_note = preview is not None and bool(preview.text)
            below = QPointF(0, plate_height(painter) + _APART if has_note else 0)
            bounds, color = self._canvas.rect(), self._value_color()
            draw_flash(painter, pointer + below, self._flash, color, bounds)

    def rects(self, pointer: QPointF) -> Iterator[QRect]:
        """Yield the widget pixels that are drawn on while the pointer is there."""
        if self._flash:
            yield self._canvas.rect()
            return
        yield outline_rect(*self._brush(pointer))
        if icons := self._badge():
            yield badge_rect(pointer, icons)

    def _brush(self, pointer: QPointF) -> tuple[QPointF, float]:
        """Return the outline's centre and diameter in widget pixels; it sits where it paints."""
        size = self._toolbox.size
        centre = brush_centre(*self._navigation.image_point(pointer), size)
        diameter = size * self._navigation.zoom / self._canvas.devicePixelRatioF()
        return self._navigation.position(*centre), diameter

    def _badge(self) -> tuple[str, ...]:
        if self._toolbox.tool is ToolName.PICK:
            return ()
        return badge_icons(self._toolbox.options.rule, has_locks=bool(self._toolbox.locked))

    def _value_color(self) -> QColor:
        value = self._toolbox.paint_value()
        if value < len(self.label_set):
            return QColor(*self.label_set[value].color)
        return QColor(Qt.GlobalColor.gray)

    def _end_flash(self) -> None:
        self._flash = ""
        self.changed.emit()
