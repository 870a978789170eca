"""The train panel in the real window."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from answers import apply_prediction
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot
from run_events import RunEvents

from segstudio.controllers.followed_runs import RunState
from segstudio.controllers.training_plan import Plan
from segstudio.core.label_set import LabelSet
from segstudio.core.training_request import FROM_IMAGENET, FROM_SCRATCH, ImageChoice
from segstudio.storage.lineage import promote, trainable
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.training_runs import TrainingRun, new_run
from segstudio.ui.main_window import MainWindow
from segstudio.ui.train.panel import TrainPanel

Open = Callable[[Path], None]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell"]))
    for key in ("a.png", "b.png"):
        Image.new("RGB", (40, 30), "grey").save(root / key)
        project.write_mask(key, np.zeros((30, 40), np.uint8))
    project.save()
    return project


def finished_run(project: Project, epochs: int = 3) -> TrainingRun:
    """Write what a run of the trainer leaves behind."""
    run = new_run(project)
    run.write_job({})
    run.output.mkdir()
    events = RunEvents(["background", "cell"]).whole(epochs)
    run.events.write_text("\n".join(map(json.dumps, events)) + "\n")
    (run.output / "recipe.json").write_text(json.dumps({"network": "unet-mini", "backbone": None}))
    run.best.write_bytes(b"weights")
    run.model.write_bytes(b"model")
    return run


@pytest.fixture
def panel(qtbot: QtBot, window: MainWindow, open_folder: Open, project: Project) -> TrainPanel:
    open_folder(project.image_root)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)
    return panel


def test_the_choices_are_what_is_asked_of_the_trainer(panel: TrainPanel) -> None:
    form = panel.form
    request = form.request()
    assert (request.network, request.weights) == ("unet-mini", FROM_SCRATCH)
    assert (request.minutes, request.epochs) == (10, None)
    assert request.images is ImageChoice.ALL
    assert request.expert == {}

    form.networks.setCurrentIndex(form.networks.findText("deeplabv3plus (mobilenet-v2)"))
    form.starts.setCurrentIndex(form.starts.findData(FROM_IMAGENET))
    form.by_epochs.setChecked(True)
    form.epochs.setValue(7)
    form.expert_page.is_expert.setChecked(True)
    form.expert_page.edits["crop"].setText("128 x 256")
    form.expert_page.edits["lr"].setText("0.002")
    request = form.request()
    assert (request.backbone, request.weights) == ("mobilenet-v2", FROM_IMAGENET)
    assert (request.minutes, request.epochs) == (None, 7)
    assert request.expert == {"crop": [128, 256], "lr": 0.002}


def test_a_typing_mistake_is_told_and_starts_nothing(qtbot: QtBot, panel: TrainPanel) -> None:
    panel.form.expert_page.is_expert.setChecked(True)
    panel.form.expert_page.edits["batch"].setText("four")

    qtbot.mouseClick(panel.form.train, Qt.MouseButton.LeftButton)

    assert "“four”" in panel.form.plan.text()
    assert not panel.progress._training.is_busy


def test_a_training_that_cannot_begin_leads_back_to_what_was_asked_for(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel
) -> None:
    window.editor.workspace.open_image("b.png")
    panel.form.images.setCurrentIndex(panel.form.images.findData(ImageChoice.APPROVED))
    with qtbot.waitSignal(panel._training.failed, timeout=10_000):
        qtbot.mouseClick(panel.form.train, Qt.MouseButton.LeftButton)

    assert panel.currentIndex() == 0
    assert "no approved image can train yet" in panel.form.plan.text()
    # The bar offers the image that is to be looked at.
    bar = window.editor.messages
    assert bar._button.text() == "Open a.png"
    qtbot.mouseClick(bar._button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.editor.workspace.current_key == "a.png")

    panel.setCurrentWidget(panel.progress)
    assert panel.progress.empty.isVisible()
    qtbot.mouseClick(panel.progress.empty.button, Qt.MouseButton.LeftButton)
    assert panel.currentIndex() == 0


def test_settings_of_other_choices_do_not_stay(panel: TrainPanel) -> None:
    form, plan = panel.form, Plan("About 2 minutes on CPU", (), ())
    form.show_waiting()
    form.show_plan(plan)
    assert "About 2 minutes" in form.plan.text()
    form.minutes.setValue(30)
    assert form.plan.text().startswith("Your choices have changed.")

    # Nor come, if they were asked for before.
    form.show_waiting()
    form.minutes.setValue(40)
    form.show_plan(plan)
    assert form.plan.text().startswith("Your choices have changed.")


def test_the_settings_are_shown_with_their_reasons(panel: TrainPanel) -> None:
    panel.form.show_waiting()
    settings = (("crop", "128 x 128", "a part of the images"), ("Classes", "<b>cell", ""))
    panel.form.show_plan(Plan("About 2 minutes on CPU", settings, ("a note",)))

    shown = QTextDocument()
    shown.setHtml(panel.form.plan.text())
    lines = shown.toPlainText().replace("\xa0", " ").splitlines()
    assert lines[0] == "About 2 minutes on CPU"
    assert "a part of the images" in lines
    assert "<b>cell" in shown.toPlainText()  # names are data, never markup


def test_without_the_trainer_the_panel_says_how_to_install_it(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Open,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needed = ("trainer", "no_torch_here")
    monkeypatch.setattr("segstudio.controllers.trainer_process._NEEDED", needed)
    open_folder(project.image_root)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)

    assert "missing: no_torch_here" in panel.form.missing.words.text()
    assert "pip install 'segstudio[train]'" in panel.form.missing.command.text()
    assert not panel.form.train.isVisible()
    assert not panel.form.train.isEnabled()


def test_the_last_run_shows_with_its_curves(
    qtbot: QtBot, window: MainWindow, open_folder: Open, project: Project
) -> None:
    finished_run(project)
    open_folder(project.image_root)
    qtbot.waitUntil(lambda: window.editor.work.training.state is RunState.FINISHED, timeout=5_000)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)

    assert panel.currentWidget() is panel.progress
    assert panel.progress.title == "Finished after 3 epochs"
    assert "CPU, 2 threads" in panel.progress._details()
    items = panel.progress.curves.iou.getPlotItem().listDataItems()
    assert [item.name() for item in items] == ["background", "cell", "mIoU"]
    assert [len(item.getData()[0]) for item in items] == [3, 3, 3]


def test_a_run_that_failed_early_shows_what_its_trainer_said(
    qtbot: QtBot, window: MainWindow, open_folder: Open, project: Project
) -> None:
    run = new_run(project)
    run.write_job({})
    run.log.write_text("Traceback\nImportError: libcuda.so is not there\n")
    open_folder(project.image_root)
    qtbot.waitUntil(lambda: window.editor.work.training.state is RunState.FAILED, timeout=5_000)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)

    assert "libcuda.so is not there" in panel.progress._details()
    panel.progress.tabs.setCurrentWidget(panel.progress.log)
    assert "Traceback" in panel.progress.log.toPlainText()


def test_the_last_picture_shows_though_many_quick_epochs_had_none(
    qtbot: QtBot, window: MainWindow, open_folder: Open, project: Project
) -> None:
    run = new_run(project)
    run.write_job({})
    (run.output / "pictures").mkdir(parents=True)
    Image.new("RGB", (300, 200), "red").save(run.output / "pictures" / "epoch-0001.png")
    events = RunEvents(["background", "cell"])
    told = [events.started(), events.epoch(1, picture="pictures/epoch-0001.png")]
    told += [events.epoch(epoch) for epoch in range(2, 40)]
    run.events.write_text("\n".join(map(json.dumps, told)) + "\n")
    open_folder(project.image_root)
    qtbot.waitUntil(lambda: len(window.editor.work.training.history.epochs) == 39, timeout=5_000)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)

    panel.progress.tabs.setCurrentWidget(panel.progress.picture)

    shown = panel.progress.picture.label
    qtbot.waitUntil(lambda: not shown.pixmap().isNull(), timeout=5_000)
    assert shown.pixmap().toImage().pixelColor(50, 50).name() == "#ff0000"


def test_a_model_of_this_project_can_be_trained_further(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    run = finished_run(project)
    path = promote(project, run, "cells", parent="")
    assert promote(project, run, "cells", parent="cells") == path  # it is there already
    other = promote(project, finished_run(project), "cells", parent="cells")
    assert other.name == "cells 2.onnx"

    start = trainable(project, path)
    assert start is not None
    panel.form.show_model(start)
    request = panel.form.request()
    assert request.weights == str(run.best)
    assert request.network == "unet-mini"
    run.best.unlink()
    assert trainable(project, path) is None


def test_what_was_chosen_to_start_from_stays_while_models_come_and_go(
    panel: TrainPanel, project: Project
) -> None:
    form = panel.form
    first = trainable(project, promote(project, finished_run(project), "cells", parent=""))
    second = trainable(project, promote(project, finished_run(project), "cells", parent="cells"))
    assert first is not None
    assert second is not None

    # What there is already learns fastest, and so does what takes its place.
    form.show_model(first)
    form.show_model(second)
    assert form.request().weights == str(second.checkpoint)

    # Another network cannot go on from it, and that is what will be trained.
    form.networks.setCurrentIndex(form.networks.findText("deeplabv3plus (mobilenet-v2)"))
    assert form.request().network == "deeplabv3plus"
    assert form.request().weights == FROM_SCRATCH
    form.starts.setCurrentIndex(form.starts.findData(FROM_IMAGENET))
    form.starts.activated.emit(form.starts.currentIndex())
    form.show_model(None)
    form.show_model(first)
    assert form.request().weights == FROM_IMAGENET

    # Who wants the model gets its network with it.
    form.starts.setCurrentIndex(form.starts.count() - 1)
    form.starts.activated.emit(form.starts.currentIndex())
    assert form.networks.currentText() == "unet-mini"
    assert form.request().weights == str(first.checkpoint)


def test_approving_goes_to_the_next_image_and_is_kept(
    qtbot: QtBot, window: MainWindow, open_folder: Open, project: Project
) -> None:
    open_folder(project.image_root)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_Return, control)
    qtbot.waitUntil(lambda: window.editor.workspace.current_key == "b.png")
    assert window.editor.review.approved == {"a.png"}
    assert window.editor.status._labelled.text() == "1 of 2 approved"
    window.editor.workspace.flush()

    window.editor.workspace.open(project.image_root)  # as after a new start
    qtbot.waitUntil(lambda: window.editor.review.approved == {"a.png"}, timeout=5_000)
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None)
    assert window.editor.workspace.document is not None
    assert window.editor.workspace.document.is_approved


def test_approved_labels_are_kept_when_a_model_is_run(
    qtbot: QtBot, window: MainWindow, open_folder: Open, project: Project
) -> None:
    open_folder(project.image_root)
    window.editor.review.set_approved(is_approved=True)
    document = window.editor.workspace.document
    assert document is not None
    answer = np.ones((30, 40), np.uint8)

    assert apply_prediction(document, "Run", answer).corrected == answer.size
    assert not document.label_map.any()
    apply_prediction(document, "Run", answer, replace_all=True)
    window.editor.workspace.autosave.save_prediction("a.png", answer)
    assert document.label_map.all()
    assert not window.editor.review.is_approved
