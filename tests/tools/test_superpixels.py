import numpy as np
import pytest

from segstudio.core.rect import Rect
from segstudio.core.superpixels import SuperpixelCache, block_side
from segstudio.tools.superpixels import SuperpixelPaint
from segstudio.tools.tool import Asker, Pointer
from tests.tools.conftest import Answer, MakeContext, Write


@pytest.fixture
def image() -> np.ndarray:
    """Four grey quarters."""
    image = np.zeros((40, 40, 3), np.uint8)
    image[:20, 20:] = 80
    image[20:, :20] = 160
    image[20:, 20:] = 240
    return image


def quarter(label_map: np.ndarray, row: int, column: int) -> np.ndarray:
    return label_map[20 * row : 20 * row + 20, 20 * column : 20 * column + 20]


def test_a_click_paints_the_area_of_like_colour(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = SuperpixelPaint(make_context(image=image, cell_size=20))
    tool.hover(label_map, Pointer(5, 25))
    answer(tool, label_map)
    assert tool.preview is not None
    assert tool.preview.region is not None
    assert len(tool.preview.outlines) == 1
    write(label_map, tool.press(label_map, Pointer(5, 25)))
    assert tool.release(label_map, Pointer(5, 25)) is None
    assert not tool.is_open
    assert quarter(label_map, 0, 1).mean() > 0.95
    assert label_map.sum() < 440


def test_a_fast_drag_leaves_none_out(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = SuperpixelPaint(make_context(image=image, cell_size=5))
    tool.hover(label_map, Pointer(2, 2))
    answer(tool, label_map)
    write(label_map, tool.press(label_map, Pointer(2, 2)))
    write(label_map, tool.move(label_map, Pointer(2, 38)))
    assert label_map[2].all()


def test_a_stroke_that_is_faster_than_the_computer_is_painted_when_it_is_there(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = SuperpixelPaint(make_context(image=image, cell_size=20))
    assert tool.press(label_map, Pointer(5, 5)) is None
    assert tool.release(label_map, Pointer(5, 25)) is None
    assert tool.is_open
    write(label_map, answer(tool, label_map))
    assert not tool.is_open
    assert label_map[3:17, 3:37].all()
    assert not label_map[25:].any()


def test_alt_at_the_start_erases(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.ones((40, 40), np.uint8)
    tool = SuperpixelPaint(make_context(image=image, cell_size=20))
    tool.press(label_map, Pointer(5, 5, alt=True))
    write(label_map, answer(tool, label_map))
    assert tool.erases
    assert quarter(label_map, 0, 0).mean() < 0.05
    assert quarter(label_map, 1, 1).all()


def test_what_was_found_is_known_to_the_next_gesture(
    image: np.ndarray, make_context: MakeContext, answer: Answer
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    context = make_context(image=image, cell_size=20)
    first = SuperpixelPaint(context)
    first.hover(label_map, Pointer(5, 5))
    answer(first, label_map)
    second = SuperpixelPaint(context)
    second.hover(label_map, Pointer(5, 5))
    assert second.work is None
    assert second.preview is not None
    assert second.preview.region is not None


def test_another_size_cuts_anew(
    image: np.ndarray, make_context: MakeContext, answer: Answer
) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = SuperpixelPaint(make_context(image=image, cell_size=20))
    tool.hover(label_map, Pointer(5, 5))
    answer(tool, label_map)
    assert tool.preview is not None
    coarse = int(tool.preview.outlines[0].mask.sum())
    tool.adapt(label_map, make_context(image=image, cell_size=5))
    answer(tool, label_map)
    assert int(tool.preview.outlines[0].mask.sum()) > coarse


def test_only_what_is_on_the_screen_is_cut_nearest_first(make_context: MakeContext) -> None:
    side = block_side(24)
    image = np.zeros((4 * side, 4 * side, 3), np.uint8)
    label_map = np.zeros((4 * side, 4 * side), np.uint8)
    cache = SuperpixelCache()
    context = make_context(image=image, superpixels=cache)
    tool = SuperpixelPaint(context)
    tool.hover(label_map, Pointer(side + 5, side - 9, view=Rect(side + 2, 9, side + 60, 700)))
    order = []
    while (work := tool.work) is not None:
        found = work.run(Asker(lambda: False, lambda patch: patch))
        order.append(found.rect[:2])  # type: ignore[attr-defined]
        tool.take(label_map, found)
    assert order == [(side, 0), (side, side)]


def test_beside_the_image_nothing_is_painted(image: np.ndarray, make_context: MakeContext) -> None:
    label_map = np.zeros((40, 40), np.uint8)
    tool = SuperpixelPaint(make_context(image=image))
    assert tool.press(label_map, Pointer(-5, 90)) is None
    assert tool.release(label_map, Pointer(-5, 90)) is None
    assert not tool.is_open
