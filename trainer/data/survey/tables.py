"""The numbers of an examination, row by row, for people and for programs."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelClass
from trainer.data.survey.facts import ImageFacts
from trainer.data.survey.findings import Evidence, histogram, images_showing

Size = tuple[int, int]
"""(height, width), pixels."""


class SplitRow(NamedTuple):
    """One split.

    Attributes:
        name: Its name.
        images: Number of images that can be used.
        unusable: Number of those that cannot.
        smallest: The smallest height and the smallest width; None without images.
        median: The median of each.
        largest: The largest of each.
        grey: Number of images whose three channels are the same.
        unlabelled: Share of the pixels without a class, 0..1; None without images.
    """

    name: str
    images: int
    unusable: int
    smallest: Size | None
    median: Size | None
    largest: Size | None
    grey: int
    unlabelled: float | None


class ClassCount(NamedTuple):
    """How often a class occurs in a split.

    Attributes:
        pixels: Number of pixels.
        share: Of the labelled pixels, 0..1.
        images: Number of images that show it.
    """

    pixels: int
    share: float
    images: int


class ClassRow(NamedTuple):
    """One class, with its count in each of some splits."""

    class_index: int
    item: LabelClass
    counts: tuple[ClassCount, ...]


def split_rows(evidence: Evidence) -> list[SplitRow]:
    """Return a row for each split that was looked at."""
    return [
        _split_row(name, facts, len(evidence.dataset.splits[name]))
        for name, facts in evidence.splits.items()
    ]


def class_rows(evidence: Evidence, splits: Sequence[str]) -> list[ClassRow]:
    """Return a row for each class, with a count for each of these splits."""
    of_splits = [evidence.of(split) for split in splits]
    pixels = [histogram(facts)[:IGNORE_INDEX] for facts in of_splits]
    images = [images_showing(facts) for facts in of_splits]
    return [
        ClassRow(
            index,
            item,
            tuple(
                ClassCount(int(p[index]), int(p[index]) / max(int(p.sum()), 1), int(i[index]))
                for p, i in zip(pixels, images, strict=True)
            ),
        )
        for index, item in enumerate(evidence.label_set)
    ]


def mask_kinds(evidence: Evidence) -> dict[str, int]:
    """Return how many masks are kept in each way, the most frequent first."""
    by_item = {facts.item: facts.header.kind.value for facts in evidence.facts}
    return dict(Counter(by_item.values()).most_common())


def _split_row(name: str, facts: Sequence[ImageFacts], total: int) -> SplitRow:
    sizes = np.array([each.size for each in facts])
    smallest, median, largest = (
        (_size(sizes.min(axis=0)), _size(np.median(sizes, axis=0)), _size(sizes.max(axis=0)))
        if len(sizes)
        else (None, None, None)
    )
    return SplitRow(
        name=name,
        images=len(facts),
        unusable=total - len(facts),
        smallest=smallest,
        median=median,
        largest=largest,
        grey=sum(each.is_grey for each in facts),
        unlabelled=1 - sum(e.labelled for e in facts) / sum(e.area for e in facts)
        if facts
        else None,
    )


def _size(sides: NDArray[np.float64]) -> Size:
    height, width = sides.astype(int).tolist()
    return height, width
