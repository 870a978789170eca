"""Patches, the brush against a brute-force oracle, and what a gesture changed."""

import itertools
import math

import numpy as np
import pytest

from segstudio.core.brush import brush_centre, brush_patch, brush_rect
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import (
    EditRecorder,
    MaskPatch,
    difference_patch,
)
from segstudio.core.rect import Rect


def _random_map(height: int, width: int, seed: int = 0) -> LabelMap:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


def _applied(label_map: LabelMap, patch: MaskPatch | None) -> LabelMap:
    result = label_map.copy()
    if patch is not None:
        result[patch.rect.slices] = patch.after
    return result


def _finished(recorder: EditRecorder) -> tuple[MaskPatch, ...]:
    changes = recorder.finish()
    return () if changes is None else changes.patches()


def _distance(y: float, x: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    dy, dx = end[0] - start[0], end[1] - start[1]
    length = dy * dy + dx * dx
    along = ((y - start[0]) * dy + (x - start[1]) * dx) / length if length else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.hypot(y - start[0] - along * dy, x - start[1] - along * dx)


def test_equal_label_maps_differ_by_no_patch() -> None:
    label_map = _random_map(7, 5)
    assert difference_patch(label_map, label_map.copy()) is None


def test_a_difference_is_the_smallest_rectangle() -> None:
    before = np.zeros((20, 30), np.uint8)
    after = before.copy()
    after[3, 4] = after[9, 17] = 1
    patch = difference_patch(before, after)
    assert patch is not None
    assert patch.rect == Rect(3, 4, 10, 18)


@pytest.mark.parametrize("corner", [(0, 0), (0, 29), (19, 0), (19, 29)])
def test_a_difference_reaches_the_corners(corner: tuple[int, int]) -> None:
    before = np.zeros((20, 30), np.uint8)
    after = before.copy()
    after[corner] = 255
    assert np.array_equal(_applied(before, difference_patch(before, after)), after)


def test_a_patch_does_not_share_memory_with_the_label_map() -> None:
    before = np.zeros((4, 4), np.uint8)
    after = np.ones((4, 4), np.uint8)
    patch = difference_patch(before, after)
    before[:] = after[:] = 9
    assert patch is not None
    assert not patch.before.any()
    assert (patch.after == 1).all()


@pytest.mark.parametrize("size", [1, 3, 5, 31])
def test_odd_brushes_sit_on_the_pixel_under_the_pointer(size: int) -> None:
    assert brush_centre(4.01, 7.99, size) == (4.5, 7.5)


@pytest.mark.parametrize("size", [2, 4, 30])
def test_even_brushes_sit_on_the_nearest_pixel_corner(size: int) -> None:
    assert brush_centre(4.4, 7.6, size) == (4.0, 8.0)


def test_even_brushes_reach_every_corner_when_the_pointer_stands_on_half_pixels() -> None:
    centres = [brush_centre(y + 0.5, 0.5, 2)[0] for y in range(5)]
    assert centres == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize(("size", "pixels"), [(1, 1), (2, 4), (3, 9), (4, 12), (5, 21)])
def test_a_dab_covers_a_round_number_of_pixels(size: int, pixels: int) -> None:
    centre = brush_centre(10.3, 10.3, size)
    patch = brush_patch(np.zeros((20, 20), np.uint8), centre, centre, size, 1)
    assert patch is not None
    assert patch.after.sum() == pixels


@pytest.mark.parametrize("size", [1, 2, 3, 6, 11])
def test_a_brush_line_covers_the_pixels_whose_centres_are_within_its_radius(size: int) -> None:
    rng = np.random.default_rng(size)
    for _ in range(6):
        start, end = (brush_centre(*rng.uniform(-5, 35, 2), size) for _ in range(2))
        label_map = np.zeros((28, 33), np.uint8)
        painted = _applied(label_map, brush_patch(label_map, start, end, size, 7)) == 7
        for y, x in itertools.product(range(28), range(33)):
            distance = _distance(y + 0.5, x + 0.5, start, end)
            if abs(distance - size / 2) > 1e-4:  # on the very edge, rounding may decide
                assert painted[y, x] == (distance < size / 2)


def test_a_brush_is_as_round_far_from_the_origin() -> None:
    near = brush_patch(np.zeros((40, 40), np.uint8), (10.5, 12.0), (20.5, 27.0), 9, 1)
    far_map = np.zeros((40, 200_040), np.uint8)
    far = brush_patch(far_map, (10.5, 200_012.0), (20.5, 200_027.0), 9, 1)
    assert near is not None
    assert far is not None
    assert np.array_equal(near.after, far.after)


def test_a_brush_rectangle_holds_all_it_paints() -> None:
    start, end, size = (20.5, 8.5), (11.5, 31.5), 7
    patch = brush_patch(np.zeros((50, 50), np.uint8), start, end, size, 1)
    assert patch is not None
    assert patch.rect == brush_rect(start, end, size)


def test_a_brush_beside_the_image_changes_nothing() -> None:
    assert brush_patch(np.zeros((9, 9), np.uint8), (-20.5, 4.5), (-20.5, 8.5), 5, 1) is None


def test_painting_what_is_there_already_changes_nothing() -> None:
    assert brush_patch(np.full((9, 9), 3, np.uint8), (4.5, 4.5), (4.5, 4.5), 3, 3) is None


def test_a_brush_leaves_the_label_map_itself_alone() -> None:
    label_map = np.zeros((9, 9), np.uint8)
    brush_patch(label_map, (4.5, 4.5), (4.5, 4.5), 3, 1)
    assert not label_map.any()


def test_a_gesture_that_writes_nothing_is_no_edit() -> None:
    assert EditRecorder(np.zeros((10, 10), np.uint8)).finish() is None


def test_a_gesture_that_changes_nothing_is_no_edit() -> None:
    label_map = _random_map(10, 10)
    recorder = EditRecorder(label_map)
    recorder.about_to_write(Rect(2, 2, 5, 5))
    assert recorder.finish() is None


@pytest.mark.parametrize("size", [(1, 1), (255, 256), (256, 257), (513, 700)])
def test_a_gesture_remembers_every_pixel_before_and_after(size: tuple[int, int]) -> None:
    height, width = size
    rng = np.random.default_rng(height)
    label_map = _random_map(height, width)
    original = label_map.copy()
    recorder = EditRecorder(label_map)
    for value in range(12):
        top, left = int(rng.integers(0, height)), int(rng.integers(0, width))
        rect = Rect(
            top, left, int(rng.integers(top, height)) + 1, int(rng.integers(left, width)) + 1
        )
        recorder.about_to_write(rect)
        label_map[rect.slices] = value
    result = original.copy()
    for patch in _finished(recorder):
        assert np.array_equal(patch.before, original[patch.rect.slices])
        result = _applied(result, patch)
    assert np.array_equal(result, label_map)


def test_a_gesture_of_far_dabs_takes_none_of_the_pixels_between() -> None:
    label_map = _random_map(600, 900)
    recorder = EditRecorder(label_map)
    for rect in (Rect(0, 0, 2, 2), Rect(598, 898, 600, 900)):
        recorder.about_to_write(rect)
        label_map[rect.slices] = 5
    assert {patch.rect for patch in _finished(recorder)} == {
        Rect(0, 0, 256, 256),
        Rect(512, 768, 600, 900),
    }


def test_a_gesture_that_crosses_itself_keeps_the_first_state() -> None:
    label_map = np.zeros((300, 300), np.uint8)
    recorder = EditRecorder(label_map)
    for value in (1, 2):
        recorder.about_to_write(Rect(250, 250, 260, 260))
        label_map[250:260, 250:260] = value
    before = np.zeros((300, 300), np.uint8)
    for patch in _finished(recorder):
        assert not patch.before.any()
        before = _applied(before, patch)
    assert np.array_equal(before, label_map)


def test_a_gesture_has_the_pixels_that_it_left_whatever_is_written_later() -> None:
    label_map = _random_map(700, 700)
    recorder = EditRecorder(label_map)
    for value in range(5):
        rect = Rect(value * 100, value * 90, value * 100 + 250, value * 90 + 260)
        recorder.about_to_write(rect)
        label_map[rect.slices] = value
    left = label_map.copy()
    changes = recorder.finish()
    assert changes is not None
    later = Rect(250, 100, 600, 300)
    changes.tiles.about_to_write([later])
    label_map[later.slices] = 77
    for patch in changes.patches():
        assert np.array_equal(patch.after, left[patch.rect.slices])


def test_a_comparison_that_fails_half_way_leaves_no_patch_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    label_map = np.zeros((256, 512), np.uint8)
    recorder, whole = EditRecorder(label_map), Rect(0, 0, 256, 512)
    recorder.about_to_write(whole)
    label_map[:] = 1
    changes = recorder.finish()
    assert changes is not None
    answers: list[bool | None] = [False, None]

    def array_equal(_before: LabelMap, _after: LabelMap) -> bool:
        is_equal = answers.pop(0) if answers else False
        if is_equal is None:
            raise MemoryError
        return is_equal

    monkeypatch.setattr(np, "array_equal", array_equal)
    with pytest.raises(MemoryError):
        changes.patches()
    assert [patch.rect.left for patch in changes.patches()] == [0, 256]
