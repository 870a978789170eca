"""Segmentation metrics, all from one confusion matrix.

Papers:
    Fully Convolutional Networks for Semantic Segmentation (sec. 5: pixel accuracy, mean accuracy,
        mean IU, frequency weighted IU) - https://arxiv.org/abs/1411.4038
    van Rijsbergen, Information Retrieval, 2nd ed., 1979, ch. 7 (F-beta)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap

Probabilities: TypeAlias = NDArray[np.floating]
"""(C, H, W) probability of each class at each pixel."""

Confusion: TypeAlias = NDArray[np.int64]
"""(C, C + 1) pixel counts: row = true class, column = predicted class, last = not predicted."""


PairCounts: TypeAlias = NDArray[np.int64]
"""(256, 256) pixel counts: row = true value, column = predicted value."""


def pair_counts(truth: LabelMap, predicted: LabelMap) -> PairCounts:
    """Count pixels by the values that stand in two label maps of one size.

    Raises:
        ValueError: If the shapes differ.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"the sizes differ: {_size(truth)} and {_size(predicted)}")
    pairs = np.bincount(truth.ravel().astype(np.uint16) * 256 + predicted.ravel(), minlength=65536)
    return pairs.reshape(256, 256).astype(np.int64)


def confusion_of(pairs: PairCounts, num_classes: int) -> Confusion:
    """Return the confusion matrix of counted pairs; see ``confusion_matrix``.

    Raises:
        ValueError: If a value is neither a class nor IGNORE_INDEX.
    """
    outside = [
        value
        for value in range(num_classes, IGNORE_INDEX)
        if pairs[value].any() or pairs[:IGNORE_INDEX, value].any()
    ]
    if outside:
        raise ValueError(f"value {outside[0]} is not one of the {num_classes} classes")
    return np.hstack([pairs[:num_classes, :num_classes], pairs[:num_classes, IGNORE_INDEX:]])


def confusion_matrix(truth: LabelMap, predicted: LabelMap, num_classes: int) -> Confusion:
    """Count pixels by true and predicted class.

    Pixels whose truth is IGNORE_INDEX do not count. A pixel predicted as IGNORE_INDEX counts as
    missed: it lands in the last column.

    Args:
        truth: (H, W) uint8 class indices.
        predicted: (H, W) uint8 class indices.
        num_classes: C.

    Raises:
        ValueError: If the shapes differ, or a value is neither a class nor IGNORE_INDEX.
    """
    return confusion_of(pair_counts(truth, predicted), num_classes)


def f_beta(confusion: Confusion, beta: float) -> tuple[float, ...]:
    """Return the F-score of each class; NaN where a class is neither true nor predicted.

    It is taken from counted pixels, (1 + beta²) TP / ((1 + beta²) TP + beta² FN + FP), and so is 0,
    not undefined, where no pixel of the class was found.

    Args:
        confusion: (C, C + 1) pixel counts.
        beta: Recall counts beta times as much as precision, beta > 0; 1 is Dice.
    """
    right, true, predicted = _sums(confusion)
    with np.errstate(invalid="ignore"):
        score = (1 + beta**2) * right / (beta**2 * true + predicted)
    return tuple(score.tolist())


def decided_above(probabilities: Probabilities, threshold: float) -> LabelMap:
    """Return the most probable class of each pixel, IGNORE_INDEX where it is below a threshold.

    A confusion matrix counts such pixels as missed: with a threshold of 0.5 or more, metrics from
    it are those of thresholding every class on its own.

    Args:
        probabilities: (C, H, W) float, 0..1; not logits.
        threshold: 0..1.

    Returns:
        (H, W) uint8.
    """
    decided: LabelMap = probabilities.argmax(axis=0).astype(np.uint8)
    decided[probabilities.max(axis=0) < threshold] = IGNORE_INDEX
    return decided


def _sums(confusion: Confusion) -> tuple[NDArray[np.float64], ...]:
    """Return the right, true and predicted pixels of each class."""
    counts = confusion.astype(np.float64)
    return np.diagonal(counts), counts.sum(axis=1), counts[:, : len(counts)].sum(axis=0)


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of what is not NaN."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _size(label_map: LabelMap) -> str:
    height, width = label_map.shape
    return f"{width} x {height}"


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics of one confusion matrix; NaN where a class is neither true nor predicted.

    Attributes:
        pixel_accuracy: Share of pixels whose class is right.
        mean_accuracy: Mean recall over the classes that are true somewhere.
        mean_iou: Mean IoU over the classes that are true or predicted somewhere.
        frequency_weighted_iou: Mean IoU over the classes, each weighted by its true pixels.
        iou: Intersection over union of each class.
        f_score: Harmonic mean of precision and recall of each class (beta 1, also called Dice).
        precision: Share of the pixels predicted as the class that are right.
        recall: Share of the class's true pixels that were found.
        pixels: Number of pixels compared.
    """

    pixel_accuracy: float
    mean_accuracy: float
    mean_iou: float
    frequency_weighted_iou: float
    iou: tuple[float, ...]
    f_score: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    pixels: int

    @classmethod
    def of(cls, confusion: Confusion) -> "Scores":
        """Return the metrics of a (C, C + 1) confusion matrix."""
        right, true, predicted = _sums(confusion)
        with np.errstate(invalid="ignore"):
            iou = right / (true + predicted - right)
            precision = right / predicted
            recall = right / true
            accuracy = right.sum() / true.sum()
            weighted_iou = true[true > 0] @ iou[true > 0] / true.sum()
        return cls(
            pixel_accuracy=float(accuracy),
            mean_accuracy=_mean(recall),
            mean_iou=_mean(iou),
            frequency_weighted_iou=float(weighted_iou),
            iou=tuple(iou.tolist()),
            f_score=f_beta(confusion, 1.0),
            precision=tuple(precision.tolist()),
            recall=tuple(recall.tolist()),
            pixels=int(confusion.sum()),
        )

    def to_json(self, names: Sequence[str]) -> dict[str, object]:
        """Return the metrics as JSON values; absent classes give null."""
        return {
            "pixel_accuracy": _number(self.pixel_accuracy),
            "mean_accuracy": _number(self.mean_accuracy),
            "mean_iou": _number(self.mean_iou),
            "frequency_weighted_iou": _number(self.frequency_weighted_iou),
            "pixels": self.pixels,
            "classes": [
                {
                    "index": index,
                    "name": name,
                    "iou": _number(self.iou[index]),
                    "f_score": _number(self.f_score[index]),
                    "precision": _number(self.precision[index]),
                    "recall": _number(self.recall[index]),
                }
                for index, name in enumerate(names)
            ],
        }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
