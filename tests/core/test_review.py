import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.review import (
    CHECKED,
    CORRECTED,
    UNCHECKED,
    corrected_pixels,
    review_map,
    reviewed_labels,
)

# Painted by hand, left as predicted, corrected, erased.
LABELS = np.array([[1, 0, 1, IGNORE_INDEX]], np.uint8)
SAID = np.array([[IGNORE_INDEX, 0, 0, 1]], np.uint8)


def _review(
    *, said: LabelMap | None = SAID, noted: list[int] | None = None, is_approved: bool = False
) -> list[int]:
    known = None if noted is None else np.array([noted], np.uint8)
    return review_map(LABELS, said, known, is_approved=is_approved)[0].tolist()


def test_what_differs_from_the_prediction_was_corrected() -> None:
    assert corrected_pixels(LABELS, SAID)[0].tolist() == [True, False, True, False]
    assert not corrected_pixels(LABELS, None).any()


def test_what_a_model_said_is_unchecked_until_the_image_is_approved() -> None:
    assert _review() == [CORRECTED, UNCHECKED, CORRECTED, UNCHECKED]
    assert _review(is_approved=True) == [CORRECTED, CHECKED, CORRECTED, UNCHECKED]


def test_what_was_painted_without_any_model_is_checked() -> None:
    assert _review(said=None) == [CHECKED, CHECKED, CHECKED, UNCHECKED]


def test_what_was_noted_before_stays_even_where_a_newer_model_agrees() -> None:
    assert _review(noted=[0, CORRECTED, 0, CORRECTED]) == [CORRECTED, CORRECTED, CORRECTED, 0]
    assert _review(noted=[0, CHECKED, 0, 0]) == [CORRECTED, CHECKED, CORRECTED, UNCHECKED]


def test_unchecked_pixels_are_ignored() -> None:
    review = review_map(LABELS, SAID, None, is_approved=False)
    assert reviewed_labels(LABELS, review)[0].tolist() == [1, IGNORE_INDEX, 1, IGNORE_INDEX]
