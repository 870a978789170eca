"""Comparing a new model with the old one, promoting it and going back, in the real window."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx_models import card_of, write_model
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from run_events import RunEvents

from segstudio.controllers.comparison import compare_on_disk
from segstudio.controllers.followed_runs import RunState
from segstudio.core.label_set import LabelSet
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.lineage import read_lineage
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.training_runs import TrainingRun, new_run
from segstudio.ui.main_window import MainWindow
from segstudio.ui.train.compare_page import ComparePage
from segstudio.ui.train.panel import TrainPanel

KEYS = ("a.png", "b.png", "c.png", "d.png", "e.png")
JUDGE = KEYS[2:]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Five images whose red pixels are class 1; the last three judge."""
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "red"]))
    rng = np.random.default_rng(0)
    for key in KEYS:
        pixels = rng.integers(0, 256, (30, 40, 3), np.uint8)
        Image.fromarray(pixels).save(root / key)
        project.write_mask(key, (pixels[..., 0] > 127).astype(np.uint8))
    splits = {key: "val" if key in JUDGE else "train" for key in KEYS}
    project = project.with_splits(splits)
    project.save()
    return project


@pytest.fixture
def run(project: Project) -> TrainingRun:
    """A finished run whose model is always right."""
    run = new_run(project)
    run.write_job({})
    freeze_labels(project, run.labels)
    run.output.mkdir()
    events = RunEvents(["background", "red"]).whole(2)
    run.events.write_text("\n".join(map(json.dumps, events)) + "\n")
    write_model(run.model)
    return run


@pytest.fixture
def old(project: Project) -> Path:
    """The project's model until now, which takes every class for the other."""
    project.models_folder.mkdir()
    card = card_of("red", "background").to_json()
    return write_model(project.models_folder / "old.onnx", card=card)


def test_models_are_judged_on_the_images_that_did_not_train(run: TrainingRun, old: Path) -> None:
    told: list[tuple[int, int]] = []

    comparison = compare_on_disk(
        run, old, threading.Event(), lambda done, total: told.append((done, total))
    )

    assert comparison is not None
    assert {image.key for image in comparison.images} == set(JUDGE)
    assert told[-1] == (6, 6)
    mean = comparison.rows[0]
    assert (mean.old, mean.new, mean.difference) == (0, 1, 1)
    assert mean.is_sure
    assert comparison.new.confusion.trace() == comparison.new.confusion.sum() == 3 * 30 * 40
    assert all(image.changed == 30 * 40 for image in comparison.images)


def test_the_first_model_of_a_project_is_judged_by_itself(
    qtbot: QtBot, window: MainWindow, run: TrainingRun
) -> None:
    comparison = compare_on_disk(run, None, threading.Event(), lambda _done, _total: None)

    assert comparison is not None
    assert [row.new for row in comparison.rows] == [1, 1, 1]
    page = ComparePage(window._theme)
    qtbot.addWidget(page)
    page.show_comparison(comparison)
    assert page.summary.text().startswith("Mean IoU 1.000 on 3 images that it was not trained on.")
    assert page.table.isColumnHidden(1)
    assert page.keep.isHidden()


def test_a_model_of_other_classes_is_mapped_and_not_refused(
    run: TrainingRun, tmp_path: Path
) -> None:
    other = write_model(tmp_path / "o.onnx", card=card_of("background", "blue").to_json())

    comparison = compare_on_disk(run, other, threading.Event(), lambda _done, _total: None)

    assert comparison is not None
    assert comparison.unknown == ("red",)
    _mean, background, red = comparison.rows
    assert background.old == 1
    assert red.old == 0
    changed = [image.changed for image in comparison.images]
    assert changed == sorted(changed, reverse=True)  # those that changed most come first
    assert len(set(changed)) > 1


