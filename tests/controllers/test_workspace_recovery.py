"""A crash, a restart, and somebody else at the same mask."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from segstudio.controllers.workspace import Workspace
from segstudio.core.mask_edit import difference_patch
from segstudio.errors import SegStudioError
from segstudio.storage.journal import journal_folder
from segstudio.storage.mask_store import MaskChangedError
from segstudio.storage.masks import read_label_map, write_label_map
from segstudio.storage.opening import open_path
from segstudio.storage.recovery import Recovery

Start = Callable[[], Workspace]


@pytest.fixture
def told() -> list[Recovery]:
    """What the workspaces said that they recovered."""
    return []


@pytest.fixture
def start(qtbot: QtBot, folder: Path, told: list[Recovery]) -> Iterator[Start]:
    """Open the project in a new workspace, as a new start of the program does."""
    started: list[Workspace] = []

    def start() -> Workspace:
        workspace = Workspace()
        started.append(workspace)
        workspace.recovered.connect(told.append)
        workspace.set_opened(open_path(folder))
        qtbot.waitUntil(lambda: workspace.document is not None)
        return workspace

    yield start
    for workspace in started:
        workspace.shut_down()


def paint(workspace: Workspace, row: int, value: int) -> None:
    document = workspace.document
    assert document is not None
    after = document.label_map.copy()
    after[row] = value
    document.apply(f"Row {row}", difference_patch(document.label_map, after))


def rows(label_map: np.ndarray) -> list[int]:
    return [int(value) for value in label_map[:, 0]]


def shown(workspace: Workspace) -> list[int]:
    assert workspace.document is not None
    return rows(workspace.document.label_map)


def saved(folder: Path, key: str = "a.png") -> list[int]:
    return rows(read_label_map(folder / "segstudio" / "masks" / f"{key}.png"))


def crash(qtbot: QtBot, workspace: Workspace) -> None:
    """End a workspace as a crash does: what is journaled stays, nothing is saved."""
    qtbot.waitUntil(lambda: workspace.autosave.journaled == workspace.autosave.edited)
    workspace.shut_down()


def test_a_crash_loses_no_edit(qtbot: QtBot, start: Start, folder: Path) -> None:
    workspace = start()
    paint(workspace, 0, 1)
    paint(workspace, 1, 2)
    paint(workspace, 2, 3)
    assert workspace.document is not None
    workspace.document.undo()
    painted = shown(workspace)
    crash(qtbot, workspace)
    assert not (folder / "segstudio" / "masks").exists()

    again = start()

    assert shown(again) == painted
    assert again.document is not None
    assert again.document.history.undo_name == "Row 1"
    assert again.document.history.redo_name == "Row 2"
    qtbot.waitUntil(lambda: not again.has_unsaved_work)
    assert saved(folder) == painted
    left = journal_folder(folder / "segstudio")
    qtbot.waitUntil(lambda: len(list(left.glob("*.journal"))) == 1)  # that of the new session


def test_what_was_recovered_is_told(qtbot: QtBot, start: Start, told: list[Recovery]) -> None:
    workspace = start()
    paint(workspace, 0, 1)
    workspace.save()
    workspace.open_image("b.png")
    qtbot.waitUntil(lambda: workspace.document is not None and not workspace.has_unsaved_work)
    paint(workspace, 5, 1)
    paint(workspace, 6, 1)
    crash(qtbot, workspace)

    start()

    (recovery,) = told
    assert [mask.key for mask in recovery.masks] == ["b.png"]
    assert recovery.edits == 2


def test_recovered_edits_can_be_discarded_and_brought_back(
    qtbot: QtBot, start: Start, folder: Path
) -> None:
    workspace = start()
    paint(workspace, 0, 1)
    crash(qtbot, workspace)
    again = start()
    again.discard_recovered()
    assert shown(again) == [255] * 20
    assert again.document is not None
    again.document.undo()
    assert shown(again) == [1] + [255] * 19


def test_edits_of_an_image_that_is_not_open_can_be_discarded_too(
    qtbot: QtBot, start: Start, folder: Path
) -> None:
    workspace = start()
    workspace.open_image("b.png")
    qtbot.waitUntil(lambda: workspace.document is not None)
    paint(workspace, 0, 1)
    crash(qtbot, workspace)
    again = start()
    again.discard_recovered()
    again.flush()
    assert saved(folder, "b.png") == [255] * 20
    again.open_image("b.png")
    qtbot.waitUntil(lambda: again.document is not None)
    assert again.document is not None
    assert again.document.undo() == "Discard recovered edits"
    assert shown(again) == [1] + [255] * 19


def test_yesterdays_edit_is_undone_today(qtbot: QtBot, start: Start, folder: Path) -> None:
    workspace = start()
    paint(workspace, 0, 1)
    paint(workspace, 1, 2)
    workspace.flush()
    workspace.shut_down()

    again = start()

    assert again.document is not None
    assert again.document.undo() == "Row 1"
    assert shown(again) == [1] + [255] * 19
    again.flush()
    assert saved(folder) == [1] + [255] * 19


def test_two_crashes_in_a_row_lose_no_edit(qtbot: QtBot, start: Start) -> None:
    workspace = start()
    paint(workspace, 0, 1)
    crash(qtbot, workspace)
    workspace = start()
    paint(workspace, 1, 2)
    crash(qtbot, workspace)
    workspace = start()
    assert shown(workspace)[:3] == [1, 2, 255]
    qtbot.waitUntil(lambda: not workspace.has_unsaved_work)
    paint(workspace, 2, 3)
    crash(qtbot, workspace)
    assert shown(start())[:4] == [1, 2, 3, 255]


@pytest.fixture
def conflict(qtbot: QtBot, start: Start, folder: Path) -> Workspace:
    """A workspace whose mask somebody else changed while it was open."""
    workspace = start()
    paint(workspace, 0, 1)
    workspace.flush()
    write_label_map(
        folder / "segstudio" / "masks" / "a.png.png",
        np.full((20, 30), 9, np.uint8),
        workspace.label_set.palette,
    )
    paint(workspace, 1, 2)
    with qtbot.waitSignal(workspace.mask_conflicted) as told:
        workspace.save()
    error: MaskChangedError = told.args[1]
    assert rows(read_label_map(error.ours))[:3] == [1, 2, 255]
    assert saved(folder) == [9] * 20
    assert not workspace.has_unsaved_work  # it is safe beside theirs
    assert isinstance(workspace.autosave.error, SegStudioError)
    return workspace


def test_keep_mine_saves_ours_and_keeps_theirs_in_the_history(
    qtbot: QtBot, conflict: Workspace, folder: Path
) -> None:
    conflict.keep_mine("a.png")
    qtbot.waitUntil(lambda: saved(folder)[:3] == [1, 2, 255])
    history = folder / "segstudio" / "history" / "a.png"
    assert rows(read_label_map(sorted(history.glob("*.png"))[-1])) == [9] * 20


def test_take_theirs_shows_theirs_and_can_be_undone(
    qtbot: QtBot, conflict: Workspace, folder: Path
) -> None:
    conflict.take_theirs("a.png")
    qtbot.waitUntil(lambda: shown(conflict) == [9] * 20)
    conflict.flush()
    assert saved(folder) == [9] * 20
    assert conflict.document is not None
    conflict.document.undo()
    assert shown(conflict)[:3] == [1, 2, 255]
