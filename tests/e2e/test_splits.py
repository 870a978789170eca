"""Which images train and which judge: the real dialog, project file and labels of a run."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from segstudio.core.image_groups import Grouping
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TEST, TRAIN, VALIDATION, SplitRule
from segstudio.formats.segstudio_project import read_project
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project
from segstudio.storage.split_use import used_by_runs
from segstudio.storage.training_runs import new_run
from segstudio.ui.main_window import MainWindow
from segstudio.ui.split_dialog import SplitDialog

# The platform without a screen says so whenever a dialog opens.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

KEYS = [f"video{video} frame {frame:02}.png" for video in range(10) for frame in range(3)]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Ten videos of three frames, all labelled by hand."""
    folder = tmp_path / "images"
    folder.mkdir()
    project = create_project(folder).with_label_set(LabelSet.named(["background", "cell"]))
    project.save()
    for key in KEYS:
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / key)
        project.write_mask(key, np.eye(8, dtype=np.uint8))
    return project


@pytest.fixture
def dialog(
    qtbot: QtBot,
    window: MainWindow,
    project: Project,
    open_folder: Callable[[Path], None],
) -> SplitDialog:
    open_folder(project.image_root)
    qtbot.waitUntil(lambda: len(window.editor.workspace.labelled) == len(KEYS))
    with qtbot.waitSignal(window.editor.splits.viewed):
        window.editor.actions_by_name["splits"].trigger()
    return window.editor.dialogs.splits


def group_by_sequence(qtbot: QtBot, window: MainWindow) -> None:
    grouping = window.editor.dialogs.splits.grouping
    with qtbot.waitSignal(window.editor.splits.viewed):
        grouping.setCurrentIndex(grouping.findData(Grouping.SEQUENCE.value))


def click(qtbot: QtBot, window: MainWindow, button: QAbstractButton) -> None:
    qtbot.waitUntil(button.isEnabled)
    with qtbot.waitSignal(window.editor.splits.viewed):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def kept(qtbot: QtBot, window: MainWindow) -> Project:
    qtbot.waitUntil(window.editor.dialogs.splits.keep.isEnabled)
    qtbot.mouseClick(window.editor.dialogs.splits.keep, Qt.MouseButton.LeftButton)
    window.editor.workspace.flush()
    assert window.editor.workspace.project is not None
    return load_project(window.editor.workspace.project.folder)


def shown(dialog: SplitDialog) -> list[list[str]]:
    model = dialog.groups.model()
    return [
        [model.index(row, column).data() for column in range(4)] for row in range(model.rowCount())
    ]


def test_grouping_by_name_shows_the_videos_before_anything_is_kept(
    qtbot: QtBot, window: MainWindow, dialog: SplitDialog, project: Project
) -> None:
    assert dialog.groups.model().rowCount() == len(KEYS)
    group_by_sequence(qtbot, window)
    assert shown(dialog)[0] == ["video0 frame ", "3", "not decided yet", ""]
    assert len(shown(dialog)) == 10
    assert load_project(project.folder).split_rule == SplitRule()


def test_dividing_keeps_the_frames_of_a_video_together(
    qtbot: QtBot, window: MainWindow, dialog: SplitDialog
) -> None:
    group_by_sequence(qtbot, window)
    with qtbot.waitSignal(window.editor.splits.viewed):
        dialog.test.setValue(10)
    click(qtbot, window, dialog.divide)
    assert dialog.counts.text().startswith("Training 21 (70%)   Validation 6 (20%)   Test 3 (10%)")
    project = kept(qtbot, window)
    assert project.split_rule == SplitRule(0.2, 0.1, Grouping.SEQUENCE)
    for video in range(10):
        assert len({project.splits[f"video{video} frame {f:02}.png"] for f in range(3)}) == 1


