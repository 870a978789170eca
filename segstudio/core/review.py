"""Which pixels a person has looked at, and which of them the person changed.

What a model said and nobody has looked at is no truth: a network that trained on it would learn its
own mistakes. So every pixel has one of three states, and training takes what is above UNCHECKED.
"""

from dataclasses import dataclass
from enum import StrEnum
from operator import is_
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.strips import strips

UNCHECKED: Final = 0
CHECKED: Final = 1
CORRECTED: Final = 2

ReviewMap: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8: UNCHECKED, CHECKED (looked at and right) or CORRECTED (changed by the user)."""


class ReviewState(StrEnum):
    """How far the review of an image is.

    UNLABELLED: no pixel has a class. PREDICTED: every label is as a model said. CORRECTED: a person
    painted or changed some. APPROVED: a person took the image as a whole for right. FLAGGED: a
    person wants it looked at again; it counts as approved for nothing.
    """

    UNLABELLED = "unlabelled"
    PREDICTED = "predicted"
    CORRECTED = "corrected"
    APPROVED = "approved"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class Review:
    """What is known about the review of one image, besides its pixels.

    Attributes:
        is_approved: Whether the user has approved the image as a whole; never if it is flagged.
        at: When that or the flag was last changed, as ISO 8601 with the time zone, or an empty
            string.
        by: Login name of who did, or an empty string.
        is_flagged: Whether the user wants it looked at again.
        note: What the user wrote about the image.
    """

    is_approved: bool = False
    at: str = ""
    by: str = ""
    is_flagged: bool = False
    note: str = ""


def review_state(review: Review, labelled: int, corrected: int) -> ReviewState:
    """Return how far the review of an image is.

    Args:
        review: What the user said about the image.
        labelled: Number of pixels that have a class.
        corrected: Number of them that a person gave it.
    """
    if review.is_flagged:
        return ReviewState.FLAGGED
    if review.is_approved:
        return ReviewState.APPROVED
    if labelled == 0:
        return ReviewState.UNLABELLED
    return ReviewState.CORRECTED if corrected else ReviewState.PREDICTED


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


def count_corrected(
    label_map: LabelMap, prediction: LabelMap | None, noted: ReviewMap | None
) -> tuple[int, int]:
    """Return how many pixels differ from the prediction, and how many a person corrected.

    Args:
        label_map: (H, W) uint8 class indices.
        prediction: As for ``review_map``.
        noted: As for ``review_map``.
    """
    differing = corrected = 0
    for part in strips(*label_map.shape):
        said = None if prediction is None else prediction[part]
        written = None if noted is None else noted[part]
        differing += int(np.count_nonzero(corrected_pixels(label_map[part], said)))
        reviewed = review_map(label_map[part], said, written, is_approved=False)
        corrected += int(np.count_nonzero(reviewed == CORRECTED))
    return differing, corrected


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
    # By arithmetic: to write through a mask takes five times as long.
    np.maximum(
        review, corrected_pixels(label_map, prediction).view(np.uint8) * CORRECTED, out=review
    )
    review *= (label_map != IGNORE_INDEX).view(np.uint8)
    return review


class ReviewBasis(NamedTuple):
    """What tells, beside the label map, how far each pixel of an image is reviewed.

    Attributes:
        predictions: What models last said, (H, W) uint8 each, the newest last.
        noted: What was noted before the newest of them; see ``review_map``.
        is_approved: Whether the user has approved the whole image.
    """

    predictions: tuple[LabelMap, ...] = ()
    noted: ReviewMap | None = None
    is_approved: bool = False

    def is_same(self, other: "ReviewBasis") -> bool:
        """Whether the other one is made of the same arrays."""
        mine, others = ([*basis.predictions, basis.noted] for basis in (self, other))
        same_arrays = len(mine) == len(others) and all(map(is_, mine, others))
        return same_arrays and self.is_approved == other.is_approved

    def review_of(self, label_map: LabelMap, part: tuple[slice, slice]) -> ReviewMap:
        """Return how far each pixel of a part of the image is reviewed, (h, w) uint8.

        Args:
            label_map: (h, w) uint8 class indices of the part.
            part: Its rows and columns.
        """
        said_before = [prediction[part] for prediction in self.predictions]
        newest = said_before.pop() if said_before else None
        noted = None if self.noted is None else self.noted[part]
        review = review_map(label_map, newest, noted, is_approved=self.is_approved)
        corrected = review == CORRECTED
        if said_before and corrected.any():
            if noted is not None:
                corrected &= noted == UNCHECKED
            # Undo may have brought back what one of these said.
            said = np.logical_or.reduce([label_map == prediction for prediction in said_before])
            state = CHECKED if self.is_approved else UNCHECKED
            review -= (corrected & said).view(np.uint8) * np.uint8(CORRECTED - state)
        return review


def reviewed_labels(label_map: LabelMap, review: ReviewMap) -> LabelMap:
    """Return the label map with IGNORE_INDEX wherever nobody has looked; both (H, W) uint8."""
    labels: LabelMap = np.where(review == UNCHECKED, np.uint8(IGNORE_INDEX), label_map)
    return labels
