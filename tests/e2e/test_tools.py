"""Each tool as one user action: real events on the real window."""

from itertools import pairwise

import numpy as np
import pytest
from hand import Hand, square
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QImage
from pytestqt.qtbot import QtBot

from segstudio.core.mask_edit import difference_patch
from segstudio.core.paint_rule import PaintRule
from segstudio.tools.names import ToolName
from segstudio.tools.options import Extent
from segstudio.ui.main_window import MainWindow

_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


pytestmark = pytest.mark.usefixtures("bright_square")


def undone(hand: Hand, name: str) -> None:
    """Undo with the keys: one gesture is one edit with a name, and nothing is left of it."""
    assert hand.document.history.undo_name == name
    hand.press(Qt.Key.Key_Z, _CTRL)
    assert not hand.labels.any()
    assert hand.document.history.undo_name is None


def test_polygon_by_clicks_and_enter(hand: Hand) -> None:
    hand.press(Qt.Key.Key_P)
    hand.click((10, 10), (10, 60), (40, 60), (40, 10))
    assert not hand.labels.any()
    hand.press(Qt.Key.Key_Return)
    assert hand.labels[15:35, 15:55].all()
    assert 29 * 49 <= np.count_nonzero(hand.labels) <= 31 * 51
    undone(hand, "Lasso cell")


def test_polygon_closed_by_a_double_click(qtbot: QtBot, hand: Hand) -> None:
    hand.press(Qt.Key.Key_P)
    hand.click((10, 10), (10, 60), (40, 60))
    qtbot.mouseDClick(hand.canvas, Qt.MouseButton.LeftButton, pos=hand.place(40, 60))
    assert hand.labels[15, 50] == 1
    undone(hand, "Lasso cell")


def test_escape_gives_up_a_polygon_and_backspace_its_last_vertex(hand: Hand) -> None:
    hand.press(Qt.Key.Key_P)
    hand.click((10, 10), (10, 60), (40, 60), (199, 239))
    hand.press(Qt.Key.Key_Backspace)
    hand.press(Qt.Key.Key_Enter)
    assert hand.labels[15, 50] == 1
    assert not hand.labels[60:].any()
    before = hand.labels.copy()
    hand.click((100, 100), (150, 100), (150, 150))
    hand.press(Qt.Key.Key_Escape)
    hand.press(Qt.Key.Key_Return)
    assert np.array_equal(hand.labels, before)


def test_another_tool_gives_up_an_open_polygon(hand: Hand) -> None:
    hand.press(Qt.Key.Key_P)
    hand.click((10, 10))
    hand.press(Qt.Key.Key_B)
    hand.press(Qt.Key.Key_P)
    hand.click((100, 100), (100, 150), (150, 150))
    hand.press(Qt.Key.Key_Return)
    assert not hand.labels[:95].any()


def test_freehand_lasso(hand: Hand) -> None:
    hand.press(Qt.Key.Key_P)
    hand.drag((10, 10), (10, 60), (40, 60), (40, 10), (12, 10))
    assert hand.labels[15:35, 15:55].all()
    undone(hand, "Lasso cell")


def test_rectangle_and_ellipse(hand: Hand) -> None:
    hand.press(Qt.Key.Key_M)
    hand.drag((10, 10), (20, 30), (29, 49))
    assert np.count_nonzero(hand.labels) == 20 * 40
    undone(hand, "Rectangle cell")
    hand.press(Qt.Key.Key_O)
    hand.drag((10, 10), (20, 30), (29, 49))
    assert np.count_nonzero(hand.labels) == pytest.approx(np.pi * 10 * 20, rel=0.02)
    undone(hand, "Ellipse cell")


def test_fill(hand: Hand) -> None:
    hand.labels[:] = square()
    hand.press(Qt.Key.Key_F)
    hand.press(Qt.Key.Key_2)
    hand.click((70, 80))
    assert np.array_equal(hand.labels, square() * 2)
    assert hand.document.history.undo_name == "Fill wall"
    hand.press(Qt.Key.Key_Z, _CTRL)
    assert np.array_equal(hand.labels, square())


