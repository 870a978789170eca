"""Putting a model's answer into a label map that a person may have worked on."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, either
from segstudio.core.paint_rule import has_class
from segstudio.core.review import UNCHECKED, ReviewMap


class MergeRule(StrEnum):
    """Which pixels a model's answer is written to; what a person looked at is none of them.

    FILL writes where nothing is labelled, UNREVIEWED also where nobody has looked, COMPARE nowhere.
    """

    FILL = "fill"
    UNREVIEWED = "unreviewed"
    COMPARE = "compare"


class Disagreement(NamedTuple):
    """How far a model's answer and the labels of an image differ.

    Attributes:
        labelled: Labelled pixels of the image.
        different: Those of them to which the model gives another class.
    """

    labelled: int
    different: int

    @property
    def share(self) -> float:
        """Share of the labelled pixels that differ, 0..1."""
        return self.different / max(self.labelled, 1)


def narrowed(
    label_map: LabelMap, class_map: LabelMap, review: ReviewMap, rule: MergeRule
) -> LabelMap:
    """Return a model's answer as far as a rule takes it; all (H, W) uint8.

    Under FILL, what an earlier answer left and nobody has looked at stays what the model said.

    Args:
        label_map: What is there.
        class_map: What the model says, in the same classes.
        review: How far each pixel is reviewed.
        rule: FILL or UNREVIEWED.
    """
    if rule is MergeRule.UNREVIEWED:
        return class_map
    unlooked = (review == UNCHECKED) & (label_map != IGNORE_INDEX)
    result: LabelMap = np.where(unlooked, label_map, class_map)
    return result


def spared(
    label_map: LabelMap, class_map: LabelMap, review: ReviewMap, locked: Collection[int]
) -> LabelMap:
    """Return a model's answer that leaves locked classes alone; all (H, W) uint8.

    Where nobody has looked, it says of a locked class what the labels say: what is kept there is
    no correction. Elsewhere it stays what the model said.

    Args:
        label_map: What is there.
        class_map: What the model says, in the same classes.
        review: How far each pixel is reviewed.
        locked: Class indices that are not to be written over.
    """
    if not locked:
        return class_map
    kept = has_class(label_map, locked) & (review == UNCHECKED)
    return either(kept, label_map, class_map)


def disagreement(label_map: LabelMap, class_map: LabelMap) -> Disagreement:
    """Return how far two (H, W) uint8 maps differ where the first is labelled."""
    labelled = label_map != IGNORE_INDEX
    different = labelled & (class_map != label_map)
    return Disagreement(int(np.count_nonzero(labelled)), int(np.count_nonzero(different)))
