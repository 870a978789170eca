"""What comes in the middle of a stroke or of an outline: keys, other buttons, fingers, a model."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from answers import apply_prediction
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segstudio.document.document import Document
from segstudio.tools.names import ToolName
from segstudio.ui.main_window import MainWindow

PressKey = Callable[..., None]
_LEFT, _MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def document(
    tmp_path: Path,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
) -> Document:
    """A grey image at 100 %, all background."""
    Image.fromarray(np.full((200, 240, 3), 80, np.uint8)).save(tmp_path / "a.png")
    open_folder(tmp_path)
    add_class()
    document = window.editor.workspace.document
    assert document is not None
    document.label_map[:] = 0
    window.editor.actions_by_name["full_size"].trigger()
    window.editor.toolbox.set_size(5)
    return document


@pytest.fixture
def at(window: MainWindow, document: Document) -> Callable[[float, float], QPoint]:
    """Turn the middle of an image pixel (y, x) into a point of the canvas."""

    def at(y: float, x: float) -> QPoint:
        middle = window.editor.canvas._navigation.position(y + 0.5, x + 0.5)
        return QPoint(math.floor(middle.x()), math.floor(middle.y()))

    return at


def mouse(
    window: MainWindow, kind: QEvent.Type, place: QPoint, button: Qt.MouseButton, *held: object
) -> None:
    """Send a mouse event; ``held`` are the buttons that are down after it."""
    buttons = Qt.MouseButton.NoButton
    for one in held:
        assert isinstance(one, Qt.MouseButton)
        buttons |= one
    canvas = window.editor.canvas
    event = QMouseEvent(
        kind,
        QPointF(place),
        QPointF(canvas.mapToGlobal(place)),
        button,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)


def press(window: MainWindow, place: QPoint, button: Qt.MouseButton, *held: object) -> None:
    mouse(window, QEvent.Type.MouseButtonPress, place, button, button, *held)


def move(window: MainWindow, place: QPoint, *held: object) -> None:
    mouse(window, QEvent.Type.MouseMove, place, Qt.MouseButton.NoButton, *held)


def release(window: MainWindow, place: QPoint, button: Qt.MouseButton, *held: object) -> None:
    mouse(window, QEvent.Type.MouseButtonRelease, place, button, *held)


def painted(document: Document) -> list[tuple[int, int]]:
    """Return the first and last painted column of row 50, of each part."""
    row = np.concatenate([[0], document.label_map[50] == 1, [0]]).astype(int)
    starts, ends = np.flatnonzero(np.diff(row) == 1), np.flatnonzero(np.diff(row) == -1)
    return [(int(a), int(b) - 1) for a, b in zip(starts, ends, strict=True)]


def test_the_key_of_another_tool_ends_the_stroke_and_keeps_it(
    window: MainWindow, document: Document, at: Callable[..., QPoint], press_key: PressKey
) -> None:
    press(window, at(50, 50), _LEFT)
    move(window, at(50, 100), _LEFT)
    press_key(Qt.Key.Key_E)
    move(window, at(50, 150), _LEFT)
    release(window, at(50, 150), _LEFT)
    assert painted(document) == [(48, 102)]
    assert [edit.name for edit in document.history.edits] == ["Brush cell"]
    assert window.editor.toolbox.tool is ToolName.ERASER


def test_a_model_that_answers_in_the_middle_of_a_stroke_does_not_break_it_off(
    window: MainWindow, document: Document, at: Callable[..., QPoint]
) -> None:
    press(window, at(50, 50), _LEFT)
    move(window, at(50, 100), _LEFT)
    apply_prediction(document, "Model", np.zeros((200, 240), np.uint8))
    move(window, at(50, 150), _LEFT)
    release(window, at(50, 150), _LEFT)
    assert painted(document) == [(48, 152)]
    assert document.history.undo_name == "Brush cell"


def test_panning_with_the_middle_button_in_the_middle_of_a_stroke(
    window: MainWindow, document: Document, at: Callable[..., QPoint]
) -> None:
    press(window, at(50, 50), _LEFT)
    here = at(50, 100)
    move(window, here, _LEFT)
    press(window, here, _MIDDLE, _LEFT)
    there = here + QPoint(-30, 10)
    move(window, there, _LEFT, _MIDDLE)
    release(window, there, _LEFT, _MIDDLE)
    assert not document.in_gesture  # the stroke is done, though the image is still being moved
    assert len(document.history) == 1
    move(window, there + QPoint(-10, 0), _MIDDLE)
    assert window.editor.canvas._navigation.is_panning
    release(window, there + QPoint(-10, 0), _MIDDLE)
    assert not window.editor.canvas._navigation.is_panning
    assert painted(document) == [(48, 102)]


def test_the_left_button_paints_nothing_while_the_middle_one_pans(
    window: MainWindow, document: Document, at: Callable[..., QPoint]
) -> None:
    press(window, at(50, 50), _MIDDLE)
    press(window, at(50, 50), _LEFT, _MIDDLE)
    move(window, at(50, 80), _LEFT, _MIDDLE)
    release(window, at(50, 50), _LEFT, _MIDDLE)
    release(window, at(50, 50), _MIDDLE)
    assert not document.label_map.any()
    press(window, at(50, 50), _LEFT)
    release(window, at(50, 50), _LEFT)
    assert painted(document) == [(48, 52)]


@pytest.mark.parametrize("tool", [ToolName.LASSO, ToolName.SCISSORS])
@pytest.mark.parametrize("key", [Qt.Key.Key_Z, Qt.Key.Key_Backspace, Qt.Key.Key_Delete])
def test_undo_takes_back_the_last_corner_of_an_open_outline_and_no_edit(
    qtbot: QtBot,
    window: MainWindow,
    document: Document,
    at: Callable[..., QPoint],
    press_key: PressKey,
    tool: ToolName,
    key: Qt.Key,
) -> None:
    modifier = _CTRL if key == Qt.Key.Key_Z else Qt.KeyboardModifier.NoModifier
    for edits in (0, 1):  # undo may have nothing to undo, and its command is off then
        window.editor.actions_by_name[tool].trigger()
        for place in ((20, 20), (20, 100), (80, 100), (190, 230)):
            qtbot.mouseClick(window.editor.canvas, _LEFT, pos=at(*place))
        press_key(key, modifier)
        preview = window.editor.canvas._gesture.preview
        assert preview is not None
        assert len(preview.handles) == 3
        assert len(document.history) == edits
        press_key(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.editor.canvas.is_settled)
        assert len(document.history) == 1 or edits
        assert not document.label_map[100:].any()
        document.label_map[:] = 0
    assert len(document.history) == 2
    press_key(Qt.Key.Key_Z, _CTRL)  # no outline is open any more
    assert document.history.done == 1


def pen(window: MainWindow, kind: QEvent.Type, place: QPoint, pressure: float) -> None:
    """Send what a tablet tells; Qt makes mouse events of what nobody takes."""
    device = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
    )
    is_down = kind != QEvent.Type.TabletRelease
    event = QTabletEvent(
        kind,
        device,
        QPointF(place),
        QPointF(window.editor.canvas.mapToGlobal(place)),
        pressure,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        Qt.KeyboardModifier.NoModifier,
        Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else _LEFT,
        _LEFT if is_down else Qt.MouseButton.NoButton,
    )
    event.setAccepted(True)
    QApplication.sendEvent(window.editor.canvas, event)
    assert not event.isAccepted()


def test_a_pen_paints_as_wide_as_it_is_pressed(
    window: MainWindow, document: Document, at: Callable[..., QPoint], press_key: PressKey
) -> None:
    window.editor.toolbox.set_size(40)
    for column, pressure in ((50, 0.25), (100, 0.75)):
        pen(window, QEvent.Type.TabletPress, at(100, column), pressure)
        press(window, at(100, column), _LEFT)
        pen(window, QEvent.Type.TabletMove, at(101, column), pressure)
        move(window, at(101, column), _LEFT)
        pen(window, QEvent.Type.TabletRelease, at(101, column), 0.0)
        release(window, at(101, column), _LEFT)
        assert np.count_nonzero(document.label_map[:, column]) == 40 * pressure + 1
    press(window, at(100, 200), _LEFT)  # a mouse presses fully
    release(window, at(100, 200), _LEFT)
    assert np.count_nonzero(document.label_map[:, 200]) == 40


def test_two_fingers_on_a_trackpad_zoom_at_the_pointer_and_pan(
    window: MainWindow, document: Document, at: Callable[..., QPoint]
) -> None:
    canvas, place = window.editor.canvas, at(50, 60)
    before = canvas._navigation.image_point(QPointF(place))

    def gesture(kind: Qt.NativeGestureType, value: float, delta: QPointF) -> None:
        event = QNativeGestureEvent(
            kind,
            QPointingDevice.primaryPointingDevice(),
            2,
            QPointF(place),
            QPointF(canvas.mapTo(window, place)),
            QPointF(canvas.mapToGlobal(place)),
            value,
            delta,
        )
        QApplication.sendEvent(canvas, event)

    gesture(Qt.NativeGestureType.ZoomNativeGesture, 0.5, QPointF())
    assert canvas.zoom == pytest.approx(1.5)
    assert canvas._navigation.image_point(QPointF(place)) == pytest.approx(before)
    gesture(Qt.NativeGestureType.PanNativeGesture, 0, QPointF(12, -7))
    assert canvas._navigation.image_point(QPointF(place + QPoint(12, -7))) == pytest.approx(before)
