"""Segmentation metrics, all from one confusion matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap

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


def _size(label_map: LabelMap) -> str:
    height, width = label_map.shape
    return f"{width} x {height}"


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics of one confusion matrix; NaN where a class is neither true nor predicted.

    Attributes:
        pixel_accuracy: Share of pixels whose class is right.
        mean_iou: Mean IoU over the classes that are true or predicted somewhere.
        iou: Intersection over union of each class.
        f_score: Harmonic mean of precision and recall of each class (beta 1, also called Dice).
        precision: Share of the pixels predicted as the class that are right.
        recall: Share of the class's true pixels that were found.
        pixels: Number of pixels compared.
    """

    pixel_accuracy: float
    mean_iou: float
    iou: tuple[float, ...]
    f_score: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    pixels: int

    @classmethod
    def of(cls, confusion: Confusion) -> "Scores":
        """Return the metrics of a (C, C + 1) confusion matrix."""
        counts = confusion.astype(np.float64)
        right = np.diagonal(counts)
        true = counts.sum(axis=1)
        predicted = counts[:, : len(counts)].sum(axis=0)
        with np.errstate(invalid="ignore"):
            iou = right / (true + predicted - right)
            f_score = 2 * right / (true + predicted)
            precision = right / predicted
            recall = right / true
            accuracy = right.sum() / true.sum()
        present = ~np.isnan(iou)
        return cls(
            pixel_accuracy=float(accuracy),
            mean_iou=float(iou[present].mean()) if present.any() else float("nan"),
            iou=tuple(iou.tolist()),
            f_score=tuple(f_score.tolist()),
            precision=tuple(precision.tolist()),
            recall=tuple(recall.tolist()),
            pixels=int(confusion.sum()),
        )

    def to_json(self, names: Sequence[str]) -> dict[str, object]:
        """Return the metrics as JSON values; absent classes give null."""
        return {
            "pixel_accuracy": _number(self.pixel_accuracy),
            "mean_iou": _number(self.mean_iou),
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
