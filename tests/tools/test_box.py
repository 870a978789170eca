import numpy as np
import pytest

from segstudio.tools.box import Box, Ellipse, Rectangle
from segstudio.tools.tool import Pointer
from tests.tools.conftest import MakeContext, Write


def drag(tool: Box, label_map: np.ndarray, *at: Pointer, write: Write) -> None:
    assert tool.press(label_map, at[0]) is None
    assert tool.move(label_map, at[1]) is None
    write(label_map, tool.release(label_map, at[-1]))


@pytest.mark.parametrize("other", [Pointer(9.5, 12.5), Pointer(9.1, 12.9)])
def test_a_rectangle_covers_the_pixels_of_both_corners(
    other: Pointer, make_context: MakeContext, write: Write
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    drag(Rectangle(make_context()), label_map, Pointer(4.9, 3.1), other, write=write)
    assert label_map[4:10, 3:13].all()
    assert label_map.sum() == 60


def test_a_rectangle_may_be_dragged_backwards_and_over_the_edge(
    make_context: MakeContext, write: Write
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    drag(Rectangle(make_context()), label_map, Pointer(5, 5), Pointer(-9, -3), write=write)
    assert label_map.sum() == 36


def test_shift_makes_a_square(make_context: MakeContext, write: Write) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    at = Pointer(8, 14, shift=True)
    drag(Rectangle(make_context()), label_map, Pointer(5, 5), at, write=write)
    assert label_map[5:15, 5:15].all()
    assert label_map.sum() == 100


def test_alt_at_the_start_erases(make_context: MakeContext, write: Write) -> None:
    label_map = np.ones((40, 40), np.uint8)
    tool = Rectangle(make_context())
    drag(tool, label_map, Pointer(5, 5, alt=True), Pointer(6, 6), write=write)
    assert np.count_nonzero(label_map == 0) == 4
    assert tool.edit_name == "erase"


def test_a_click_without_a_drag_writes_nothing(make_context: MakeContext) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = Rectangle(make_context())
    tool.press(label_map, Pointer(5, 5))
    assert tool.release(label_map, Pointer(5, 5)) is None


def test_an_ellipse_has_the_area_of_an_ellipse_and_touches_its_box(
    make_context: MakeContext, write: Write
) -> None:
    label_map = np.zeros((400, 400), np.uint8)
    drag(Ellipse(make_context()), label_map, Pointer(20, 30), Pointer(319, 229), write=write)
    rows, columns = np.flatnonzero(label_map.any(1)), np.flatnonzero(label_map.any(0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (20, 319, 30, 229)
    assert label_map.sum() == pytest.approx(np.pi * 150 * 100, rel=0.002)


def test_the_preview_says_how_large_it_is(make_context: MakeContext) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = Ellipse(make_context())
    tool.press(label_map, Pointer(5, 5))
    tool.move(label_map, Pointer(9, 14))
    assert tool.preview is not None
    assert tool.preview.text == "10 × 5"
