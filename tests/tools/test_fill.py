import numpy as np

from segstudio.tools.fill import Fill
from segstudio.tools.options import FillMode
from segstudio.tools.tool import Pointer
from tests.tools.conftest import Answer, MakeContext, Write


def ring() -> np.ndarray:
    label_map = np.zeros((12, 12), np.uint8)
    label_map[2:9, 2:9] = 3
    label_map[4:7, 4:7] = 0
    return label_map


def test_fill_gives_the_region_under_the_pointer_the_class(
    make_context: MakeContext, write: Write
) -> None:
    label_map = ring()
    write(label_map, Fill(make_context()).press(label_map, Pointer(5.5, 5.5)))
    assert (label_map[4:7, 4:7] == 1).all()
    assert np.count_nonzero(label_map == 1) == 9


def test_corners_connect_only_on_request(make_context: MakeContext, write: Write) -> None:
    checkered = (np.indices((6, 6)).sum(0) % 2).astype(np.uint8) * 3
    for diagonal, count in ((False, 1), (True, 18)):
        label_map = checkered.copy()
        tool = Fill(make_context(diagonal=diagonal))
        write(label_map, tool.press(label_map, Pointer(2, 2)))
        assert np.count_nonzero(label_map == 1) == count


def test_holes_get_the_class_around_them(make_context: MakeContext, write: Write) -> None:
    label_map = ring()
    label_map[5, 5] = 7  # another class inside the hole is inside too
    tool = Fill(make_context(fill_mode=FillMode.HOLES))
    write(label_map, tool.press(label_map, Pointer(2, 2)))
    assert (label_map[2:9, 2:9] == 3).all()
    assert np.count_nonzero(label_map) == 49


def test_a_large_region_is_found_on_a_thread(
    make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = np.zeros((1500, 3000), np.uint8)
    label_map[100:1400, 100:2900] = 5
    label_map[700, 700] = 6
    for mode, count in ((FillMode.HOLES, 0), (FillMode.REGION, 1300 * 2800)):
        tool = Fill(make_context(fill_mode=mode))
        assert tool.press(label_map, Pointer(500.5, 500.5)) is None
        assert tool.is_open
        write(label_map, answer(tool, label_map))
        assert not tool.is_open
        assert np.count_nonzero(label_map == 1) == count
        assert label_map[700, 700] == (5 if mode is FillMode.HOLES else 1)


def test_by_colour_the_fill_stops_at_another_colour(
    make_context: MakeContext, write: Write, answer: Answer
) -> None:
    image = np.full((12, 12, 3), 100, np.uint8)
    image[:, 6:] = 120
    for tolerance, count in ((19, 12 * 6), (20, 12 * 12)):
        label_map = np.zeros((12, 12), np.uint8)
        tool = Fill(make_context(image=image, by_color=True, tolerance=tolerance))
        assert tool.press(label_map, Pointer(3, 3)) is None
        write(label_map, answer(tool, label_map))
        assert not tool.is_open
        assert label_map.sum() == count


def test_by_colour_the_fill_stays_in_its_class(
    make_context: MakeContext, write: Write, answer: Answer
) -> None:
    label_map = ring()
    image = np.zeros((12, 12, 3), np.uint8)
    tool = Fill(make_context(image=image, by_color=True))
    tool.press(label_map, Pointer(5, 5))
    write(label_map, answer(tool, label_map))
    assert np.count_nonzero(label_map == 1) == 9


def test_a_click_beside_the_image_or_on_the_class_itself_does_nothing(
    make_context: MakeContext,
) -> None:
    label_map = np.ones((5, 5), np.uint8)
    for at in (Pointer(-1, 2), Pointer(2, 5), Pointer(2, 2)):
        assert Fill(make_context()).press(label_map, at) is None
