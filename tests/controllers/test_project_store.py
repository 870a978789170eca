from pathlib import Path

from pytestqt.qtbot import QtBot
from workspace_steps import fill

from segstudio.controllers.workspace import Workspace
from segstudio.core.label_set import LabelSet
from segstudio.errors import SegStudioError
from segstudio.storage.opening import open_path
from segstudio.storage.project import Project

CELLS = LabelSet.named(["ground", "cell"])


def test_labelled_images_are_found_when_a_project_is_opened_again(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    fill(workspace, 1)
    workspace.flush()
    with qtbot.waitSignal(workspace.labelled_changed):
        workspace.set_opened(open_path(folder))
    assert workspace.labelled == {"a.png"}


def test_new_classes_are_told_and_kept_in_the_project(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    with qtbot.waitSignal(workspace.label_set_changed):
        workspace.store.set_label_set(CELLS)
    assert workspace.label_set == CELLS
    workspace.flush()
    assert open_path(folder).project.label_set == CELLS


def test_a_project_that_may_not_be_changed_is_left_as_it_is(workspace: Workspace) -> None:
    store = workspace.store
    store.changing = SegStudioError("All masks are being changed")
    written: list[Project] = []
    assert store.write(written.append) is None
    assert store.freeze_splits() is None
    store.set_label_set(CELLS)
    workspace.flush()
    assert not written
    assert store.label_set != CELLS


def test_images_whose_files_were_written_are_told(qtbot: QtBot, workspace: Workspace) -> None:
    with qtbot.waitSignal(workspace.files_changed) as told:
        workspace.store.write(lambda _project: None, "b.png")
    assert told.args == ["b.png"]


def test_frozen_splits_hold_the_labelled_images(workspace: Workspace, qtbot: QtBot) -> None:
    fill(workspace, 1)
    with qtbot.waitSignal(workspace.labelled_changed):
        workspace.flush()
    project = workspace.store.freeze_splits()
    assert project is not None
    assert set(project.splits) == {"a.png"}
