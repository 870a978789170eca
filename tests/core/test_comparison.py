import numpy as np
import pytest

from segstudio.core.comparison import compare_models, judge_model
from segstudio.core.metrics import Confusion, Scores

NAMES = ("background", "cell")


def _confusions(rng: np.random.Generator, right: float, images: int) -> list[Confusion]:
    """Return what a model with this accuracy does on images of varying size."""
    result = []
    for _ in range(images):
        pixels = rng.integers(500, 2000)
        hits = rng.binomial(pixels, right, 2)
        result.append(
            np.array([[hits[0], pixels - hits[0], 0], [pixels - hits[1], hits[1], 0]], np.int64)
        )
    return result


def test_the_numbers_are_those_of_all_images_together() -> None:
    rng = np.random.default_rng(0)
    old, new = _confusions(rng, 0.8, 6), _confusions(rng, 0.9, 6)

    mean, *classes = compare_models(old, new, NAMES)

    scores = Scores.of(np.sum(new, axis=0))
    assert mean.new == pytest.approx(scores.mean_iou)
    assert [row.new for row in classes] == pytest.approx(list(scores.iou))
    before = Scores.of(np.sum(old, axis=0))
    assert mean.difference == pytest.approx(scores.mean_iou - before.mean_iou)


def test_without_an_old_model_the_new_one_is_judged_alone() -> None:
    rng = np.random.default_rng(0)
    old, new = _confusions(rng, 0.8, 6), _confusions(rng, 0.9, 6)

    alone = judge_model(new, NAMES)

    assert [row.new for row in alone] == [row.new for row in compare_models(old, new, NAMES)]
    assert {(row.old, row.difference, row.is_sure) for row in alone} == {(None, None, False)}


def test_a_clear_gain_is_sure_and_no_gain_is_not() -> None:
    rng = np.random.default_rng(1)
    old = _confusions(rng, 0.8, 12)

    assert all(row.is_sure for row in compare_models(old, _confusions(rng, 0.9, 12), NAMES))
    same, *_ = compare_models(old, old, NAMES)
    assert (same.low, same.high) == (0, 0)
    assert not same.is_sure


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for seed in range(100):
        old, new = _confusions(rng, 0.8, 20), _confusions(rng, 0.8, 20)
        mean, *_ = compare_models(old, new, NAMES, resamples=400, seed=seed)
        assert mean.low is not None
        assert mean.high is not None
        held += mean.low <= 0 <= mean.high
    assert held >= 85


def test_a_single_image_gives_no_interval() -> None:
    rng = np.random.default_rng(3)
    mean, *_ = compare_models(_confusions(rng, 0.8, 1), _confusions(rng, 0.9, 1), NAMES)
    assert mean.difference is not None
    assert mean.low is None
    assert not mean.is_sure


def test_a_class_that_is_nowhere_has_no_numbers() -> None:
    counts = np.zeros((3, 4), np.int64)
    counts[0, 0] = counts[1, 1] = 10
    *_, absent = compare_models([counts] * 2, [counts] * 2, ("a", "b", "c"))
    assert (absent.old, absent.difference, absent.low) == (None, None, None)


def test_models_judged_on_other_images_are_not_compared() -> None:
    with pytest.raises(ValueError, match="0 and 1 images"):
        compare_models([], [np.zeros((2, 3), np.int64)], NAMES)
