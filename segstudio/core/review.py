"""Which pixels a person has looked at, and which of them the person changed.

What a model said and nobody has looked at is no truth: a network that trained on it would learn its
own mistakes. So every pixel has one of three states, and training takes what is above UNCHECKED.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap

UNCHECKED: Final = 0
CHECKED: Final = 1
CORRECTED: Final = 2

ReviewMap: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8: UNCHECKED, CHECKED (looked at and right) or CORRECTED (changed by the user)."""


@dataclass(frozen=True, slots=True)
class Review:
    """What is known about the review of one image, besides its pixels.

    Attributes:
        is_approved: Whether the user has approved the image as a whole.
        at: When, as ISO 8601 with the time zone, or an empty string.
        by: Login name of who did, or an empty string.
    """

    is_approved: bool = False
    at: str = ""
    by: str = ""


def corrected_pixels(label_map: LabelMap, prediction: LabelMap | None) -> NDArray[np.bool_]:
    """Return which pixels the user gave another class than a model did.

    Without a prediction nothing was corrected: everything was painted from scratch.

    Args:
        label_map: (H, W) uint8 class indices.
        prediction: (H, W) uint8, what a model last said, or None.

    Returns:
        (H, W) bool.
    """
    if prediction is None:
        return np.zeros(label_map.shape, np.bool_)
    corrected: NDArray[np.bool_] = (label_map != IGNORE_INDEX) & (label_map != prediction)
    return corrected


def review_map(
    label_map: LabelMap,
    prediction: LabelMap | None,
    noted: ReviewMap | None,
    *,
    is_approved: bool,
) -> ReviewMap:
    """Return how far each pixel of an image is reviewed.

    Args:
        label_map: (H, W) uint8 class indices.
        prediction: (H, W) uint8, what a model last said, or None if none was run.
        noted: What was noted before that prediction, or when the user accepted regions; or None.
        is_approved: Whether the user has approved the whole image.

    Returns:
        (H, W) uint8; UNCHECKED where nothing is labelled.
    """
    checked = is_approved or prediction is None
    review: ReviewMap = np.full(label_map.shape, CHECKED if checked else UNCHECKED, np.uint8)
    if noted is not None:
        np.maximum(review, noted, out=review)
    review[corrected_pixels(label_map, prediction)] = CORRECTED
    review[label_map == IGNORE_INDEX] = UNCHECKED
    return review


def reviewed_labels(label_map: LabelMap, review: ReviewMap) -> LabelMap:
    """Return the label map with IGNORE_INDEX wherever nobody has looked; both (H, W) uint8."""
    labels: LabelMap = np.where(review == UNCHECKED, np.uint8(IGNORE_INDEX), label_map)
    return labels
