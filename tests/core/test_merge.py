import numpy as np
import pytest

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.merge import MergeRule, disagreement, narrowed
from segstudio.core.review import CHECKED, CORRECTED, UNCHECKED

_LABELS = np.array([[IGNORE_INDEX, 0, 1, 1]], np.uint8)
_REVIEW = np.array([[UNCHECKED, UNCHECKED, CHECKED, CORRECTED]], np.uint8)
_ANSWER = np.array([[2, 2, 2, 2]], np.uint8)


@pytest.mark.parametrize(
    ("rule", "expected"), [(MergeRule.FILL, [2, 0, 2, 2]), (MergeRule.UNREVIEWED, [2, 2, 2, 2])]
)
def test_to_fill_leaves_what_an_earlier_answer_said(rule: MergeRule, expected: list[int]) -> None:
    assert narrowed(_LABELS, _ANSWER, _REVIEW, rule).tolist() == [expected]


def test_disagreement_counts_labelled_pixels_only() -> None:
    found = disagreement(_LABELS, np.array([[0, 0, 1, 0]], np.uint8))
    assert found == (3, 1)
    assert found.share == pytest.approx(1 / 3)
    assert disagreement(np.full((2, 2), IGNORE_INDEX, np.uint8), _ANSWER[:, :2]).share == 0
