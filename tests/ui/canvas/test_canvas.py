"""The canvas alone, with real mouse, wheel and key events."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from wheel import turn_wheel

from segstudio.controllers.toolbox import Toolbox
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_set import LabelSet
from segstudio.core.rect import Rect
from segstudio.document.document import Document
from segstudio.storage.opening import create_project
from segstudio.tools.names import ToolName
from segstudio.ui.canvas.canvas import Canvas
from segstudio.ui.theme import Theme

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace()
    label_set = LabelSet.named(["background", "cell", "nucleus"])
    workspace.store.project = create_project(tmp_path).with_label_set(label_set)
    yield workspace
    workspace.shut_down()


@pytest.fixture
def toolbox(workspace: Workspace) -> Toolbox:
    toolbox = Toolbox(workspace)
    toolbox.choose_class(1)
    return toolbox


@pytest.fixture
def document(qtbot: QtBot) -> Document:
    return Document(
        key="a.png",
        image=np.full((100, 120, 3), 200, np.uint8),
        label_map=np.full((100, 120), 255, np.uint8),
    )


@pytest.fixture
def canvas(
    qtbot: QtBot, qapp: QApplication, toolbox: Toolbox, workspace: Workspace, document: Document
) -> Canvas:
    canvas = Canvas(toolbox, Theme(qapp))
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.set_label_set(workspace.label_set)
    canvas.set_document(document)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.zoom_to_full_size()  # image (0, 0) is now at canvas (140, 100)
    return canvas


def colour_at(canvas: Canvas, x: int, y: int) -> tuple[int, int, int]:
    colour = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32).pixelColor(x, y)
    return colour.red(), colour.green(), colour.blue()


def test_dragging_paints_the_line_under_the_pointer_and_is_one_step(
    canvas: Canvas, document: Document, toolbox: Toolbox, drag: Callable[..., None]
) -> None:
    toolbox.set_size(5)
    drag(canvas, QPoint(150, 150), QPoint(170, 150), QPoint(200, 150))
    assert document.label_map[50, 10:61].tolist() == [1] * 51
    assert (document.label_map[54:] == 255).all()
    assert len(document.history) == 1


def test_eraser_leaves_background(
    canvas: Canvas, document: Document, toolbox: Toolbox, drag: Callable[..., None]
) -> None:
    drag(canvas, QPoint(150, 150), QPoint(200, 150))
    toolbox.set_tool(ToolName.ERASER)
    drag(canvas, QPoint(150, 150), QPoint(200, 150))
    assert document.label_map[50, 10:61].tolist() == [0] * 51


def test_wheel_zooms_at_the_pointer(canvas: Canvas) -> None:
    turn_wheel(canvas, QPointF(180, 130), 5)
    assert canvas.zoom == pytest.approx(1.2**5)
    assert canvas._navigation.image_point(QPointF(180, 130)) == pytest.approx((30, 40))


def test_ctrl_wheel_changes_the_brush_size(canvas: Canvas, toolbox: Toolbox) -> None:
    before = toolbox.size
    turn_wheel(canvas, QPointF(180, 130), 1, CTRL)
    assert toolbox.size > before
    assert canvas.zoom == 1


def test_a_fine_wheel_changes_the_brush_once_a_notch(canvas: Canvas, toolbox: Toolbox) -> None:
    toolbox.set_size(20)
    for _ in range(8):
        turn_wheel(canvas, QPointF(180, 130), 1 / 8, CTRL)
    assert toolbox.size == 22
    for _ in range(4):
        turn_wheel(canvas, QPointF(180, 130), 0, CTRL)  # a trackpad says when fingers leave it
    assert toolbox.size == 22


@pytest.mark.parametrize("way", ["space", "middle"])
def test_pan_moves_the_image_and_paints_nothing(
    qtbot: QtBot, canvas: Canvas, document: Document, drag: Callable[..., None], way: str
) -> None:
    before = canvas._navigation.image_point(QPointF(200, 150))
    if way == "space":
        qtbot.keyPress(canvas, Qt.Key.Key_Space)
        drag(canvas, QPoint(200, 150), QPoint(230, 160))
        qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    else:
        drag(canvas, QPoint(200, 150), QPoint(230, 160), button=Qt.MouseButton.MiddleButton)
    assert canvas._navigation.image_point(QPointF(230, 160)) == pytest.approx(before)
    assert (document.label_map == 255).all()


def test_holding_v_hides_the_overlay(
    qtbot: QtBot, canvas: Canvas, drag: Callable[..., None]
) -> None:
    canvas.set_opacity(1)
    drag(canvas, QPoint(150, 150), QPoint(200, 150))
    qtbot.mouseMove(canvas, QPoint(20, 20))
    assert colour_at(canvas, 175, 150) == (230, 159, 0)
    qtbot.keyPress(canvas, Qt.Key.Key_V)
    assert colour_at(canvas, 175, 150) == (200, 200, 200)
    qtbot.keyRelease(canvas, Qt.Key.Key_V)
    assert colour_at(canvas, 175, 150) == (230, 159, 0)


def test_a_hidden_class_is_not_drawn_but_stays_in_the_label_map(
    canvas: Canvas, document: Document, drag: Callable[..., None]
) -> None:
    canvas.set_opacity(1)
    drag(canvas, QPoint(150, 150), QPoint(200, 150), QPoint(20, 20))
    canvas.set_hidden_classes({1})
    assert colour_at(canvas, 175, 150) == (200, 200, 200)
    assert (document.label_map == 1).any()


def test_alt_click_picks_the_class_under_the_pointer(
    qtbot: QtBot, canvas: Canvas, document: Document
) -> None:
    document.label_map[50, 60] = 2
    with qtbot.waitSignal(canvas.class_picked) as picked:
        qtbot.mouseClick(
            canvas,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.AltModifier,
            QPoint(200, 150),
        )
    assert picked.args == [2]
    assert len(document.history) == 0


def test_escape_gives_up_the_stroke(qtbot: QtBot, canvas: Canvas, document: Document) -> None:
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert (document.label_map == 1).any()
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert (document.label_map == 255).all()
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert len(document.history) == 0


def test_resizing_keeps_a_fitted_image_fitted(canvas: Canvas) -> None:
    canvas.fit()
    canvas.resize(800, 600)
    top, left = canvas._navigation.image_point(QPointF(0, 0))
    bottom, right = canvas._navigation.image_point(QPointF(800, 600))
    assert (top, left) < (0, 0)
    assert bottom > 100
    assert right > 120
    assert canvas.zoom == pytest.approx((600 - 48) / 100)


def test_undo_repaints_the_screen(
    canvas: Canvas, document: Document, drag: Callable[..., None]
) -> None:
    canvas.set_opacity(1)
    drag(canvas, QPoint(150, 150), QPoint(200, 150), QPoint(20, 20))
    document.undo()
    assert colour_at(canvas, 175, 150) == (200, 200, 200)


def open_large(canvas: Canvas, height: int = 900, width: int = 1500) -> Document:
    document = Document(
        key="large.png",
        image=np.full((height, width, 3), 200, np.uint8),
        label_map=np.full((height, width), 255, np.uint8),
    )
    canvas.set_document(document)
    return document


def test_the_minimap_shows_only_for_an_image_larger_than_the_view(canvas: Canvas) -> None:
    assert not canvas.minimap.isVisible()
    open_large(canvas)
    assert not canvas.minimap.isVisible()  # fitted
    canvas.zoom_to_full_size()
    assert canvas.minimap.isVisible()
    canvas.fit()
    assert not canvas.minimap.isVisible()


def test_a_part_is_shown_large_and_one_of_almost_all_shows_the_whole_image(
    canvas: Canvas,
) -> None:
    open_large(canvas)
    canvas.fit()
    fitted, middle = canvas.zoom, QPointF(200, 150)
    canvas.show_rect(Rect(100, 200, 150, 280))
    assert canvas.zoom == pytest.approx(400 / 80 / 3)
    assert canvas._navigation.image_point(middle) == pytest.approx((125, 240), abs=1)
    canvas.show_rect(Rect(0, 0, 800, 1400))
    assert canvas.zoom == fitted
    assert canvas._navigation.image_point(middle) == pytest.approx((450, 750), abs=1)


def test_a_click_on_the_minimap_moves_the_view_there(qtbot: QtBot, canvas: Canvas) -> None:
    open_large(canvas)
    canvas.zoom_to_full_size()
    minimap = canvas.minimap
    at = QPoint(minimap.width() // 4, minimap.height() * 3 // 4)
    qtbot.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=at)
    assert canvas._navigation.image_point(QPointF(200, 150)) == pytest.approx((675, 375), abs=9)


def test_dragging_on_the_minimap_moves_the_view_and_paints_nothing(
    canvas: Canvas, drag: Callable[..., None]
) -> None:
    document = open_large(canvas)
    canvas.zoom_to_full_size()
    minimap = canvas.minimap
    end = QPoint(minimap.width() * 3 // 4, minimap.height() // 4)
    drag(minimap, QPoint(minimap.width() // 4, minimap.height() // 2), end)
    assert canvas._navigation.image_point(QPointF(200, 150)) == pytest.approx((225, 1125), abs=9)
    assert (document.label_map == 255).all()


def test_an_unwanted_minimap_stays_away(canvas: Canvas) -> None:
    canvas.minimap.set_wanted(False)
    open_large(canvas)
    canvas.zoom_to_full_size()
    assert not canvas.minimap.isVisible()


def test_pixels_get_a_grid_from_800_percent(canvas: Canvas, toolbox: Toolbox) -> None:
    toolbox.set_tool(ToolName.PICK)  # no brush outline

    def colours() -> set[tuple[int, int, int]]:
        return {colour_at(canvas, 20 + step, 20 + step) for step in range(12)}

    canvas.zoom_by(7.9)
    assert colours() == {(200, 200, 200)}
    canvas.zoom_by(8 / 7.9)
    assert len(colours()) == 2


def test_two_fingers_on_a_trackpad_pan(canvas: Canvas) -> None:
    before = canvas._navigation.image_point(QPointF(200, 150))
    event = QWheelEvent(
        QPointF(200, 150),
        QPointF(canvas.mapToGlobal(QPoint(200, 150))),
        QPoint(-30, 12),
        QPoint(-60, 24),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollUpdate,
        False,
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.zoom == 1
    assert canvas._navigation.image_point(QPointF(170, 162)) == pytest.approx(before)


def test_a_touch_pinch_zooms_and_leaves_no_dab(
    qtbot: QtBot, canvas: Canvas, document: Document
) -> None:
    device = QTest.createTouchDevice()
    first, second = QPoint(180, 150), QPoint(220, 150)
    QTest.touchEvent(canvas, device).press(0, first, canvas).press(1, second, canvas).commit()
    for step in range(1, 9):
        out = QPoint(10 * step, 0)
        moved = QTest.touchEvent(canvas, device)
        moved.move(0, first - out, canvas).move(1, second + out, canvas).commit()
    QTest.touchEvent(canvas, device).release(0, first, canvas).release(1, second, canvas).commit()
    assert canvas.zoom > 2
    assert (document.label_map == 255).all()


def test_a_touch_pinch_in_the_middle_of_an_outline_leaves_it_open(
    qtbot: QtBot, canvas: Canvas, document: Document, toolbox: Toolbox
) -> None:
    toolbox.set_tool(ToolName.LASSO)
    for place in (QPoint(150, 110), QPoint(250, 110)):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    device = QTest.createTouchDevice()
    first, second = QPoint(180, 150), QPoint(220, 150)
    QTest.touchEvent(canvas, device).press(0, first, canvas).press(1, second, canvas).commit()
    for step in range(1, 9):
        out = QPoint(10 * step, 0)
        moved = QTest.touchEvent(canvas, device)
        moved.move(0, first - out, canvas).move(1, second + out, canvas).commit()
    QTest.touchEvent(canvas, device).release(0, first, canvas).release(1, second, canvas).commit()
    assert canvas.zoom > 2
    preview = canvas._gesture.preview
    assert preview is not None
    assert preview.handles == ((10.0, 10.0), (10.0, 110.0))
    canvas.zoom_to_full_size()
    corner = canvas._navigation.position(90, 110).toPoint()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert document.label_map[30, 100] == 1
    assert document.label_map[80, 20] == 255


def pinch_late(canvas: Canvas, first: QPoint) -> None:
    """Put a finger down, move it, and only then put a second one down and zoom."""
    device, second = QTest.createTouchDevice(), QPoint(220, 150)
    QTest.touchEvent(canvas, device).press(0, first, canvas).commit()
    for step in (6, 12, 24):
        QTest.touchEvent(canvas, device).move(0, first + QPoint(0, step), canvas).commit()
    first += QPoint(0, 24)
    QTest.touchEvent(canvas, device).stationary(0).press(1, second, canvas).commit()
    for step in range(1, 9):
        out = QPoint(10 * step, 0)
        moved = QTest.touchEvent(canvas, device)
        moved.move(0, first - out, canvas).move(1, second + out, canvas).commit()
    QTest.touchEvent(canvas, device).release(0, first, canvas).release(1, second, canvas).commit()


# Qt finds out with the next event whose gesture it is.
@pytest.mark.qt_log_ignore("could not find the target for gesture")
@pytest.mark.parametrize("tool", list(ToolName))
def test_a_pinch_whose_second_finger_comes_late_leaves_no_trace_with_any_tool(
    tool: ToolName, qtbot: QtBot, canvas: Canvas, document: Document, toolbox: Toolbox
) -> None:
    document.label_map[40:60, 30:60] = 2
    before = document.label_map.copy()
    toolbox.set_tool(tool)
    pinch_late(canvas, QPoint(180, 150))
    assert canvas.zoom > 2
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert np.array_equal(document.label_map, before)
    assert len(document.history) == 0
    assert (toolbox.tool, toolbox.class_index) == (tool, 1)
    assert canvas.selected is None
    QTest.keyClick(canvas, Qt.Key.Key_Return)  # nothing is left open that this would paint
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert np.array_equal(document.label_map, before)


@pytest.mark.qt_log_ignore("could not find the target for gesture")
@pytest.mark.parametrize("tool", [ToolName.WAND, ToolName.CUTOUT])
@pytest.mark.parametrize("place", [QPoint(180, 150), QPoint(230, 190)])
def test_a_pinch_leaves_a_selection_as_it_was(
    tool: ToolName,
    place: QPoint,
    qtbot: QtBot,
    canvas: Canvas,
    document: Document,
    toolbox: Toolbox,
    drag: Callable[..., None],
) -> None:
    document.image[30:70, 20:80] = 40
    toolbox.set_tool(tool)
    drag(canvas, QPoint(150, 120), QPoint(150, 120))
    if tool is ToolName.WAND:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(180, 150))
    else:
        drag(canvas, QPoint(150, 120), QPoint(190, 150), QPoint(235, 180))
    qtbot.waitUntil(lambda: canvas.is_settled)
    selected = canvas.selected
    assert selected is not None
    pinch_late(canvas, place)
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert document.label_map.min() == 255
    assert canvas.selected is not None
    assert canvas.selected.rect == selected.rect
    assert np.array_equal(canvas.selected.mask, selected.mask)


def test_one_finger_paints_and_taps(
    qtbot: QtBot, canvas: Canvas, document: Document, toolbox: Toolbox
) -> None:
    toolbox.set_size(5)
    device = QTest.createTouchDevice()
    start, end = QPoint(150, 150), QPoint(200, 150)
    QTest.touchEvent(canvas, device).press(0, start, canvas).commit()
    QTest.touchEvent(canvas, device).move(0, QPoint(175, 150), canvas).commit()
    QTest.touchEvent(canvas, device).move(0, end, canvas).commit()
    QTest.touchEvent(canvas, device).release(0, end, canvas).commit()
    assert document.label_map[50, 10:61].tolist() == [1] * 51
    toolbox.set_tool(ToolName.FILL)
    toolbox.choose_class(2)
    QTest.touchEvent(canvas, device).press(0, start, canvas).commit()
    QTest.touchEvent(canvas, device).release(0, start, canvas).commit()
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert document.label_map[50, 10:61].tolist() == [2] * 51
    assert [edit.name for edit in document.history.edits] == ["Brush cell", "Fill nucleus"]


def test_undo_of_a_stroke_across_a_zoomed_out_image_clears_the_screen(
    qtbot: QtBot, canvas: Canvas, toolbox: Toolbox, drag: Callable[..., None]
) -> None:
    document = open_large(canvas, 1300, 2100)
    canvas.set_opacity(1)
    qtbot.waitUntil(lambda: canvas.is_settled)
    toolbox.set_size(200)
    drag(canvas, QPoint(60, 150), QPoint(340, 150), QPoint(20, 20))
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert colour_at(canvas, 175, 150) == (230, 159, 0)
    document.undo()
    canvas.repaint()
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert colour_at(canvas, 175, 150) == (200, 200, 200)


def test_another_image_may_be_opened_while_levels_are_built(qtbot: QtBot, canvas: Canvas) -> None:
    for _ in range(4):
        open_large(canvas, 1000, 1400)
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert colour_at(canvas, 200, 150) == (200, 200, 200)
