"""The canvas: shows the image and its overlay, and turns the pointer into edits."""

from collections.abc import Callable, Collection
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTabletEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from segstudio.controllers.gesture import Gesture
from segstudio.controllers.toolbox import Toolbox, ToolName
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import brush_centre
from segstudio.core.rect import Rect
from segstudio.document.document import Document
from segstudio.tools.tool import Pointer
from segstudio.ui.canvas.cursor import draw_brush_outline, draw_flash, outline_rect
from segstudio.ui.canvas.layers import ImageLayer, OverlayLayer
from segstudio.ui.canvas.preview import HANDLE, draw_preview
from segstudio.ui.canvas.viewport import Viewport
from segstudio.ui.theme import Theme

_WHEEL_STEP: Final = 1.2  # zoom factor of one notch
_NOTCH: Final = 120  # Qt's unit for one notch of a wheel
_FLASH_MS: Final = 900
_GESTURE_KEYS: Final[dict[int, Callable[[Gesture], bool]]] = {
    Qt.Key.Key_Return: Gesture.finish,
    Qt.Key.Key_Enter: Gesture.finish,
    Qt.Key.Key_Backspace: Gesture.step_back,
    Qt.Key.Key_Escape: Gesture.cancel,
}


class Canvas(QWidget):
    """Shows one document and edits it with the toolbox's tool.

    Signals:
        hovered: Image point (y, x) under the pointer as two ints, or None outside the image.
        zoom_changed: Device pixels per image pixel.
        class_picked: Class index under the pointer, picked by the user.
    """

    hovered = Signal(object)
    zoom_changed = Signal(float)
    class_picked = Signal(int)

    def __init__(self, toolbox: Toolbox, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toolbox = toolbox
        self._theme = theme
        self._document: Document | None = None
        self._image: ImageLayer | None = None
        self._overlay: OverlayLayer | None = None
        self._viewport: Viewport | None = None
        self._is_fitted = True
        self._label_set = LabelSet()
        self._opacity = 0.5
        self._hidden: frozenset[int] = frozenset()
        self._overlay_held_off = False
        self._gesture = Gesture(toolbox, self)
        self._gesture.preview_changed.connect(self.update)
        self._pressure = 1.0
        self._pan_from: QPointF | None = None
        self._space_held = False
        self._pointer: QPointF | None = None
        self._flash = ""
        self._flash_timer = QTimer(self, singleShot=True, interval=_FLASH_MS)
        self._flash_timer.timeout.connect(self._end_flash)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        toolbox.changed.connect(self._on_tool_changed)
        toolbox.class_chosen.connect(self._on_class_chosen)
        theme.changed.connect(self.update)

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel; 1 without a document."""
        return self._viewport.zoom if self._viewport else 1.0

    def set_document(self, document: Document | None) -> None:
        """Show a document, whole, or nothing."""
        if self._document is not None:
            self._document.mask_changed.disconnect(self._on_mask_changed)
        self._document = document
        self._gesture.set_document(document)
        if document is None:
            self._image = self._overlay = self._viewport = None
            self.hovered.emit(None)
        else:
            self._image = ImageLayer(document.image)
            self._overlay = OverlayLayer(document.label_map)
            document.mask_changed.connect(self._on_mask_changed)
            self._recolor()
            height, width = document.size
            self._viewport = Viewport(height, width, *self._device_size())
            self.fit()
        self._show_pointer()
        self.update()

    def set_label_set(self, label_set: LabelSet) -> None:
        """Use the colours and names of these classes."""
        self._label_set = label_set
        self._recolor()

    def set_opacity(self, opacity: float) -> None:
        """Set the opacity of the overlay, 0..1."""
        self._opacity = opacity
        self._recolor()

    def set_hidden_classes(self, hidden: Collection[int]) -> None:
        """Do not draw these class indices."""
        self._hidden = frozenset(hidden)
        self._recolor()

    def fit(self) -> None:
        """Show the whole image; it stays so when the canvas is resized."""
        if self._viewport is not None:
            self._set_viewport(self._viewport.fitted())
            self._is_fitted = True

    def zoom_to_full_size(self) -> None:
        """Show one image pixel as one pixel of the screen."""
        if self._viewport is not None:
            self._set_viewport(self._viewport.at_full_size())

    def zoom_by(self, factor: float) -> None:
        """Zoom at the middle of the canvas."""
        if self._viewport is not None:
            height, width = self._device_size()
            self._set_viewport(self._viewport.zoomed(factor, height / 2, width / 2))

    # --- Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the exposed part of the image, the overlay and the cursor."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.canvas_color)
        if self._viewport is not None and self._image is not None and self._overlay is not None:
            ratio = self.devicePixelRatioF()
            view = self._viewport
            scale = view.zoom / ratio
            painter.save()
            painter.setTransform(
                QTransform(scale, 0, 0, scale, view.left / ratio, view.top / ratio)
            )
            # Sharp pixels from 100 % up, smooth below.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.zoom < 1)
            source = self._visible(event.rect())
            self._image.draw(painter, source)
            if not self._overlay_held_off:
                self._overlay.draw(painter, source)
            painter.restore()
            self._draw_cursor(painter)
        painter.end()

    def _visible(self, exposed: QRect) -> QRectF:
        """Return the image pixels that the exposed part of the canvas shows, whole ones."""
        assert self._viewport is not None
        ratio = self.devicePixelRatioF()
        top, left = self._viewport.to_image(exposed.top() * ratio, exposed.left() * ratio)
        bottom, right = self._viewport.to_image(
            (exposed.bottom() + 1) * ratio, (exposed.right() + 1) * ratio
        )
        # Two more, because smooth scaling looks at the neighbours.
        rect = Rect(int(top) - 2, int(left) - 2, int(bottom) + 3, int(right) + 3).clipped_to(
            self._viewport.image_height, self._viewport.image_width
        )
        return QRectF(rect.left, rect.top, max(rect.width, 0), max(rect.height, 0))

    def _draw_cursor(self, painter: QPainter) -> None:
        if self._gesture.preview is not None:
            draw_preview(painter, self._gesture.preview, self._value_color(), self._widget_point)
        if self._pointer is None:
            return
        if self._shows_brush():
            centre, diameter = self._brush_on_canvas(self._pointer)
            draw_brush_outline(
                painter,
                centre,
                diameter,
                self._value_color(),
                erases=self._toolbox.tool is ToolName.ERASER,
            )
        if self._flash:
            draw_flash(painter, self._pointer, self._flash, self._value_color(), self.rect())

    def _shows_brush(self) -> bool:
        return (
            self._pan_from is None
            and not self._space_held
            and self._toolbox.tool in (ToolName.BRUSH, ToolName.ERASER)
        )

    def _brush_on_canvas(self, position: QPointF) -> tuple[QPointF, float]:
        """Return the outline's centre and diameter in widget pixels; it sits where it paints."""
        assert self._viewport is not None
        ratio = self.devicePixelRatioF()
        size = self._toolbox.size
        y, x = self._viewport.to_canvas(*brush_centre(*self._image_point(position), size))
        return QPointF(x / ratio, y / ratio), size * self._viewport.zoom / ratio

    def _value_color(self) -> QColor:
        value = self._toolbox.paint_value()
        if value < len(self._label_set):
            return QColor(*self._label_set[value].color)
        return QColor(Qt.GlobalColor.gray)

    # --- Pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a gesture of the tool, or of panning."""
        self._pointer = event.position()
        is_left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (is_left and self._space_held):
            self._pan_from = event.position()
            self._show_pointer()
        elif is_left and self._document is not None:
            alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
            picks = alt and self._toolbox.alt_picks and not self._gesture.is_active
            if picks or self._toolbox.tool is ToolName.PICK:
                self._pick(event.position())
            else:
                self._gesture.press(self._pointer_at(event))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Finish an open gesture; else a double click is two clicks."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if not (is_left and not self._space_held and self._gesture.finish()):
            self.mousePressEvent(event)
        self.update()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Note how hard the pen is pressed; the mouse event that follows does the rest."""
        if event.type() != QEvent.Type.TabletRelease:
            self._pressure = event.pressure() if event.buttons() else 1.0
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the gesture and show where the pointer is."""
        old, self._pointer = self._pointer, event.position()
        if self._pan_from is not None and self._viewport is not None:
            ratio = self.devicePixelRatioF()
            moved = (event.position() - self._pan_from) * ratio
            self._pan_from = event.position()
            self._set_viewport(self._viewport.panned(moved.y(), moved.x()))
        elif self._document is not None:
            if event.buttons() & Qt.MouseButton.LeftButton:
                self._gesture.move(self._pointer_at(event))
            else:
                self._gesture.hover(self._pointer_at(event))
        self._update_cursor(old)
        self._emit_hovered()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture."""
        if self._pan_from is not None:
            self._pan_from = None
            self._show_pointer()
        elif event.button() == Qt.MouseButton.LeftButton and self._document is not None:
            self._gesture.release(self._pointer_at(event))
            self._pressure = 1.0
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Ctrl change the brush; a trackpad's scroll pans."""
        if self._viewport is None:
            return
        ratio = self.devicePixelRatioF()
        pixels = event.pixelDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            notches = event.angleDelta().y() / _NOTCH
            self._toolbox.grow(round(notches) or (1 if notches > 0 else -1))
        elif not pixels.isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase:
            self._set_viewport(self._viewport.panned(pixels.y() * ratio, pixels.x() * ratio))
        else:
            factor = _WHEEL_STEP ** (event.angleDelta().y() / _NOTCH)
            at = event.position() * ratio
            self._set_viewport(self._viewport.zoomed(factor, at.y(), at.x()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom when two fingers pinch on a trackpad."""
        if isinstance(event, QNativeGestureEvent) and self._viewport is not None:
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                at = event.position() * self.devicePixelRatioF()
                self._set_viewport(self._viewport.zoomed(1 + event.value(), at.y(), at.x()))
            return True
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the brush."""
        self._pointer = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the brush."""
        self._pointer = None
        self.hovered.emit(None)
        self.update()

    # --- Keys that act while they are held

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pans, V hides the overlay; Enter, Backspace and Esc act on the gesture."""
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Space:
            self._space_held = True
            self._show_pointer()
        elif event.key() == Qt.Key.Key_V and not event.modifiers():
            self._overlay_held_off = True
        elif event.key() in _GESTURE_KEYS and _GESTURE_KEYS[event.key()](self._gesture):
            pass
        else:
            super().keyPressEvent(event)
        self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End what the key was held for."""
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Space:
            self._space_held = False
            self._show_pointer()
        elif event.key() == Qt.Key.Key_V:
            self._overlay_held_off = False
        else:
            super().keyReleaseEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget held keys: their release goes to another widget."""
        self._space_held = self._overlay_held_off = False
        self._show_pointer()
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the image fitted, or its middle in the middle."""
        if self._viewport is not None:
            resized = self._viewport.resized(*self._device_size())
            was_fitted = self._is_fitted
            self._set_viewport(resized.fitted() if was_fitted else resized)
            self._is_fitted = was_fitted

    # --- Inside

    def _pointer_at(self, event: QMouseEvent) -> Pointer:
        assert self._viewport is not None
        y, x = self._image_point(event.position())
        return Pointer(
            y,
            x,
            pressure=self._pressure,
            shift=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier),
            alt=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier),
            reach=2 * HANDLE * self.devicePixelRatioF() / self._viewport.zoom,
        )

    def _widget_point(self, y: float, x: float) -> QPointF:
        assert self._viewport is not None
        ratio = self.devicePixelRatioF()
        at_y, at_x = self._viewport.to_canvas(y, x)
        return QPointF(at_x / ratio, at_y / ratio)

    def _pick(self, position: QPointF) -> None:
        pixel = self._pixel(position)
        if self._document is not None and pixel is not None:
            class_index = int(self._document.label_map[pixel])
            if class_index != IGNORE_INDEX:
                self.class_picked.emit(class_index)

    def _image_point(self, position: QPointF) -> tuple[float, float]:
        assert self._viewport is not None
        at = position * self.devicePixelRatioF()
        return self._viewport.to_image(at.y(), at.x())

    def _pixel(self, position: QPointF | None) -> tuple[int, int] | None:
        if position is None or self._viewport is None:
            return None
        y, x = self._image_point(position)
        if 0 <= y < self._viewport.image_height and 0 <= x < self._viewport.image_width:
            return int(y), int(x)
        return None

    def _set_viewport(self, viewport: Viewport) -> None:
        zoom_changed = self._viewport is None or viewport.zoom != self._viewport.zoom
        self._viewport = viewport
        self._is_fitted = False
        if zoom_changed:
            self.zoom_changed.emit(viewport.zoom)
        self._emit_hovered()
        self.update()

    def _device_size(self) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return self.height() * ratio, self.width() * ratio

    def _emit_hovered(self) -> None:
        self.hovered.emit(self._pixel(self._pointer))

    def _on_mask_changed(self, rect: Rect) -> None:
        if self._overlay is None or self._viewport is None:
            return
        self._overlay.update(rect)
        ratio = self.devicePixelRatioF()
        top, left = self._viewport.to_canvas(rect.top, rect.left)
        bottom, right = self._viewport.to_canvas(rect.bottom, rect.right)
        dirty = QRectF(left / ratio, top / ratio, (right - left) / ratio, (bottom - top) / ratio)
        # Below 100 % a smooth pixel of the screen depends on its neighbours too.
        self.update(dirty.toAlignedRect().adjusted(-2, -2, 2, 2))

    def _recolor(self) -> None:
        if self._overlay is not None:
            self._overlay.set_colors(self._label_set.palette, self._opacity, self._hidden)
        self.update()

    def _update_cursor(self, old: QPointF | None) -> None:
        if self._viewport is None:
            return
        if self._flash:
            self.update()
            return
        for position in (old, self._pointer):
            if position is not None:
                self.update(outline_rect(*self._brush_on_canvas(position)))

    def _on_tool_changed(self) -> None:
        self._flash = ""  # it named what the tool painted before
        self._show_pointer()
        self.update()

    def _on_class_chosen(self, class_index: int) -> None:
        if self._pointer is None and self.isVisible():
            here = self.mapFromGlobal(self.cursor().pos())
            self._pointer = QPointF(here) if self.rect().contains(here) else None
        self._flash = self._label_set[class_index].name
        self._flash_timer.start()
        self.update()

    def _end_flash(self) -> None:
        self._flash = ""
        self.update()

    def _show_pointer(self) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._pan_from is not None:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space_held:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._document is not None:
            shape = Qt.CursorShape.CrossCursor
        self.setCursor(shape)
