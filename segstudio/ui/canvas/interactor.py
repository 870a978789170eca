"""What the hand does on the canvas: mouse, pen, wheel, fingers and held keys."""

from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QPinchGesture, QWidget

from segstudio.controllers.gesture import Gesture
from segstudio.controllers.toolbox import Toolbox
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.document.document import Document
from segstudio.tools.names import ToolName
from segstudio.tools.table import TOOLS
from segstudio.tools.tool import Pointer
from segstudio.ui.canvas.navigation import NOTCH, Navigation
from segstudio.ui.canvas.preview import HANDLE
from segstudio.ui.canvas.sides import Sides

_GESTURE_KEYS: Final[dict[int, Callable[[Gesture], bool]]] = {
    Qt.Key.Key_Return: Gesture.finish,
    Qt.Key.Key_Enter: Gesture.finish,
    Qt.Key.Key_Backspace: Gesture.step_back,
    Qt.Key.Key_Delete: Gesture.step_back,
    Qt.Key.Key_Escape: Gesture.cancel,
}


class _HeldPress(NamedTuple):
    """The press of a finger that may yet turn out to be the first of two.

    Attributes:
        event: The press, or the double click.
        act: What it does.
    """

    event: QMouseEvent
    act: Callable[[QMouseEvent], None]


