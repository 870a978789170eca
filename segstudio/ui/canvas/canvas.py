"""The canvas: shows the image and its overlay, and turns the pointer into edits."""

import math
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QWidget

from segstudio.controllers.gesture import Gesture
from segstudio.controllers.jobs import Pool
from segstudio.controllers.toolbox import Toolbox
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet
from segstudio.core.pyramid import ReducedImage
from segstudio.core.raster import polygon_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.document.document import Document
from segstudio.tools.names import ToolName
from segstudio.tools.tool import Pointer
from segstudio.ui.canvas.first_picture import FirstPicture
from segstudio.ui.canvas.grid import draw_pixel_grid
from segstudio.ui.canvas.heat import HeatLegend, HeatMap
from segstudio.ui.canvas.mark import RegionMark
from segstudio.ui.canvas.minimap import Minimap
from segstudio.ui.canvas.navigation import Navigation
from segstudio.ui.canvas.preview import HANDLE
from segstudio.ui.canvas.sides import Divider, Look, Sides
from segstudio.ui.canvas.tool_cursor import ToolCursor
from segstudio.ui.theme import Theme

_WHEEL_STEP: Final = 1.2  # zoom factor of one notch
_NOTCH: Final = 120  # Qt's unit for one notch of a wheel
_GESTURE_KEYS: Final[dict[int, Callable[[Gesture], bool]]] = {
    Qt.Key.Key_Return: Gesture.finish,
    Qt.Key.Key_Enter: Gesture.finish,
    Qt.Key.Key_Backspace: Gesture.step_back,
    Qt.Key.Key_Delete: Gesture.step_back,
    Qt.Key.Key_Escape: Gesture.cancel,
}


