"""Which classes the values of masks stand for, where the data set does not name them."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet
from trainer.data.survey.facts import ImageFacts
from trainer.data.survey.findings import Finding, histogram, refused
from trainer.errors import listed

_MOST_UNNAMED: Final = 32
_FEWEST_OBJECTS: Final = 8
_NAME_THEM: Final = "Name the classes with --classes NAMES.txt, or convert the masks to 0, 1, 2 ..."


def numbered_classes(facts: Sequence[ImageFacts]) -> tuple[LabelSet, Finding | None]:
    """Return a class for each value up to the largest, or none and why the values are no classes.

    Two values are background and foreground.
    """
    pixels = histogram(facts)[:IGNORE_INDEX]
    values = np.flatnonzero(pixels).tolist()
    count = (values[-1] if values else 0) + 1
    problem = _problem(facts, values, count)
    if problem:
        return LabelSet(), problem
    if count <= 2:
        return LabelSet.named(["background", "foreground"]), None
    return LabelSet.named([f"class {index}" for index in range(count)]), None


def _problem(facts: Sequence[ImageFacts], values: Sequence[int], count: int) -> Finding | None:
    if len(values) > _MOST_UNNAMED:
        return refused(
            "grey-levels",
            f"the masks hold {len(values)} different values, as smoothed masks or numbered "
            "objects do, and nothing names so many classes",
            "Add --positive light if bright pixels (128 to 255) are the object, --positive dark if "
            "dark ones are; or name the classes with --classes NAMES.txt",
        )
    # Masks with the values 0 and 128 hold two classes, not 129.
    if count > 2 * len(values) and count > 2:
        shown = listed([str(value) for value in values])
        two = len(values) == 2 and values[0] <= 127 < values[1]
        return refused(
            "grey-levels",
            f"the masks hold the values {shown}, which are not class indices counted from 0",
            f"Add --positive light if {values[1]} is the object, --positive dark if {values[0]} is"
            if two
            else _NAME_THEM,
        )
    if _are_numbered_objects(facts, count):
        first, second = _differing(facts)
        return refused(
            "numbered-objects",
            f"the masks seem to number single objects, not classes: {first.item.mask.name} goes up "
            f"to {_largest(first)}, {second.item.mask.name} to {_largest(second)}",
            "Give all objects of a class the same value; if these are classes, name them with "
            "--classes NAMES.txt",
        )
    return None


def _are_numbered_objects(facts: Sequence[ImageFacts], count: int) -> bool:
    """Return whether every mask holds 1, 2, 3, ... without a gap, up to ever different ends."""
    if count <= _FEWEST_OBJECTS:
        return False
    gapless = all(each.values[1 : _largest(each) + 1].all() for each in facts)
    return gapless and len({_largest(each) for each in facts}) >= min(3, len(facts)) > 1


def _differing(facts: Sequence[ImageFacts]) -> tuple[ImageFacts, ImageFacts]:
    first = facts[0]
    return first, next(each for each in facts if _largest(each) != _largest(first))


def _largest(facts: ImageFacts) -> int:
    return int(np.flatnonzero(facts.values[:IGNORE_INDEX])[-1]) if facts.labelled else 0
