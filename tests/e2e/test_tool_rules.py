"""What every tool must keep to: rules, locks, undo, the edges of the image."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hand import Hand
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.paint_rule import PaintRule
from segstudio.document.document import Document
from segstudio.tools.names import ToolName
from segstudio.tools.options import Extent
from segstudio.ui.main_window import MainWindow

EDITING = [tool for tool in ToolName if tool is not ToolName.PICK]
SIZES = {"a.png": (1, 1), "b.png": (1, 300), "c.png": (300, 1), "d.png": (2, 3)}
PAINTED = 2
BEGIN = {
    ToolName.BRUSH: (65, 10),
    ToolName.ERASER: (65, 10),
    ToolName.SUPERPIXELS: (65, 10),
    ToolName.RECTANGLE: (5, 80),
    ToolName.ELLIPSE: (5, 80),
    ToolName.LASSO: (5, 80),
    ToolName.SCISSORS: (5, 80),
    ToolName.CUTOUT: (25, 30),
}
"""Where ``use`` begins, if it is not the click in the middle."""


def confirm(hand: Hand) -> None:
    hand.settle()
    hand.press(Qt.Key.Key_Return)
    hand.settle()


def undo(hand: Hand) -> None:
    hand.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.editor.steps.is_idle


def use(hand: Hand, tool: ToolName) -> None:
    """Use a tool on the image of ``opened``, where there are patches of every class."""
    hand.editor.actions_by_name[tool].trigger()
    match tool:
        case ToolName.BRUSH | ToolName.ERASER | ToolName.SUPERPIXELS:
            hand.drag((65, 10), (65, 120), (10, 130))
            hand.settle()
        case ToolName.RECTANGLE | ToolName.ELLIPSE:
            hand.drag((5, 80), (30, 60), (95, 140))
        case ToolName.LASSO | ToolName.SCISSORS:
            hand.click((5, 80), (20, 140), (100, 120), (90, 20))
            confirm(hand)
        case ToolName.CUTOUT:
            hand.drag((25, 30), (60, 60), (95, 130))
            confirm(hand)
        case _:  # a click chooses, and Enter does it where that is wanted
            hand.click((45, 45))
            confirm(hand)


@pytest.fixture
def opened(
    tmp_path: Path, window: MainWindow, open_folder: Callable[[Path], None], hand: Hand
) -> Document:
    """A bright square on grey, labelled in patches of all classes and of none; 2 is to paint."""
    folder = tmp_path / "images"
    folder.mkdir()
    pixels = np.random.default_rng(1).integers(60, 80, (120, 150, 3), np.uint8)
    pixels[40:80, 40:110] += 120
    Image.fromarray(pixels).save(folder / "a.png")
    open_folder(folder)
    add_classes(window)
    document = hand.document
    y, x = np.ogrid[:120, :150]
    document.label_map[:] = np.array([0, 1, 2, IGNORE_INDEX], np.uint8)[(y // 20 + x // 25 + 1) % 4]
    assert {document.label_map[place] for place in ((45, 45), (65, 10), (5, 80))} == {0}
    window.editor.actions_by_name["full_size"].trigger()
    window.editor.toolbox.choose_class(PAINTED)
    window.editor.toolbox.set_option(size=15, cell_size=12, amount=6, extent=Extent.CLASS)
    return document


def add_classes(window: MainWindow) -> None:
    workspace = window.editor.workspace
    workspace.store.set_label_set(workspace.label_set.added("cell").added("wall"))


@pytest.mark.parametrize("tool", EDITING)
def test_each_tool_keeps_to_the_rule_and_the_locks_and_is_undone_exactly(
    tool: ToolName, window: MainWindow, opened: Document, hand: Hand
) -> None:
    toolbox = window.editor.toolbox
    before = opened.label_map.copy()
    use(hand, tool)
    free = opened.label_map.copy()
    assert not np.array_equal(free, before)
    assert len(opened.history) == 1
    undo(hand)
    assert np.array_equal(opened.label_map, before)
    clicked = int(before[45, 45] if tool not in BEGIN else before[BEGIN[tool]])
    erases = tool is ToolName.ERASER
    for rule, locked, kept in (
        (PaintRule.EVERYTHING, {1}, [1]),
        (PaintRule.EVERYTHING, {0, 2}, [0, 2]),
        (PaintRule.CLICKED_CLASS, set(), [v for v in (0, 1, 2, IGNORE_INDEX) if v != clicked]),
        (PaintRule.UNLABELLED, set(), [] if erases else [1, 2]),
        (PaintRule.UNLABELLED, {0}, [0] if erases else [0, 1, 2]),
    ):
        toolbox.set_option(rule=rule)
        for class_index in locked:
            toolbox.toggle_lock(class_index)
        use(hand, tool)
        expected: LabelMap = np.where(np.isin(before, kept), before, free)
        assert np.array_equal(opened.label_map, expected), (rule, locked)
        if not np.array_equal(expected, before):
            undo(hand)
        assert np.array_equal(opened.label_map, before)
        for class_index in locked:
            toolbox.toggle_lock(class_index)


@pytest.mark.parametrize("tool", EDITING)
def test_each_tool_works_on_the_smallest_images_and_over_their_edges(
    tool: ToolName,
    qtbot: QtBot,
    tmp_path: Path,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    hand: Hand,
) -> None:
    for name, size in SIZES.items():
        Image.fromarray(np.full((*size, 3), 90, np.uint8)).save(tmp_path / name)
    open_folder(tmp_path)
    add_classes(window)
    for name, (height, width) in SIZES.items():
        window.editor.workspace.open_image(name)
        qtbot.waitUntil(
            lambda name=name: getattr(window.editor.workspace.document, "key", "") == name,
            timeout=10_000,
        )
        before = hand.document.label_map.copy()
        window.editor.actions_by_name[tool].trigger()
        hand.drag((-3, -4), (height / 2, width / 2), (height + 3, width + 4))
        confirm(hand)
        hand.click((height // 2, width // 2))
        hand.settle()
        hand.click((height // 2, width // 2), (0, 0), (height - 1, width - 1))
        confirm(hand)
        hand.press(Qt.Key.Key_Escape)
        assert not window.editor.messages.text
        assert hand.document.label_map.shape == (height, width)
        while hand.document.history.done:
            undo(hand)
        assert np.array_equal(hand.document.label_map, before)


@pytest.mark.parametrize(
    "tool",
    [
        ToolName.FILL,
        ToolName.WAND,
        ToolName.SUPERPIXELS,
        ToolName.SCISSORS,
        ToolName.CUTOUT,
        ToolName.RESHAPE,
        ToolName.REPLACE,
    ],
)
def test_what_is_confirmed_is_painted_though_another_tool_is_taken_up_before_it_is_found(
    tool: ToolName, monkeypatch: pytest.MonkeyPatch, opened: Document, hand: Hand
) -> None:
    hand.toolbox.set_option(by_color=True)  # else a fill of this size is painted at once
    use(hand, tool)
    slowly = opened.label_map.copy()
    undo(hand)
    before = opened.label_map.copy()
    assert not np.array_equal(slowly, before)
    monkeypatch.setattr(Hand, "settle", lambda _hand: None)
    use(hand, tool)
    hand.press(Qt.Key.Key_B)
    monkeypatch.undo()
    hand.settle()
    assert np.array_equal(opened.label_map, slowly)
    assert len(opened.history) == 1


@pytest.mark.parametrize("tool", [ToolName.BRUSH, ToolName.FILL, ToolName.WAND, ToolName.RECTANGLE])
def test_who_changes_nothing_because_of_a_lock_is_told_so(
    tool: ToolName, window: MainWindow, opened: Document, hand: Hand
) -> None:
    opened.label_map[:] = 0
    window.editor.toolbox.toggle_lock(0)
    use(hand, tool)
    assert "background is locked, so nothing was changed" in window.editor.messages.text
    window.editor.messages.hide()
    window.editor.toolbox.toggle_lock(0)
    opened.label_map[:] = 1
    window.editor.toolbox.set_option(rule=PaintRule.UNLABELLED)
    use(hand, tool)
    assert "The paint rule kept what is there" in window.editor.messages.text


def test_who_paints_over_a_border_of_a_locked_class_is_told_nothing(
    window: MainWindow, opened: Document, hand: Hand
) -> None:
    window.editor.toolbox.toggle_lock(1)
    use(hand, ToolName.BRUSH)
    assert not window.editor.messages.text


def test_the_eraser_leaves_background_or_nothing(
    window: MainWindow, opened: Document, hand: Hand
) -> None:
    opened.label_map[:] = 1
    use(hand, ToolName.ERASER)
    assert opened.label_map[65, 60] == 0
    box = window.editor._option_bar._holders["leaves"].findChild(QComboBox)
    assert isinstance(box, QComboBox)
    box.activated.emit(1)  # what a click does
    use(hand, ToolName.ERASER)
    assert opened.label_map[65, 60] == IGNORE_INDEX
    undo(hand)
    assert opened.label_map[65, 60] == 0
