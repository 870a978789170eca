"""How an image is shown: brightness, contrast, gamma, one channel, the range of values.

For the eye only. What tools, models and files get is the image itself.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage

Values: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""(H, W, C) pixel values as the file holds them."""

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""For each channel the values that are shown as black and as white."""

OUTLIERS: Final = 0.35
"""Per cent of the pixels at either end that a stretched range leaves out, as ImageJ does."""

_SAMPLED: Final = 1_000_000  # pixels that a range is found from


@dataclass(frozen=True, slots=True)
class Display:
    """What the user set.

    Attributes:
        brightness: -100..100 per cent of the full range, added.
        contrast: -100..100; 0 leaves it, -100 is grey, 100 nearly black and white.
        gamma: Above 1 the dark parts are shown brighter.
        channel: Show this one in grey; None shows all in colour.
        is_stretched: Spread the values that occur over the full range.
    """

    brightness: int = 0
    contrast: int = 0
    gamma: float = 1.0
    channel: int | None = None
    is_stretched: bool = False

    @property
    def is_toned(self) -> bool:
        """Whether brightness, contrast or gamma is not as it is in the file."""
        return (self.brightness, self.contrast, self.gamma) != (0, 0, 1.0)


def tone_table(display: Display) -> NDArray[np.uint8]:
    """Return (256,) uint8: what each value of 8 bits is shown as."""
    value = (np.arange(256) / 255) ** (1 / display.gamma)
    # A slope as the angle of the curve, so that both halves of the slider do about as much.
    slope = math.tan(math.pi / 4 * (1 + min(display.contrast, 99) / 100))
    value = (value - 0.5) * slope + 0.5 + display.brightness / 100
    return np.rint(np.clip(value, 0, 1) * 255).astype(np.uint8)


def toned(pixels: NDArray[np.uint32], table: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return (h, w) opaque pixels with a table applied to red, green and blue.

    Args:
        pixels: (h, w) uint32, rows in one piece; 0xffRRGGBB.
        table: (256,) uint8.
    """
    import cv2

    # One table for all bytes is twice as fast as one for each channel.
    shown: NDArray[np.uint32] = cv2.LUT(pixels.view(np.uint8), table).view(np.uint32)
    shown |= np.uint32(0xFF000000)
    return shown


def channel_ranges(values: Values, *, is_stretched: bool) -> Ranges:
    """Return what is shown as black and as white.

    Colours keep their hue: three channels have one range. Other channels, which seldom measure the
    same, have one each.
    """
    if not is_stretched:
        return ((0, full_scale(values)),) * int(values.shape[2])
    step = max(1, math.isqrt(values.shape[0] * values.shape[1] // _SAMPLED))
    sample = values[::step, ::step].reshape(-1, values.shape[2])
    ends = np.percentile(sample, (OUTLIERS, 100 - OUTLIERS), axis=0)
    if values.shape[2] == 3:
        ends = np.array([[ends[0].min()] * 3, [ends[1].max()] * 3])
    limits = zip(np.floor(ends[0]), np.ceil(ends[1]), strict=True)
    return tuple((int(low), max(int(high), int(low) + 1)) for low, high in limits)


def full_scale(values: Values) -> int:
    """Return the largest value of the smallest common bit depth that holds all values."""
    largest = int(values.max(initial=0))
    return next(depth for depth in (255, 1023, 4095, 16383, 65535) if largest <= depth)


def shown_pixels(values: Values, ranges: Ranges, channel: int | None) -> RgbImage:
    """Return (h, w, 3) uint8 as a part of an image is shown, before its tones.

    Args:
        values: (h, w, C), the part.
        ranges: Of all C channels.
        channel: The one to show in grey, or None: then the first three are red, green and blue, a
            single one is grey, and of two there is no blue.
    """
    count = values.shape[2]
    chosen = (0,) * 3 if count == 1 else tuple(range(min(count, 3)))
    if channel is not None:
        chosen = (min(channel, count - 1),) * 3
    shown = np.zeros((*values.shape[:2], 3), np.uint8)
    if len(set(chosen)) == 1:
        shown[:] = _scaled(values[:, :, chosen[0]], ranges[chosen[0]])[:, :, None]
        return shown
    for place, index in enumerate(chosen):
        shown[:, :, place] = _scaled(values[:, :, index], ranges[index])
    return shown


def _scaled(values: NDArray[np.integer[Any]], limits: tuple[int, int]) -> NDArray[np.uint8]:
    return np.take(_range_table(*limits, values.dtype.itemsize), values)


@lru_cache(maxsize=64)
def _range_table(low: int, high: int, item_bytes: int) -> NDArray[np.uint8]:
    value = np.arange(256**item_bytes, dtype=np.float32)
    return np.rint(np.clip((value - low) / (high - low), 0, 1) * 255).astype(np.uint8)
