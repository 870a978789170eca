"""Masks that hold only 0 and 255, where 255 may mean a class or "ignore"."""

from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.errors import AmbiguousMaskError, FormatError

# Values of a smoothed edge reach further.
_MOST_CLASSES: Final = 20


class Positive(StrEnum):
    """Which of the two values of a 0/255 mask is class 1; the other is class 0."""

    DARK = "dark"
    LIGHT = "light"


def is_ambiguous(label_map: LabelMap) -> bool:
    """Return whether a label map read as it is holds 255 and, besides, nothing but 0."""
    if not label_map.size or label_map.max() != IGNORE_INDEX:  # mostly so, and seen at once
        return False
    return bool(((label_map == 0) | (label_map == IGNORE_INDEX)).all())


def resolve_binary(path: Path, label_map: LabelMap, positive: Positive | None) -> LabelMap:
    """Return the label map with 0/255 turned into classes as the user said.

    Args:
        path: The file, for the message.
        label_map: (H, W) uint8 as it stands in the file.
        positive: What the user said, or None. If given, values up to 127 are dark and the others
            light.

    Raises:
        AmbiguousMaskError: If the mask holds only 0 and 255 and the user did not say what they
            mean.
        FormatError: If the user said it, but the values are small numbers as of classes.
    """
    if positive is not None:
        _refuse_indices(path, label_map)
        light = label_map > 127
        return (light if positive is Positive.LIGHT else ~light).astype(np.uint8)
    if is_ambiguous(label_map):
        light_pixels = int(np.count_nonzero(label_map))
        raise AmbiguousMaskError(path, label_map.size - light_pixels, light_pixels)
    return label_map


def _refuse_indices(path: Path, label_map: LabelMap) -> None:
    # All of such a mask would count as dark, and be trained as one class.
    largest = int(label_map.max())
    if 0 < largest <= _MOST_CLASSES:
        raise FormatError(
            path,
            f"its values, 0 to {largest}, look like class indices, not like dark and light",
            hint="Leave --positive out, or save the object as 255",
        )
