"""The bar above the image: what came back after a crash, and which of two masks to keep."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from segstudio.controllers.workspace import Workspace
from segstudio.core.mask_edit import difference_patch
from segstudio.storage.masks import read_label_map, write_label_map
from segstudio.storage.opening import open_path
from segstudio.ui.main_window import MainWindow

SIZE = (120, 160)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((*SIZE, 3), 90, np.uint8)).save(folder / name)
    project = open_path(folder).project
    project = project.with_label_set(project.label_set.added("cell"))
    project.save()
    return folder


@pytest.fixture
def crashed(qtbot: QtBot, folder: Path) -> None:
    """Somebody painted two rows of b.png, and the program ended before they were saved."""
    workspace = Workspace()
    workspace.set_opened(open_path(folder))
    qtbot.waitUntil(lambda: workspace.document is not None)
    workspace.open_image("b.png")
    qtbot.waitUntil(lambda: workspace.document is not None)
    document = workspace.document
    assert document is not None
    for row in (3, 4):
        after = document.label_map.copy()
        after[row] = 1
        document.apply("Row", difference_patch(document.label_map, after))
    qtbot.waitUntil(lambda: workspace.autosave.journaled == workspace.autosave.edited)
    workspace.shut_down()
    assert not mask(folder, "b.png").exists()


def mask(folder: Path, key: str) -> Path:
    return folder / "segstudio" / "masks" / f"{key}.png"


def answer(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Click an answer in the bar."""
    (button,) = [
        button
        for button in window.editor.safety.findChildren(QPushButton)
        if button.isVisible() and button.text() == text
    ]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def saved_rows(window: MainWindow, folder: Path, key: str) -> list[int]:
    window.editor.workspace.flush()
    return np.flatnonzero(read_label_map(mask(folder, key))[:, 0] == 1).tolist()


@pytest.fixture
def recovered(
    qtbot: QtBot,
    crashed: None,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    folder: Path,
) -> MainWindow:
    open_folder(folder)
    qtbot.waitUntil(lambda: window.editor.safety.isVisible())
    assert "Recovered 2 edits in 1 image" in window.editor.safety.text
    return window


def test_review_shows_the_image_and_its_edits_can_be_undone(
    qtbot: QtBot, recovered: MainWindow, folder: Path, press_key: Callable[..., None]
) -> None:
    workspace = recovered.editor.workspace
    answer(qtbot, recovered, "Review")
    qtbot.waitUntil(lambda: getattr(workspace.document, "key", "") == "b.png")
    assert recovered.editor.safety.isVisible()  # it may still be discarded
    assert saved_rows(recovered, folder, "b.png") == [3, 4]
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert saved_rows(recovered, folder, "b.png") == [3]


def test_discard_takes_the_edits_back(qtbot: QtBot, recovered: MainWindow, folder: Path) -> None:
    answer(qtbot, recovered, "Discard")
    assert not recovered.editor.safety.isVisible()
    assert saved_rows(recovered, folder, "b.png") == []


def test_closing_the_bar_keeps_them_for_good(
    qtbot: QtBot,
    recovered: MainWindow,
    folder: Path,
    open_folder: Callable[[Path], None],
) -> None:
    qtbot.mouseClick(recovered.editor.safety._close, Qt.MouseButton.LeftButton)
    assert saved_rows(recovered, folder, "b.png") == [3, 4]
    workspace = recovered.editor.workspace
    before = workspace.document
    workspace.open(folder)
    qtbot.waitUntil(lambda: workspace.document not in (None, before), timeout=10_000)
    assert not recovered.editor.safety.isVisible()


@pytest.fixture
def conflicted(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], folder: Path
) -> MainWindow:
    """Another program saved a mask while ours was being painted."""
    open_folder(folder)
    canvas = window.editor.canvas
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    window.editor.workspace.flush()
    write_label_map(
        mask(folder, "a.png"), np.zeros(SIZE, np.uint8), window.editor.workspace.label_set.palette
    )
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center() + QPoint(60, 0))
    qtbot.keyClick(canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.editor.safety.isVisible())
    assert "another program changed this mask" in window.editor.safety.text
    assert not read_label_map(mask(folder, "a.png")).any()
    return window


def painted(window: MainWindow) -> int:
    document = window.editor.workspace.document
    assert document is not None
    return int(np.count_nonzero(document.label_map == 1))


def test_keep_mine_saves_what_was_painted(
    qtbot: QtBot, conflicted: MainWindow, folder: Path
) -> None:
    ours = painted(conflicted)
    answer(qtbot, conflicted, "Keep mine")
    qtbot.waitUntil(
        lambda: np.count_nonzero(read_label_map(mask(folder, "a.png")) == 1) == ours > 0
    )
    assert not conflicted.editor.safety.isVisible()


def test_take_theirs_shows_it_and_undo_brings_ours_back(
    qtbot: QtBot, conflicted: MainWindow, press_key: Callable[..., None]
) -> None:
    ours = painted(conflicted)
    answer(qtbot, conflicted, "Take theirs")
    qtbot.waitUntil(lambda: painted(conflicted) == 0)
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert painted(conflicted) == ours


def test_who_paints_on_is_asked_once_and_loses_nothing(
    qtbot: QtBot, conflicted: MainWindow, folder: Path
) -> None:
    canvas = conflicted.editor.canvas
    place = canvas.rect().center() - QPoint(60, 0)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    ours = painted(conflicted)
    conflicted.editor.workspace.flush()
    assert conflicted.editor.safety.isVisible()
    (beside,) = [path for path in mask(folder, "a.png").parent.iterdir() if "mine" in path.name]
    assert np.count_nonzero(read_label_map(beside) == 1) == ours
    answer(qtbot, conflicted, "Take theirs")
    qtbot.waitUntil(lambda: painted(conflicted) == 0)
    assert not conflicted.editor.safety.isVisible()
