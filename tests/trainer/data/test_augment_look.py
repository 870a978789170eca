"""Colours, light, blur, noise and compression."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment_look import (
    add_noise,
    blur,
    change_light,
    compress,
    random_look,
    shift_colors,
)

OFF = AugmentationSettings(
    hsv_share=0, light_share=0, blur_share=0, noise_share=0, jpeg_share=0, grey=False
)
EVERY = replace(OFF, hsv_share=1, light_share=1, blur_share=1, noise_share=1, jpeg_share=1)


def _image(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (48, 64, 3), np.uint8)


def _plain(*color: int) -> NDArray[np.uint8]:
    return np.full((4, 4, 3), color, np.uint8)


def test_no_shift_keeps_every_color_as_it_is() -> None:
    image = _image()

    assert np.array_equal(shift_colors(image, 0, 1, 1), image)


@pytest.mark.parametrize(
    ("color", "turn", "expected"),
    [
        ((200, 0, 0), 1 / 3, (0, 200, 0)),
        ((200, 0, 0), -1 / 3, (0, 0, 200)),  # below zero, round the circle
        ((0, 0, 200), 1 / 3, (200, 0, 0)),  # beyond its end
        ((200, 0, 0), 1 / 2, (0, 200, 200)),
        ((200, 0, 200), 1 / 2, (0, 200, 0)),
        ((90, 90, 90), 1 / 3, (90, 90, 90)),
    ],
)
def test_the_hue_turns_round_its_circle(
    color: tuple[int, ...], turn: float, expected: tuple[int, ...]
) -> None:
    shifted = shift_colors(_plain(*color), turn, 1, 1)

    assert np.abs(shifted.astype(int) - expected).max() <= 1 + 200 * 6 / 256  # a step of the hue


def test_a_small_turn_of_the_hue_is_a_small_change_of_every_color() -> None:
    image = _image()

    for turn in (-0.01, 0.01):
        change = np.abs(shift_colors(image, turn, 1, 1).astype(int) - image)
        assert change.max() <= 255 * 6 * (0.01 + 2 / 256)
        assert change.max() > 0


def test_saturation_and_value_scale_what_they_say() -> None:
    color = _plain(200, 100, 100)

    assert np.abs(shift_colors(color, 0, 0, 1).astype(int) - 200).max() <= 1
    assert np.abs(shift_colors(color, 0, 2, 1).astype(int) - (200, 0, 0)).max() <= 2
    assert np.abs(shift_colors(color, 0, 1, 0.5).astype(int) - (100, 50, 50)).max() <= 1
    assert np.abs(shift_colors(color, 0, 1, 9).astype(int) - (255, 127, 127)).max() <= 1


def test_contrast_turns_around_the_mean_and_brightness_adds() -> None:
    assert change_light(_plain(27, 127, 227), 0.5, 0)[0, 0].tolist() == [77, 127, 177]
    assert change_light(_plain(0, 100, 250), 1, 10)[0, 0].tolist() == [10, 110, 255]


def test_contrast_makes_a_dark_image_neither_lighter_nor_darker() -> None:
    dark = _image() // 5

    for contrast in (0.8, 1.2):
        changed = change_light(dark, contrast, 0).astype(float)
        assert changed.mean() == pytest.approx(dark.mean(), abs=1)
        assert changed.std() == pytest.approx(dark.std() * contrast, rel=0.05)


def test_noise_has_its_strength_and_no_bias() -> None:
    image = np.full((200, 200, 3), 120, np.uint8)

    difference = add_noise(image, 8.0, 12345).astype(float) - 120

    assert difference.std() == pytest.approx(8, rel=0.03)
    assert abs(difference.mean()) < 0.1
    assert abs(np.corrcoef(difference[..., 0].ravel(), difference[..., 1].ravel())[0, 1]) < 0.02


def test_noise_of_grey_images_is_grey() -> None:
    noisy = add_noise(np.full((50, 60, 3), 120, np.uint8), 8.0, 5, grey=True)

    assert np.ptp(noisy, axis=-1).max() == 0
    assert noisy.std() > 6


def test_noise_starts_anywhere_and_covers_crops_of_any_size() -> None:
    image = np.full((20, 20, 3), 120, np.uint8)
    assert np.array_equal(add_noise(image, 8, 7), add_noise(image, 8, 7))
    assert not np.array_equal(add_noise(image, 8, 7), add_noise(image, 8, 8))
    assert add_noise(image, 8, 2**22 - 1).std() > 6

    large = np.full((1300, 1300, 3), 120, np.uint8)
    assert add_noise(large, 8, 2**22 - 1)[-1].std() > 6


def test_blur_takes_detail_away_and_keeps_the_level() -> None:
    image = _image()

    blurred = [blur(image, std).astype(float) for std in (0, 0.5, 1, 2)]

    assert np.array_equal(blurred[0], image)
    assert sorted((b.std() for b in blurred), reverse=True) == [b.std() for b in blurred]
    assert blurred[3].mean() == pytest.approx(image.mean(), abs=1)


def test_jpeg_keeps_colors_and_loses_more_at_lower_quality() -> None:
    assert np.abs(compress(_plain(220, 60, 20), 90).astype(int) - (220, 60, 20)).max() <= 3
    image = blur(_image(), 1)

    fine, coarse = (np.abs(compress(image, q).astype(int) - image).mean() for q in (95, 30))

    assert 0 < fine < coarse


def test_everything_may_be_switched_off() -> None:
    image = _image()

    assert random_look(image, OFF, np.random.default_rng(0)) is image


@pytest.mark.parametrize(
    "share", ["hsv_share", "light_share", "blur_share", "noise_share", "jpeg_share"]
)
def test_each_share_decides_how_often(share: str) -> None:
    image = blur(_image(), 1)
    settings = replace(OFF, **{share: 0.3})
    rng = np.random.default_rng(1)

    changed = [not np.array_equal(random_look(image, settings, rng), image) for _ in range(200)]

    assert 0.2 < np.mean(changed) < 0.4


def test_grey_images_stay_grey_and_dark_ones_dark() -> None:
    image = np.repeat(_image()[..., :1], 3, axis=-1)
    rng = np.random.default_rng(2)

    for _ in range(30):
        varied = random_look(image, replace(EVERY, grey=True, hue=0.5), rng)
        assert np.ptp(varied, axis=-1).max() == 0
        assert not np.array_equal(varied, image)


def test_an_image_is_never_written_to() -> None:
    image = _image()
    image.flags.writeable = False
    before = image.copy()

    for seed in range(10):
        random_look(image, EVERY, np.random.default_rng(seed))

    assert np.array_equal(image, before)


def test_light_changes_the_pixels_within_bounds() -> None:
    middle = np.clip(_image(), 100, 150)
    settings = replace(OFF, light_share=1, contrast=0, brightness=0.1)

    changed = random_look(middle, settings, np.random.default_rng(2))

    (difference,) = np.unique(changed.astype(int) - middle)
    assert 0 < abs(difference) <= 26
