"""The canvas: shows the image and its overlay, and hands what the hand does to the interactor."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
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
from segstudio.core.label_set import LabelSet
from segstudio.core.pyramid import ReducedImage
from segstudio.core.raster import polygon_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.document.document import Document
from segstudio.ui.canvas.first_picture import FirstPicture
from segstudio.ui.canvas.grid import draw_pixel_grid
from segstudio.ui.canvas.heat import HeatLegend, HeatMap
from segstudio.ui.canvas.interactor import Interactor
from segstudio.ui.canvas.mark import RegionMark
from segstudio.ui.canvas.minimap import Minimap
from segstudio.ui.canvas.navigation import Navigation
from segstudio.ui.canvas.sides import Divider, Look, Sides
from segstudio.ui.canvas.tool_cursor import ToolCursor
from segstudio.ui.theme import Theme


class Canvas(QWidget):
    """Shows one document and edits it with the toolbox's tool.

    Signals:
        hovered: Image point (y, x) under the pointer as two ints, or None outside the image.
        zoom_changed: Device pixels per image pixel.
        class_picked: Class index under the pointer, picked by the user.
        preview_changed: The tool's ``Preview``, or None.
        failed: A ``SegStudioError`` of the tool.
    """

    hovered = Signal(object)
    zoom_changed = Signal(float)
    class_picked = Signal(int)
    preview_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, toolbox: Toolbox, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self._interactor = Interactor(toolbox, self._gesture, self._navigation, self._sides, self)
        self._interactor.class_picked.connect(self.class_picked)
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
        self._interactor.set_document(document)
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
        self._navigation.show_around(rect, times=3, most=8)

    def fit(self) -> None:
        """Show the whole image; it stays so when the canvas is resized."""
        self._navigation.fit()

    def show_part(self, rect: Rect) -> None:
        """Show a part of the image in the middle, with as much around it."""
        self._navigation.show_around(rect, times=2)

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
                painter,
                self._gesture.preview,
                self._interactor.position,
                may_paint=self._interactor.may_paint(),
            )
        painter.end()

    # --- What the hand does: the interactor acts, the canvas draws again

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a gesture of the tool, or of panning."""
        self._interactor.press(event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Finish an open gesture; else a double click is two clicks."""
        self._interactor.double_click(event)
        self.update()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Note how hard the pen is pressed; the mouse event that follows does the rest."""
        self._interactor.note_pressure(event)
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the gesture and show where the pointer is."""
        old = self._interactor.position
        self._interactor.move(event)
        self._update_cursor(old, event.position())
        self._emit_hovered()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture."""
        self._interactor.release(event)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Ctrl change the brush; a trackpad's scroll pans."""
        self._interactor.turn_wheel(event)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom and pan by two fingers, on a trackpad or on the screen; undo parts of an outline."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if self._interactor.takes_part_back(event):
                event.accept()  # the key comes here instead of to the command
                return True
        elif isinstance(event, QNativeGestureEvent):
            self._interactor.touch_trackpad(event)
            return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._interactor.pinch(pinch)
            return True
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the brush, and take the keys where nobody else wants them.

        A list keeps them when one of its names was edited, and nobody has them after a number.
        """
        focused = QApplication.focusWidget()
        if focused is None or focused.focusPolicy() == Qt.FocusPolicy.NoFocus:
            self.setFocus()
        self._interactor.position = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the brush."""
        self._interactor.position = None
        self.hovered.emit(None)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pans, V hides the overlay; Enter, Backspace and Esc act on the gesture."""
        if not event.isAutoRepeat():
            if not self._interactor.press_key(event):
                super().keyPressEvent(event)
            self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End what the key was held for."""
        if not event.isAutoRepeat():
            if not self._interactor.release_key(event):
                super().keyReleaseEvent(event)
            self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget held keys: their release goes to another widget."""
        self._interactor.forget_keys()
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the image fitted, or its middle in the middle."""
        self._navigation.on_resized()
        self._sides.place()
        self._minimap.place()
        self._legend.place()

    # --- Inside

    def _emit_hovered(self) -> None:
        self.hovered.emit(self._navigation.pixel(self._interactor.position))

    def _on_moved(self) -> None:
        self._emit_hovered()
        self.update()

    def _on_mask_changed(self, rect: Rect) -> None:
        if self._sides.main is not None:
            self._sides.mask_changed(rect)
            dirty = self._navigation.rect_on_widget(rect)
            # A pixel of the screen depends on its neighbours, and below 100 % on those of a level.
            self.update(dirty.toAlignedRect().adjusted(-3, -3, 3, 3))

    def _update_cursor(self, old: QPointF | None, new: QPointF) -> None:
        """Draw the tool's cursor where it is now, and not where it was."""
        if self._sides.main is None:
            return
        for position in (old, new):
            if position is not None:
                for rect in self._cursor.rects(position):
                    self.update(rect)

    def _on_tool_changed(self) -> None:
        self._cursor.forget_flash()  # it named what the tool painted before
        self.update()

    def _on_class_chosen(self, class_index: int) -> None:
        self._interactor.find_pointer()
        self._cursor.flash(class_index)
        self.update()
