"""Likely label errors, in the real window with a real model."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx_models import write_model
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from segstudio.core.class_change import Rename
from segstudio.core.label_set import LabelSet
from segstudio.core.rect import Rect
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.ui.main_window import MainWindow
from segstudio.ui.quality.errors_dock import ErrorsDock

SIZE = (120, 160)
SMALL, LARGE = Rect(20, 20, 30, 30), Rect(40, 60, 80, 120)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Red images, labelled so but for a region of each; of that in c.png the model is unsure."""
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "red"]))
    project.save()
    for key, wrong, red in (("a.png", SMALL, 255), ("b.png", LARGE, 250), ("c.png", LARGE, 150)):
        Image.fromarray(np.full((*SIZE, 3), red, np.uint8)).save(root / key)
        label_map = np.ones(SIZE, np.uint8)
        label_map[wrong.slices] = 0
        project.write_mask(key, label_map)
    project.models_folder.mkdir()
    write_model(project.models_folder / "red.onnx")
    return project


@pytest.fixture
def dock(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> ErrorsDock:
    """The panel after a search, with the image open in which nothing is doubted."""
    open_folder(project.image_root)
    qtbot.waitUntil(lambda: len(window.editor.workspace.labelled) == 3)
    qtbot.waitUntil(lambda: window.editor.predict.model is not None)
    window.editor.workspace.open_image("c.png")
    window.editor.actions_by_name["label_errors"].trigger()
    dock = window.editor.work.quality.errors_dock
    assert isinstance(dock, ErrorsDock)
    _search(qtbot, window, dock)
    return dock


def _search(qtbot: QtBot, window: MainWindow, dock: ErrorsDock) -> None:
    with qtbot.waitSignal(window.editor.work.quality.errors.changed, timeout=60_000):
        qtbot.mouseClick(dock.search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.editor.work.quality.is_idle)


def test_the_largest_sure_disagreement_comes_first(window: MainWindow, dock: ErrorsDock) -> None:
    found = [(doubt.key, doubt.error.rect) for doubt in window.editor.work.quality.errors.doubts]
    assert found == [("b.png", LARGE), ("a.png", SMALL)]
    assert "2 regions where the model is sure" in dock.state.text()
    assert dock.sheet.item(0).text() == "background → red?\n98%, 2,400 px"


def test_walking_opens_each_image_at_the_place(
    qtbot: QtBot, window: MainWindow, dock: ErrorsDock
) -> None:
    with qtbot.waitSignal(window.editor.work.quality.errors.region_opened, timeout=10_000):
        dock.sheet.setCurrentRow(0)
    assert window.editor.workspace.current_key == "b.png"
    centre = window.editor.canvas.rect().center()
    middle = window.editor.canvas._navigation.image_point(QPointF(centre))
    assert LARGE.top < middle[0] < LARGE.bottom
    assert LARGE.left < middle[1] < LARGE.right
    mark = window.editor.canvas._mark
    assert mark.region is not None
    assert mark.region.rect == LARGE
    seen = QColor(window.editor.canvas.grab().toImage().pixelColor(centre))
    assert seen.red() > seen.green() + 30  # tinted, and not the black of the background
    qtbot.waitUntil(
        lambda: mark.region is None, timeout=5000
    )  # a moment later it is out of the way
    qtbot.waitUntil(dock.sheet.hasFocus)
    with qtbot.waitSignal(window.editor.work.quality.errors.region_opened, timeout=10_000):
        qtbot.keyClick(dock.sheet, Qt.Key.Key_Right)
    assert window.editor.workspace.current_key == "a.png"


def test_one_key_takes_the_models_class_and_goes_on(
    qtbot: QtBot, window: MainWindow, dock: ErrorsDock, project: Project
) -> None:
    with qtbot.waitSignal(window.editor.work.quality.errors.region_opened, timeout=10_000):
        dock.sheet.setCurrentRow(0)
    with qtbot.waitSignal(window.editor.work.quality.errors.region_opened, timeout=10_000):
        qtbot.keyClick(dock.sheet, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: window.editor.workspace.current_key == "a.png")
    window.editor.workspace.flush()
    mask = project.read_any_mask("b.png")
    assert mask is not None
    assert (mask == 1).all()
    assert [doubt.key for doubt in window.editor.work.quality.errors.doubts] == ["a.png"]
    # It can be undone, as what is painted can.
    window.editor.workspace.open_image("b.png")
    qtbot.waitUntil(
        lambda: (
            window.editor.workspace.document is not None
            and window.editor.workspace.document.key == "b.png"
        )
    )
    document = window.editor.workspace.document
    assert document is not None
    assert document.undo() == "Change to red"
    assert not document.label_map[LARGE.slices].any()


def test_a_label_that_is_kept_is_never_asked_about_again(
    qtbot: QtBot, window: MainWindow, dock: ErrorsDock, project: Project
) -> None:
    dock.sheet.setCurrentRow(0)
    qtbot.keyClick(dock.sheet, Qt.Key.Key_K)
    window.editor.workspace.flush()
    mask = project.read_any_mask("b.png")
    assert mask is not None
    assert not mask[LARGE.slices].any()
    _search(qtbot, window, dock)
    assert [doubt.key for doubt in window.editor.work.quality.errors.doubts] == ["a.png"]


def test_a_model_is_asked_by_what_its_classes_are_called_now(
    qtbot: QtBot, window: MainWindow, dock: ErrorsDock
) -> None:
    dock.sheet.setCurrentRow(0)
    qtbot.keyClick(dock.sheet, Qt.Key.Key_K)
    with qtbot.waitSignal(window.editor.classes.changes.finished, timeout=10_000):
        window.editor.classes.changes.change(Rename(1, "crimson"))
    _search(qtbot, window, dock)
    assert [doubt.key for doubt in window.editor.work.quality.errors.doubts] == ["a.png"]
    assert dock.sheet.item(0).text().startswith("background → crimson?")


def test_how_sure_the_model_must_be_can_be_said(
    qtbot: QtBot, window: MainWindow, dock: ErrorsDock
) -> None:
    dock.least.setValue(55)
    _search(qtbot, window, dock)
    keys = [doubt.key for doubt in window.editor.work.quality.errors.doubts]
    assert keys == ["b.png", "c.png", "a.png"]


def test_labels_that_nobody_looked_at_are_not_doubted(
    qtbot: QtBot, window: MainWindow, dock: ErrorsDock, project: Project
) -> None:
    for key in ("a.png", "b.png", "c.png"):
        mask = project.read_any_mask(key)
        assert mask is not None
        project.write_prediction(key, mask)  # all of it is what some model said
    _search(qtbot, window, dock)
    assert window.editor.work.quality.errors.doubts == []
    assert "No image has labels that somebody looked at." in dock.state.text()


def test_a_locked_class_is_not_changed_to_what_the_model_says(
    qtbot: QtBot, window: MainWindow, dock: ErrorsDock, project: Project
) -> None:
    window.editor.toolbox.toggle_lock(0)
    with qtbot.waitSignal(window.editor.work.quality.errors.region_opened, timeout=10_000):
        dock.sheet.setCurrentRow(0)
    qtbot.keyClick(dock.sheet, Qt.Key.Key_A)
    assert "background is locked and cannot be changed" in dock.state.text()
    assert window.editor.workspace.document is not None
    assert not window.editor.workspace.document.label_map[LARGE.slices].any()
    assert len(window.editor.work.quality.errors.doubts) == 2
