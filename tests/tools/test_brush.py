import numpy as np

from segstudio.core.brush import BrushShape
from segstudio.tools.brush import Brush, Eraser
from segstudio.tools.tool import Pointer
from tests.tools.conftest import MakeContext, Write


def test_brush_of_size_one_paints_the_pixel_it_is_on(
    make_context: MakeContext, write: Write
) -> None:
    label_map = np.zeros((5, 5), np.uint8)
    write(label_map, Brush(make_context(size=1)).press(label_map, Pointer(2.99, 1.01)))
    assert np.argwhere(label_map == 1).tolist() == [[2, 1]]


def test_dragging_joins_the_points_without_gaps(make_context: MakeContext, write: Write) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    brush = Brush(make_context(size=3))
    write(label_map, brush.press(label_map, Pointer(5, 5)))
    write(label_map, brush.move(label_map, Pointer(30, 35)))
    write(label_map, brush.release(label_map, Pointer(30, 35)))
    assert all(label_map[5 + i * 25 // 30, 5 + i] == 1 for i in range(31))


def test_tool_reads_the_label_map_and_never_writes_it(make_context: MakeContext) -> None:
    label_map = np.zeros((10, 10), np.uint8)
    label_map.flags.writeable = False
    assert Brush(make_context(size=4)).press(label_map, Pointer(5, 5)) is not None


def test_painting_what_is_already_there_is_no_edit(make_context: MakeContext) -> None:
    label_map = np.full((10, 10), 1, np.uint8)
    assert Brush(make_context(size=4)).press(label_map, Pointer(5, 5)) is None


def test_a_stroke_that_begins_outside_the_image_paints_only_inside(
    make_context: MakeContext, write: Write
) -> None:
    label_map = np.zeros((10, 10), np.uint8)
    brush = Brush(make_context(size=2))
    assert brush.press(label_map, Pointer(-20, 5)) is None
    write(label_map, brush.move(label_map, Pointer(3, 5)))
    assert label_map[:3, 4:6].all()
    assert label_map.sum() == np.count_nonzero(label_map[:4, 4:6])


def test_a_new_press_does_not_join_the_last_stroke(make_context: MakeContext, write: Write) -> None:
    label_map = np.zeros((20, 20), np.uint8)
    brush = Brush(make_context(size=1))
    write(label_map, brush.press(label_map, Pointer(2, 2)))
    write(label_map, brush.release(label_map, Pointer(2, 2)))
    write(label_map, brush.press(label_map, Pointer(17, 17)))
    assert label_map.sum() == 2


def test_a_press_with_shift_draws_a_straight_line_from_the_last_point(
    make_context: MakeContext, write: Write
) -> None:
    label_map = np.zeros((20, 20), np.uint8)
    brush = Brush(make_context(size=1, last_point=(3.5, 2.5)))
    write(label_map, brush.press(label_map, Pointer(3.5, 16.5, shift=True)))
    assert np.array_equal(np.flatnonzero(label_map[3]), np.arange(2, 17))
    assert label_map.sum() == 15


def test_shift_shows_the_line_that_a_click_would_draw(make_context: MakeContext) -> None:
    label_map = np.zeros((20, 20), np.uint8)
    brush = Brush(make_context(last_point=(3.5, 2.5)))
    brush.hover(label_map, Pointer(9, 9, shift=True))
    assert brush.preview is not None
    assert brush.preview.points == ((3.5, 2.5), (9, 9))
    brush.hover(label_map, Pointer(9, 9))
    assert brush.preview is None


def test_a_square_brush_paints_a_square(make_context: MakeContext, write: Write) -> None:
    label_map = np.zeros((20, 20), np.uint8)
    brush = Brush(make_context(size=6, shape=BrushShape.SQUARE))
    write(label_map, brush.press(label_map, Pointer(10, 10)))
    assert label_map[7:13, 7:13].all()
    assert label_map.sum() == 36


def test_half_the_pressure_is_half_the_size(make_context: MakeContext, write: Write) -> None:
    label_map = np.zeros((20, 20), np.uint8)
    brush = Brush(make_context(size=8, shape=BrushShape.SQUARE))
    write(label_map, brush.press(label_map, Pointer(10, 10, pressure=0.5)))
    assert label_map.sum() == 16


def test_pressure_counts_only_if_it_is_switched_on(make_context: MakeContext, write: Write) -> None:
    label_map = np.zeros((20, 20), np.uint8)
    brush = Brush(make_context(size=8, shape=BrushShape.SQUARE, uses_pressure=False))
    write(label_map, brush.press(label_map, Pointer(10, 10, pressure=0.5)))
    assert label_map.sum() == 64


def test_the_eraser_leaves_the_background(make_context: MakeContext, write: Write) -> None:
    label_map = np.full((9, 9), 5, np.uint8)
    eraser = Eraser(make_context(size=3))
    write(label_map, eraser.press(label_map, Pointer(4.5, 4.5)))
    assert (label_map[3:6, 3:6] == 0).all()
    assert eraser.edit_name == "erase"