def test_wand_previews_and_enter_paints(hand: Hand) -> None:
    hand.press(Qt.Key.Key_W)
    hand.click((70, 80))
    hand.settle()
    assert not hand.labels.any()
    hand.press(Qt.Key.Key_Return)
    assert np.array_equal(hand.labels, square())
    undone(hand, "Magic wand cell")


def test_wand_tolerance_follows_the_drag_and_a_click_paints(hand: Hand) -> None:
    hand.press(Qt.Key.Key_W)
    # 100 grey levels lie between square and ground; the drag adds more than that to the 24.
    hand.drag((70, 65), (70, 200), (70, 235), (70, 600))
    hand.settle()
    hand.click((5, 5))
    assert hand.labels.all()


def test_the_class_chosen_meanwhile_is_not_named_over_the_size_of_the_selection(
    hand: Hand,
) -> None:
    hand.press(Qt.Key.Key_W)
    hand.click((70, 80))
    hand.settle()
    hand.press(Qt.Key.Key_2)
    note = QRect(hand.place(70, 80) + QPoint(17, 17), QSize(60, 14))
    named, whole = hand.canvas.grab(note).toImage(), hand.canvas.grab().toImage()
    hand.canvas._cursor.forget_flash()
    assert hand.canvas.grab().toImage() != whole
    assert hand.canvas.grab(note).toImage() == named


def test_superpixels_are_painted_by_a_drag(hand: Hand) -> None:
    hand.press(Qt.Key.Key_S)
    hand.toolbox.set_option(cell_size=10)
    hand.drag((55, 65), (75, 90), (95, 115))
    hand.settle()
    painted = hand.labels == 1
    assert painted[55, 65]
    assert painted[95, 115]
    # Superpixels end at the edges of the square.
    assert np.count_nonzero(painted & (square() == 0)) < 0.1 * np.count_nonzero(painted)
    undone(hand, "Superpixels cell")


def test_the_keys_of_the_brush_size_change_the_size_of_superpixels(hand: Hand) -> None:
    hand.press(Qt.Key.Key_S)
    brush = hand.toolbox.size
    hand.press(Qt.Key.Key_BracketRight)
    assert hand.toolbox.options.cell_size == 26
    assert hand.toolbox.size == brush


def test_scissors_follow_edges_between_clicks(hand: Hand) -> None:
    hand.press(Qt.Key.Key_C)
    # Not the corners: straight lines between these would leave a diamond of half the area.
    hand.click((50, 90), (75, 119), (99, 90), (75, 60))
    hand.press(Qt.Key.Key_Return)
    hand.settle()
    assert np.count_nonzero(hand.labels) == pytest.approx(50 * 60, rel=0.05)
    undone(hand, "Scissors cell")


def test_scissors_take_back_an_anchor_and_give_up(hand: Hand) -> None:
    hand.press(Qt.Key.Key_C)
    hand.click((50, 90), (75, 119), (199, 239))
    hand.settle()
    hand.press(Qt.Key.Key_Backspace)
    hand.click((99, 90), (75, 60))
    hand.settle()
    hand.press(Qt.Key.Key_Return)
    hand.settle()
    assert not hand.labels[110:].any()
    assert hand.labels[75, 90] == 1
    before = hand.labels.copy()
    hand.click((10, 10), (10, 50), (40, 50))
    hand.press(Qt.Key.Key_Escape)
    hand.press(Qt.Key.Key_Return)
    hand.settle()
    assert np.array_equal(hand.labels, before)


def test_the_object_in_a_box_is_shown_and_enter_paints_it(hand: Hand) -> None:
    hand.press(Qt.Key.Key_K)
    hand.drag((40, 50), (80, 100), (110, 130))
    hand.settle()
    assert not hand.labels.any()
    hand.press(Qt.Key.Key_Return)
    assert np.array_equal(hand.labels, square())
    undone(hand, "Cut-out cell")


