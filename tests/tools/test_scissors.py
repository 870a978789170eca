import numpy as np
import pytest

from segstudio.tools.scissors import Scissors
from segstudio.tools.tool import Pointer
from tests.tools.conftest import Answer, MakeContext, Write

NORTH, EAST, SOUTH, WEST = (20.5, 60.5), (60.5, 100.5), (100.5, 60.5), (60.5, 20.5)


@pytest.fixture
def disk() -> np.ndarray:
    """Radius 40 around (60, 60)."""
    y, x = np.ogrid[:120, :130]
    return np.asarray((y + 0.5 - 60) ** 2 + (x + 0.5 - 60) ** 2 <= 40**2)


@pytest.fixture
def image(disk: np.ndarray) -> np.ndarray:
    return np.where(disk[:, :, None], np.uint8(200), np.uint8(60)).repeat(3, axis=2)


def click(tool: Scissors, label_map: np.ndarray, at: tuple[float, float], **held: bool) -> None:
    assert tool.press(label_map, Pointer(*at, **held)) is None
    assert tool.release(label_map, Pointer(*at)) is None


def overlap(label_map: np.ndarray, disk: np.ndarray) -> float:
    painted = label_map == 1
    return float(np.count_nonzero(painted & disk) / np.count_nonzero(painted | disk))


def test_the_outline_follows_the_edge_from_anchor_to_anchor_and_closes_along_it(
    image: np.ndarray, disk: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    for at in (NORTH, EAST, SOUTH, WEST):
        click(tool, label_map, at)
        answer(tool, label_map)
    write(label_map, tool.finish(label_map))
    assert not tool.is_open
    assert overlap(label_map, disk) > 0.93  # a polygon of four points would reach 0.64


def test_the_wire_follows_the_pointer_along_the_edge(
    image: np.ndarray, make_context: MakeContext, answer: Answer
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    click(tool, label_map, NORTH)
    answer(tool, label_map)
    tool.hover(label_map, Pointer(*EAST))
    assert tool.preview is not None
    assert len(tool.preview.points) > 40
    assert not tool.preview.is_closed
    assert tool.preview.handles == (NORTH,)


def test_clicks_and_enter_before_the_wires_are_there_are_kept(
    image: np.ndarray, disk: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    for at in (NORTH, EAST, SOUTH, WEST):
        click(tool, label_map, at)
    assert tool.finish(label_map) is None
    assert tool.is_open
    write(label_map, answer(tool, label_map))
    assert not tool.is_open
    assert overlap(label_map, disk) > 0.93


def test_a_click_on_the_first_anchor_closes(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    for at in (NORTH, EAST, SOUTH, WEST):
        click(tool, label_map, at)
        answer(tool, label_map)
    assert tool.press(label_map, Pointer(20.4, 60.4)) is None
    write(label_map, tool.release(label_map, Pointer(20.4, 60.4)))
    assert not tool.is_open
    assert label_map[60, 60] == 1


def test_a_step_back_removes_the_last_anchor_and_at_last_all(
    image: np.ndarray, make_context: MakeContext, answer: Answer
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    for at in (NORTH, EAST, SOUTH):
        click(tool, label_map, at)
        answer(tool, label_map)
    for left in ((NORTH, EAST), (NORTH,)):
        tool.step_back()
        assert tool.preview is not None
        assert tool.preview.handles == left
    tool.step_back()
    assert not tool.is_open
    assert tool.preview is None
    assert tool.work is None


def test_alt_at_the_start_erases(
    image: np.ndarray, make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.ones((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    click(tool, label_map, NORTH, alt=True)
    for at in (EAST, SOUTH, WEST):
        click(tool, label_map, at)
    tool.finish(label_map)
    write(label_map, answer(tool, label_map))
    assert tool.erases
    assert label_map[60, 60] == 0
    assert label_map[2, 2] == 1


def test_beside_the_image_no_outline_begins(image: np.ndarray, make_context: MakeContext) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    click(tool, label_map, (-3, 5))
    assert not tool.is_open


@pytest.fixture
def outlined(image: np.ndarray, make_context: MakeContext, answer: Answer) -> Scissors:
    """Four anchors, of which the one in the south lies far off the disk."""
    label_map = np.zeros((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    for at in (NORTH, EAST, (118.5, 120.5), WEST):
        click(tool, label_map, at)
        answer(tool, label_map)
    return tool


def test_a_dragged_anchor_takes_the_outline_with_it(
    outlined: Scissors, disk: np.ndarray, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    assert outlined.press(label_map, Pointer(118, 120)) is None
    for at in ((110, 90), SOUTH):
        assert outlined.move(label_map, Pointer(*at)) is None
        assert outlined.preview is not None
        assert outlined.preview.handles == (NORTH, EAST, at, WEST)
        assert outlined.preview.points[-1] == WEST  # no line runs to the pointer meanwhile
    assert outlined.release(label_map, Pointer(*SOUTH)) is None
    answer(outlined, label_map)
    patch = outlined.finish(label_map)
    write(label_map, patch if patch is not None else answer(outlined, label_map))
    assert overlap(label_map, disk) > 0.93


def test_the_first_anchor_can_be_dragged_too_and_a_trembling_click_on_it_closes(
    outlined: Scissors, answer: Answer
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    outlined.press(label_map, Pointer(*NORTH, reach=4))
    outlined.move(label_map, Pointer(30, 60, reach=4))
    assert outlined.release(label_map, Pointer(30, 60)) is None
    assert outlined.is_open
    assert outlined.preview is not None
    assert outlined.preview.handles[0] == (30, 60)
    answer(outlined, label_map)
    outlined.press(label_map, Pointer(30, 60, reach=4))
    outlined.move(label_map, Pointer(30.5, 60.5, reach=4))
    patch = outlined.release(label_map, Pointer(30.5, 60.5))
    assert (patch or answer(outlined, label_map)) is not None
    assert not outlined.is_open


def test_alt_and_a_click_remove_an_anchor_and_shift_and_a_click_insert_one(
    outlined: Scissors, disk: np.ndarray, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    click(outlined, label_map, (118.5, 120.5), alt=True)
    assert outlined.preview is not None
    assert outlined.preview.handles == (NORTH, EAST, WEST)
    points = outlined.preview.points
    middle = points[len(points) // 3]
    click(outlined, label_map, middle, shift=True)
    assert outlined.preview is not None
    assert len(outlined.preview.handles) == 4
    assert middle in outlined.preview.handles
    patch = outlined.finish(label_map)
    write(label_map, patch if patch is not None else answer(outlined, label_map))
    assert overlap(label_map, disk) > 0.9


def test_a_step_back_while_the_button_is_held_beside_the_image_has_nothing_to_remove(
    image: np.ndarray, make_context: MakeContext
) -> None:
    label_map = np.zeros((120, 130), np.uint8)
    tool = Scissors(make_context(image=image))
    assert tool.press(label_map, Pointer(-5.0, -5.0)) is None
    tool.step_back()
    assert not tool.is_open
    assert tool.preview is None
