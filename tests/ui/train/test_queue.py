"""What to label next, in the real window with a real model."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx_models import card_of, write_model
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstudio.core.label_set import LabelSet
from segstudio.core.review import CHECKED
from segstudio.storage.project import Project, create_project
from segstudio.storage.review import read_noted
from segstudio.ui.main_window import MainWindow
from segstudio.ui.train.panel import TrainPanel

SIZE = (120, 160)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three images; c.png judges. The model is unsure of the second's corner, a little of a.png."""
    root = tmp_path / "images"
    root.mkdir()
    for key in ("a.png", "b.png", "c.png"):
        pixels = np.full((*SIZE, 3), 255 if key != "a.png" else 250, np.uint8)
        if key != "a.png":
            pixels[60:, 100:] = 140  # just red enough, and confidence is red / 255
        Image.fromarray(pixels).save(root / key)
    project = create_project(root).with_label_set(LabelSet.named(["background", "red"]))
    project = project.with_splits({"c.png": "val"})
    project.save()
    project.models_folder.mkdir()
    write_model(project.models_folder / "red.onnx")
    return project


@pytest.fixture
def panel(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> TrainPanel:
    open_folder(project.image_root)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)
    panel.setCurrentWidget(panel.queue)
    with qtbot.waitSignal(window.editor.work.queue.changed, timeout=60_000):
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    return panel


def test_the_unsure_part_comes_first_and_judging_images_never(
    window: MainWindow, panel: TrainPanel
) -> None:
    items = window.editor.work.queue.items
    assert items[0].key == "b.png"
    assert items[0].rect.bottom > 60
    assert items[0].rect.right > 100
    assert {item.key for item in items} <= {"a.png", "b.png"}
    assert panel.queue.sheet.count() == len(items)


def test_one_key_accepts_a_part_and_another_leaves_it_out(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    count = len(window.editor.work.queue.items)
    item = window.editor.work.queue.items[0]
    with qtbot.waitSignal(window.editor.work.queue.accepted, timeout=10_000):
        qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_A)
    # The image that opened took the keys, but the next one means the next part.
    assert window.focusWidget() is panel.queue.sheet

    assert window.editor.workspace.current_key == "b.png"
    document = window.editor.workspace.document
    assert document is not None
    assert (document.label_map == 1).all()
    window.editor.workspace.flush()
    noted = read_noted(project, "b.png", *SIZE)
    assert noted is not None
    assert (noted[item.rect.slices] == CHECKED).all()
    assert np.count_nonzero(noted) == item.rect.height * item.rect.width
    assert len(window.editor.work.queue.items) == count - 1

    qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_X)
    assert len(window.editor.work.queue.items) == count - 2

    # What was accepted is not proposed again.
    with qtbot.waitSignal(window.editor.work.queue.changed, timeout=60_000):
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    assert all(
        other.rect != item.rect for other in window.editor.work.queue.items if other.key == "b.png"
    )


def test_who_presses_faster_than_images_open_finds_all_parts_accepted(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    items = window.editor.work.queue.items
    chosen = [next(item for item in items if item.key == key) for key in ("b.png", "a.png")]
    for item in chosen:
        panel.queue.sheet.setCurrentRow(window.editor.work.queue.items.index(item))
        qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_A)

    qtbot.waitUntil(lambda: not window.editor.work.queue._waiting, timeout=10_000)
    window.editor.workspace.flush()
    for item in chosen:
        noted = read_noted(project, item.key, *SIZE)
        assert noted is not None
        assert (noted[item.rect.slices] == CHECKED).all()


def test_a_part_that_was_left_out_is_not_proposed_again(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel
) -> None:
    item = window.editor.work.queue.items[0]
    qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_X)

    with qtbot.waitSignal(window.editor.work.queue.running_changed, timeout=60_000):
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.editor.work.queue.is_running, timeout=60_000)
    assert window.editor.work.queue.items
    assert all(
        other.rect != item.rect for other in window.editor.work.queue.items if other.key == "b.png"
    )


def test_parts_on_which_two_models_disagree_are_worth_most(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    other = project.models_folder / "old.onnx"
    write_model(other, card=card_of("red", "background").to_json())  # takes one for the other
    window.editor.predict.find_models()
    panel.queue.others.setCurrentIndex(panel.queue.others.findText("old"))

    with qtbot.waitSignal(window.editor.work.queue.running_changed, timeout=60_000):
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.editor.work.queue.is_running, timeout=60_000)
    best = window.editor.work.queue.items[0]
    assert best.candidate.gain == best.rect.height * best.rect.width


def test_enter_opens_the_part_to_be_corrected(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel
) -> None:
    item = window.editor.work.queue.items[0]
    with qtbot.waitSignal(window.editor.work.queue.region_opened, timeout=10_000):
        panel.queue.sheet.itemActivated.emit(panel.queue.sheet.currentItem())

    document = window.editor.workspace.document
    assert document is not None
    assert document.key == item.key
    assert document.noted is not None
    assert not document.noted.any()  # nothing counts as looked at yet
    assert item in window.editor.work.queue.items


def test_a_forecast_says_what_it_lacks(panel: TrainPanel) -> None:
    assert "needs three models" in panel.queue.outlook.text()

    panel.queue._points = [(count, 0.85 - 0.5 * count**-0.6) for count in (2, 4, 8, 16, 32)]
    panel.queue.target.setValue(0.82)
    assert panel.queue.outlook.text().startswith("About ")
    panel.queue.target.setValue(0.98)
    assert "unlikely" in panel.queue.outlook.text()