def test_a_region_or_a_whole_class_is_replaced(hand: Hand) -> None:
    hand.labels[:] = square()
    hand.labels[150:160, 10:20] = 1
    hand.press(Qt.Key.Key_2)
    hand.press(Qt.Key.Key_H)
    hand.click((70, 80))
    hand.settle()
    assert not (hand.labels == 2).any()
    hand.click((70, 80))
    assert np.count_nonzero(hand.labels == 2) == 50 * 60
    assert hand.document.history.undo_name == "Replace by wall"
    hand.press(Qt.Key.Key_Z, _CTRL)
    hand.toolbox.set_option(extent=Extent.CLASS)
    hand.click((70, 80))
    hand.settle()
    hand.press(Qt.Key.Key_Return)
    assert np.count_nonzero(hand.labels == 2) == 50 * 60 + 100


def test_the_paint_rule_binds_what_is_found_on_a_thread(hand: Hand) -> None:
    hand.labels[60:80, 70:90] = 2
    hand.toolbox.toggle_lock(2)
    hand.press(Qt.Key.Key_K)
    hand.drag((40, 50), (80, 100), (110, 130))
    hand.press(Qt.Key.Key_Return)
    hand.settle()
    assert np.count_nonzero(hand.labels == 2) == 400
    assert np.count_nonzero(hand.labels == 1) == 50 * 60 - 400


def test_reshape_shows_what_changes_and_a_second_click_does_it(hand: Hand) -> None:
    hand.labels[:] = square()
    hand.press(Qt.Key.Key_G)
    hand.toolbox.set_option(amount=5)
    hand.click((70, 80))
    hand.settle()
    assert np.array_equal(hand.labels, square())
    hand.click((70, 80))
    assert hand.labels[45:105, 60:120].all()
    assert not hand.labels[:45].any()
    assert hand.document.history.undo_name == "Reshape"


def test_reshape_follows_an_undo_that_comes_between(hand: Hand) -> None:
    hand.press(Qt.Key.Key_G)
    hand.toolbox.set_option(amount=5)
    hand.labels[:] = square()
    hand.document.apply("paint", difference_patch(hand.labels, square() * 2))
    hand.click((70, 80))
    hand.settle()
    hand.press(Qt.Key.Key_Z, _CTRL)
    hand.settle()
    hand.press(Qt.Key.Key_Return)
    assert hand.labels[45:105, 60:120].all()
    assert hand.labels.max() == 1


def test_reshape_shows_only_what_the_lock_lets_it_change(hand: Hand) -> None:
    hand.labels[:] = square()
    hand.labels[:50] = 2
    hand.toolbox.toggle_lock(2)
    hand.press(Qt.Key.Key_G)
    hand.toolbox.set_option(amount=5)
    hand.click((70, 80))
    hand.settle()
    preview = hand.canvas._gesture.preview
    assert preview is not None
    assert preview.region is not None
    assert preview.region.rect.top + np.flatnonzero(preview.region.mask.any(axis=1))[0] == 50
    hand.press(Qt.Key.Key_Return)
    assert (hand.labels[:50] == 2).all()
    assert hand.labels[100:105, 60:120].all()


def test_alt_click_picks_the_class_under_the_pointer_with_any_painting_tool(hand: Hand) -> None:
    hand.labels[:] = square() * 2
    for key in (Qt.Key.Key_B, Qt.Key.Key_F, Qt.Key.Key_W):
        hand.press(Qt.Key.Key_1)
        hand.press(key)
        hand.click((70, 80), modifier=_ALT)
        assert hand.toolbox.class_index == 2
    assert np.array_equal(hand.labels, square() * 2)


def test_alt_erases_with_the_rectangle(hand: Hand) -> None:
    hand.labels[:] = 1
    hand.press(Qt.Key.Key_M)
    hand.click((10, 10), modifier=_ALT)
    assert hand.labels.all()
    hand.drag((10, 10), (19, 19), modifier=_ALT)
    assert np.count_nonzero(hand.labels == 0) == 100
    assert hand.document.history.undo_name == "Rectangle, erasing"


def test_shift_click_draws_a_straight_line_from_the_last_dab(hand: Hand) -> None:
    hand.toolbox.set_size(1)
    hand.click((20, 20))
    hand.click((20, 120), modifier=_SHIFT)
    assert hand.labels[20, 20:121].all()
    assert np.count_nonzero(hand.labels) == 101


