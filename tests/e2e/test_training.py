"""Training in the window from the button to the better model, with the real trainer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from labelled_project import labelled_project
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstudio.controllers.followed_runs import RunState
from segstudio.storage.lineage import read_lineage
from segstudio.storage.project import Project
from segstudio.ui.main_window import MainWindow
from segstudio.ui.train.panel import TrainPanel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three labelled grey images; the last judges."""
    splits = {"a.png": "train", "b.png": "train", "c.png": "val"}
    return labelled_project(tmp_path / "images", list(splits), splits, is_grey=True)


@pytest.mark.slow
def test_settings_training_comparison_promotion_and_going_on(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> None:
    open_folder(project.image_root)
    editor = window.editor
    qtbot.waitUntil(lambda: len(editor.workspace.labelled) == 3)
    qtbot.keyClick(editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)
    form, training = panel.form, editor.work.training
    form.by_epochs.setChecked(True)
    form.epochs.setValue(2)
    form.expert_page.is_expert.setChecked(True)
    for name, text in (("crop", "32 32"), ("batch", "2"), ("device", "cpu"), ("flip", "none")):
        form.expert_page.edits[name].setText(text)

    # What would be trained is told, and nothing is left of the question.
    with qtbot.waitSignal(editor.work.training_plan.planned, timeout=120_000) as planned:
        qtbot.mouseClick(form.preview, LEFT)
    plan = planned.args[0]
    assert plan.summary.startswith("Less than a minute on CPU")
    assert plan.summary.endswith("images that train: 2, that judge: 1.")
    shown = {name: value for name, value, _ in plan.settings}
    assert shown["Classes"] == "background, cell"
    assert "mirrored" not in shown["Varied by"]  # as was asked on the expert page
    assert "colour" not in shown["Varied by"]  # the images are grey
    assert "loss" in shown
    assert plan.summary in form.plan.text()
    assert not any((project.folder / "runs").iterdir())

    # The run shows while it trains, and is compared when it ends.
    qtbot.mouseClick(form.train, LEFT)
    assert panel.currentWidget() is panel.progress
    assert panel.progress.cancel.isVisible()
    qtbot.waitUntil(lambda: bool(training.history.epochs), timeout=120_000)
    names = {item.name() for item in panel.progress.curves.iou.getPlotItem().listDataItems()}
    assert names == {"background", "cell", "mIoU"}
    with qtbot.waitSignal(editor.work.comparison.compared, timeout=120_000) as compared:
        panel.progress.tabs.setCurrentWidget(panel.progress.picture)
        qtbot.waitUntil(lambda: not panel.progress.picture.label.pixmap().isNull(), timeout=60_000)
    run = training.run
    assert run is not None
    assert training.state is RunState.FINISHED
    assert panel.currentWidget() is panel.compare
    assert compared.args[0].count == 1
    assert [image.key for image in compared.args[0].images] == ["c.png"]
    assert "MB" in panel.compare.summary.text()
    assert "ms an image" in panel.compare.summary.text()

    # The new model is the one that runs, and what the next training goes on from.
    with qtbot.waitSignal(editor.work.comparison.promoted, timeout=20_000) as promoted:
        qtbot.mouseClick(panel.compare.promote, LEFT)
    lineage = read_lineage(promoted.args[0])
    assert lineage is not None
    assert lineage.run == run.name
    assert editor.predict.model is not None
    assert editor.predict.model.path == promoted.args[0]
    qtbot.waitUntil(lambda: editor.predict.is_idle, timeout=60_000)
    assert form.request().weights == str(run.best)
