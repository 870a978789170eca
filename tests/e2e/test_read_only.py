"""A project that is open in another process can be looked at, and nothing else."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from segstudio.core.label_set import LabelSet
from segstudio.storage.locks import LOCK_FILE
from segstudio.storage.opening import open_path
from segstudio.storage.project import Project
from segstudio.ui.main_window import MainWindow
from segstudio.ui.train.panel import TrainPanel

_OTHER = """
import sys
from pathlib import Path
from segstudio.storage.locks import ProjectLock
lock = ProjectLock.acquire(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
lock.release()
"""
_FAR = (
    '{"process": "00000000.00000000.00000000.7.7", "user": "ada", "host": "lab-2", "since": 1.7e9}'
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(folder / name)
    project = open_path(folder).project
    project = project.with_label_set(LabelSet.named(["background", "cell"]))
    project.save()
    project.write_mask("a.png", np.zeros((40, 60), np.uint8))
    return project


@pytest.fixture
def other(project: Project) -> Iterator["subprocess.Popen[str]"]:
    """A process that has the project open until a line is written to it."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(project.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def click_bar(qtbot: QtBot, window: MainWindow, text: str) -> None:
    (button,) = (
        button
        for button in window.editor.read_only_bar.findChildren(QPushButton)
        if button.isVisible() and button.text() == text
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_second_window_opens_read_only_and_says_why(
    window: MainWindow,
    open_folder: Callable[[Path], None],
    project: Project,
    other: "subprocess.Popen[str]",
) -> None:
    open_folder(project.image_root)
    assert "open in another window" in window.editor.read_only_bar.text
    assert window.editor.read_only_bar.isVisible()
    assert not window.editor.actions_by_name["brush"].isEnabled()
    assert "open in another window" in window.editor.actions_by_name["brush"].toolTip()
    assert not window.editor.class_panel._add.isEnabled()
    assert window.editor.actions_by_name["fit"].isEnabled()


def test_nothing_can_be_trained_in_a_read_only_project(
    window: MainWindow,
    open_folder: Callable[[Path], None],
    press_key: Callable[..., None],
    project: Project,
    other: "subprocess.Popen[str]",
) -> None:
    before = contents(project.folder)
    open_folder(project.image_root)
    press_key(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)

    assert not panel.form.train.isEnabled()
    assert not panel.form.preview.isEnabled()
    assert "open in another window" in panel.form.reason.text()
    window.editor.work.training.start(panel.form.request())
    assert not window.editor.work.training.is_busy
    assert contents(project.folder) == before


def test_nothing_that_the_user_does_changes_a_read_only_project(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    press_key: Callable[..., None],
    drag: Callable[..., None],
    project: Project,
    other: "subprocess.Popen[str]",
) -> None:
    before = contents(project.folder)
    open_folder(project.image_root)
    document = window.editor.workspace.document
    assert document is not None
    pixels = document.label_map.copy()
    for key in (Qt.Key.Key_B, Qt.Key.Key_F, Qt.Key.Key_1, Qt.Key.Key_R):
        press_key(key)
        middle = window.editor.canvas.rect().center()
        drag(window.editor.canvas, middle, middle + QPoint(30, 10))
    assert "open in another window" in window.editor.messages.text
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    press_key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    window.editor.class_panel.add_class()
    assert np.array_equal(document.label_map, pixels)
    assert not document.is_modified
    press_key(Qt.Key.Key_D)
    qtbot.waitUntil(
        lambda: window.editor.workspace.document not in (None, document), timeout=10_000
    )
    window.close()
    assert contents(project.folder) == before


def test_trying_again_edits_once_the_other_window_is_closed(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    drag: Callable[..., None],
    project: Project,
    other: "subprocess.Popen[str]",
) -> None:
    open_folder(project.image_root)
    click_bar(qtbot, window, "Try again")
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None, timeout=10_000)
    assert window.editor.read_only_bar.isVisible()  # the other is still there

    other.communicate("\n")
    click_bar(qtbot, window, "Try again")
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None, timeout=10_000)

    assert not window.editor.read_only_bar.isVisible()
    assert window.editor.actions_by_name["brush"].isEnabled()
    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle, middle + QPoint(20, 0))
    window.editor.workspace.flush()
    mask = project.read_mask("a.png", 40, 60)
    assert mask is not None
    assert mask.any()


def test_the_lock_of_another_computer_is_taken_over_when_the_user_says_so(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> None:
    lock = project.folder / LOCK_FILE
    lock.write_text(_FAR)
    open_folder(project.image_root)
    assert "by ada on lab-2" in window.editor.read_only_bar.text
    click_bar(qtbot, window, "Edit anyway")
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None, timeout=10_000)
    assert window.editor.workspace.read_only is None
    assert "ada" not in lock.read_text()
    window.close()
    assert not lock.exists()


def test_opening_another_project_leaves_the_lock_of_the_first(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    project: Project,
    tmp_path: Path,
) -> None:
    open_folder(project.image_root)
    assert (project.folder / LOCK_FILE).exists()
    second = tmp_path / "second"
    second.mkdir()
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(second / "c.png")
    window.editor.workspace.open(second)
    qtbot.waitUntil(
        lambda: (
            window.editor.workspace.current_key == "c.png"
            and window.editor.workspace.document is not None
        ),
        timeout=10_000,
    )
    assert not (project.folder / LOCK_FILE).exists()
    assert (second / "segstudio" / LOCK_FILE).exists()
