"""Bent crops: the pixels come from where the bending says, labels and image alike."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment_geometry import Placement, cut, cut_mask, random_placement

IGNORE = 255
CROP = (32, 48)


def _scene(height: int = 90, width: int = 120) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rng = np.random.default_rng(7)
    label_map = rng.integers(0, 200, (height, width), np.uint8)
    return np.repeat(label_map[:, :, None], 3, axis=2), label_map


def test_the_same_shift_everywhere_moves_the_crop() -> None:
    image, label_map = _scene()
    bend = np.tile(np.float32([3, -2]), (3, 3, 1))  # 3 to the right, 2 up

    bent = cut(image, label_map, CROP, Placement((40, 60), bend=bend))
    moved = cut(image, label_map, CROP, Placement((38, 63)))

    assert np.array_equal(bent[0], moved[0])
    assert np.array_equal(bent[1], moved[1])


def test_shifts_are_along_the_sides_of_a_turned_crop() -> None:
    image, label_map = _scene()
    bend = np.tile(np.float32([3, 0]), (3, 3, 1))
    place = Placement((40, 60), rotation=90)

    _, bent = cut(image, label_map, (16, 16), Placement((40, 60), rotation=90, bend=bend))

    _, straight = cut(image, label_map, (16, 16), place)
    assert np.array_equal(bent[:, :-3], straight[:, 3:])


def test_image_labels_and_mask_are_bent_alike() -> None:
    rows, columns = np.indices((90, 120))
    ramp = (rows + columns).astype(np.uint8)  # so smooth that neighbours differ by 1
    image = np.repeat(ramp[:, :, None], 3, axis=2)
    bend = np.random.default_rng(3).normal(0, 4, (3, 3, 2)).astype(np.float32)
    place = Placement((45, 60), scale=1.3, rotation=25, bend=bend)

    pixels, target = cut(image, ramp, CROP, place)

    assert np.abs(pixels[:, :, 0].astype(int) - target).max() <= 2
    assert np.array_equal(cut_mask(ramp > 100, CROP, place), target > 100)
    straight = cut(image, ramp, CROP, Placement((45, 60), scale=1.3, rotation=25))[1]
    assert (target != straight).mean() > 0.5


def test_what_is_bent_in_from_outside_is_unlabelled() -> None:
    image, label_map = _scene(32, 48)
    bend = np.tile(np.float32([0, -10]), (3, 3, 1))

    _, target = cut(image, label_map, CROP, Placement((16, 24), bend=bend))

    assert (target[:10] == IGNORE).all()
    assert np.array_equal(target[10:], label_map[:22])


def test_bent_labels_of_an_image_too_long_for_opencv_are_the_same() -> None:
    label_map = np.zeros((40, 33_000), np.uint8)
    label_map[:, 16_000:17_000] = 1
    image = np.repeat(label_map[:, :, None], 3, axis=2)
    bend = np.tile(np.float32([1, 0]), (3, 3, 1))
    crop = (8, 32)

    place = Placement((20, 16_500), scale=crop[1] / 33_000, bend=bend)
    _, target = cut(image, label_map, crop, place)

    unbent = cut(image, label_map, crop, Placement((20, 16_500), scale=crop[1] / 33_000))[1]
    assert np.array_equal(target[:, :-1], unbent[:, 1:])
    assert (target[:, -1] == IGNORE).all()


@pytest.mark.parametrize(("elastic", "bent"), [(0.0, False), (6.0, True)])
def test_crops_are_bent_when_asked_for(elastic: float, bent: bool) -> None:
    settings = AugmentationSettings(warped=1, elastic=elastic)

    place = random_placement((100, 100), (64, 64), settings, np.random.default_rng(0))

    assert (place.bend is not None) == bent
    if place.bend is not None:
        assert 2 < place.bend.std() < 12
