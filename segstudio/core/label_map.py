"""The label map: one class index per pixel, the truth of the whole program."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

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
    return np.full((height, width), IGNORE_INDEX, np.uint8)
