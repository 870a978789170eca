"""Shared by all tests: no screen, no touch of the real home, a real window on request."""

import os

# Before Qt is imported anywhere.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # some tests load onnxruntime themselves
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads starve each other

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

Drag = Callable[..., None]
_LEFT = Qt.MouseButton.LeftButton
_ROOM = 500_000_000  # bytes; a window that is gone leaves up to 80 MB

_this_process = psutil.Process()
_collected_at = [_this_process.memory_info().rss]


@pytest.fixture(autouse=True)
def room_in_memory() -> Iterator[None]:
    """Free what windows leave behind: they are circles of references, and Python is in no hurry.

    It looks at them when there are a quarter more objects; a run of all tests took 10 GB.
    """
    yield
    if _this_process.memory_info().rss - _collected_at[0] > _ROOM:
        gc.collect()
        _collected_at[0] = _this_process.memory_info().rss


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home of its own: user models, the sample project and settings go there."""
    home = tmp_path_factory.mktemp("home")
    for variable, folder in (
        ("HOME", home),
        ("XDG_DATA_HOME", home / "data"),
        ("XDG_CONFIG_HOME", home / "config"),
        ("XDG_CACHE_HOME", home / "cache"),
        ("XDG_STATE_HOME", home / "state"),
    ):
        monkeypatch.setenv(variable, str(folder))
    return home


@pytest.fixture
def new_window(qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    """A window that has only just been made, not yet shown."""
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    theme = Theme(qapp)
    window = MainWindow(theme, settings)
    yield window
    window.close()
    window.deleteLater()
    theme.deleteLater()
    # Now, or the dialogs of this window hear of the theme of the next test.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(qtbot: QtBot, new_window: MainWindow) -> MainWindow:
    """A window that is whole and shown."""
    new_window.complete()
    new_window.resize(1100, 760)
    new_window.show()
    qtbot.waitExposed(new_window)
    return new_window


@pytest.fixture
def open_folder(qtbot: QtBot, window: MainWindow) -> Callable[[Path], None]:
    """Open a folder as the user does, and wait until the first image shows."""

    def open_folder(folder: Path) -> None:
        window.editor.workspace.open(folder)
        qtbot.waitUntil(lambda: window.editor.workspace.document is not None, timeout=10_000)

    return open_folder


@pytest.fixture
def add_class(window: MainWindow) -> Callable[[], None]:
    """Add a class to a project that has only the background; it is then the one to paint."""

    def add_class() -> None:
        window.editor.workspace.store.set_label_set(window.editor.workspace.label_set.added("cell"))

    return add_class


@pytest.fixture
def press_key(qtbot: QtBot, window: MainWindow) -> Callable[..., None]:
    """Press a key while the canvas has the focus."""

    def press_key(
        key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        qtbot.keyClick(window.editor.canvas, key, modifier)

    return press_key


@pytest.fixture
def drag(qtbot: QtBot) -> Drag:
    """Press, move through the points and release the left button, as a user would."""

    def drag(widget: QWidget, *points: QPoint, button: Qt.MouseButton = _LEFT) -> None:
        qtbot.mousePress(widget, button, pos=points[0])
        for point in points[1:]:
            # qtbot.mouseMove does not carry the pressed button, so send the event ourselves.
            move = QMouseEvent(
                QEvent.Type.MouseMove,
                QPointF(point),
                QPointF(widget.mapToGlobal(point)),
                Qt.MouseButton.NoButton,
                button,
                Qt.KeyboardModifier.NoModifier,
            )
            QApplication.sendEvent(widget, move)
        qtbot.mouseRelease(widget, button, pos=points[-1])

    return drag
