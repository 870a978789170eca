import numpy as np
import pytest

from segstudio.tools.lasso import Lasso
from segstudio.tools.tool import Pointer
from tests.tools.conftest import MakeContext, Write

MAP = np.zeros((40, 40), np.uint8)


def click(lasso: Lasso, *points: tuple[float, float], alt: bool = False) -> None:
    for y, x in points:
        assert lasso.press(MAP, Pointer(y, x, alt=alt)) is None
        assert lasso.release(MAP, Pointer(y, x)) is None


def test_clicked_vertices_are_filled_when_closed(make_context: MakeContext, write: Write) -> None:
    label_map = MAP.copy()
    lasso = Lasso(make_context())
    click(lasso, (10, 10), (10, 30), (20, 30), (20, 10))
    assert lasso.is_open
    write(label_map, lasso.finish(label_map))
    assert not lasso.is_open
    assert label_map[10:20, 10:30].all()
    assert label_map.sum() == 200


def test_a_click_on_the_first_vertex_closes(make_context: MakeContext, write: Write) -> None:
    label_map = MAP.copy()
    lasso = Lasso(make_context())
    click(lasso, (10, 10), (10, 30), (20, 30), (20, 10))
    assert lasso.press(label_map, Pointer(10.4, 10.4)) is None
    write(label_map, lasso.release(label_map, Pointer(10.4, 10.4)))
    assert not lasso.is_open
    assert label_map.sum() == 200


def test_one_drag_draws_freehand_and_closes_when_released(
    make_context: MakeContext, write: Write
) -> None:
    label_map = MAP.copy()
    lasso = Lasso(make_context())
    lasso.press(label_map, Pointer(5, 5))
    for y, x in ((5, 15), (15, 15), (15, 5)):
        lasso.move(label_map, Pointer(y, x))
    write(label_map, lasso.release(label_map, Pointer(15, 5)))
    assert not lasso.is_open
    assert label_map.sum() == 100


def test_a_trembling_click_is_a_vertex(make_context: MakeContext) -> None:
    lasso = Lasso(make_context())
    lasso.press(MAP, Pointer(5, 5, reach=4))
    lasso.move(MAP, Pointer(6, 6, reach=4))
    assert lasso.release(MAP, Pointer(6, 6, reach=4)) is None
    assert lasso.is_open
    assert lasso.preview is not None
    assert lasso.preview.handles == ((5, 5),)


def test_a_vertex_can_be_dragged_before_the_outline_is_closed(
    make_context: MakeContext, write: Write
) -> None:
    label_map = MAP.copy()
    lasso = Lasso(make_context())
    click(lasso, (10, 10), (10, 30), (20, 30), (20, 10))
    lasso.press(label_map, Pointer(20, 30.5))
    lasso.move(label_map, Pointer(30, 30))
    lasso.release(label_map, Pointer(30, 30))
    lasso.press(label_map, Pointer(20, 10))
    lasso.move(label_map, Pointer(30, 10))
    lasso.release(label_map, Pointer(30, 10))
    write(label_map, lasso.finish(label_map))
    assert label_map.sum() == 400


def test_backspace_takes_back_vertices_one_by_one_and_then_the_lasso(
    make_context: MakeContext,
) -> None:
    lasso = Lasso(make_context())
    click(lasso, (10, 10), (10, 30))
    lasso.step_back()
    assert lasso.preview is not None
    assert lasso.preview.handles == ((10, 10),)
    lasso.step_back()
    assert not lasso.is_open
    assert lasso.preview is None


def test_two_points_enclose_nothing(make_context: MakeContext) -> None:
    lasso = Lasso(make_context())
    click(lasso, (10, 10), (10, 30))
    assert lasso.finish(MAP) is None
    assert not lasso.is_open


def test_alt_at_the_start_erases_the_inside(make_context: MakeContext, write: Write) -> None:
    label_map = np.ones((40, 40), np.uint8)
    lasso = Lasso(make_context())
    click(lasso, (10, 10), alt=True)
    click(lasso, (10, 30), (20, 30), (20, 10))
    assert lasso.preview is not None
    assert lasso.preview.erases
    assert lasso.edit_name == "erase"
    write(label_map, lasso.finish(label_map))
    assert np.count_nonzero(label_map == 0) == 200


