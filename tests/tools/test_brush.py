import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.tools.brush import Brush
from segstudio.tools.tool import Pointer


def write(label_map: LabelMap, patch: MaskPatch | None) -> None:
    if patch is not None:
        label_map[patch.rect.slices] = patch.after


def test_brush_of_size_one_paints_the_pixel_it_is_on() -> None:
    label_map = np.zeros((5, 5), np.uint8)
    write(label_map, Brush("Brush", 1, 7).press(label_map, Pointer(2.99, 1.01)))
    assert np.argwhere(label_map == 7).tolist() == [[2, 1]]


def test_dragging_joins_the_points_without_gaps() -> None:
    label_map = np.zeros((40, 40), np.uint8)
    brush = Brush("Brush", 3, 1)
    write(label_map, brush.press(label_map, Pointer(5, 5)))
    write(label_map, brush.move(label_map, Pointer(30, 35)))
    write(label_map, brush.release(label_map, Pointer(30, 35)))
    assert all(label_map[5 + i * 25 // 30, 5 + i] == 1 for i in range(31))


def test_tool_reads_the_label_map_and_never_writes_it() -> None:
    label_map = np.zeros((10, 10), np.uint8)
    label_map.flags.writeable = False
    assert Brush("Brush", 4, 1).press(label_map, Pointer(5, 5)) is not None


def test_painting_what_is_already_there_is_no_edit() -> None:
    label_map = np.full((10, 10), 3, np.uint8)
    assert Brush("Brush", 4, 3).press(label_map, Pointer(5, 5)) is None


def test_a_stroke_that_begins_outside_the_image_paints_only_inside() -> None:
    label_map = np.zeros((10, 10), np.uint8)
    brush = Brush("Brush", 2, 1)
    assert brush.press(label_map, Pointer(-20, 5)) is None
    write(label_map, brush.move(label_map, Pointer(3, 5)))
    assert label_map[:3, 4:6].all()
    assert label_map.sum() == np.count_nonzero(label_map[:4, 4:6])


def test_a_new_press_does_not_join_the_last_stroke() -> None:
    label_map = np.zeros((20, 20), np.uint8)
    brush = Brush("Brush", 1, 1)
    write(label_map, brush.press(label_map, Pointer(2, 2)))
    write(label_map, brush.release(label_map, Pointer(2, 2)))
    write(label_map, brush.press(label_map, Pointer(17, 17)))
    assert label_map.sum() == 2
