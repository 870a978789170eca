"""What the values in masks mean, where the user has to say it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.metrics import PairCounts
from segstudio.errors import ScoreError
from segstudio.formats.binary import Positive

_BINARY: Final = frozenset({0, IGNORE_INDEX})


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """Tables from the values in masks to classes.

    Attributes:
        truth: (256,) uint8: value in the truth -> class index, 255 = unlabelled.
        predicted: (256,) uint8, the same for the predictions.
    """

    truth: LabelMap
    predicted: LabelMap

    def of(self, counts: PairCounts) -> PairCounts:
        """Return counted pairs of values as counted pairs of classes."""
        moved = np.zeros_like(counts)
        np.add.at(moved, (self.truth[:, None], self.predicted[None, :]), counts)
        return moved


def meaning_of(
    counts: PairCounts, truth: Path, ignore: int | None, positive: Positive | None
) -> Meaning:
    """Find out what the values in all masks together mean.

    Args:
        counts: Pixels by the values that stand in truth and prediction.
        truth: The truth, for what is told.
        ignore: Value that means unlabelled, besides 255.
        positive: Which value of masks that hold only 0 and 255 is class 1.

    Raises:
        ScoreError: If there are such masks and ``positive`` is None.
    """
    values: LabelMap = np.arange(256, dtype=np.uint8)
    if ignore is not None:
        values[ignore] = IGNORE_INDEX
    true = set(values[counts.any(axis=1)].tolist())
    predicted = set(values[counts.any(axis=0)].tolist())
    # A prediction of zeros alone is class 0 everywhere; only 255 shows that it is a 0/255 mask.
    predicted_binary = predicted <= _BINARY and IGNORE_INDEX in predicted
    if positive is None:
        if predicted_binary or (true <= _BINARY and IGNORE_INDEX in true):
            raise ScoreError(
                f"{truth.name or truth}: the masks hold only 0 and 255, "
                "and 255 may be a class or mean unlabelled",
                hint="Say which one is class 1 with --positive dark (0) or --positive light (255)",
            )
        return Meaning(values, values)
    light = 1 if positive is Positive.LIGHT else 0
    as_classes: LabelMap = values.copy()
    as_classes[values == IGNORE_INDEX] = light
    as_classes[values == 0] = 1 - light
    return Meaning(
        as_classes if true <= _BINARY else values, as_classes if predicted_binary else values
    )
