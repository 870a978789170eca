from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from workspace_steps import fill, go

from segstudio.controllers.workspace import Workspace
from segstudio.storage.masks import read_label_map
from segstudio.storage.opening import open_path


def test_edits_are_journaled_at_once(qtbot: QtBot, workspace: Workspace) -> None:
    autosave = workspace.autosave
    before = autosave.journaled
    fill(workspace, 1)
    assert autosave.edited > before
    qtbot.waitUntil(lambda: autosave.journaled == autosave.edited)
    assert autosave.has_unsaved_work


def test_an_image_that_was_only_looked_at_gets_no_mask(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    go(qtbot, workspace, "b.png")
    workspace.flush()
    assert not (folder / "segstudio" / "masks").exists()


def test_flush_waits_until_the_labels_are_on_disk(workspace: Workspace) -> None:
    fill(workspace, 3)
    workspace.flush()
    assert not workspace.has_unsaved_work
    assert workspace.project is not None
    assert (read_label_map(workspace.project.mask_path("a.png")) == 3).all()


def test_who_waits_until_all_is_saved_finds_it_on_the_disk(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    fill(workspace, 2)
    saved: list[Path] = []
    workspace.autosave.when_saved(lambda: saved.extend((folder / "segstudio" / "masks").iterdir()))
    qtbot.waitUntil(lambda: bool(saved))
    assert (read_label_map(saved[0]) == 2).all()


def test_unsaved_labels_of_one_project_never_show_in_another(
    qtbot: QtBot, workspace: Workspace, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(other / "a.png")
    (folder / "segstudio" / "masks").write_text("in the way")
    fill(workspace, 1)

    with qtbot.waitSignal(workspace.failed):
        workspace.set_opened(open_path(other))
    qtbot.waitUntil(lambda: workspace.document is not None)

    assert workspace.document is not None
    assert (workspace.document.label_map == 255).all()
    assert workspace.has_unsaved_work
    (folder / "segstudio" / "masks").unlink()
    workspace.flush()
    assert (read_label_map(folder / "segstudio" / "masks" / "a.png.png") == 1).all()
    assert not (other / "segstudio" / "masks").exists()
