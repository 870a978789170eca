import numpy as np
import pytest

from segstudio.tools.options import Extent
from segstudio.tools.replace import Replace
from segstudio.tools.tool import Pointer
from tests.tools.conftest import Answer, MakeContext, Write


@pytest.fixture
def label_map() -> np.ndarray:
    """Two squares of class 3."""
    label_map = np.zeros((40, 40), np.uint8)
    label_map[10:15, 10:15] = label_map[10:15, 28:33] = 3
    return label_map


@pytest.mark.parametrize(("extent", "count"), [(Extent.REGION, 25), (Extent.CLASS, 50)])
def test_a_click_shows_and_a_second_one_replaces(
    extent: Extent,
    count: int,
    label_map: np.ndarray,
    make_context: MakeContext,
    write: Write,
    answer: Answer,
) -> None:
    tool = Replace(make_context(extent=extent))
    assert tool.press(label_map, Pointer(12, 12)) is None
    answer(tool, label_map)
    assert tool.preview is not None
    assert tool.preview.text == f"{count} px"
    write(label_map, tool.press(label_map, Pointer(12, 12)))
    assert np.count_nonzero(label_map == 1) == count
    assert not tool.is_open


def test_a_click_elsewhere_chooses_anew(
    label_map: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    tool = Replace(make_context())
    tool.press(label_map, Pointer(12, 12))
    answer(tool, label_map)
    assert tool.press(label_map, Pointer(12, 30)) is None
    answer(tool, label_map)
    write(label_map, tool.finish(label_map))
    assert np.count_nonzero(label_map[:, 20:] == 1) == np.count_nonzero(label_map == 1) == 25


def test_the_extent_of_the_options_bar_acts_on_what_is_chosen(
    label_map: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    tool = Replace(make_context())
    tool.press(label_map, Pointer(12, 12))
    tool.adapt(label_map, make_context(extent=Extent.CLASS))
    tool.finish(label_map)
    write(label_map, answer(tool, label_map))
    assert np.count_nonzero(label_map == 1) == 50


def test_what_was_undone_meanwhile_is_not_replaced(
    label_map: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    tool = Replace(make_context())
    tool.press(label_map, Pointer(12, 14))
    answer(tool, label_map)
    label_map[10:15, 10:13] = 0
    tool.follow(label_map)
    tool.finish(label_map)
    write(label_map, answer(tool, label_map))
    assert np.count_nonzero(label_map == 1) == 10
    assert np.count_nonzero(label_map == 3) == 25


def test_nothing_is_chosen_where_the_class_is_gone(
    label_map: np.ndarray, make_context: MakeContext, answer: Answer
) -> None:
    tool = Replace(make_context())
    tool.press(label_map, Pointer(12, 12))
    answer(tool, label_map)
    label_map[:] = 0
    tool.follow(label_map)
    tool.finish(label_map)
    assert answer(tool, label_map) is None
    assert not tool.is_open
