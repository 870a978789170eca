"""The keys of the canvas work wherever the user has clicked before."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from segstudio.ui.main_window import MainWindow


@pytest.fixture
def opened(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], tmp_path: Path
) -> MainWindow:
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(tmp_path / "a.png")
    open_folder(tmp_path)
    window.activateWindow()
    qtbot.waitUntil(window.editor.canvas.hasFocus)
    return window


def come_over_the_canvas(window: MainWindow) -> None:
    middle = QPointF(window.editor.canvas.rect().center())
    QApplication.sendEvent(window.editor.canvas, QEnterEvent(middle, middle, middle))


def test_after_a_number_was_typed(qtbot: QtBot, opened: MainWindow) -> None:
    box = opened.editor._option_bar._holders["size"].findChild(QSpinBox)
    assert isinstance(box, QSpinBox)
    qtbot.waitUntil(box.isVisible)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "30")
    come_over_the_canvas(opened)
    assert box.hasFocus()  # the user may still be typing
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert opened.editor.toolbox.size == 30
    come_over_the_canvas(opened)
    assert opened.editor.canvas.hasFocus()


def test_after_a_class_was_named(qtbot: QtBot, opened: MainWindow) -> None:
    opened.editor.class_panel.add_class()
    name = opened.editor.class_panel.view.findChild(QLineEdit)
    assert isinstance(name, QLineEdit)
    qtbot.keyClicks(name, "membrane")
    come_over_the_canvas(opened)
    assert not opened.editor.canvas.hasFocus()
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.editor.class_panel.view.findChild(QLineEdit) is None)
    come_over_the_canvas(opened)
    assert opened.editor.canvas.hasFocus()


def test_after_a_message_was_answered(qtbot: QtBot, opened: MainWindow) -> None:
    opened.editor.messages.show_notice("Something happened.", "Undo", lambda: None)
    qtbot.mouseClick(opened.editor.messages._button, Qt.MouseButton.LeftButton)
    assert not opened.editor.messages.isVisible()
    assert opened.editor.canvas.hasFocus()