def test_a_new_model_is_compared_promoted_and_gone_back_from(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    project: Project,
    run: TrainingRun,
    old: Path,
) -> None:
    open_folder(project.image_root)
    qtbot.waitUntil(lambda: window.editor.work.training.state is RunState.FINISHED, timeout=10_000)
    assert window.editor.predict.model is not None
    assert window.editor.predict.model.path == old
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)
    panel.setCurrentWidget(panel.compare)

    with qtbot.waitSignal(window.editor.work.comparison.compared, timeout=60_000):
        qtbot.mouseClick(panel.compare.compare, Qt.MouseButton.LeftButton)
    assert panel.compare.summary.text().startswith("Surely better: mean IoU +1.000")
    cells = [panel.compare.table.item(0, column) for column in range(4)]
    assert [cell.text() for cell in cells if cell] == ["mean IoU", "0.000", "1.000", "+1.000"]
    view = panel.compare.pictures
    view.buttons["truth"].click()
    truth = view.picture.picture.toImage()
    view.buttons["new"].click()
    assert view.picture.picture.toImage() == truth
    view.buttons["old"].click()
    assert view.picture.picture.toImage() != truth
    panel.compare.tabs.setCurrentWidget(view)
    view.flicker.setChecked(True)
    for following in ("new", "truth", "old"):
        qtbot.waitUntil(lambda name=following: view.shown == name, timeout=5_000)  # type: ignore[misc]
    view.flicker.setChecked(False)

    # The old model takes each class for the other.
    matrix = panel.compare.confusions
    shares = {}
    for place, name in enumerate(("old", "new")):
        matrix.which.setCurrentIndex(place)
        cells = [matrix.table.item(0, column) for column in range(2)]
        shares[name] = [cell.text() for cell in cells if cell]
    assert shares == {"old": ["0.0%", "100.0%"], "new": ["100.0%", "0.0%"]}

    with qtbot.waitSignal(window.editor.work.comparison.promoted, timeout=10_000) as promoted:
        qtbot.mouseClick(panel.compare.promote, Qt.MouseButton.LeftButton)
    path = promoted.args[0]
    assert window.editor.predict.model.path == path
    lineage = read_lineage(path)
    assert lineage is not None
    assert (lineage.run, lineage.parent) == (run.name, "old")
    qtbot.waitUntil(lambda: window.editor.predict.is_idle, timeout=30_000)
    assert window.editor.model_bar.models.currentText() == path.stem

    with qtbot.waitSignal(window.editor.work.training.histories_read, timeout=10_000):
        panel.setCurrentWidget(panel.runs)
    told = panel.runs.differences.text()
    assert told == f"Began from scratch.\nIts model was taken over as {path.stem}, in place of old."
    assert panel.queue.others.currentText() == "old"  # where both disagree is to be labelled

    window.editor.predict.choose_path(old)  # both are still there
    assert window.editor.predict.model.path == old
    panel.runs.use_model.click()
    assert window.editor.predict.model.path == path


def test_runs_are_listed_with_their_differences_and_notes(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    project: Project,
    run: TrainingRun,
) -> None:
    second = new_run(project)
    second.write_job({})
    second.output.mkdir()
    events = [dict(event) for event in RunEvents(["background", "red"]).whole(4)]
    events[0]["recipe"] = {**events[0]["recipe"], "batch": 8}
    second.events.write_text("\n".join(map(json.dumps, events)) + "\n")
    open_folder(project.image_root)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)

    with qtbot.waitSignal(window.editor.work.training.histories_read, timeout=10_000):
        panel.setCurrentWidget(panel.runs)

    runs = panel.runs
    assert runs.table.rowCount() == 2
    assert runs.differences.text() == "batch: 8 | 2"
    drawn = runs.curves.iou.getPlotItem().listDataItems()
    assert [len(item.getData()[0]) for item in drawn] == [4, 2]

    runs.table.clearSelection()
    runs.table.selectRow(1)
    runs.note.setText("too few images")
    with qtbot.waitSignal(window.editor.work.training.histories_read, timeout=10_000):
        runs.note.editingFinished.emit()
    assert run.read_note() == "too few images"

    # A note that is being written is not lost to runs that are read again.
    qtbot.keyClicks(runs.note, " and dark ones")
    with qtbot.waitSignal(window.editor.work.training.histories_read, timeout=10_000):
        window.editor.work.training.read_histories()
    assert runs.note.text() == "too few images and dark ones"
    assert runs.show_run.isEnabled()
    window.editor.work.training._set_state(RunState.TRAINING)
    assert not runs.show_run.isEnabled()  # the one that trains is followed
    window.editor.work.training._set_state(RunState.FINISHED)


def test_whoever_labels_when_a_training_ends_is_told_and_not_led_away(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    project: Project,
    run: TrainingRun,
    old: Path,
) -> None:
    # Not labelled yet, and the model is not sure of it.
    Image.new("RGB", (40, 30), (140, 0, 0)).save(project.image_root / "f.png")
    open_folder(project.image_root)
    training, queue = window.editor.work.training, window.editor.work.queue
    qtbot.waitUntil(lambda: training.state is RunState.FINISHED, timeout=10_000)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)
    panel.setCurrentWidget(panel.queue)
    qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(queue.items), timeout=60_000)

    with qtbot.waitSignal(window.editor.work.comparison.compared, timeout=60_000):
        training.ended.emit(run)

    assert panel.currentWidget() is panel.queue
    assert window.editor.messages.text == "The training has finished."
    qtbot.mouseClick(window.editor.messages._button, Qt.MouseButton.LeftButton)
    assert panel.currentWidget() is panel.compare
    assert panel.compare.promote.isVisible()