class Canvas(QWidget):
    """Shows one document and edits it with the toolbox's tool.

    Signals:
        hovered: Image point (y, x) under the pointer as two ints, or None outside the image.
        zoom_changed: Device pixels per image pixel.
        class_picked: Class index under the pointer, picked by the user.
        failed: A ``SegStudioError`` of the tool.
    """

    hovered = Signal(object)
    zoom_changed = Signal(float)
    class_picked = Signal(int)
    preview_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, toolbox: Toolbox, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toolbox = toolbox
        self._theme = theme
        self._document: Document | None = None
        self._first: FirstPicture | None = None  # shown until there is a scene
        self._pool = Pool(1, self)
        self._navigation = Navigation(self)
        self._navigation.moved.connect(self._on_moved)
        self._navigation.stood_still.connect(self.update)
        self._navigation.zoom_changed.connect(self.zoom_changed)
        self._sides = Sides(self._navigation, self._pool, self)
        self._sides.changed.connect(self.update)
        self._minimap = Minimap(self._navigation, theme, self)
        self._heat: HeatMap | None = None
        self._legend = HeatLegend(self)
        self._mark = RegionMark(self)
        self._mark.changed.connect(self.update)
        self._gesture = Gesture(toolbox, self)
        self._gesture.preview_changed.connect(self.update)
        self._gesture.preview_changed.connect(
            lambda: self.preview_changed.emit(self._gesture.preview)
        )
        self._gesture.failed.connect(self.failed)
        self._pressure = 1.0
        self._panning_button = Qt.MouseButton.NoButton
        self._turned = 0.0  # of the wheel, in notches, since the brush last changed
        self._space_held = False
        self._pointer: QPointF | None = None
        self._cursor = ToolCursor(toolbox, self._navigation, self)
        self._cursor.changed.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.grabGesture(Qt.GestureType.PinchGesture)
        toolbox.changed.connect(self._on_tool_changed)
        toolbox.class_chosen.connect(self._on_class_chosen)
        theme.changed.connect(self.update)

    @property
    def selected(self) -> Region | None:
        """What the active tool has selected and not painted yet, or None."""
        preview, document = self._gesture.preview, self._document
        if preview is None or document is None:
            return None
        if preview.region is None and preview.is_closed and len(preview.points) > 2:
            return polygon_region(preview.points, *document.size)
        return preview.region

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel; 1 without a document."""
        return self._navigation.zoom

    @property
    def minimap(self) -> Minimap:
        """The small picture in the corner."""
        return self._minimap

    @property
    def shows_picture(self) -> bool:
        """Whether there is an image to see."""
        return self._sides.main is not None or self._first is not None

    @property
    def is_settled(self) -> bool:
        """Whether the picture is as good as it gets, and the tool has its answers."""
        if not self._gesture.is_settled:
            return False
        if self._sides.main is None or not self.isVisible():
            return True
        return self._sides.is_settled and not self._navigation.is_moving

    def set_document(self, document: Document | None) -> None:
        """Show a document, whole, or nothing."""
        if self._document is not None:
            self._document.mask_changed.disconnect(self._on_mask_changed)
        previewed = self._first.size if self._first is not None else None
        self._first = None
        self._mark.clear()
        self._document = document
        self._gesture.set_document(document)
        if document is None or document.size != previewed:  # else the user may have zoomed already
            self._navigation.set_image(document.size if document else None)
        self._sides.set_document(document)
        if document is None:
            self.hovered.emit(None)
        else:
            document.mask_changed.connect(self._on_mask_changed)
        self._minimap.set_scene(self._sides.main)
        self._show_pointer()
        self.update()

    def show_first(self, reduced: ReducedImage | None) -> None:
        """Show how an image looks whose document follows, or nothing until there is one."""
        self._first = FirstPicture(reduced) if reduced is not None else None
        if self._first is not None:
            self._navigation.set_image(self._first.size)
        self.update()

    def set_label_set(self, label_set: LabelSet) -> None:
        """Use the colours and names of these classes."""
        self._cursor.label_set = label_set
        self.set_look(palette=label_set.palette)

    def set_opacity(self, opacity: float) -> None:
        """Set the opacity of the overlay, 0..1."""
        self.set_look(opacity=opacity)

    def set_hidden_classes(self, hidden: Collection[int]) -> None:
        """Do not draw these class indices."""
        self.set_look(hidden=frozenset(hidden))

    def set_look(self, **changes: Any) -> None:  # noqa: ANN401 - as different as the fields are
        """Change fields of the ``Look``."""
        self._sides.set_look(replace(self._sides.look, **changes))
        self._minimap.refresh()

    @property
    def look(self) -> Look:
        """How the document is shown."""
        return self._sides.look

    @property
    def divider(self) -> Divider:
        """The line between prediction and correction; hidden while there is one side."""
        return self._sides.divider

    def set_uncertainty(self, uncertainty: NDArray[np.float32] | None) -> None:
        """Show where a model is unsure, (H, W) float32 0..1, or nothing of that."""
        self._heat = HeatMap(uncertainty) if uncertainty is not None else None
        self._legend.place()
        self._legend.setVisible(self._heat is not None)
        self.update()

    def show_rect(self, rect: Rect) -> None:
        """Bring a part of the image into the middle, at a third of the canvas or as it is."""
        self._show_around(rect, 3, 8.0)

    def fit(self) -> None:
        """Show the whole image; it stays so when the canvas is resized."""
        self._navigation.fit()

    def show_part(self, rect: Rect) -> None:
        """Show a part of the image in the middle, with as much around it."""
        self._show_around(rect, 2, math.inf)

    def show_region(self, region: Region) -> None:
        """Show a region as ``show_part`` does, tinted for a moment."""
        self.show_part(region.rect)
        self._mark.show(region)

    def zoom_to_full_size(self) -> None:
        """Show one image pixel as one pixel of the screen."""
        self._navigation.zoom_to_full_size()

    def zoom_by(self, factor: float) -> None:
        """Zoom at the middle of the canvas."""
        self._navigation.zoom_by(factor)

    def shut_down(self) -> None:
        """Stop the threads."""
        self._sides.close()
        self._gesture.shut_down()
        self._pool.shut_down()

    # --- Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the exposed part of the image, the overlay and the cursor."""
        painter = QPainter(self)
        if self._sides.main is None or not self._navigation.is_covered(event.rect()):
            painter.fillRect(event.rect(), self._theme.canvas_color)
        if self._first is not None:
            self._first.draw(painter, self._navigation.transform())
        if self._sides.main is not None:
            self._sides.draw(painter, QRectF(event.rect()))
            if self._heat is not None:
                painter.save()
                painter.setTransform(self._navigation.transform())
                self._heat.draw(painter)
                painter.restore()
            draw_pixel_grid(painter, self._navigation, event.rect())
            self._sides.draw_lines(painter, QRectF(event.rect()))
            self._mark.draw(painter, self._navigation.position)
            self._cursor.draw(
                painter, self._gesture.preview, self._pointer, may_paint=self._may_paint()
            )
        painter.end()

    def _may_paint(self) -> bool:
        """Whether a brush would paint where the pointer is."""
        return (
            not self._navigation.is_panning
            and not self._space_held
            and not (self._pointer and self._sides.is_on_prediction(self._pointer))
        )

    # --- Pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a gesture of the tool, or of panning."""
        self._pointer = event.position()
        is_left = event.button() == Qt.MouseButton.LeftButton
        if not event.buttons() & self._panning_button:
            self._navigation.end_pan()  # its release went to another window
        if self._navigation.is_panning:
            pass  # one thing at a time
        elif event.button() == Qt.MouseButton.MiddleButton or (is_left and self._space_held):
            self._panning_button = event.button()
            self._navigation.begin_pan(event.position())
            self._show_pointer()
        elif self._sides.is_on_prediction(event.position()):
            pass  # that is what a model said
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
        if self._navigation.is_panning:
            self._navigation.pan_to(event.position())
        elif self._document is not None:
            if event.buttons() & Qt.MouseButton.LeftButton:
                self._gesture.move(self._pointer_at(event))
            else:
                self._gesture.hover(self._pointer_at(event))
        self._update_cursor(old)
        self._emit_hovered()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture."""
        if self._navigation.is_panning and event.button() == self._panning_button:
            self._navigation.end_pan()
            self._show_pointer()
        elif event.button() == Qt.MouseButton.LeftButton and self._document is not None:
            self._gesture.release(self._pointer_at(event))
            self._pressure = 1.0
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Ctrl change the brush; a trackpad's scroll pans."""
        pixels = event.pixelDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            # Fine wheels and trackpads tell a notch in many parts.
            self._turned += event.angleDelta().y() / _NOTCH
            notches = int(self._turned)
            self._turned -= notches
            self._toolbox.grow(notches)
        elif not pixels.isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase:
            self._navigation.pan_by(QPointF(pixels))
        else:
            factor = _WHEEL_STEP ** (event.angleDelta().y() / _NOTCH)
            self._navigation.zoom_by(factor, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom and pan by two fingers, on a trackpad or on the screen; undo parts of an outline."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if self._takes_part_back(event):
                event.accept()  # the key comes here instead of to the command
                return True
        elif isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._navigation.zoom_by(1 + event.value(), event.position())
            elif event.gestureType() == Qt.NativeGestureType.PanNativeGesture:
                self._navigation.pan_by(event.delta())
            return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._pinch(pinch)
            return True
        return super().event(event)

    def _takes_part_back(self, event: QKeyEvent) -> bool:
        return self._gesture.has_parts and event.matches(QKeySequence.StandardKey.Undo)

    def _pinch(self, pinch: QPinchGesture) -> None:
        self._gesture.let_go()  # the first finger, which came alone, has begun to paint
        # The centre is where Qt's hot spot is: in pixels of the screen.
        centre, last = (
            self.mapFromGlobal(point) for point in (pinch.centerPoint(), pinch.lastCenterPoint())
        )
        if not pinch.lastCenterPoint().isNull():
            self._navigation.pan_by(centre - last)
        self._navigation.zoom_by(pinch.scaleFactor(), centre)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the brush, and take the keys where nobody else wants them.

        A list keeps them when one of its names was edited, and nobody has them after a number.
        """
        focused = QApplication.focusWidget()
        if focused is None or focused.focusPolicy() == Qt.FocusPolicy.NoFocus:
            self.setFocus()
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
            self._sides.set_overlay_shown(False)
        elif self._takes_part_back(event):
            self._gesture.step_back()
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
            self._sides.set_overlay_shown(True)
        else:
            super().keyReleaseEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget held keys: their release goes to another widget."""
        self._space_held = False
        self._sides.set_overlay_shown(True)
        self._show_pointer()
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the image fitted, or its middle in the middle."""
        self._navigation.on_resized()
        self._sides.place()
        self._minimap.place()
        self._legend.place()

    # --- Inside

    def _show_around(self, rect: Rect, times: int, most: float) -> None:
        """Let the canvas show ``times`` as much as a rectangle, at a zoom of ``most`` at most.

        It never shows more than the whole image, which would only become smaller.
        """
        wanted = min(
            self.height() / max(rect.height, 1) / times,
            self.width() / max(rect.width, 1) / times,
            most,
        )
        self._navigation.fit()
        factor = wanted * self.devicePixelRatioF() / self.zoom
        if factor > 1:
            self._navigation.zoom_by(factor)
            self._navigation.centre_on((rect.top + rect.bottom) / 2, (rect.left + rect.right) / 2)

    def _pointer_at(self, event: QMouseEvent) -> Pointer:
        y, x = self._navigation.image_point(event.position())
        return Pointer(
            y,
            x,
            pressure=self._pressure,
            shift=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier),
            alt=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier),
            reach=2 * HANDLE * self.devicePixelRatioF() / self._navigation.zoom,
            view=self._navigation.shown(QRectF(self.rect())),
        )

    def _pick(self, position: QPointF) -> None:
        pixel = self._navigation.pixel(position)
        if self._document is not None and pixel is not None:
            class_index = int(self._document.label_map[pixel])
            if class_index != IGNORE_INDEX:
                self.class_picked.emit(class_index)

    def _emit_hovered(self) -> None:
        self.hovered.emit(self._navigation.pixel(self._pointer))

    def _on_moved(self) -> None:
        self._emit_hovered()
        self.update()

    def _on_mask_changed(self, rect: Rect) -> None:
        if self._sides.main is not None:
            self._sides.mask_changed(rect)
            dirty = self._navigation.rect_on_widget(rect)
            # A pixel of the screen depends on its neighbours, and below 100 % on those of a level.
            self.update(dirty.toAlignedRect().adjusted(-3, -3, 3, 3))

    def _update_cursor(self, old: QPointF | None) -> None:
        if self._sides.main is None:
            return
        for position in (old, self._pointer):
            if position is not None:
                for rect in self._cursor.rects(position):
                    self.update(rect)

    def _on_tool_changed(self) -> None:
        self._cursor.forget_flash()  # it named what the tool painted before
        self._show_pointer()
        self.update()

    def _on_class_chosen(self, class_index: int) -> None:
        if self._pointer is None and self.isVisible():
            here = self.mapFromGlobal(self.cursor().pos())
            self._pointer = QPointF(here) if self.rect().contains(here) else None
        self._cursor.flash(class_index)
        self.update()

    def _show_pointer(self) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._navigation.is_panning:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space_held:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._document is not None:
            shape = Qt.CursorShape.CrossCursor
        self.setCursor(shape)
