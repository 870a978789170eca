"""Metrics against loops over pixels, which leave nothing to believe."""

import json
import math

import numpy as np
import pytest

from segstudio.core.label_map import LabelMap
from segstudio.core.metrics import Scores, confusion_matrix

MISSED = 255


def _pair(seed: int, num_classes: int) -> tuple[LabelMap, LabelMap]:
    rng = np.random.default_rng(seed)
    values = [*range(num_classes), 255]
    truth, predicted = (rng.choice(values, (23, 31)).astype(np.uint8) for _ in range(2))
    agree = rng.random(truth.shape) < 0.5
    predicted[agree] = truth[agree]
    return truth, predicted


def _counted(truth: LabelMap, predicted: LabelMap, class_index: int) -> tuple[int, int, int]:
    """Return (true positive, false positive, false negative) pixels of a class."""
    hit = false_alarm = miss = 0
    for expected, got in zip(truth.flat, predicted.flat, strict=True):
        if expected == 255:
            continue
        hit += bool(expected == class_index and got == class_index)
        false_alarm += bool(expected != class_index and got == class_index)
        miss += bool(expected == class_index and got != class_index)
    return hit, false_alarm, miss


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else math.nan


@pytest.mark.parametrize("num_classes", [1, 2, 5, 254, 255])
def test_every_pair_of_values_is_counted(num_classes: int) -> None:
    truth, predicted = _pair(num_classes, num_classes)
    expected = np.zeros((num_classes, num_classes + 1), np.int64)
    for true, got in zip(truth.flat, predicted.flat, strict=True):
        if true != 255:
            expected[true, num_classes if got == 255 else got] += 1
    assert np.array_equal(confusion_matrix(truth, predicted, num_classes), expected)


@pytest.mark.parametrize("num_classes", [1, 2, 5])
def test_scores_are_those_of_their_definitions(num_classes: int) -> None:
    truth, predicted = _pair(num_classes, num_classes)
    scores = Scores.of(confusion_matrix(truth, predicted, num_classes))
    counted = [_counted(truth, predicted, index) for index in range(num_classes)]
    for index, (hit, false_alarm, miss) in enumerate(counted):
        assert scores.iou[index] == pytest.approx(_ratio(hit, hit + false_alarm + miss))
        assert scores.precision[index] == pytest.approx(_ratio(hit, hit + false_alarm))
        assert scores.recall[index] == pytest.approx(_ratio(hit, hit + miss))
        precision, recall = scores.precision[index], scores.recall[index]
        harmonic = 2 * precision * recall / (precision + recall)
        assert scores.f_score[index] == pytest.approx(harmonic)
    judged = int((truth != 255).sum())
    assert scores.pixels == judged
    assert scores.pixel_accuracy == pytest.approx(sum(hit for hit, _, _ in counted) / judged)
    assert scores.mean_iou == pytest.approx(float(np.mean(scores.iou)))


def test_a_perfect_prediction_scores_one() -> None:
    truth, _ = _pair(0, 3)
    scores = Scores.of(confusion_matrix(truth, truth, 3))
    assert (scores.pixel_accuracy, scores.mean_iou, scores.f_score) == (1.0, 1.0, (1.0, 1.0, 1.0))


def test_a_class_that_is_nowhere_does_not_count_in_the_mean() -> None:
    truth = np.array([[0, 0, 1, 1]], np.uint8)
    scores = Scores.of(confusion_matrix(truth, truth, 3))
    assert math.isnan(scores.iou[2])
    assert scores.mean_iou == 1.0


def test_a_class_that_is_only_predicted_counts_as_zero() -> None:
    truth, predicted = np.array([[0, 0, 0, 0]], np.uint8), np.array([[0, 0, 0, 2]], np.uint8)
    scores = Scores.of(confusion_matrix(truth, predicted, 3))
    assert scores.iou[2] == 0
    assert scores.mean_iou == pytest.approx(0.375)


def test_a_pixel_that_is_not_predicted_is_missed() -> None:
    truth, predicted = np.array([[1, 1]], np.uint8), np.array([[1, MISSED]], np.uint8)
    scores = Scores.of(confusion_matrix(truth, predicted, 2))
    assert scores.recall[1] == 0.5
    assert scores.precision[1] == 1.0
    assert scores.pixel_accuracy == 0.5


def test_without_truth_there_is_no_score() -> None:
    truth, predicted = np.full((2, 2), 255, np.uint8), np.zeros((2, 2), np.uint8)
    scores = Scores.of(confusion_matrix(truth, predicted, 2))
    assert scores.pixels == 0
    assert math.isnan(scores.mean_iou)


def test_different_sizes_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="the sizes differ: 3 x 2 and 2 x 3"):
        confusion_matrix(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8), 2)


@pytest.mark.parametrize("wrong", ["truth", "predicted"])
def test_a_value_that_is_no_class_is_refused(wrong: str) -> None:
    maps = {"truth": np.zeros((2, 2), np.uint8), "predicted": np.zeros((2, 2), np.uint8)}
    maps[wrong][0, 0] = 7
    with pytest.raises(ValueError, match="value 7 is not one of the 2 classes"):
        confusion_matrix(maps["truth"], maps["predicted"], 2)


def test_a_wrong_value_under_ignored_truth_does_not_matter() -> None:
    truth, predicted = np.array([[255, 1]], np.uint8), np.array([[9, 1]], np.uint8)
    assert confusion_matrix(truth, predicted, 2).sum() == 1


def test_absent_classes_are_null_in_json() -> None:
    truth = np.zeros((2, 2), np.uint8)
    value = Scores.of(confusion_matrix(truth, truth, 2)).to_json(["background", "cell"])
    assert json.loads(json.dumps(value, allow_nan=False))["classes"][1] == {
        "index": 1,
        "name": "cell",
        "iou": None,
        "f_score": None,
        "precision": None,
        "recall": None,
    }
