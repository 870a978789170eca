import numpy as np
import pytest

from segstudio.tools.tool import Pointer
from segstudio.tools.wand import Wand
from tests.tools.conftest import Answer, MakeContext, Write


@pytest.fixture
def image() -> np.ndarray:
    """Grey steps of 10, four pixels wide each."""
    image = np.zeros((8, 24, 3), np.uint8)
    image[:] = (np.arange(24) // 4 * 10)[None, :, None]
    return image


def selected(wand: Wand) -> int:
    assert wand.preview is not None
    assert wand.preview.region is not None
    return int(wand.preview.region.mask.sum())


def test_a_click_selects_and_enter_paints(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((8, 24), np.uint8)
    wand = Wand(make_context(image=image, tolerance=10))
    assert wand.press(label_map, Pointer(1, 1)) is None
    assert wand.release(label_map, Pointer(1, 1)) is None
    assert wand.is_open
    answer(wand, label_map)
    assert selected(wand) == 8 * 8
    write(label_map, wand.finish(label_map))
    assert not wand.is_open
    assert label_map[:, :8].all()
    assert label_map.sum() == 64


def test_dragging_to_the_right_raises_the_tolerance(
    image: np.ndarray, make_context: MakeContext, answer: Answer
) -> None:
    label_map = np.zeros((8, 24), np.uint8)
    wand = Wand(make_context(image=image, tolerance=10))
    wand.press(label_map, Pointer(1, 1))
    wand.move(label_map, Pointer(1, 6, reach=1))
    answer(wand, label_map)
    assert selected(wand) == 8 * 12
    wand.move(label_map, Pointer(1, -9, reach=1))
    answer(wand, label_map)
    assert selected(wand) == 8 * 4


def test_a_click_in_what_is_selected_paints_it(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((8, 24), np.uint8)
    wand = Wand(make_context(image=image, tolerance=0))
    wand.press(label_map, Pointer(1, 1))
    answer(wand, label_map)
    assert wand.press(label_map, Pointer(5, 2)) is None
    write(label_map, wand.release(label_map, Pointer(5, 2)))
    assert label_map.sum() == 32


def test_a_click_elsewhere_selects_anew_and_with_shift_more(
    image: np.ndarray, make_context: MakeContext, answer: Answer
) -> None:
    label_map = np.zeros((8, 24), np.uint8)
    wand = Wand(make_context(image=image, tolerance=0))
    wand.press(label_map, Pointer(1, 1))
    answer(wand, label_map)
    assert wand.press(label_map, Pointer(1, 21)) is None
    answer(wand, label_map)
    assert selected(wand) == 32
    wand.press(label_map, Pointer(1, 1, shift=True))
    answer(wand, label_map)
    assert selected(wand) == 64


def test_the_tolerance_of_the_options_bar_acts_on_what_is_selected(
    image: np.ndarray, make_context: MakeContext, answer: Answer
) -> None:
    label_map = np.zeros((8, 24), np.uint8)
    wand = Wand(make_context(image=image, tolerance=0))
    wand.press(label_map, Pointer(1, 1))
    wand.adapt(label_map, make_context(image=image, tolerance=30))
    answer(wand, label_map)
    assert selected(wand) == 8 * 16


def test_enter_before_the_pixels_are_known_paints_them_when_they_are(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((8, 24), np.uint8)
    wand = Wand(make_context(image=image, tolerance=10))
    wand.press(label_map, Pointer(1, 1))
    assert wand.finish(label_map) is None
    assert wand.is_open
    write(label_map, answer(wand, label_map))
    assert not wand.is_open
    assert label_map.sum() == 64


def test_the_edit_of_a_large_selection_is_made_of_what_is_there_then(
    make_context: MakeContext, write: Write, answer: Answer
) -> None:
    image = np.zeros((2001, 2001, 3), np.uint8)
    label_map = np.zeros((2001, 2001), np.uint8)
    wand = Wand(make_context(image=image, tolerance=0))
    wand.press(label_map, Pointer(1, 1))
    answer(wand, label_map)
    assert wand.finish(label_map) is None
    label_map[5, 5] = 7
    wand.follow(label_map)
    write(label_map, answer(wand, label_map))
    assert not wand.is_open
    assert (label_map == 1).all()
