"""Metrics against loops over pixels, which leave nothing to believe, and against torchmetrics."""

import json
import math
from typing import Any

import numpy as np
import pytest

from segstudio.core.label_map import LabelMap
from segstudio.core.metrics import Scores, confusion_matrix, decided_above, f_beta

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
        f_2 = f_beta(confusion_matrix(truth, predicted, num_classes), 2.0)[index]
        assert f_2 == pytest.approx(5 * precision * recall / (4 * precision + recall))
    judged = int((truth != 255).sum())
    assert scores.pixels == judged
    assert scores.pixel_accuracy == pytest.approx(sum(hit for hit, _, _ in counted) / judged)
    assert scores.mean_iou == pytest.approx(float(np.mean(scores.iou)))
    assert scores.mean_accuracy == pytest.approx(float(np.mean(scores.recall)))
    weighted = sum((hit + miss) * scores.iou[i] for i, (hit, _, miss) in enumerate(counted))
    assert scores.frequency_weighted_iou == pytest.approx(weighted / judged)


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
    assert scores.f_score[2] == 0
    assert math.isnan(scores.recall[2])
    assert scores.mean_accuracy == 0.75  # over the classes that are true somewhere
    assert scores.frequency_weighted_iou == 0.75


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
    assert math.isnan(scores.mean_accuracy)
    assert math.isnan(scores.frequency_weighted_iou)


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


def _torch_and_torchmetrics() -> tuple[Any, Any]:
    # Loaded by the tests that need it: it takes seconds.
    torchmetrics = pytest.importorskip("torchmetrics.functional.classification")
    return pytest.importorskip("torch"), torchmetrics


def test_scores_are_those_of_torchmetrics() -> None:
    torch, oracle = _torch_and_torchmetrics()
    truth, predicted = _pair(7, 5)
    predicted[predicted == MISSED] = 0  # which torchmetrics cannot count
    confusion = confusion_matrix(truth, predicted, 5)
    scores = Scores.of(confusion)
    given = torch.tensor(predicted[None].astype(int)), torch.tensor(truth[None].astype(int))
    common: dict[str, Any] = {"num_classes": 5, "ignore_index": 255}

    def each(name: str, **options: object) -> list[float]:
        metric = getattr(oracle, f"multiclass_{name}")
        values: list[float] = metric(*given, average="none", **common, **options).tolist()
        return values

    assert scores.iou == pytest.approx(each("jaccard_index"))
    assert scores.precision == pytest.approx(each("precision"))
    assert scores.recall == pytest.approx(each("recall"))
    assert scores.f_score == pytest.approx(each("f1_score"))
    assert f_beta(confusion, 0.5) == pytest.approx(each("fbeta_score", beta=0.5))
    assert f_beta(confusion, 2.0) == pytest.approx(each("fbeta_score", beta=2.0))

    def whole(name: str, average: str) -> float:
        value: float = getattr(oracle, f"multiclass_{name}")(*given, average=average, **common)
        return float(value)

    assert scores.pixel_accuracy == pytest.approx(whole("accuracy", "micro"))
    assert scores.mean_accuracy == pytest.approx(whole("accuracy", "macro"))
    assert scores.mean_iou == pytest.approx(whole("jaccard_index", "macro"))
    assert scores.frequency_weighted_iou == pytest.approx(whole("jaccard_index", "weighted"))


def test_a_threshold_judges_every_class_on_its_own() -> None:
    torch, oracle = _torch_and_torchmetrics()
    truth, _ = _pair(3, 3)
    truth[truth == 255] = 0
    scores = np.random.default_rng(0).normal(size=(3, *truth.shape)) * 2
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=0)
    confusion = confusion_matrix(truth, decided_above(probabilities, 0.6), 3)
    expected = oracle.multilabel_fbeta_score(
        torch.tensor(probabilities[None]),
        torch.tensor((truth == np.arange(3)[:, None, None])[None].astype(int)),
        beta=2.0,
        num_labels=3,
        threshold=0.6,
        average="none",
    )
    assert f_beta(confusion, 2.0) == pytest.approx(expected.tolist())


def test_decisions_without_a_threshold_are_the_most_probable_classes() -> None:
    probabilities = np.random.default_rng(0).random((4, 5, 6))
    assert np.array_equal(decided_above(probabilities, 0.0), probabilities.argmax(axis=0))
    assert (decided_above(probabilities, 1.1) == 255).all()
