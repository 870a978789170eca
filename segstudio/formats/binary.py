"""Masks that hold only 0 and 255, where 255 may mean a class or "ignore"."""

from enum import StrEnum
from pathlib import Path

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.errors import FormatError


class Positive(StrEnum):
    """Which of the two values of a 0/255 mask is class 1; the other is class 0."""

    DARK = "dark"
    LIGHT = "light"


def is_ambiguous(label_map: LabelMap) -> bool:
    """Return whether a label map read as it is holds 255 and, besides, nothing but 0."""
    return bool((label_map == IGNORE_INDEX).any() and np.isin(label_map, (0, IGNORE_INDEX)).all())


def resolve_binary(path: Path, label_map: LabelMap, positive: Positive | None) -> LabelMap:
    """Return the label map with 0/255 turned into classes as the user said.

    Args:
        path: The file, for the message.
        label_map: (H, W) uint8 as it stands in the file.
        positive: What the user said, or None. If given, values up to 127 are dark and the others
            light.

    Raises:
        FormatError: If the mask holds only 0 and 255 and the user did not say what they mean.
    """
    if positive is not None:
        light = label_map > 127
        return (light if positive is Positive.LIGHT else ~light).astype(np.uint8)
    if is_ambiguous(label_map):
        raise FormatError(
            path,
            "this mask holds only 0 and 255, and 255 may be a class or mean unlabelled",
            hint="Say which one is the object with --positive dark (0) or --positive light (255)",
        )
    return label_map
