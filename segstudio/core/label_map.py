"""The label map: one class index per pixel, the truth of the whole program."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segstudio.core.memory import empty

LabelMap: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8 class indices; 0..254 are classes, 255 is IGNORE_INDEX."""

RgbImage: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8 red, green, blue."""

IGNORE_INDEX: Final = 255
"""Unlabelled: no loss and no metric at this pixel."""

MAX_CLASSES: Final = 255
"""Class indices 0..254."""


def unlabelled(height: int, width: int) -> LabelMap:
    """Return an (H, W) label map on which nothing is labelled yet."""
    label_map = empty((height, width), np.uint8)
    label_map.fill(IGNORE_INDEX)
    return label_map


def with_value_replaced(label_map: LabelMap, value: int, new: int) -> LabelMap:
    """Return a label map with ``new`` for every ``value``: the given one where there is none."""
    has_value = label_map == value
    return np.where(has_value, np.uint8(new), label_map) if has_value.any() else label_map


def either(is_first: NDArray[np.bool_], first: LabelMap, second: LabelMap) -> LabelMap:
    """Return ``first`` where a mask says so, and elsewhere ``second``; all are (H, W).

    As ``numpy.where`` does, in a tenth of the time.
    """
    bits = np.negative(is_first.view(np.uint8))  # 255 where the first is wanted
    bits &= first ^ second
    bits ^= second
    return bits


def pixel_counts(label_map: LabelMap) -> NDArray[np.int64]:
    """Return how many pixels have each value, (256,) int64.

    Args:
        label_map: (H, W) uint8.
    """
    # Pillow counts 100 megapixels in 0.07 s without Python's lock. NumPy takes 3 s, and holds it.
    height, width = label_map.shape
    whole = np.ascontiguousarray(label_map)
    image = Image.frombuffer("L", (width, height), whole, "raw", "L", 0, 1)
    return np.array(image.histogram(), np.int64)