def test_only_over_the_clicked_class(hand: Hand) -> None:
    hand.labels[:] = square()
    hand.press(Qt.Key.Key_2)
    hand.press(Qt.Key.Key_L)
    assert hand.toolbox.options.rule is PaintRule.CLICKED_CLASS
    hand.drag((70, 70), (70, 200), (70, 230))
    painted = hand.labels == 2
    assert painted[70, 66:120].all()
    assert not painted[:, 120:].any()


def test_the_clicked_class_is_that_of_the_last_choice(hand: Hand) -> None:
    hand.labels[60:70, 70:80] = 2
    hand.toolbox.set_option(rule=PaintRule.CLICKED_CLASS)
    hand.press(Qt.Key.Key_W)
    hand.click((10, 10))
    hand.settle()
    hand.click((65, 75))
    hand.settle()
    hand.press(Qt.Key.Key_Return)
    hand.settle()
    assert (hand.labels[60:70, 70:80] == 1).all()
    assert np.count_nonzero(hand.labels) == 100


def test_a_locked_class_is_kept(qtbot: QtBot, hand: Hand) -> None:
    hand.labels[:] = square()
    hand.press(Qt.Key.Key_2)
    view = hand.editor.class_panel.view
    lock = view.visualRect(view.model().index(1, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=lock)
    assert hand.toolbox.locked == {1}
    hand.drag((70, 10), (70, 150), (70, 230))
    assert (hand.labels[50:100, 60:120] == 1).all()
    assert hand.labels[70, 200] == 2


def test_a_vertex_is_moved_inserted_and_removed_before_the_polygon_is_closed(hand: Hand) -> None:
    hand.press(Qt.Key.Key_P)
    hand.click((10, 10), (10, 60), (40, 60), (40, 10), (90, 200))
    hand.click((90, 200), modifier=_ALT)  # removed
    hand.drag((40, 60), (50, 65), (60, 60))  # moved
    hand.drag((10, 35), (30, 35), modifier=_SHIFT)  # inserted and moved
    hand.press(Qt.Key.Key_Return)
    assert hand.labels[50, 55] == 1
    assert hand.labels[15, 35] == 0
    assert not hand.labels[70:].any()
    undone(hand, "Lasso cell")


def test_a_badge_at_the_pointer_tells_what_is_protected(qtbot: QtBot, hand: Hand) -> None:
    def picture() -> QImage:
        qtbot.waitUntil(lambda: hand.canvas.is_settled)
        return hand.canvas.grab().toImage()

    qtbot.mouseMove(hand.canvas, hand.place(120, 120))
    hand.canvas.enterEvent(QEnterEvent(*(QPointF(hand.place(120, 120)),) * 3))
    plain = picture()
    seen = [plain]
    hand.press(Qt.Key.Key_L)
    seen.append(picture())
    hand.press(Qt.Key.Key_L)
    seen.append(picture())
    hand.toolbox.toggle_lock(2)
    seen.append(picture())
    assert all(a != b for a, b in pairwise(seen))
    hand.press(Qt.Key.Key_L)
    hand.toolbox.toggle_lock(2)
    assert picture() == plain


def test_the_status_bar_says_what_the_tool_answers_to(hand: Hand) -> None:
    hand.press(Qt.Key.Key_C)
    assert "Click along an edge" in hand.editor.status.hint
    hand.press(Qt.Key.Key_B)
    assert "straight line" in hand.editor.status.hint


def test_every_tool_has_a_key_a_tip_an_icon_and_a_hint(hand: Hand) -> None:
    for tool in ToolName:
        action = hand.editor.actions_by_name[tool]
        key = action.shortcut().toString()
        assert key
        assert f"({key})" in action.toolTip()
        assert not action.icon().isNull()
        assert hand.editor._hints.of(tool) in action.toolTip()


def test_no_two_commands_share_a_key(window: MainWindow) -> None:
    keys = [key.toString() for action in window.actions() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
