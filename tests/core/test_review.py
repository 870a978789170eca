import numpy as np
import pytest

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.review import (
    CHECKED,
    CORRECTED,
    UNCHECKED,
    corrected_pixels,
    count_corrected,
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


@pytest.mark.parametrize("has_prediction", [True, False])
@pytest.mark.parametrize("has_note", [True, False])
def test_corrections_counted_in_parts_are_those_of_the_whole(
    has_prediction: bool, has_note: bool
) -> None:
    random = np.random.default_rng(3)
    label_map = random.integers(0, 3, (1100, 1000)).astype(np.uint8)
    label_map[label_map == 2] = IGNORE_INDEX
    said = random.integers(0, 2, label_map.shape).astype(np.uint8) if has_prediction else None
    noted = random.integers(0, 3, label_map.shape).astype(np.uint8) if has_note else None
    whole = review_map(label_map, said, noted, is_approved=False)
    assert count_corrected(label_map, said, noted) == (
        np.count_nonzero(corrected_pixels(label_map, said)),
        np.count_nonzero(whole == CORRECTED),
    )