def test_the_class_may_be_corrected_before_the_outline_is_closed(
    make_context: MakeContext, write: Write
) -> None:
    label_map = MAP.copy()
    lasso = Lasso(make_context())
    click(lasso, (10, 10), (10, 30), (20, 30))
    lasso.adapt(label_map, make_context(class_index=2))
    write(label_map, lasso.finish(label_map))
    assert set(np.unique(label_map)) == {0, 2}


def outline(tool: Lasso) -> tuple[tuple[float, float], ...]:
    assert tool.preview is not None
    return tool.preview.handles


def click_at(tool: Lasso, label_map: np.ndarray, y: float, x: float, **held: bool) -> None:
    tool.press(label_map, Pointer(y, x, **held))
    tool.release(label_map, Pointer(y, x))


def test_shift_and_a_click_on_a_line_put_a_vertex_there_that_can_be_dragged_at_once(
    make_context: MakeContext, write: Write
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = Lasso(make_context())
    for corner in ((5, 5), (5, 25), (25, 25), (25, 5)):
        click_at(tool, label_map, *corner)
    tool.press(label_map, Pointer(5.4, 15, shift=True))
    tool.move(label_map, Pointer(15, 15, shift=True))
    tool.release(label_map, Pointer(15, 15, shift=True))
    assert outline(tool) == ((5, 5), (15, 15), (5, 25), (25, 25), (25, 5))
    write(label_map, tool.finish(label_map))
    assert label_map[8, 15] == 0  # the notch that the new vertex cuts
    assert label_map[20, 15] == 1


def test_a_vertex_is_put_on_the_line_that_will_close_the_outline(
    make_context: MakeContext,
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = Lasso(make_context())
    for corner in ((5, 5), (5, 25), (25, 25), (25, 5)):
        click_at(tool, label_map, *corner)
    click_at(tool, label_map, 15, 5, shift=True)
    assert outline(tool)[-1] == (15, 5)


def test_shift_beside_all_lines_adds_a_vertex_as_ever(make_context: MakeContext) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = Lasso(make_context())
    for corner in ((5, 5), (5, 25), (25, 25)):
        click_at(tool, label_map, *corner)
    click_at(tool, label_map, 30, 10, shift=True)
    assert outline(tool) == ((5, 5), (5, 25), (25, 25), (30, 10))


def test_alt_and_a_click_remove_a_vertex_and_with_the_last_one_the_outline(
    make_context: MakeContext,
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = Lasso(make_context())
    for corner in ((5, 5), (5, 25), (25, 25)):
        click_at(tool, label_map, *corner)
    click_at(tool, label_map, 5.3, 25.2, alt=True)
    assert outline(tool) == ((5, 5), (25, 25))
    assert not tool.erases
    click_at(tool, label_map, 5, 5, alt=True)
    click_at(tool, label_map, 25, 25, alt=True)
    assert not tool.is_open
    assert tool.preview is None


def test_the_first_vertex_can_be_dragged_instead_of_closing(
    make_context: MakeContext, write: Write
) -> None:
    label_map = MAP.copy()
    lasso = Lasso(make_context())
    click(lasso, (10, 10), (10, 30), (20, 30), (20, 10))
    lasso.press(label_map, Pointer(10, 10))
    lasso.move(label_map, Pointer(5, 10))
    lasso.move(label_map, Pointer(10.2, 10))  # back where it was: still a drag
    assert lasso.release(label_map, Pointer(10.2, 10)) is None
    assert lasso.is_open
    write(label_map, lasso.finish(label_map))
    assert label_map.sum() == pytest.approx(200, abs=10)


def test_a_vertex_that_is_taken_back_while_it_is_held_follows_the_pointer_no_more(
    make_context: MakeContext,
) -> None:
    lasso = Lasso(make_context())
    click(lasso, (10, 10), (10, 30), (20, 30))
    lasso.press(MAP, Pointer(20, 30))
    lasso.step_back()
    assert lasso.move(MAP, Pointer(35, 35)) is None
    assert lasso.release(MAP, Pointer(35, 35)) is None
    assert outline(lasso) == ((10, 10), (10, 30))
