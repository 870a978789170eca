from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.controllers.history_steps import HistorySteps
from segstudio.controllers.workspace import Workspace
from segstudio.core.mask_edit import difference_patch
from segstudio.document.document import Document
from segstudio.storage.opening import open_path

SIDE = 2400  # an edit of all pixels is more than is decompressed while the window waits


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workspace]:
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((SIDE, SIDE, 3), 90, np.uint8)).save(tmp_path / name)
    workspace = Workspace()
    workspace.set_opened(open_path(tmp_path))
    qtbot.waitUntil(lambda: workspace.document is not None)
    yield workspace
    workspace.flush()
    workspace.shut_down()


@pytest.fixture
def steps(workspace: Workspace) -> Iterator[HistorySteps]:
    steps = HistorySteps(workspace)
    yield steps
    steps.shut_down()


def document_of(workspace: Workspace) -> Document:
    assert workspace.document is not None
    return workspace.document


def fill(document: Document, value: int) -> None:
    after = np.full(document.size, value, np.uint8)
    document.apply("Fill", difference_patch(document.label_map, after))


@pytest.fixture
def document(workspace: Workspace) -> Document:
    """Three large edits, none of whose pixels are held plainly."""
    document = document_of(workspace)
    for value in (1, 2, 3):
        fill(document, value)
    for edit in document.history.edits:
        edit.set_near(False)
        edit.pack()
    assert not any(edit.is_plain for edit in document.history.edits)
    return document


def test_large_edits_are_undone_one_after_another(
    qtbot: QtBot, steps: HistorySteps, document: Document
) -> None:
    document.history.edits[-1].set_near(True)

    steps.undo()
    steps.undo()
    assert not steps.is_idle
    qtbot.waitUntil(lambda: steps.is_idle)

    assert (document.label_map == 1).all()


def test_undo_and_redo_keep_their_order(
    qtbot: QtBot, steps: HistorySteps, document: Document
) -> None:
    document.history.edits[-1].set_near(True)

    for step in (steps.undo, steps.undo, steps.redo, steps.undo, steps.undo):
        step()
    qtbot.waitUntil(lambda: steps.is_idle)

    assert (document.label_map == 255).all()


def test_a_large_undo_waits_until_a_save_has_its_pixels(
    qtbot: QtBot, steps: HistorySteps, workspace: Workspace
) -> None:
    document = document_of(workspace)
    fill(document, 1)
    saved = document.snapshot()

    steps.undo()
    assert not steps.is_idle
    qtbot.waitUntil(lambda: steps.is_idle)

    assert (document.label_map != 1).all()
    assert (saved.pixels() == 1).all()


def test_who_paints_instead_keeps_what_was_painted(
    qtbot: QtBot, steps: HistorySteps, document: Document
) -> None:
    document.history.edits[-1].set_near(True)

    steps.undo()
    fill(document, 4)
    qtbot.waitUntil(lambda: steps.is_idle)

    assert (document.label_map == 4).all()


def test_who_opens_another_image_undoes_nothing_there(
    qtbot: QtBot, steps: HistorySteps, document: Document, workspace: Workspace
) -> None:
    document.history.edits[-1].set_near(True)

    steps.undo()
    workspace.open_image("b.png")
    qtbot.waitUntil(lambda: workspace.document is not None and steps.is_idle)
    fill(document_of(workspace), 1)
    qtbot.wait(50)

    assert (document_of(workspace).label_map == 1).all()


def test_nothing_to_undo_does_nothing(
    qtbot: QtBot, steps: HistorySteps, workspace: Workspace
) -> None:
    steps.undo()

    assert steps.is_idle
    assert (document_of(workspace).label_map == 255).all()


def rows(document: Document) -> list[int]:
    return [int(value) for value in document.label_map[:6, 0]]


def paint_rows(document: Document, count: int) -> None:
    """Paint one row after another, each with a value of its own."""
    for row in range(count):
        after = document.label_map.copy()
        after[row % 6] = row % 200 + 1
        document.apply(f"Row {row}", difference_patch(document.label_map, after))


def test_a_jump_goes_back_and_forth(
    qtbot: QtBot, steps: HistorySteps, workspace: Workspace
) -> None:
    document = document_of(workspace)
    paint_rows(document, 5)
    for done in (2, 0, 5, 4, 4, 1):
        steps.go_to(done)
        qtbot.waitUntil(lambda: steps.is_idle)
        assert document.history.done == done
        assert rows(document) == [*range(1, done + 1), *[255] * (6 - done)]


def test_a_jump_counts_from_where_the_steps_that_wait_will_lead(
    qtbot: QtBot, steps: HistorySteps, document: Document
) -> None:
    document.history.edits[-1].set_near(True)

    steps.undo()
    steps.undo()
    assert not steps.is_idle
    steps.go_to(2)
    qtbot.waitUntil(lambda: steps.is_idle)

    assert (document.label_map == 2).all()


def test_the_window_answers_during_a_long_jump_and_who_paints_then_ends_it(
    qtbot: QtBot, steps: HistorySteps, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segstudio.controllers.history_steps._TURN_SECONDS", 0)
    document = document_of(workspace)
    paint_rows(document, 30)

    steps.go_to(0)
    assert not steps.is_idle
    assert document.history.done == 29
    fill(document, 201)
    qtbot.waitUntil(lambda: steps.is_idle)

    assert (document.label_map == 201).all()
    assert len(document.history) == 30


def test_a_jump_goes_where_it_was_asked_to_though_undo_was_pressed_too_often(
    qtbot: QtBot, steps: HistorySteps, document: Document
) -> None:
    for _press in range(5):
        steps.undo()
    assert not steps.is_idle

    steps.go_to(1)
    qtbot.waitUntil(lambda: steps.is_idle)

    assert (document.label_map == 1).all()
