"""A model's answer compared with an image: by parts and again, as by whole arrays at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.mask_edit import MaskPatch, difference_patch
from segstudio.core.merge import MergeRule
from segstudio.core.prepared_answer import AnswerRules, PreparedAnswer
from segstudio.core.rect import Rect
from segstudio.core.review import CHECKED, CORRECTED, UNCHECKED, ReviewBasis, ReviewMap

_SIZE = (270, 520)  # more than two strips
_VALUES = np.array([0, 1, 2, 3, IGNORE_INDEX], np.uint8)


class _Outcome(NamedTuple):
    answer: LabelMap
    review: ReviewMap
    patch: MaskPatch | None
    corrected: int
    locked: int


def _expected(there: LabelMap, said: LabelMap, basis: ReviewBasis, rules: AnswerRules) -> _Outcome:
    """Return what is to come out, by whole arrays and with none of the code that is tested."""
    predictions = basis.predictions
    is_labelled = there != IGNORE_INDEX
    review = np.full(there.shape, UNCHECKED, np.uint8)
    if basis.is_approved or not predictions:
        review[is_labelled] = CHECKED
    said_before = np.zeros(there.shape, np.bool_)
    for prediction in predictions:
        said_before |= there == prediction
    if predictions:
        review[is_labelled & ~said_before] = CORRECTED
    if basis.noted is not None:
        if predictions:  # what was noted as looked at stays so, and a correction of it is one
            review[is_labelled & (there != predictions[-1]) & (basis.noted > 0)] = CORRECTED
        review[is_labelled] = np.maximum(review, basis.noted)[is_labelled]
    if rules.merge is MergeRule.FILL:
        said = np.where((review == UNCHECKED) & is_labelled, there, said)
    is_locked = np.isin(there, list(rules.locked))
    answer = np.where(is_locked & (review == UNCHECKED), there, said)
    locked = np.count_nonzero(is_locked & (there != said))
    if rules.replaces_all:
        review = np.where(is_locked, review, UNCHECKED).astype(np.uint8)
    after = np.where((review != UNCHECKED) | is_locked, there, said)
    corrected = np.count_nonzero((after != said) & ~is_locked)
    return _Outcome(answer, review, difference_patch(there, after), corrected, locked)


def _check(prepared: PreparedAnswer, expected: _Outcome) -> None:
    applied, patch = prepared.applied, prepared.patch()
    assert (applied.corrected, applied.locked) == (expected.corrected, expected.locked)
    assert np.array_equal(applied.answer, expected.answer)
    assert (patch is None) == (expected.patch is None)
    if patch is not None and expected.patch is not None:
        assert patch.rect == expected.patch.rect
        assert np.array_equal(patch.before, expected.patch.before)
        assert np.array_equal(patch.after, expected.patch.after)
    noted = prepared.noted
    if noted is None:
        assert prepared.rules.replaces_all
        assert not expected.review.any()
    else:
        assert np.array_equal(noted, expected.review)


def _painted(generator: np.random.Generator, like: LabelMap, values: Sequence[int]) -> LabelMap:
    """Return a label map with some rectangles painted over."""
    result = like.copy()
    for _ in range(6):
        result[_some_rect(generator).slices] = generator.choice(values)
    return result


def _some_rect(generator: np.random.Generator) -> Rect:
    top, bottom = sorted(generator.integers(0, _SIZE[0], 2).tolist())
    left, right = sorted(generator.integers(0, _SIZE[1], 2).tolist())
    return Rect(top, left, bottom + 1, right + 1)


@pytest.mark.parametrize("seed", range(60))
def test_an_answer_comes_to_the_same_by_parts_and_after_what_was_painted_since(seed: int) -> None:
    generator = np.random.default_rng(seed)
    labels = _painted(generator, np.full(_SIZE, IGNORE_INDEX, np.uint8), _VALUES.tolist())
    if seed % 4 == 0:
        labels = generator.choice(_VALUES, _SIZE)
    predictions = tuple(_painted(generator, labels, [0, 1, 2]) for _ in range(seed % 4))
    noted = _painted(generator, np.zeros(_SIZE, np.uint8), [0, CHECKED, CORRECTED])
    basis = ReviewBasis(predictions, noted if seed % 3 else None, seed % 5 == 0)
    rules = AnswerRules(
        frozenset(generator.choice(4, seed % 3).tolist()),
        MergeRule.FILL if seed % 2 else MergeRule.UNREVIEWED,
        replaces_all=seed % 7 == 0,
    )
    said = _painted(generator, labels, [0, 1, 2, 3])

    prepared = PreparedAnswer(labels.copy(), said, basis, rules)
    prepared.compare()
    _check(prepared, _expected(labels, said, basis, rules))

    rects = [_some_rect(generator) for _ in range(4)]  # they overlap
    now = labels.copy()
    for rect in rects:
        now[rect.slices] = generator.choice(_VALUES)
    prepared.update(now, rects)
    _check(prepared, _expected(now, said, basis, rules))


def test_what_was_taken_back_since_leaves_a_smaller_edit_and_in_the_end_none() -> None:
    said = np.ones(_SIZE, np.uint8)
    labels = said.copy()
    labels[10, 20] = labels[200, 300] = IGNORE_INDEX
    prepared = PreparedAnswer(labels, said, ReviewBasis(), AnswerRules())
    prepared.compare()
    assert prepared.rect == Rect(10, 20, 201, 301)

    prepared.update(said, [Rect(0, 0, 100, 100)])
    assert prepared.rect == Rect(200, 300, 201, 301)
    prepared.update(said, [Rect(100, 100, 270, 520)])
    assert prepared.patch() is None


def test_a_comparison_that_is_cancelled_stops() -> None:
    labels = np.full(_SIZE, IGNORE_INDEX, np.uint8)
    prepared = PreparedAnswer(labels, np.ones(_SIZE, np.uint8), ReviewBasis(), AnswerRules())
    prepared.compare(lambda: True)
    assert prepared.rect is None