class Interactor(QObject):
    """Turns the events of a canvas into gestures of the tool and moves of the view.

    It decides what each event means; the canvas passes them on and draws again.

    Args:
        toolbox: The tool that is in the hand.
        gesture: What the tool is fed through.
        navigation: What pans and zooms.
        sides: What is seen, and which of it nobody edits.
        canvas: Whose events they are, and whose mouse cursor is changed.

    Attributes:
        position: Where the pointer is, in widget pixels, or None while it is elsewhere.

    Signals:
        class_picked: Class index under the pointer, picked by the user.
    """

    class_picked = Signal(int)

    def __init__(
        self,
        toolbox: Toolbox,
        gesture: Gesture,
        navigation: Navigation,
        sides: Sides,
        canvas: QWidget,
    ) -> None:
        super().__init__(canvas)
        self._toolbox, self._gesture = toolbox, gesture
        self._navigation, self._sides, self._canvas = navigation, sides, canvas
        self._document: Document | None = None
        self.position: QPointF | None = None
        self._pressure = 1.0
        self._panning_button = Qt.MouseButton.NoButton
        self._turned = 0.0  # of the wheel, in notches, since the brush last changed
        self._space_held = False
        self._held: _HeldPress | None = None
        self._is_pinching = False
        toolbox.changed.connect(self._shape_cursor)

    def set_document(self, document: Document | None) -> None:
        """Edit and pick from this document from now on, or do not."""
        self._document = document
        self._shape_cursor()

    def may_paint(self) -> bool:
        """Return whether a brush would paint where the pointer is."""
        return (
            not self._navigation.is_panning
            and not self._space_held
            and not (self.position and self._sides.is_on_prediction(self.position))
        )

    def find_pointer(self) -> None:
        """Look where the pointer is if no event has told it yet."""
        if self.position is None and self._canvas.isVisible():
            here = self._canvas.mapFromGlobal(self._canvas.cursor().pos())
            self.position = QPointF(here) if self._canvas.rect().contains(here) else None

    # --- Mouse and pen

    def press(self, event: QMouseEvent) -> None:
        """Start a gesture of the tool, or of panning; that of a finger when it is sure to be one.

        Two fingers only zoom and pan, but they seldom come down at once.
        """
        self._press_or_hold(event, self._press)

    def _press_or_hold(self, event: QMouseEvent, act: Callable[[QMouseEvent], None]) -> None:
        self.position = event.position()
        self._is_pinching = False
        self._held = None
        if _is_finger(event):
            self._held = _HeldPress(event.clone(), act)
        else:
            act(event)

    def _press_held(self) -> None:
        """Do what the finger came down for."""
        if self._held is not None:
            held, self._held = self._held, None
            held.act(held.event)

    def _press(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        if not event.buttons() & self._panning_button:
            self._navigation.end_pan()  # its release went to another window
        if self._navigation.is_panning:
            pass  # one thing at a time
        elif event.button() == Qt.MouseButton.MiddleButton or (is_left and self._space_held):
            self._panning_button = event.button()
            self._navigation.begin_pan(event.position())
            self._shape_cursor()
        elif self._sides.is_on_prediction(event.position()):
            pass  # that is what a model said
        elif is_left and self._document is not None:
            alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
            picks = alt and self._toolbox.alt_picks and not self._gesture.is_active
            if picks or self._toolbox.tool is ToolName.PICK:
                self._pick(self._document, event.position())
            else:
                self._gesture.press(self._pointer(event))

    def double_click(self, event: QMouseEvent) -> None:
        """Finish an open gesture; else a double click is two clicks."""
        self._press_or_hold(event, self._double_click)

    def _double_click(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        if not (is_left and not self._space_held and self._gesture.finish()):
            self._press(event)

    def note_pressure(self, event: QTabletEvent) -> None:
        """Note how hard the pen is pressed, for the mouse event that follows."""
        if event.type() != QEvent.Type.TabletRelease:
            self._pressure = event.pressure() if event.buttons() else 1.0

    def move(self, event: QMouseEvent) -> None:
        """Go on with what the press began, or hover."""
        self.position = event.position()
        if self._is_pinching and _is_finger(event):
            return
        if self._held is not None:
            way = (event.position() - self._held.event.position()).manhattanLength()
            if way < QApplication.startDragDistance() or TOOLS[self._toolbox.tool].is_click:
                return
            self._press_held()
        if self._navigation.is_panning:
            self._navigation.pan_to(event.position())
        elif self._document is not None:
            if event.buttons() & Qt.MouseButton.LeftButton:
                self._gesture.move(self._pointer(event))
            else:
                self._gesture.hover(self._pointer(event))

    def release(self, event: QMouseEvent) -> None:
        """End what the press began."""
        if self._is_pinching and _is_finger(event):
            return
        self._press_held()
        if self._navigation.is_panning and event.button() == self._panning_button:
            self._navigation.end_pan()
            self._shape_cursor()
        elif event.button() == Qt.MouseButton.LeftButton and self._document is not None:
            self._gesture.release(self._pointer(event))
            self._pressure = 1.0

    # --- Wheel and fingers

    def turn_wheel(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Ctrl change the brush; a trackpad's scroll pans."""
        pixels = event.pixelDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            # Fine wheels and trackpads tell a notch in many parts.
            self._turned += event.angleDelta().y() / NOTCH
            notches = int(self._turned)
            self._turned -= notches
            self._toolbox.grow(notches)
        elif not pixels.isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase:
            self._navigation.pan_by(QPointF(pixels))
        else:
            self._navigation.zoom_by_wheel(event)

    def touch_trackpad(self, event: QNativeGestureEvent) -> None:
        """Zoom and pan by two fingers on a trackpad."""
        if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._navigation.zoom_by(1 + event.value(), event.position())
        elif event.gestureType() == Qt.NativeGestureType.PanNativeGesture:
            self._navigation.pan_by(event.delta())

    def pinch(self, pinch: QPinchGesture) -> None:
        """Zoom and pan by two fingers on the screen."""
        self._held, self._is_pinching = None, True
        self._gesture.let_go()  # the first finger, which came alone, may have begun to paint
        # The centre is where Qt's hot spot is: in pixels of the screen.
        centre, last = (
            self._canvas.mapFromGlobal(point)
            for point in (pinch.centerPoint(), pinch.lastCenterPoint())
        )
        if not pinch.lastCenterPoint().isNull():
            self._navigation.pan_by(centre - last)
        self._navigation.zoom_by(pinch.scaleFactor(), centre)

    # --- Keys, some of which act while they are held

    def press_key(self, event: QKeyEvent) -> bool:
        """Act on a key; return whether it means something here."""
        if event.key() == Qt.Key.Key_Space:
            self._space_held = True
            self._shape_cursor()
        elif event.key() == Qt.Key.Key_V and not event.modifiers():
            self._sides.set_overlay_shown(False)
        elif self.takes_part_back(event):
            self._gesture.step_back()
        else:
            return event.key() in _GESTURE_KEYS and _GESTURE_KEYS[event.key()](self._gesture)
        return True

    def release_key(self, event: QKeyEvent) -> bool:
        """End what a key was held for; return whether it means something here."""
        if event.key() == Qt.Key.Key_Space:
            self._space_held = False
            self._shape_cursor()
        elif event.key() == Qt.Key.Key_V:
            self._sides.set_overlay_shown(True)
        else:
            return False
        return True

    def forget_keys(self) -> None:
        """Hold no key any more."""
        self._space_held = False
        self._sides.set_overlay_shown(True)
        self._shape_cursor()

    def takes_part_back(self, event: QKeyEvent) -> bool:
        """Return whether a key is to take back a part of the outline, not the last edit."""
        return self._gesture.has_parts and event.matches(QKeySequence.StandardKey.Undo)

    # --- Inside

    def _pointer(self, event: QMouseEvent) -> Pointer:
        """Return where on the image an event is, and how."""
        y, x = self._navigation.image_point(event.position())
        return Pointer(
            y,
            x,
            pressure=self._pressure,
            shift=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier),
            alt=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier),
            reach=2 * HANDLE * self._canvas.devicePixelRatioF() / self._navigation.zoom,
            view=self._navigation.shown(QRectF(self._canvas.rect())),
        )

    def _pick(self, document: Document, position: QPointF) -> None:
        pixel = self._navigation.pixel(position)
        if pixel is not None:
            class_index = int(document.label_map[pixel])
            if class_index != IGNORE_INDEX:
                self.class_picked.emit(class_index)

    def _shape_cursor(self) -> None:
        """Let the mouse cursor show what a press would do."""
        shape = Qt.CursorShape.ArrowCursor
        if self._navigation.is_panning:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space_held:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._document is not None:
            shape = Qt.CursorShape.CrossCursor
        self._canvas.setCursor(shape)


def _is_finger(event: QMouseEvent) -> bool:
    """Return whether Qt has made a mouse event of a touch on the screen."""
    return event.pointerType() == QPointingDevice.PointerType.Finger
