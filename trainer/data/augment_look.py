"""How a crop looks: its colours, light, sharpness, noise and compression; its labels stay.

In the order in which a camera does it: the light, the lens, the sensor, the file.
"""

import functools
import math
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage
from trainer.augmentation_settings import AugmentationSettings

_LEVELS: Final = np.arange(256, dtype=np.float64)
_BEST_JPEG: Final = 95
_LEAST_BLUR: Final = 0.2  # pixels; below it OpenCV's kernel is a single pixel
# Noise is looked up: drawing it anew would take longer than all the rest of a crop.
_NOISE_COUNT: Final = 2**22
_NOISE_STD: Final = 32.0
_NOISE_ZERO: Final = 128


def random_look(
    image: RgbImage, settings: AugmentationSettings, rng: np.random.Generator
) -> RgbImage:
    """Return a (H, W, 3) uint8 image with its look varied at random."""
    for share, vary in _table(settings):
        if rng.random() < share:
            image = vary(image, settings, rng)
    return image


def shift_colors(image: RgbImage, hue: float, saturation: float, value: float) -> RgbImage:
    """Return an image with its colours changed in HSV.

    Args:
        image: (H, W, 3) uint8 RGB.
        hue: Turn of the hue, as a share of the full circle.
        saturation: Factor of the saturation.
        value: Factor of the value.
    """
    if (hue, saturation, value) == (0, 1, 1):
        return image  # not every colour survives the way to 8-bit HSV and back
    # OpenCV's plain HSV has hues of 0..179 in a byte; here the circle has 256 steps, and wraps.
    table = np.stack(
        [
            np.mod(_LEVELS + round(hue * 256), 256),
            np.clip(_LEVELS * saturation, 0, 255).round(),
            np.clip(_LEVELS * value, 0, 255).round(),
        ],
        axis=-1,
    )
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV_FULL)
    changed = cv2.LUT(hsv, table[None].astype(np.uint8))
    return np.asarray(cv2.cvtColor(changed, cv2.COLOR_HSV2RGB_FULL), np.uint8)


def change_light(image: RgbImage, contrast: float, brightness: float) -> RgbImage:
    """Return an image with its levels changed.

    Args:
        image: (H, W, 3) uint8 RGB.
        contrast: Factor.
        brightness: Levels to add, after that.
    """
    # Contrast turns around the mean, so that it does not make a dark image darker still.
    mean = image[::4, ::4].mean()
    return _look_up(image, (_LEVELS - mean) * contrast + mean + brightness)


def blur(image: RgbImage, std: float) -> RgbImage:
    """Return an image blurred by a Gaussian with this standard deviation, pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(std, _LEAST_BLUR)), np.uint8)


def add_noise(image: RgbImage, std: float, start: int, *, grey: bool = False) -> RgbImage:
    """Return an image with Gaussian noise.

    Args:
        image: (H, W, 3) uint8 RGB.
        std: Standard deviation of the noise, levels.
        start: Where in the table of noise to begin, >= 0.
        grey: Whether red, green and blue get the same noise.
    """
    height, width, channels = image.shape
    count = height * width * (1 if grey else channels)
    noise = _noise_from(start, count)
    if grey:
        noise = np.asarray(cv2.cvtColor(noise.reshape(height, width), cv2.COLOR_GRAY2RGB), np.uint8)
    factor = std / _NOISE_STD
    noisy = cv2.addWeighted(image, 1, noise.reshape(image.shape), factor, -_NOISE_ZERO * factor)
    return np.asarray(noisy, np.uint8)


def compress(image: RgbImage, quality: int) -> RgbImage:
    """Return a (H, W, 3) uint8 RGB image as it comes out of a JPEG file of this quality."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None  # it was encoded the line before
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


_Vary = Callable[[RgbImage, AugmentationSettings, np.random.Generator], RgbImage]


def _table(settings: AugmentationSettings) -> tuple[tuple[float, _Vary], ...]:
    return (
        (settings.hsv_share, _random_colors),
        (settings.light_share, _random_light),
        (settings.blur_share, _random_blur),
        (settings.noise_share, _random_noise),
        (settings.jpeg_share, _random_jpeg),
    )


def _random_colors(
    image: RgbImage, settings: AugmentationSettings, rng: np.random.Generator
) -> RgbImage:
    value = _random_factor(settings.value, rng)
    if settings.grey:  # grey has no hue, and its value is all there is
        return _look_up(image, _LEVELS * value)
    hue = rng.uniform(-settings.hue, settings.hue)
    return shift_colors(image, hue, _random_factor(settings.saturation, rng), value)


def _random_light(
    image: RgbImage, settings: AugmentationSettings, rng: np.random.Generator
) -> RgbImage:
    contrast = 1 + rng.uniform(-settings.contrast, settings.contrast)
    brightness = 255 * rng.uniform(-settings.brightness, settings.brightness)
    return change_light(image, contrast, brightness)


def _random_blur(
    image: RgbImage, settings: AugmentationSettings, rng: np.random.Generator
) -> RgbImage:
    return blur(image, rng.uniform(0, settings.blur))


def _random_noise(
    image: RgbImage, settings: AugmentationSettings, rng: np.random.Generator
) -> RgbImage:
    std = 255 * rng.uniform(0, settings.noise)
    return add_noise(image, std, int(rng.integers(_NOISE_COUNT)), grey=settings.grey)


def _random_jpeg(
    image: RgbImage, settings: AugmentationSettings, rng: np.random.Generator
) -> RgbImage:
    least = settings.jpeg_quality
    return compress(image, int(rng.integers(least, max(least, _BEST_JPEG) + 1)))


def _random_factor(most: float, rng: np.random.Generator) -> float:
    return math.exp(rng.uniform(-math.log1p(most), math.log1p(most)))


def _look_up(image: RgbImage, table: NDArray[np.float64]) -> RgbImage:
    levels = np.clip(table, 0, 255).round().astype(np.uint8)
    return np.asarray(cv2.LUT(image, levels), np.uint8)


def _noise_from(start: int, count: int) -> NDArray[np.uint8]:
    """Return so many values of the noise, without a copy if the table holds them in one piece."""
    table: NDArray[np.uint8] = _noise()
    if count > len(table):
        return np.asarray(np.resize(np.roll(table, -start), count), np.uint8)
    first = start % (len(table) - count + 1)
    return table[first : first + count]


@functools.cache
def _noise() -> NDArray[np.uint8]:
    values = np.random.default_rng(0).standard_normal(_NOISE_COUNT, np.float32)
    levels = np.clip(values * _NOISE_STD + _NOISE_ZERO, 0, 255)
    table: NDArray[np.uint8] = levels.round().astype(np.uint8)
    table.flags.writeable = False  # every crop gets a view
    return table
