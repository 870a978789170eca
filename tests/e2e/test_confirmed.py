"""What the user has confirmed is painted, whatever comes before it is found."""

import gc
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hand import Hand, square
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segstudio.core.label_map import LabelMap
from segstudio.core.review import ReviewState
from segstudio.document.document import Document
from segstudio.tools import fill
from segstudio.tools.names import ToolName
from segstudio.ui.main_window import MainWindow

_CTRL = Qt.KeyboardModifier.ControlModifier
INSIDE, BESIDE = (75, 90), (20, 200)
"""Pixels in the bright square and beside it."""


@pytest.fixture
def opened(
    tmp_path: Path, hand: Hand, open_folder: Callable[[Path], None], add_class: Callable[[], None]
) -> Document:
    """The first of three images with a bright square, all background; a fill goes by colour."""
    folder = tmp_path / "images"
    folder.mkdir()
    pixels = np.where(square()[..., None], 180, 80).repeat(3, axis=2).astype(np.uint8)
    for name in ("a.png", "b.png", "c.png"):
        Image.fromarray(pixels).save(folder / name)
    open_folder(folder)
    add_class()
    workspace = hand.editor.workspace
    workspace.store.set_label_set(workspace.label_set.added("wall"))
    hand.labels[:] = 0
    hand.editor.actions_by_name["full_size"].trigger()
    hand.toolbox.choose_class(1)
    hand.toolbox.set_option(by_color=True, size=9)
    return hand.document


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Keep the fill from being found until this is set."""
    event, find = threading.Event(), fill._found

    def found(*args: object) -> object:
        event.wait(10)
        return find(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(fill, "_found", found)
    return event


def names(document: Document) -> list[str]:
    """Return what can be undone, oldest first."""
    history = document.history
    return [edit.name for edit in history.edits[: history.done]]


def mask_of(hand: Hand, key: str) -> LabelMap | None:
    project = hand.editor.workspace.project
    assert project is not None
    return project.read_mask(key, 200, 240)


def test_a_stroke_that_comes_before_the_fill_is_found_is_painted_after_it(
    opened: Document, hand: Hand, answers: threading.Event
) -> None:
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    hand.press(Qt.Key.Key_B)
    hand.press(Qt.Key.Key_2)
    hand.drag((75, 70), (75, 110))  # over the very pixel that was clicked
    answers.set()
    hand.settle()
    assert names(opened) == ["Fill cell", "Brush wall"]
    assert opened.label_map[55, 65] == 1
    assert opened.label_map[INSIDE] == 2
    assert not opened.label_map[BESIDE]


def test_two_fills_in_a_row_are_both_painted(
    opened: Document, hand: Hand, answers: threading.Event
) -> None:
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    hand.press(Qt.Key.Key_2)
    hand.click(BESIDE)
    answers.set()
    hand.settle()
    assert names(opened) == ["Fill cell", "Fill wall"]
    assert np.array_equal(opened.label_map, 2 - square())


def test_a_fill_keeps_the_class_and_the_rule_that_it_was_clicked_with(
    opened: Document, hand: Hand, answers: threading.Event
) -> None:
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    hand.press(Qt.Key.Key_2)
    hand.toolbox.toggle_lock(0)
    answers.set()
    hand.settle()
    assert names(opened) == ["Fill cell"]
    assert np.array_equal(opened.label_map, square())


def test_escape_gives_up_a_fill_that_is_being_looked_for(
    opened: Document, hand: Hand, answers: threading.Event
) -> None:
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    hand.press(Qt.Key.Key_Escape)
    answers.set()
    hand.settle()
    assert not opened.label_map.any()
    assert not names(opened)


def test_undo_takes_back_the_fill_that_was_clicked_before_it_and_no_edit_of_before(
    qtbot: QtBot, opened: Document, hand: Hand, answers: threading.Event
) -> None:
    hand.press(Qt.Key.Key_B)
    hand.click(BESIDE)
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    hand.press(Qt.Key.Key_Z, _CTRL)
    answers.set()
    hand.settle()
    qtbot.waitUntil(lambda: hand.editor.steps.is_idle)
    assert names(opened) == ["Brush cell"]
    assert opened.history.redo_name == "Fill cell"


@pytest.mark.parametrize("again", [1, 2])
def test_the_next_image_is_opened_when_the_fill_is_painted_and_kept(
    qtbot: QtBot, window: MainWindow, opened: Document, hand: Hand, answers: threading.Event,
    again: int,
) -> None:  # fmt: skip
    workspace = window.editor.workspace
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    for _ in range(again):
        hand.press(Qt.Key.Key_D)
    assert workspace.document is opened
    answers.set()
    qtbot.waitUntil(lambda: workspace.is_idle and workspace.current_key != "a.png", timeout=10_000)
    assert workspace.current_key == ("b.png", "c.png")[again - 1]
    workspace.flush()
    assert np.array_equal(mask_of(hand, "a.png"), square())
    workspace.open_image("a.png")
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.document.key == "a.png")
    assert names(hand.document) == ["Fill cell"]


def test_who_comes_back_before_the_fill_is_found_stays(
    qtbot: QtBot, window: MainWindow, opened: Document, hand: Hand, answers: threading.Event
) -> None:
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    hand.press(Qt.Key.Key_D)
    hand.press(Qt.Key.Key_A)
    answers.set()
    hand.settle()
    qtbot.waitUntil(lambda: window.editor.workspace.is_idle)
    assert window.editor.workspace.document is opened
    assert np.array_equal(opened.label_map, square())


def test_another_project_is_opened_when_the_fill_is_painted_and_kept(
    tmp_path: Path, qtbot: QtBot, window: MainWindow, opened: Document, hand: Hand
) -> None:
    workspace, first = window.editor.workspace, window.editor.workspace.project
    assert first is not None
    (tmp_path / "other").mkdir()
    Image.new("RGB", (20, 20)).save(tmp_path / "other" / "z.png")
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    workspace.open(tmp_path / "other")
    qtbot.waitUntil(lambda: workspace.current_key == "z.png" and workspace.is_idle, timeout=10_000)
    workspace.flush()
    assert np.array_equal(first.read_mask("a.png", 200, 240), square())


@pytest.mark.parametrize(
    "tool", [ToolName.FILL, ToolName.WAND, ToolName.SCISSORS, ToolName.CUTOUT, ToolName.RESHAPE]
)
def test_closing_the_window_waits_for_what_was_confirmed(
    tool: ToolName, window: MainWindow, opened: Document, hand: Hand
) -> None:
    if tool is ToolName.RESHAPE:
        opened.label_map[INSIDE] = 1
    hand.editor.actions_by_name[tool].trigger()
    if tool is ToolName.CUTOUT:
        hand.drag((40, 50), (80, 80), (110, 130))
    elif tool is ToolName.SCISSORS:
        hand.click((50, 60), (50, 120), (100, 120), (100, 60))
    else:
        hand.click(INSIDE)
    if tool is not ToolName.FILL:
        hand.press(Qt.Key.Key_Return)
    window.close()
    mask = mask_of(hand, "a.png")
    assert mask is not None
    assert mask[INSIDE[0], INSIDE[1] + 1] == 1


def test_what_a_tool_has_found_is_let_go_of_with_its_image(
    qtbot: QtBot, opened: Document, hand: Hand
) -> None:
    opened.label_map[:] = square()
    hand.editor.actions_by_name[ToolName.RESHAPE].trigger()
    hand.click(INSIDE)
    hand.settle()
    (patch,) = hand.canvas._gesture._held
    assert patch is not None
    pixels = weakref.ref(patch.after)
    del patch
    hand.canvas.set_document(None)

    def is_gone() -> bool:
        gc.collect()
        return pixels() is None

    qtbot.waitUntil(is_gone)


def test_enter_while_an_anchor_of_the_scissors_is_dragged_paints_when_it_is_let_go_of(
    qtbot: QtBot, opened: Document, hand: Hand
) -> None:
    hand.editor.actions_by_name[ToolName.SCISSORS].trigger()
    hand.click((50, 60), (50, 120), (100, 120), (100, 60))
    hand.settle()
    qtbot.mousePress(hand.canvas, Qt.MouseButton.LeftButton, pos=hand.place(50, 120))
    there = hand.place(60, 140)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(there),
        QPointF(hand.canvas.mapToGlobal(there)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(hand.canvas, move)
    hand.press(Qt.Key.Key_Return)
    hand.settle()
    qtbot.mouseRelease(hand.canvas, Qt.MouseButton.LeftButton, pos=there)
    hand.settle()
    assert opened.label_map[INSIDE] == 1
    assert names(opened) == ["Scissors cell"]
    assert not opened.expects_edit


def test_approving_takes_in_what_was_confirmed(
    qtbot: QtBot, window: MainWindow, opened: Document, hand: Hand
) -> None:
    workspace = window.editor.workspace
    hand.press(Qt.Key.Key_F)
    hand.click(INSIDE)
    hand.press(Qt.Key.Key_Return, _CTRL)
    qtbot.waitUntil(lambda: workspace.is_idle and workspace.current_key == "b.png")
    workspace.flush()
    assert np.array_equal(mask_of(hand, "a.png"), square())
    assert window.editor.review.state("a.png") is ReviewState.APPROVED
