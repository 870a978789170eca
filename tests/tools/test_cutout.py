import numpy as np
import pytest

from segstudio.tools.cutout import Cutout
from segstudio.tools.tool import Pointer
from tests.tools.conftest import Answer, MakeContext, Write


@pytest.fixture
def image() -> np.ndarray:
    """Two bright squares on dark ground."""
    image = np.random.default_rng(1).integers(0, 30, (60, 90, 3), np.uint8)
    image[20:40, 20:40] += 180
    image[20:40, 60:80] += 180
    return image


def box(tool: Cutout, label_map: np.ndarray, left: float, right: float, **held: bool) -> None:
    assert tool.press(label_map, Pointer(14, left, **held)) is None
    tool.move(label_map, Pointer(46, right, **held))
    assert tool.preview is not None
    assert tool.preview.is_closed
    assert tool.release(label_map, Pointer(46, right, **held)) is None


def test_the_object_in_the_box_is_shown_and_enter_paints_it(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((60, 90), np.uint8)
    tool = Cutout(make_context(image=image))
    box(tool, label_map, 14, 46)
    answer(tool, label_map)
    assert tool.is_open
    assert tool.preview is not None
    assert tool.preview.region is not None
    write(label_map, tool.finish(label_map))
    assert (label_map[20:40, 20:40] == 1).all()
    assert label_map.sum() == 400
    assert not tool.is_open


def test_a_click_in_what_was_found_paints_it_another_box_looks_anew(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((60, 90), np.uint8)
    tool = Cutout(make_context(image=image))
    box(tool, label_map, 14, 46)
    answer(tool, label_map)
    box(tool, label_map, 54, 86)
    answer(tool, label_map)
    assert tool.press(label_map, Pointer(30, 70)) is None
    write(label_map, tool.release(label_map, Pointer(30, 70)))
    assert label_map[:, 45:].sum() == label_map.sum() == 400


def test_shift_adds_a_second_object(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((60, 90), np.uint8)
    tool = Cutout(make_context(image=image))
    box(tool, label_map, 14, 46)
    answer(tool, label_map)
    box(tool, label_map, 54, 86, shift=True)
    answer(tool, label_map)
    write(label_map, tool.finish(label_map))
    assert label_map.sum() == 800


def test_alt_at_the_start_erases_and_enter_may_come_early(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.ones((60, 90), np.uint8)
    tool = Cutout(make_context(image=image))
    box(tool, label_map, 14, 46, alt=True)
    assert tool.finish(label_map) is None
    write(label_map, answer(tool, label_map))
    assert not label_map[20:40, 20:40].any()
    assert label_map.sum() == 60 * 90 - 400


def test_a_click_without_a_drag_is_nothing(image: np.ndarray, make_context: MakeContext) -> None:
    label_map = np.zeros((60, 90), np.uint8)
    tool = Cutout(make_context(image=image))
    tool.press(label_map, Pointer(5, 5))
    assert tool.release(label_map, Pointer(5, 5)) is None
    assert not tool.is_open
    assert tool.work is None


def test_a_box_in_which_nothing_is_found_stays_and_says_so(
    make_context: MakeContext, answer: Answer
) -> None:
    label_map = np.zeros((60, 90), np.uint8)
    tool = Cutout(make_context(image=np.zeros((60, 90, 3), np.uint8)))
    tool.press(label_map, Pointer(14, 200))
    tool.move(label_map, Pointer(46, 260))
    tool.release(label_map, Pointer(46, 260))
    answer(tool, label_map)
    assert tool.is_open
    assert tool.preview is not None
    assert tool.preview.text == "0 px"
    assert tool.preview.is_closed
    assert tool.finish(label_map) is None
    assert not tool.is_open
