from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from segstudio.core.class_change import Rename
from segstudio.core.palette import Color
from segstudio.storage.project import load_project
from segstudio.ui.main_window import MainWindow


@pytest.fixture
def opened(window: MainWindow, open_folder: Callable[[Path], None], tmp_path: Path) -> MainWindow:
    folder = tmp_path / "images"
    folder.mkdir()
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(folder / "a.png")
    open_folder(folder)
    return window


def saved_classes(window: MainWindow) -> list[tuple[str, str]]:
    window.editor.workspace.flush()
    assert window.editor.workspace.project is not None
    return [
        (c.name, c.color.hex)
        for c in load_project(window.editor.workspace.project.folder).label_set
    ]


def test_add_class_appears_chosen_and_is_saved(qtbot: QtBot, opened: MainWindow) -> None:
    qtbot.mouseClick(opened.editor.class_panel._add, Qt.MouseButton.LeftButton)
    assert opened.editor.toolbox.class_index == 1
    assert [name for name, _ in saved_classes(opened)] == ["background", "class 1"]


def test_typing_a_name_renames_the_class(qtbot: QtBot, opened: MainWindow) -> None:
    opened.editor.class_panel.add_class()
    editor = opened.editor.class_panel.view.findChild(QLineEdit)
    assert editor is not None
    editor.clear()
    qtbot.keyClicks(editor, "membrane")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.editor.workspace.label_set.names == ("background", "membrane"))
    assert [name for name, _ in saved_classes(opened)] == ["background", "membrane"]


@pytest.mark.parametrize("name", ["background", "   "])
def test_a_name_that_cannot_be_is_refused_in_words(opened: MainWindow, name: str) -> None:
    opened.editor.class_panel.add_class()
    model = opened.editor.class_panel.view.model()
    model.setData(model.index(1, 3), name)
    assert "keeps its name" in opened.editor.messages.text
    assert opened.editor.workspace.label_set.names == ("background", "class 1")


def test_recolouring_changes_the_canvas_and_the_project(opened: MainWindow) -> None:
    opened.editor.class_panel.add_class()
    opened.editor.class_panel.recolor(1, Color(1, 2, 3))
    assert opened.editor.workspace.label_set[1].color == (1, 2, 3)
    assert saved_classes(opened)[1] == ("class 1", "#010203")


def test_only_the_background_is_hidden_at_first(opened: MainWindow) -> None:
    opened.editor.class_panel.add_class()
    assert opened.editor.class_panel.hidden == {0}


def test_clicking_the_eye_shows_and_hides_the_class(qtbot: QtBot, opened: MainWindow) -> None:
    view = opened.editor.class_panel.view
    eye = view.visualRect(view.model().index(0, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    assert opened.editor.class_panel.hidden == set()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    assert opened.editor.class_panel.hidden == {0}


def test_clicking_a_name_chooses_the_class_to_paint(qtbot: QtBot, opened: MainWindow) -> None:
    opened.editor.class_panel.add_class()
    opened.editor.class_panel.view.setCurrentIndex(
        opened.editor.class_panel.view.model().index(1, 3)
    )
    view = opened.editor.class_panel.view
    name = view.visualRect(view.model().index(0, 3)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=name)
    assert opened.editor.toolbox.class_index == 0


def test_choosing_a_hidden_class_shows_it(opened: MainWindow) -> None:
    opened.editor.class_panel.add_class()
    opened.editor.class_panel.toggle(1)
    opened.editor.toolbox.choose_class(1)
    assert opened.editor.class_panel.hidden == {0}


def test_renaming_a_class_leaves_the_chosen_one(qtbot: QtBot, opened: MainWindow) -> None:
    editor = opened.editor
    editor.class_panel.add_class()
    editor.toolbox.choose_class(0)
    with qtbot.waitSignal(editor.classes.changes.finished):
        editor.classes.changes.change(Rename(1, "membrane"))
    assert editor.toolbox.class_index == 0


@pytest.mark.parametrize(("width", "height"), [(1280, 820), (1280, 800)])
def test_twelve_classes_are_seen_at_once(
    qtbot: QtBot, opened: MainWindow, width: int, height: int
) -> None:
    opened.resize(width, height)
    workspace = opened.editor.workspace
    label_set = workspace.label_set
    for number in range(1, 12):
        label_set = label_set.added(f"class {number}")
    workspace.store.set_label_set(label_set)
    view = opened.editor.class_panel.view
    last = view.model().index(11, 3)
    qtbot.waitUntil(lambda: view.visualRect(last).bottom() < view.viewport().height())
    assert view.visualRect(view.model().index(0, 3)).top() >= 0
    assert opened.editor.image_panel.view.height() > 100
