"""The list of steps: what was done, and going back to any of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from segstudio.core.label_map import LabelMap
from segstudio.ui.history_dock import HistoryDock
from segstudio.ui.main_window import MainWindow

_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def painted(
    tmp_path: Path,
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
) -> list[LabelMap]:
    """Three dabs on an image; the label map before each of them and after the last."""
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((200, 240, 3), 80, np.uint8)).save(tmp_path / name)
    open_folder(tmp_path)
    add_class()
    maps = [label_map(window)]
    for place in (-40, 0, 40):
        middle = window.editor.canvas.rect().center() + QPoint(place, 0)
        qtbot.mouseClick(window.editor.canvas, Qt.MouseButton.LeftButton, pos=middle)
        maps.append(label_map(window))
    return maps


@pytest.fixture
def history(window: MainWindow, press_key: Callable[..., None]) -> HistoryDock:
    """The list, as the keys open it."""
    press_key(Qt.Key.Key_H, _CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert window.editor.history.isVisible()
    return window.editor.history


def label_map(window: MainWindow) -> LabelMap:
    document = window.editor.workspace.document
    assert document is not None
    return document.label_map.copy()


def listed(history: HistoryDock) -> list[str]:
    model = history.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def current(history: HistoryDock) -> int:
    return history.view.currentIndex().row()


def click(qtbot: QtBot, window: MainWindow, history: HistoryDock, row: int) -> None:
    place = history.view.visualRect(history.view.model().index(row, 0)).center()
    qtbot.mouseClick(history.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: window.editor.steps.is_idle and current(history) == row)


def test_a_click_on_a_step_goes_back_to_it_and_forward_again(
    qtbot: QtBot, window: MainWindow, painted: list[LabelMap], history: HistoryDock
) -> None:
    assert listed(history) == ["Before these steps", *["Brush cell"] * 3]
    assert current(history) == 3
    for row in (1, 0, 3, 2):
        click(qtbot, window, history, row)
        assert np.array_equal(label_map(window), painted[row])


def test_the_list_follows_what_is_painted_and_undone(
    qtbot: QtBot,
    window: MainWindow,
    painted: list[LabelMap],
    history: HistoryDock,
    press_key: Callable[..., None],
) -> None:
    press_key(Qt.Key.Key_Z, _CTRL)
    qtbot.waitUntil(lambda: current(history) == 2)
    assert len(listed(history)) == 4  # what was undone can still be chosen
    press_key(Qt.Key.Key_E)
    middle = window.editor.canvas.rect().center()
    qtbot.mouseClick(window.editor.canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.waitUntil(lambda: current(history) == 3)
    assert listed(history)[1:] == ["Brush cell", "Brush cell", "Eraser"]


def test_each_image_has_its_own_list_and_one_without_steps_says_what_it_is_for(
    qtbot: QtBot,
    window: MainWindow,
    painted: list[LabelMap],
    history: HistoryDock,
    press_key: Callable[..., None],
) -> None:
    press_key(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: not history.view.isVisible())
    assert history._empty.isVisible()
    press_key(Qt.Key.Key_A)
    qtbot.waitUntil(history.view.isVisible)
    assert len(listed(history)) == 4


def test_steps_of_the_last_time_are_listed_after_a_restart(
    qtbot: QtBot,
    tmp_path: Path,
    window: MainWindow,
    painted: list[LabelMap],
    history: HistoryDock,
) -> None:
    workspace = window.editor.workspace
    workspace.flush()
    before = workspace.document
    workspace.open(tmp_path)  # reads everything anew
    qtbot.waitUntil(lambda: workspace.document not in (None, before), timeout=10_000)
    qtbot.waitUntil(lambda: len(listed(history)) == 4)
    click(qtbot, window, history, 1)
    assert np.array_equal(label_map(window), painted[1])
