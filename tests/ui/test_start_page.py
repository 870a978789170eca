"""The start page is there before the rest of the window, which any click or key finds whole.

Events go to the window of the screen, as the user's do, and not to a widget in it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from segstudio.ui.main_window import MainWindow

# The platform without a screen says so whenever a dialog opens.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "This plugin does not support")


@pytest.fixture
def page(qtbot: QtBot, new_window: MainWindow) -> MainWindow:
    """A window that has only just been shown."""
    new_window.show()
    qtbot.waitExposed(new_window)
    return new_window


def _menu_texts(window: MainWindow) -> list[list[str]]:
    menus = [action.menu() for action in window.menuBar().actions()]
    return [[action.text() for action in menu.actions()] for menu in menus]


def test_left_alone_the_window_becomes_whole(qtbot: QtBot, page: MainWindow) -> None:
    assert _menu_texts(page) == [[]] * 5
    with qtbot.waitSignal(page.completed, timeout=10_000):
        pass
    assert all(_menu_texts(page))
    assert page.pages.shows_welcome
    assert not page.statusBar().isVisible()
    qtbot.waitUntil(lambda: page.is_idle, timeout=10_000)


class _Drawn(QObject):
    """Notes what is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: set[QObject] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            self.parts.add(watched)
        return False


def test_the_panels_are_drawn_once_before_they_show(qtbot: QtBot, page: MainWindow) -> None:
    editor, drawn = page.complete(), _Drawn()
    parts = {editor.class_panel, editor.image_panel, editor.status, editor.model_bar}
    for part in parts:
        part.installEventFilter(drawn)
    qtbot.waitUntil(lambda: page.is_idle, timeout=10_000)
    assert drawn.parts == parts
    assert not any(part.isVisible() for part in parts)


def test_who_clicks_at_once_gets_the_sample(qtbot: QtBot, page: MainWindow) -> None:
    sample = page.welcome.findChildren(QPushButton)[1]
    at = sample.mapTo(page, sample.rect().center())
    QTest.mouseClick(page.windowHandle(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: page.editor.workspace.document is not None, timeout=10_000)
    assert page.editor.canvas.isVisible()
    assert page.statusBar().isVisible()


def test_a_menu_that_is_opened_at_once_is_complete(qtbot: QtBot, page: MainWindow) -> None:
    bar = page.menuBar()
    view = bar.actions()[2]
    at = bar.mapTo(page, bar.actionGeometry(view).center())
    QTest.mousePress(page.windowHandle(), Qt.MouseButton.LeftButton, pos=at)
    assert view.menu().isVisible()
    shown = [action.text() for action in view.menu().actions() if action.isEnabled()]
    assert shown[-4:] == ["Classes", "Images", "", "Language"]
    view.menu().close()


def test_a_key_that_is_pressed_at_once_does_what_it_says(qtbot: QtBot, page: MainWindow) -> None:
    page.activateWindow()
    QTest.keyClick(page.windowHandle(), Qt.Key.Key_F1)
    assert page.editor.key_list.isVisible()
    page.editor.key_list.close()


def test_a_folder_that_is_dropped_at_once_is_opened(
    qtbot: QtBot, page: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "images").mkdir()
    Image.fromarray(np.zeros((8, 9, 3), np.uint8)).save(tmp_path / "images" / "a.png")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "images"))])
    where = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    QApplication.sendEvent(
        page, QDragEnterEvent(QPoint(9, 9), *where, Qt.KeyboardModifier.NoModifier)
    )
    QApplication.sendEvent(page, QDropEvent(QPointF(9, 9), *where, Qt.KeyboardModifier.NoModifier))
    qtbot.waitUntil(lambda: page.editor.workspace.document is not None, timeout=10_000)
    assert page.editor.workspace.keys == ("a.png",)


def test_a_window_that_is_closed_at_once_ends_what_it_began(qtbot: QtBot, page: MainWindow) -> None:
    QApplication.processEvents()
    assert page.close()
    QApplication.processEvents()
    assert not page.isVisible()
