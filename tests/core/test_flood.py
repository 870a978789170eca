"""Connected regions against a plain flood fill."""

import cv2
import numpy as np
import pytest

from segstudio.core.flood import (
    class_fill,
    class_region,
    color_region,
    holes,
    near_class_region,
)
from segstudio.core.rect import Rect
from segstudio.core.region import Region, region_patch


def flooded(wanted: np.ndarray, pixel: tuple[int, int], *, diagonal: bool) -> np.ndarray:
    reached = np.zeros_like(wanted)
    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    if diagonal:
        steps += [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    waiting = [pixel]
    while waiting:
        y, x = waiting.pop()
        inside = 0 <= y < wanted.shape[0] and 0 <= x < wanted.shape[1]
        if inside and wanted[y, x] and not reached[y, x]:
            reached[y, x] = True
            waiting += [(y + dy, x + dx) for dy, dx in steps]
    return reached


def whole(region: Region, shape: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(shape[:2], np.bool_)
    mask[region.rect.slices] = region.mask
    return mask


@pytest.mark.parametrize("diagonal", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_a_class_region_is_what_a_plain_flood_fill_reaches(seed: int, diagonal: bool) -> None:
    rng = np.random.default_rng(seed)
    label_map = rng.integers(0, 2, (30, 41), np.uint8) * 200
    pixel = (int(rng.integers(30)), int(rng.integers(41)))
    region = class_region(label_map, pixel, diagonal=diagonal)
    expected = flooded(label_map == label_map[pixel], pixel, diagonal=diagonal)
    assert np.array_equal(whole(region, label_map.shape), expected)


@pytest.mark.parametrize("tolerance", [0, 40, 90])
def test_a_colour_region_is_held_to_the_clicked_colour(tolerance: int) -> None:
    image = np.random.default_rng(tolerance).integers(0, 120, (30, 41, 3), np.uint8)
    pixel = (15, 20)
    like = (np.abs(image.astype(int) - image[pixel].astype(int)) <= tolerance).all(axis=2)
    region = color_region(image, pixel, tolerance)
    assert np.array_equal(whole(region, image.shape), flooded(like, pixel, diagonal=False))


def test_a_colour_region_in_a_class_is_both() -> None:
    rng = np.random.default_rng(7)
    image = rng.integers(0, 2, (30, 41, 3), np.uint8) * 50
    label_map = (np.indices((30, 41))[1] > 25).astype(np.uint8)
    wanted = (image == image[10, 10]).all(axis=2) & (label_map == 0)
    region = class_region(label_map, (10, 10), diagonal=True, image=image, tolerance=10)
    assert np.array_equal(whole(region, label_map.shape), flooded(wanted, (10, 10), diagonal=True))


def test_a_colour_region_may_be_larger_than_the_first_window() -> None:
    image = np.zeros((700, 1600, 3), np.uint8)
    image[350, 40:1500] = 90  # a thin line, so that it must be followed out of the window
    image[20:350, 1499] = 90
    image.flags.writeable = False  # as the decoder gives them
    region = color_region(image, (350, 700), 10)
    assert np.array_equal(whole(region, image.shape), image[:, :, 0] == 90)


def test_holes_are_what_a_region_encloses() -> None:
    mask = np.zeros((9, 12), np.uint8)
    mask[1:8, 1:11] = 1
    mask[3:5, 3:5] = 0
    mask[0:3, 8] = 0  # a bay, open to the outside
    region = class_region(mask, (6, 6))
    inside = whole(holes(region), mask.shape)
    assert np.argwhere(inside).tolist() == [[3, 3], [3, 4], [4, 3], [4, 4]]


@pytest.mark.parametrize("diagonal", [False, True])
def test_a_class_region_may_be_larger_than_the_first_window(diagonal: bool) -> None:
    label_map = np.full((1300, 2900), 255, np.uint8)
    rows, columns = np.mgrid[:1300, :2900]
    label_map[(rows // 9 + columns // 11) % 5 == 0] = 3
    label_map[700, :] = label_map[:, 2500] = 254
    region = class_region(label_map, (300, 400), diagonal=diagonal)
    count, labels = cv2.connectedComponents(
        (label_map == label_map[300, 400]).astype(np.uint8), connectivity=8 if diagonal else 4
    )
    assert count > 1
    assert np.array_equal(whole(region, label_map.shape), labels == labels[300, 400])


@pytest.mark.parametrize("diagonal", [False, True])
@pytest.mark.parametrize("pixel", [(300, 400), (3, 2899), (1299, 2501)])
def test_a_class_fill_is_the_patch_of_a_class_region(
    pixel: tuple[int, int], diagonal: bool
) -> None:
    label_map = np.full((1300, 2900), 255, np.uint8)
    rows, columns = np.mgrid[:1300, :2900]
    label_map[(rows // 9 + columns // 11) % 5 == 0] = 3
    label_map[700, :] = label_map[:, 2500] = 254
    original = label_map.copy()

    patch = class_fill(label_map, pixel, 3, diagonal=diagonal)

    expected = region_patch(label_map, class_region(label_map, pixel, diagonal=diagonal), 3)
    assert np.array_equal(label_map, original)
    assert (patch is None) == (expected is None)
    if patch is not None and expected is not None:
        assert patch.rect == expected.rect
        assert np.array_equal(patch.before, expected.before)
        assert np.array_equal(patch.after, expected.after)


def test_a_hair_leads_out_of_the_window_that_was_guessed() -> None:
    label_map = np.zeros((3000, 3000), np.uint8)
    label_map[1001:1004, 1000:2500] = 7  # between the pixels that are looked at
    label_map[1001:2500, 2490:2493] = 7
    label_map[800:1300, 900:1100] = 7

    region = class_region(label_map, (996, 1000))

    assert np.array_equal(whole(region, label_map.shape), label_map == 7)
    assert near_class_region(label_map, (996, 1000)) is None


def test_a_region_that_goes_far_is_not_near() -> None:
    label_map = np.zeros((1000, 5000), np.uint8)
    label_map[:, 1500] = 1
    assert near_class_region(label_map, (50, 2000)) is None
    near = near_class_region(label_map, (50, 1500))
    assert near is not None
    assert near.rect == Rect(0, 1500, 1000, 1501)
