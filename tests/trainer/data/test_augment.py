from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment import Placement, cut, random_light, random_placement

STILL = AugmentationSettings(warped=0, flip="none", brightness=0, contrast=0)
IGNORE = 255


def _scene(height: int = 60, width: int = 80) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return an image whose pixels are unlike each other, and the same numbers as labels."""
    rng = np.random.default_rng(7)
    label_map = rng.integers(0, 200, (height, width), np.uint8)
    return np.repeat(label_map[:, :, None], 3, axis=2), label_map


def test_a_crop_that_is_not_warped_copies_pixels_as_they_are() -> None:
    image, label_map = _scene()

    pixels, target = cut(image, label_map, (16, 24), Placement(center=(5 + 8, 30 + 12)))

    assert np.array_equal(pixels, image[5:21, 30:54])
    assert np.array_equal(target, label_map[5:21, 30:54])


@pytest.mark.parametrize("horizontal", [False, True])
@pytest.mark.parametrize("vertical", [False, True])
def test_a_flipped_crop_is_the_mirror_image(horizontal: bool, vertical: bool) -> None:
    image, label_map = _scene()
    place = Placement((8 + 8, 20 + 12), flip_horizontal=horizontal, flip_vertical=vertical)

    pixels, target = cut(image, label_map, (16, 24), place)

    rows = slice(None, None, -1 if vertical else 1)
    columns = slice(None, None, -1 if horizontal else 1)
    assert np.array_equal(pixels, image[8:24, 20:44][rows, columns])
    assert np.array_equal(target, label_map[8:24, 20:44][rows, columns])


def test_a_quarter_turn_turns_image_and_labels_alike() -> None:
    image, label_map = _scene()

    pixels, target = cut(image, label_map, (16, 16), Placement((28, 38), rotation=90))

    assert np.array_equal(pixels[:, :, 0], target)
    turned = [np.rot90(label_map[20:36, 30:46], turns) for turns in (1, 3)]
    assert any(np.array_equal(target, expected) for expected in turned)


def test_twice_the_scale_shows_every_pixel_four_times() -> None:
    image, label_map = _scene()

    _, target = cut(image, label_map, (16, 16), Placement((30, 40), scale=2))

    assert np.array_equal(target, label_map[26:34, 36:44].repeat(2, axis=0).repeat(2, axis=1))


def test_outside_the_image_is_unlabelled_and_mirrored() -> None:
    image, label_map = _scene(10, 12)

    pixels, target = cut(image, label_map, (20, 20), Placement((10, 10)))

    assert np.array_equal(target[:10, :12], label_map)
    assert (target[10:] == IGNORE).all()
    assert (target[:, 12:] == IGNORE).all()
    assert np.array_equal(pixels[10:19, :12], image[8::-1])


def test_an_image_of_one_pixel_fills_the_crop() -> None:
    image, label_map = np.full((1, 1, 3), 90, np.uint8), np.ones((1, 1), np.uint8)

    pixels, target = cut(image, label_map, (8, 8), Placement((4, 4)))

    assert (pixels == 90).all()
    assert np.count_nonzero(target == 1) == 1
    assert np.count_nonzero(target == IGNORE) == 63


def test_an_image_too_long_for_opencv_is_cut_all_the_same() -> None:
    image = np.zeros((4, 40_000, 3), np.uint8)
    label_map = np.zeros((4, 40_000), np.uint8)
    image[:, 39_990:], label_map[:, 39_990:] = 200, 1

    pixels, target = cut(image, label_map, (4, 20), Placement((2, 39_990)))

    assert np.array_equal(target[0] == 1, pixels[0, :, 0] == 200)
    assert np.count_nonzero(target[0] == 1) == 10


def test_no_geometry_invents_a_label() -> None:
    image, label_map = _scene()
    label_map = np.where(label_map > 100, 100, 0).astype(np.uint8)
    settings = AugmentationSettings(warped=1, rotation=180, scale=(0.3, 3), flip="both")
    rng = np.random.default_rng(1)

    for _ in range(100):
        place = random_placement((60, 80), (40, 48), settings, rng)
        _, target = cut(image, label_map, (40, 48), place)
        assert set(np.unique(target)) <= {0, 100, IGNORE}


def test_crops_of_a_larger_image_lie_inside_and_reach_every_corner() -> None:
    numbers = np.arange(60 * 80).reshape(60, 80)
    rng = np.random.default_rng(3)
    seen = np.zeros(60 * 80, bool)

    for _ in range(100):
        center = random_placement((60, 80), (40, 48), STILL, rng).center
        top, left = int(center[0]) - 20, int(center[1]) - 24
        assert 0 <= top <= 20
        assert 0 <= left <= 32
        seen[numbers[top : top + 40, left : left + 48]] = True

    assert seen.all()


def test_settings_bound_what_is_drawn() -> None:
    settings = AugmentationSettings(warped=1, rotation=10, scale=(0.5, 2), flip="horizontal")
    rng = np.random.default_rng(5)

    places = [random_placement((60, 80), (32, 32), settings, rng) for _ in range(300)]

    assert all(-10 <= place.rotation <= 10 for place in places)
    assert all(0.5 <= place.scale <= 2 for place in places)
    assert {place.flip_horizontal for place in places} == {True, False}
    assert not any(place.flip_vertical for place in places)
    assert len({place.scale for place in places}) == 300


def test_light_changes_the_pixels_within_bounds_and_may_be_switched_off() -> None:
    image, _ = _scene()
    rng = np.random.default_rng(2)

    assert np.array_equal(random_light(image, STILL, rng), image)
    middle = np.clip(image, 100, 150)
    changed = random_light(middle, replace(STILL, brightness=0.1), rng)
    (difference,) = np.unique(changed.astype(int) - middle)
    assert 0 < abs(difference) <= 26
