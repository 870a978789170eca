import numpy as np
import pytest

from segstudio.core.reshape import Reshaping
from segstudio.tools.options import Extent
from segstudio.tools.reshape import Reshape
from segstudio.tools.tool import Pointer
from tests.tools.conftest import Answer, MakeContext, Write


def two_squares() -> np.ndarray:
    label_map = np.zeros((40, 40), np.uint8)
    label_map[10:15, 10:15] = label_map[10:15, 28:33] = 3
    return label_map


def test_a_click_shows_and_a_second_click_does_it(
    make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = two_squares()
    tool = Reshape(make_context(amount=1))
    assert tool.press(label_map, Pointer(12, 12)) is None
    assert tool.is_open
    answer(tool, label_map)
    assert tool.preview is not None
    assert tool.preview.text == "20 px"
    write(label_map, tool.press(label_map, Pointer(12, 12)))
    assert not tool.is_open
    assert np.count_nonzero(label_map == 3) == 50 + 20


def test_the_whole_class_on_request(
    make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = two_squares()
    tool = Reshape(make_context(amount=1, extent=Extent.CLASS))
    tool.press(label_map, Pointer(12, 12))
    answer(tool, label_map)
    write(label_map, tool.finish(label_map))
    assert np.count_nonzero(label_map == 3) == 50 + 40


@pytest.mark.parametrize("by_click", [False, True])
def test_whoever_confirms_before_it_is_known_what_gets_it_done_all_the_same(
    by_click: bool, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = two_squares()
    tool = Reshape(make_context(amount=1))
    tool.press(label_map, Pointer(12, 12))
    if by_click:
        assert tool.press(label_map, Pointer(12.5, 12)) is None
    else:
        assert tool.finish(label_map) is None
    write(label_map, answer(tool, label_map))
    assert not tool.is_open
    assert np.count_nonzero(label_map == 3) == 50 + 20


def test_the_options_bar_changes_what_is_shown(
    make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = two_squares()
    tool = Reshape(make_context(amount=1))
    tool.press(label_map, Pointer(12, 12))
    tool.adapt(label_map, make_context(amount=1, reshaping=Reshaping.SHRINK))
    answer(tool, label_map)
    assert tool.preview is not None
    assert tool.preview.text == "16 px"
    write(label_map, tool.finish(label_map))
    assert np.count_nonzero(label_map == 3) == 25 + 9


def test_what_changed_meanwhile_is_seen(
    make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = two_squares()
    tool = Reshape(make_context(amount=1))
    tool.press(label_map, Pointer(12, 12))
    answer(tool, label_map)
    label_map[8:17, 8:17] = 4
    tool.follow(label_map)
    answer(tool, label_map)
    write(label_map, tool.finish(label_map))
    assert np.count_nonzero(label_map == 4) == 81 + 36
