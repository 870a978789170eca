"""Crops on rare classes."""

import numpy as np

from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment import random_crop
from trainer.data.augment_rare import draw_spot, find_pixels, rare_classes
from trainer.data.source import Sample

ROAD, SIGN, BICYCLE = 0, 1, 2


def test_rare_is_less_than_half_an_equal_share_and_less_than_a_tenth() -> None:
    assert rare_classes([900, 60, 40]) == (1, 2)
    assert rare_classes([50, 50]) == ()
    assert rare_classes([80, 20]) == ()  # membranes, which every crop shows
    assert rare_classes([91, 9]) == (1,)
    assert rare_classes([60, 8, *[10] * 10]) == ()
    assert rare_classes([60, 4, *[10] * 10]) == (1,)


def test_a_class_that_no_image_shows_is_not_rare_but_absent() -> None:
    assert rare_classes([95, 0, 5]) == (2,)
    assert rare_classes([0, 0]) == ()


def test_every_pixel_of_a_small_object_is_found() -> None:
    label_map = np.zeros((30, 40), np.uint8)
    label_map[7, 5:8] = SIGN
    label_map[29, 39] = SIGN

    found = find_pixels(label_map, (SIGN, BICYCLE))

    assert found.keys() == {SIGN}
    assert found[SIGN].tolist() == [7 * 40 + 5, 7 * 40 + 6, 7 * 40 + 7, 30 * 40 - 1]


def test_of_a_large_one_some_pixels_all_over_it() -> None:
    found = find_pixels(np.full((500, 601), SIGN, np.uint8), (SIGN,))

    assert 500 < len(found[SIGN]) <= 1000
    assert found[SIGN].nbytes <= 4000
    rows, columns = np.divmod(found[SIGN], 601)
    assert np.ptp(rows) > 490
    assert np.ptp(columns) > 580


def test_each_rare_class_is_as_likely_as_the_other() -> None:
    label_map = np.zeros((30, 40), np.uint8)
    label_map[:4] = SIGN
    label_map[9, 9] = BICYCLE
    rng = np.random.default_rng(0)
    pixels = find_pixels(label_map, (SIGN, BICYCLE))

    drawn = [draw_spot(pixels, 40, 0.5, rng) for _ in range(1000)]

    shown = [label_map[spot] for spot in drawn if spot is not None]
    assert 0.45 < len(shown) / 1000 < 0.55
    assert 0.45 < np.mean(np.array(shown) == BICYCLE) < 0.55
    assert ROAD not in shown


def test_an_image_without_rare_classes_has_no_spot() -> None:
    rng = np.random.default_rng(0)

    assert all(draw_spot({}, 40, 1.0, rng) is None for _ in range(10))


def test_the_share_of_crops_that_show_a_rare_class_is_what_was_asked_for() -> None:
    image = np.zeros((400, 400, 3), np.uint8)
    label_map = np.zeros((400, 400), np.uint8)
    label_map[333:336, 65:68] = SIGN  # by chance, a hundredth of the crops shows it
    pixels = find_pixels(label_map, (SIGN,))
    rng = np.random.default_rng(1)

    def share(asked: float) -> float:
        settings = AugmentationSettings(rare_crops=asked, scale=(0.8, 1.25))
        crops = (
            random_crop(Sample("a", image, label_map), (40, 40), settings, rng, pixels).target
            for _ in range(600)
        )
        return float(np.mean([(target == SIGN).any() for target in crops]))

    assert share(0) < 0.05
    assert 0.28 < share(0.33) < 0.40
    assert share(1) == 1
