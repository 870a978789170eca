"""Reshaping against brute force."""

import numpy as np
import pytest

from segstudio.core.label_map import LabelMap
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.core.reshape import Reshaping, class_mask, reshaped
from segstudio.core.strips import STRIP


def after(label_map: LabelMap, reshaping: Reshaping, amount: int, class_index: int = 1) -> LabelMap:
    region = class_mask(label_map, class_index)
    assert region is not None
    patch = reshaped(label_map, region, class_index, reshaping, amount)
    result = label_map.copy()
    if patch is not None:
        assert np.array_equal(patch.before, label_map[patch.rect.slices])
        result[patch.rect.slices] = patch.after
    return result


def blobs(seed: int) -> LabelMap:
    label_map = np.zeros((34, 41), np.uint8)
    rng = np.random.default_rng(seed)
    for _ in range(4):
        top, left = rng.integers(0, 28, 2)
        label_map[top : top + rng.integers(2, 12), left : left + rng.integers(2, 12)] = 1
    return label_map


def near(mask: np.ndarray, amount: int) -> np.ndarray:
    """Return which pixels lie within ``amount`` of a pixel of the mask, by centres."""
    inside = np.argwhere(mask)
    pixels = np.argwhere(np.ones_like(mask))
    squares = ((pixels[:, None] - inside[None]) ** 2).sum(axis=2).min(axis=1)
    return (squares <= amount * amount).reshape(mask.shape)


@pytest.mark.parametrize(("seed", "amount"), [(0, 1), (1, 2), (2, 5), (3, 9)])
def test_growing_adds_what_is_near(seed: int, amount: int) -> None:
    label_map = blobs(seed)
    grown = after(label_map, Reshaping.GROW, amount)
    assert np.array_equal(grown == 1, near(label_map == 1, amount))


@pytest.mark.parametrize(("seed", "amount"), [(0, 1), (1, 2), (2, 3)])
def test_shrinking_takes_what_is_near_to_others(seed: int, amount: int) -> None:
    label_map = blobs(seed)
    shrunk = after(label_map, Reshaping.SHRINK, amount)
    assert np.array_equal(shrunk == 0, near(label_map == 0, amount))


def test_a_class_that_fills_the_image_cannot_shrink() -> None:
    label_map = np.ones((9, 9), np.uint8)
    assert np.array_equal(after(label_map, Reshaping.SHRINK, 2), label_map)


def test_what_is_taken_away_gets_the_class_beside_it() -> None:
    label_map = np.full((9, 20), 5, np.uint8)
    label_map[:, 10:] = 255
    label_map[:, 8:12] = 1
    shrunk = after(label_map, Reshaping.SHRINK, 1)
    assert shrunk[4].tolist() == [5] * 9 + [1, 1] + [255] * 9


def test_islands_go_and_the_mainland_stays() -> None:
    label_map = np.zeros((20, 20), np.uint8)
    label_map[2:10, 2:10] = 1
    label_map[14:16, 14:16] = 1
    cleared = after(label_map, Reshaping.ISLANDS, 2)
    assert not cleared[12:].any()
    assert np.array_equal(cleared[:12], label_map[:12])
    assert np.array_equal(after(label_map, Reshaping.ISLANDS, 1), label_map)


def test_what_is_taken_away_gets_the_class_beside_it_all_over_a_large_image() -> None:
    label_map = np.full((3 * STRIP // 20, 20), 5, np.uint8)
    label_map[:, 10:] = 255
    label_map[:, 8:12] = 1
    shrunk = after(label_map, Reshaping.SHRINK, 1)
    assert (shrunk == [5] * 9 + [1, 1] + [255] * 9).all()


def test_islands_go_all_over_a_large_image() -> None:
    label_map = np.zeros((3 * STRIP // 20, 20), np.uint8)
    label_map[:, 15:] = 1
    mainland = label_map.copy()
    label_map[::9, 5:7] = 1
    assert np.array_equal(after(label_map, Reshaping.ISLANDS, 2), mainland)


def test_holes_up_to_the_amount_are_filled() -> None:
    label_map = np.zeros((24, 24), np.uint8)
    label_map[2:22, 2:22] = 1
    label_map[4:6, 4:6] = 7
    label_map[10:15, 10:15] = 0
    filled = after(label_map, Reshaping.HOLES, 2)
    assert (filled[4:6, 4:6] == 1).all()
    assert (filled[10:15, 10:15] == 0).all()
    assert not filled[0].any()


def test_smoothing_takes_spikes_and_keeps_straight_edges() -> None:
    label_map = np.zeros((40, 40), np.uint8)
    label_map[20:] = 1
    label_map[10:20, 15] = 1
    smoothed = after(label_map, Reshaping.SMOOTH, 4)
    assert not smoothed[:19].any()
    assert smoothed[20:].all()


def test_only_the_chosen_region_grows() -> None:
    label_map = np.zeros((20, 40), np.uint8)
    label_map[8:12, 8:12] = label_map[8:12, 28:32] = 1
    rect = Rect(8, 8, 12, 12)
    region = Region(rect, np.ones((4, 4), np.bool_))
    patch = reshaped(label_map, region, 1, Reshaping.GROW, 2)
    assert patch is not None
    assert patch.rect.right <= 20
    assert np.count_nonzero(patch.before != patch.after) > 16


def test_an_island_that_is_the_whole_image_stays() -> None:
    label_map = np.full((5, 7), 3, np.uint8)
    region = class_mask(label_map, 3)
    assert region is not None
    assert reshaped(label_map, region, 3, Reshaping.ISLANDS, 50) is None