def test_the_trainer_reads_the_same_splits(
    qtbot: QtBot, window: MainWindow, dialog: SplitDialog
) -> None:
    group_by_sequence(qtbot, window)
    project = kept(qtbot, window)  # the rule only: nothing is decided yet
    dataset = read_project(project.folder)
    for items in dataset.splits.values():
        videos = {item.key.split()[0] for item in items}
        assert len(items) == 3 * len(videos)


def test_chosen_groups_are_moved_to_the_test(
    qtbot: QtBot, window: MainWindow, dialog: SplitDialog
) -> None:
    group_by_sequence(qtbot, window)
    dialog.groups.selectRow(4)
    click(qtbot, window, dialog.moves[TEST])
    assert shown(dialog)[4][2] == "test"
    project = kept(qtbot, window)
    assert {key for key, split in project.splits.items() if split == TEST} == set(KEYS[12:15])


def test_images_that_a_run_used_stay_where_they_are(
    qtbot: QtBot,
    window: MainWindow,
    project: Project,
    open_folder: Callable[[Path], None],
) -> None:
    project = project.with_splits({KEYS[0]: TRAIN, KEYS[3]: VALIDATION, KEYS[6]: TRAIN})
    project.save()
    run = new_run(project)
    run.write_job({})
    others = [key for key in KEYS if key not in (KEYS[0], KEYS[3])]
    for key in others:
        project.mask_path(key).unlink()
    freeze_labels(project, run.labels)
    for key in others:  # labelled since
        project.write_mask(key, np.eye(8, dtype=np.uint8))
    assert used_by_runs(project) == {KEYS[0]: (run.name,), KEYS[3]: (run.name,)}

    open_folder(project.image_root)
    with qtbot.waitSignal(window.editor.splits.viewed):
        window.editor.actions_by_name["splits"].trigger()
    dialog = window.editor.dialogs.splits
    assert shown(dialog)[0] == [KEYS[0], "1", "training", run.name]
    assert "2 images were used by training runs" in dialog.note.text()
    dialog.groups.selectAll()
    click(qtbot, window, dialog.moves[TEST])
    dialog.anew.setChecked(True)
    splits = kept(qtbot, window).splits
    assert (splits[KEYS[0]], splits[KEYS[3]], splits[KEYS[6]]) == (TRAIN, VALIDATION, TEST)
    with qtbot.waitSignal(window.editor.splits.viewed):
        dialog.show()
    click(qtbot, window, dialog.divide)
    splits = kept(qtbot, window).splits
    assert (splits[KEYS[0]], splits[KEYS[3]]) == (TRAIN, VALIDATION)
    assert list(splits.values()).count(VALIDATION) == 6


def test_a_group_that_trains_and_judges_is_told(
    qtbot: QtBot,
    window: MainWindow,
    project: Project,
    open_folder: Callable[[Path], None],
) -> None:
    project.with_splits({KEYS[0]: TRAIN, KEYS[1]: VALIDATION}).save()
    open_folder(project.image_root)
    with qtbot.waitSignal(window.editor.splits.viewed):
        window.editor.actions_by_name["splits"].trigger()
    group_by_sequence(qtbot, window)
    assert shown(window.editor.dialogs.splits)[0][2] == "training, validation, not decided yet"
    assert "1 group trains and judges at once" in window.editor.dialogs.splits.note.text()


def test_a_wrong_regular_expression_is_told_and_not_kept(
    qtbot: QtBot, window: MainWindow, dialog: SplitDialog
) -> None:
    dialog.grouping.setCurrentIndex(dialog.grouping.findData(Grouping.PATTERN.value))
    dialog.pattern.setText("(")
    qtbot.waitUntil(lambda: "regular expression is wrong" in dialog.note.text())
    assert not dialog.keep.isEnabled()
    with qtbot.waitSignal(window.editor.splits.viewed):
        dialog.pattern.setText(r"^(\w+)")
    assert [row[0] for row in shown(dialog)][:2] == ["video0", "video1"]
