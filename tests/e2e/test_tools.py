"""Each tool as one user action: real events on the real window."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QImage
from PySide6.QtWidgets import QCheckBox, QComboBox, QSlider, QWidget
from pytestqt.qtbot import QtBot

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import difference_patch
from segstudio.core.paint_rule import PaintRule
from segstudio.document.document import Document
from segstudio.tools.names import ToolName
from segstudio.tools.options import Extent
from segstudio.tools.table import TOOLS
from segstudio.ui.main_window import MainWindow

_ALT = Qt.KeyboardModifier.AltModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
Drag = Callable[..., None]
PressKey = Callable[..., None]


@pytest.fixture
def document(
    tmp_path: Path,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
    press_key: PressKey,
) -> Document:
    """A grey image with a bright square, all background, at 100 %; class 1 is chosen."""
    folder = tmp_path / "images"
    folder.mkdir()
    pixels = np.full((200, 240, 3), 80, np.uint8)
    pixels[50:100, 60:120] = 180
    Image.fromarray(pixels).save(folder / "a.png")
    open_folder(folder)
    add_class()
    add_class_two(window)
    document = window.editor.workspace.document
    assert document is not None
    document.label_map[:] = 0
    press_key(Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    press_key(Qt.Key.Key_1)
    window.editor.toolbox.set_size(9)
    return document


def add_class_two(window: MainWindow) -> None:
    window.editor.workspace.set_label_set(window.editor.workspace.label_set.added("wall"))


@pytest.fixture
def at(window: MainWindow, document: Document) -> Callable[[float, float], QPoint]:
    """Turn the middle of an image pixel (y, x) into a point of the canvas."""

    def at(y: float, x: float) -> QPoint:
        height, width = document.size
        top = (window.editor.canvas.height() - height) // 2
        left = (window.editor.canvas.width() - width) // 2
        return QPoint(int(left + x), int(top + y))

    return at


@pytest.fixture
def settled(qtbot: QtBot, window: MainWindow) -> Callable[[], None]:
    """Wait until the tool has found out what it was asked for."""

    def settled() -> None:
        qtbot.waitUntil(lambda: window.editor.canvas.is_settled, timeout=20_000)

    return settled


@pytest.fixture
def click(qtbot: QtBot, window: MainWindow) -> Callable[..., None]:
    def click(
        point: QPoint, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        qtbot.mouseClick(window.editor.canvas, Qt.MouseButton.LeftButton, modifier, point)

    return click


def square() -> LabelMap:
    """The label map on which the bright square is class 1."""
    label_map = np.zeros((200, 240), np.uint8)
    label_map[50:100, 60:120] = 1
    return label_map


def undone(window: MainWindow, press_key: PressKey, name: str) -> None:
    """Undo with the keys: one gesture is one edit with a name, and nothing is left of it."""
    document = window.editor.workspace.document
    assert document is not None
    assert document.history.undo_name == name
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not document.label_map.any()
    assert document.history.undo_name is None


def test_polygon_by_clicks_and_enter(
    window: MainWindow, document: Document, at: Drag, click: Drag, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_P)
    for corner in ((10, 10), (10, 60), (40, 60), (40, 10)):
        click(at(*corner))
    assert not document.label_map.any()
    press_key(Qt.Key.Key_Return)
    assert document.label_map[15:35, 15:55].all()
    assert 29 * 49 <= np.count_nonzero(document.label_map) <= 31 * 51
    undone(window, press_key, "Lasso cell")


def test_polygon_closed_by_a_double_click(
    qtbot: QtBot,
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
) -> None:
    press_key(Qt.Key.Key_P)
    for corner in ((10, 10), (10, 60), (40, 60)):
        click(at(*corner))
    qtbot.mouseDClick(window.editor.canvas, Qt.MouseButton.LeftButton, pos=at(40, 60))
    assert document.label_map[15, 50] == 1
    undone(window, press_key, "Lasso cell")


def test_escape_gives_up_a_polygon_and_backspace_its_last_vertex(
    window: MainWindow, document: Document, at: Drag, click: Drag, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_P)
    for corner in ((10, 10), (10, 60), (40, 60), (199, 239)):
        click(at(*corner))
    press_key(Qt.Key.Key_Backspace)
    press_key(Qt.Key.Key_Enter)
    assert document.label_map[15, 50] == 1
    assert not document.label_map[60:].any()
    before = document.label_map.copy()
    click(at(100, 100))
    click(at(150, 100))
    click(at(150, 150))
    press_key(Qt.Key.Key_Escape)
    press_key(Qt.Key.Key_Return)
    assert np.array_equal(document.label_map, before)


def test_another_tool_gives_up_an_open_polygon(
    window: MainWindow, document: Document, at: Drag, click: Drag, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_P)
    click(at(10, 10))
    press_key(Qt.Key.Key_B)
    press_key(Qt.Key.Key_P)
    for corner in ((100, 100), (100, 150), (150, 150)):
        click(at(*corner))
    press_key(Qt.Key.Key_Return)
    assert not document.label_map[:95].any()


def test_freehand_lasso(
    window: MainWindow, document: Document, at: Drag, drag: Drag, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_P)
    drag(window.editor.canvas, at(10, 10), at(10, 60), at(40, 60), at(40, 10), at(12, 10))
    assert document.label_map[15:35, 15:55].all()
    undone(window, press_key, "Lasso cell")


def test_rectangle_and_ellipse(
    window: MainWindow, document: Document, at: Drag, drag: Drag, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_M)
    drag(window.editor.canvas, at(10, 10), at(20, 30), at(29, 49))
    assert np.count_nonzero(document.label_map) == 20 * 40
    undone(window, press_key, "Rectangle cell")
    press_key(Qt.Key.Key_O)
    drag(window.editor.canvas, at(10, 10), at(20, 30), at(29, 49))
    assert np.count_nonzero(document.label_map) == pytest.approx(np.pi * 10 * 20, rel=0.02)
    undone(window, press_key, "Ellipse cell")


def test_fill(
    window: MainWindow, document: Document, at: Drag, click: Drag, press_key: PressKey
) -> None:
    document.label_map[:] = square()
    press_key(Qt.Key.Key_F)
    press_key(Qt.Key.Key_2)
    click(at(70, 80))
    assert np.array_equal(document.label_map, square() * 2)
    assert document.history.undo_name == "Fill wall"
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(document.label_map, square())


def test_fill_by_colour_is_switched_on_in_the_options_bar(
    qtbot: QtBot,
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    press_key(Qt.Key.Key_F)
    switch = editor(window, "by_color").findChild(QCheckBox)
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    click(at(70, 80))
    settled()
    assert np.array_equal(document.label_map, square())


def test_wand_previews_and_enter_paints(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    press_key(Qt.Key.Key_W)
    click(at(70, 80))
    settled()
    assert not document.label_map.any()
    press_key(Qt.Key.Key_Return)
    assert np.array_equal(document.label_map, square())
    undone(window, press_key, "Magic wand cell")


def test_wand_tolerance_follows_the_drag_and_a_click_paints(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    drag: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    press_key(Qt.Key.Key_W)
    # 100 grey levels lie between square and ground; the drag adds more than that to the 24.
    drag(window.editor.canvas, at(70, 65), at(70, 200), at(70, 235), at(70, 600))
    settled()
    click(at(5, 5))
    assert document.label_map.all()


def test_superpixels_are_painted_by_a_drag(
    window: MainWindow,
    document: Document,
    at: Drag,
    drag: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    press_key(Qt.Key.Key_S)
    window.editor.toolbox.set_option(cell_size=10)
    drag(window.editor.canvas, at(55, 65), at(75, 90), at(95, 115))
    settled()
    painted = document.label_map == 1
    assert painted[55, 65]
    assert painted[95, 115]
    # Superpixels end at the edges of the square.
    assert np.count_nonzero(painted & (square() == 0)) < 0.1 * np.count_nonzero(painted)
    undone(window, press_key, "Superpixels cell")


def test_the_keys_of_the_brush_size_change_the_size_of_superpixels(
    window: MainWindow, document: Document, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_S)
    brush = window.editor.toolbox.size
    press_key(Qt.Key.Key_BracketRight)
    assert window.editor.toolbox.options.cell_size == 26
    assert window.editor.toolbox.size == brush


def test_scissors_follow_edges_between_clicks(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    press_key(Qt.Key.Key_C)
    # Not the corners: straight lines between these would leave a diamond of half the area.
    for point in ((50, 90), (75, 119), (99, 90), (75, 60)):
        click(at(*point))
    press_key(Qt.Key.Key_Return)
    settled()
    assert np.count_nonzero(document.label_map) == pytest.approx(50 * 60, rel=0.05)
    undone(window, press_key, "Scissors cell")


def test_scissors_take_back_an_anchor_and_give_up(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    press_key(Qt.Key.Key_C)
    for point in ((50, 90), (75, 119), (199, 239)):
        click(at(*point))
    settled()
    press_key(Qt.Key.Key_Backspace)
    for point in ((99, 90), (75, 60)):
        click(at(*point))
    settled()
    press_key(Qt.Key.Key_Return)
    settled()
    assert not document.label_map[110:].any()
    assert document.label_map[75, 90] == 1
    before = document.label_map.copy()
    for point in ((10, 10), (10, 50), (40, 50)):
        click(at(*point))
    press_key(Qt.Key.Key_Escape)
    press_key(Qt.Key.Key_Return)
    settled()
    assert np.array_equal(document.label_map, before)


def test_the_object_in_a_box_is_shown_and_enter_paints_it(
    window: MainWindow,
    document: Document,
    at: Drag,
    drag: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    press_key(Qt.Key.Key_K)
    drag(window.editor.canvas, at(40, 50), at(80, 100), at(110, 130))
    settled()
    assert not document.label_map.any()
    press_key(Qt.Key.Key_Return)
    assert np.array_equal(document.label_map, square())
    undone(window, press_key, "Cut-out cell")


def test_a_region_or_a_whole_class_is_replaced(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    document.label_map[:] = square()
    document.label_map[150:160, 10:20] = 1
    press_key(Qt.Key.Key_2)
    press_key(Qt.Key.Key_H)
    click(at(70, 80))
    settled()
    assert not (document.label_map == 2).any()
    click(at(70, 80))
    assert np.count_nonzero(document.label_map == 2) == 50 * 60
    assert document.history.undo_name == "Replace by wall"
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    window.editor.toolbox.set_option(extent=Extent.CLASS)
    click(at(70, 80))
    settled()
    press_key(Qt.Key.Key_Return)
    assert np.count_nonzero(document.label_map == 2) == 50 * 60 + 100


def test_the_paint_rule_binds_what_is_found_on_a_thread(
    window: MainWindow,
    document: Document,
    at: Drag,
    drag: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    document.label_map[60:80, 70:90] = 2
    window.editor.toolbox.toggle_lock(2)
    press_key(Qt.Key.Key_K)
    drag(window.editor.canvas, at(40, 50), at(80, 100), at(110, 130))
    press_key(Qt.Key.Key_Return)
    settled()
    assert np.count_nonzero(document.label_map == 2) == 400
    assert np.count_nonzero(document.label_map == 1) == 50 * 60 - 400


def test_reshape_shows_what_changes_and_a_second_click_does_it(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    document.label_map[:] = square()
    press_key(Qt.Key.Key_G)
    window.editor.toolbox.set_option(amount=5)
    click(at(70, 80))
    settled()
    assert np.array_equal(document.label_map, square())
    click(at(70, 80))
    assert document.label_map[45:105, 60:120].all()
    assert not document.label_map[:45].any()
    assert document.history.undo_name == "Reshape"


def test_reshape_follows_an_undo_that_comes_between(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    press_key(Qt.Key.Key_G)
    window.editor.toolbox.set_option(amount=5)
    document.label_map[:] = square()
    document.apply("paint", difference_patch(document.label_map, square() * 2))
    click(at(70, 80))
    settled()
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled()
    press_key(Qt.Key.Key_Return)
    assert document.label_map[45:105, 60:120].all()
    assert document.label_map.max() == 1


def test_reshape_shows_only_what_the_lock_lets_it_change(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    document.label_map[:] = square()
    document.label_map[:50] = 2
    window.editor.toolbox.toggle_lock(2)
    press_key(Qt.Key.Key_G)
    window.editor.toolbox.set_option(amount=5)
    click(at(70, 80))
    settled()
    preview = window.editor.canvas._gesture.preview
    assert preview is not None
    assert preview.region is not None
    assert preview.region.rect.top + np.flatnonzero(preview.region.mask.any(axis=1))[0] == 50
    press_key(Qt.Key.Key_Return)
    assert (document.label_map[:50] == 2).all()
    assert document.label_map[100:105, 60:120].all()


def test_alt_click_picks_the_class_under_the_pointer_with_any_painting_tool(
    window: MainWindow, document: Document, at: Drag, click: Drag, press_key: PressKey
) -> None:
    document.label_map[:] = square() * 2
    for key in (Qt.Key.Key_B, Qt.Key.Key_F, Qt.Key.Key_W):
        press_key(Qt.Key.Key_1)
        press_key(key)
        click(at(70, 80), _ALT)
        assert window.editor.toolbox.class_index == 2
    assert np.array_equal(document.label_map, square() * 2)


def test_alt_erases_with_the_rectangle(
    qtbot: QtBot, window: MainWindow, document: Document, at: Drag, press_key: PressKey
) -> None:
    document.label_map[:] = 1
    press_key(Qt.Key.Key_M)
    qtbot.mousePress(window.editor.canvas, Qt.MouseButton.LeftButton, _ALT, at(10, 10))
    qtbot.mouseRelease(window.editor.canvas, Qt.MouseButton.LeftButton, _ALT, at(10, 10))
    assert document.label_map.all()
    drag_with(qtbot, window, at(10, 10), at(19, 19), _ALT)
    assert np.count_nonzero(document.label_map == 0) == 100
    assert document.history.undo_name == "Rectangle, erasing"


def drag_with(
    qtbot: QtBot, window: MainWindow, start: QPoint, end: QPoint, modifier: Qt.KeyboardModifier
) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    qtbot.mousePress(window.editor.canvas, Qt.MouseButton.LeftButton, modifier, start)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(end),
        QPointF(window.editor.canvas.mapToGlobal(end)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        modifier,
    )
    QApplication.sendEvent(window.editor.canvas, move)
    qtbot.mouseRelease(window.editor.canvas, Qt.MouseButton.LeftButton, modifier, end)


def test_shift_click_draws_a_straight_line_from_the_last_dab(
    window: MainWindow, document: Document, at: Drag, click: Drag, press_key: PressKey
) -> None:
    window.editor.toolbox.set_size(1)
    click(at(20, 20))
    click(at(20, 120), _SHIFT)
    assert document.label_map[20, 20:121].all()
    assert np.count_nonzero(document.label_map) == 101


def test_only_over_the_clicked_class(
    window: MainWindow, document: Document, at: Drag, drag: Drag, press_key: PressKey
) -> None:
    document.label_map[:] = square()
    press_key(Qt.Key.Key_2)
    press_key(Qt.Key.Key_L)
    assert window.editor.toolbox.options.rule is PaintRule.CLICKED_CLASS
    drag(window.editor.canvas, at(70, 70), at(70, 200), at(70, 230))
    painted = document.label_map == 2
    assert painted[70, 66:120].all()
    assert not painted[:, 120:].any()


def test_the_clicked_class_is_that_of_the_last_choice(
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    press_key: PressKey,
    settled: Drag,
) -> None:
    document.label_map[60:70, 70:80] = 2
    window.editor.toolbox.set_option(rule=PaintRule.CLICKED_CLASS)
    press_key(Qt.Key.Key_W)
    click(at(10, 10))
    settled()
    click(at(65, 75))
    settled()
    press_key(Qt.Key.Key_Return)
    settled()
    assert (document.label_map[60:70, 70:80] == 1).all()
    assert np.count_nonzero(document.label_map) == 100


def test_a_locked_class_is_kept(
    qtbot: QtBot,
    window: MainWindow,
    document: Document,
    at: Drag,
    drag: Drag,
    press_key: PressKey,
) -> None:
    document.label_map[:] = square()
    press_key(Qt.Key.Key_2)
    view = window.editor.class_panel.view
    lock = view.visualRect(view.model().index(1, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=lock)
    assert window.editor.toolbox.locked == {1}
    drag(window.editor.canvas, at(70, 10), at(70, 150), at(70, 230))
    assert (document.label_map[50:100, 60:120] == 1).all()
    assert document.label_map[70, 200] == 2


def editor(window: MainWindow, name: str) -> QWidget:
    found = window.editor._option_bar.findChild(QWidget, name)
    assert isinstance(found, QWidget)
    return found


def test_the_options_bar_shows_the_options_of_the_tool_and_no_others(
    qtbot: QtBot, window: MainWindow, document: Document
) -> None:
    names = {name for row in TOOLS.values() for name in row.options}
    window.editor.toolbox.set_option(by_color=True)
    for tool in ToolName:
        window.editor.actions_by_name[tool].trigger()
        # A tool bar lays its parts out when the event loop comes to it.
        qtbot.waitUntil(
            lambda tool=tool: (
                {name for name in names if editor(window, name).isVisibleTo(window)}
                == set(TOOLS[tool].options)
            )
        )


def test_fill_shows_its_tolerance_only_when_colours_count(
    qtbot: QtBot, window: MainWindow, document: Document, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_F)
    tolerance = editor(window, "tolerance")
    qtbot.waitUntil(lambda: editor(window, "by_color").isVisibleTo(window))
    assert not tolerance.isVisibleTo(window)
    window.editor.toolbox.set_option(by_color=True)
    qtbot.waitUntil(lambda: tolerance.isVisibleTo(window))


def test_the_rule_is_chosen_in_the_options_bar(window: MainWindow, document: Document) -> None:
    box = editor(window, "rule").findChild(QComboBox)
    assert isinstance(box, QComboBox)
    box.activated.emit(2)
    assert window.editor.toolbox.options.rule is PaintRule.UNLABELLED
    assert box.currentIndex() == 2


def test_a_vertex_is_moved_inserted_and_removed_before_the_polygon_is_closed(
    qtbot: QtBot,
    window: MainWindow,
    document: Document,
    at: Drag,
    click: Drag,
    drag: Drag,
    press_key: PressKey,
) -> None:
    press_key(Qt.Key.Key_P)
    for corner in ((10, 10), (10, 60), (40, 60), (40, 10), (90, 200)):
        click(at(*corner))
    click(at(90, 200), _ALT)  # removed
    drag(window.editor.canvas, at(40, 60), at(50, 65), at(60, 60))  # moved
    drag_with(qtbot, window, at(10, 35), at(30, 35), _SHIFT)  # inserted and moved
    press_key(Qt.Key.Key_Return)
    assert document.label_map[50, 55] == 1
    assert document.label_map[15, 35] == 0
    assert not document.label_map[70:].any()
    undone(window, press_key, "Lasso cell")


def test_a_badge_at_the_pointer_tells_what_is_protected(
    qtbot: QtBot, window: MainWindow, document: Document, at: Drag, press_key: PressKey
) -> None:
    def picture() -> QImage:
        qtbot.waitUntil(lambda: window.editor.canvas.is_settled)
        return window.editor.canvas.grab().toImage()

    qtbot.mouseMove(window.editor.canvas, at(120, 120))
    window.editor.canvas.enterEvent(QEnterEvent(*(QPointF(at(120, 120)),) * 3))
    plain = picture()
    seen = [plain]
    press_key(Qt.Key.Key_L)
    seen.append(picture())
    press_key(Qt.Key.Key_L)
    seen.append(picture())
    window.editor.toolbox.toggle_lock(2)
    seen.append(picture())
    assert all(a != b for a, b in pairwise(seen))
    press_key(Qt.Key.Key_L)
    window.editor.toolbox.toggle_lock(2)
    assert picture() == plain


@pytest.mark.parametrize("width", [1024, 1200, 1600])
def test_all_options_of_every_tool_fit_into_the_window(
    width: int, qtbot: QtBot, window: MainWindow, document: Document
) -> None:
    window.resize(width, 640)
    window.editor.toolbox.set_option(by_color=True)
    for tool in ToolName:
        window.editor.actions_by_name[tool].trigger()
        editors = [editor(window, name) for name in TOOLS[tool].options]
        qtbot.waitUntil(
            lambda editors=editors: all(
                part.isVisible()
                and part.mapTo(window, QPoint(part.width(), 0)).x()
                <= window.editor._view_bar.x() + 8
                for part in editors
            )
        )


def test_a_wide_window_has_sliders_and_a_narrow_one_only_number_boxes(
    qtbot: QtBot, window: MainWindow, document: Document, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_S)
    slider = editor(window, "cell_size").findChild(QSlider)
    for width, is_there in ((1600, True), (1000, False), (1600, True)):
        window.resize(width, 640)
        qtbot.waitUntil(lambda is_there=is_there: slider.isVisible() == is_there)


def test_the_status_bar_says_what_the_tool_answers_to(
    window: MainWindow, document: Document, press_key: PressKey
) -> None:
    press_key(Qt.Key.Key_C)
    assert "Click along an edge" in window.editor.status.hint
    press_key(Qt.Key.Key_B)
    assert "straight line" in window.editor.status.hint


def test_every_tool_has_a_key_a_tip_an_icon_and_a_hint(window: MainWindow) -> None:
    for tool in ToolName:
        action = window.editor.actions_by_name[tool]
        key = action.shortcut().toString()
        assert key
        assert f"({key})" in action.toolTip()
        assert not action.icon().isNull()
        assert window.editor._hints.of(tool) in action.toolTip()


def test_no_two_commands_share_a_key(window: MainWindow) -> None:
    keys = [key.toString() for action in window.actions() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
