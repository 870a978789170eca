"""The facts of all images of a project side by side, so that 100,000 are sorted in a moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from segstudio.core.image_facts import ImageFacts
from segstudio.core.review import ReviewState

_Number = TypeVar("_Number", bound=np.generic)
STATES: Final = tuple(ReviewState)
"""A state's place in here stands for it in ``ImageTable.states``."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageTable:
    """One row an image, N rows; immutable, so that threads may share it.

    Attributes:
        keys: Image keys, in the order of their names.
        states: (N,) uint8, places in ``STATES``.
        uncertainty: (N,) float32; NaN where it is not known.
        disagreement: (N,) int64, see ``ImageFacts``.
        corrected: (N,) int64, see ``ImageFacts``.
        pixels: (N,) int64, pixels of the label map, 0 where there is none.
        changed: (N,) float64, seconds since 1970, 0 where nothing was ever done.
        seconds: (N,) float64, time spent on correcting.
        area_rows: (M,) int32; entry i says that the image of row ``area_rows[i]`` has
            ``area_pixels[i]`` pixels of class ``area_classes[i]``, 255 for the unlabelled.
        area_classes: (M,) uint8.
        area_pixels: (M,) int64.
        notes: Image key -> note, for the images that have one.
        people: Image key -> who approved or flagged it, for those that somebody did.
        problems: Image key -> why its mask cannot be read.
    """

    keys: tuple[str, ...]
    states: NDArray[np.uint8]
    uncertainty: NDArray[np.float32]
    disagreement: NDArray[np.int64]
    corrected: NDArray[np.int64]
    pixels: NDArray[np.int64]
    changed: NDArray[np.float64]
    seconds: NDArray[np.float64]
    area_rows: NDArray[np.int32]
    area_classes: NDArray[np.uint8]
    area_pixels: NDArray[np.int64]
    notes: Mapping[str, str]
    people: Mapping[str, str]
    problems: Mapping[str, str]

    @classmethod
    def of(cls, keys: Iterable[str], facts: Iterable[ImageFacts] = ()) -> Self:
        """Return the table of these images; those that nothing is known of are unlabelled."""
        keys = tuple(keys)
        count = len(keys)
        empty = cls(
            keys=keys,
            states=np.zeros(count, np.uint8),
            uncertainty=np.full(count, np.nan, np.float32),
            disagreement=np.zeros(count, np.int64),
            corrected=np.zeros(count, np.int64),
            pixels=np.zeros(count, np.int64),
            changed=np.zeros(count, np.float64),
            seconds=np.zeros(count, np.float64),
            area_rows=np.zeros(0, np.int32),
            area_classes=np.zeros(0, np.uint8),
            area_pixels=np.zeros(0, np.int64),
            notes={},
            people={},
            problems={},
        )
        facts = list(facts)
        return empty.with_facts(rows_of(keys), facts) if facts else empty

    def with_facts(self, rows: Mapping[str, int], facts: Iterable[ImageFacts]) -> Self:
        """Return this table with the rows of some images replaced.

        Args:
            rows: Image key -> row, for all of ``keys``; see ``rows_of``.
            facts: Of images that may be among them; others are left out.
        """
        new = {rows[fact.key]: fact for fact in facts if fact.key in rows}
        if not new:
            return self
        places = np.fromiter(new, np.int64, len(new))
        kept = ~np.isin(self.area_rows, places)
        areas = [
            (row, index, pixels)
            for row, fact in new.items()
            for index, pixels in fact.class_pixels.items()
        ]
        area_rows, area_classes, area_pixels = zip(*areas, strict=True) if areas else ((), (), ())
        values = list(new.values())

        def column(old: NDArray[_Number], values: Sequence[float]) -> NDArray[_Number]:
            result = old.copy()
            result[places] = values
            return result

        nan = float("nan")
        return replace(
            self,
            states=column(self.states, [STATES.index(fact.state) for fact in values]),
            uncertainty=column(
                self.uncertainty,
                [nan if fact.uncertainty is None else fact.uncertainty for fact in values],
            ),
            disagreement=column(self.disagreement, [fact.disagreement for fact in values]),
            corrected=column(self.corrected, [fact.corrected for fact in values]),
            pixels=column(self.pixels, [fact.pixels for fact in values]),
            changed=column(self.changed, [fact.changed for fact in values]),
            seconds=column(self.seconds, [fact.seconds for fact in values]),
            area_rows=np.append(self.area_rows[kept], np.array(area_rows, np.int32)),
            area_classes=np.append(self.area_classes[kept], np.array(area_classes, np.uint8)),
            area_pixels=np.append(self.area_pixels[kept], np.array(area_pixels, np.int64)),
            notes=_with(self.notes, {fact.key: fact.note for fact in values}),
            people=_with(self.people, {fact.key: fact.by for fact in values}),
            problems=_with(self.problems, {fact.key: fact.problem for fact in values}),
        )

    def with_row_of(self, other: Self, key: str) -> Self:
        """Return this table with one image as another table of the same images has it."""
        if other is self or other.keys != self.keys or key not in self.keys:
            return self
        row = self.keys.index(key)
        kept, taken = self.area_rows != row, other.area_rows == row

        def column(mine: NDArray[_Number], theirs: NDArray[_Number]) -> NDArray[_Number]:
            result = mine.copy()
            result[row] = theirs[row]
            return result

        return replace(
            self,
            states=column(self.states, other.states),
            uncertainty=column(self.uncertainty, other.uncertainty),
            disagreement=column(self.disagreement, other.disagreement),
            corrected=column(self.corrected, other.corrected),
            pixels=column(self.pixels, other.pixels),
            changed=column(self.changed, other.changed),
            seconds=column(self.seconds, other.seconds),
            area_rows=np.append(self.area_rows[kept], other.area_rows[taken]),
            area_classes=np.append(self.area_classes[kept], other.area_classes[taken]),
            area_pixels=np.append(self.area_pixels[kept], other.area_pixels[taken]),
            notes=_with(self.notes, {key: other.notes.get(key, "")}),
        )

    def __len__(self) -> int:
        return len(self.keys)

    def counts(self) -> dict[ReviewState, int]:
        """Return how many images are in each state."""
        counts = np.bincount(self.states, minlength=len(STATES)).tolist()
        return dict(zip(STATES, counts, strict=True))

    def class_areas(self, class_index: int) -> NDArray[np.int64]:
        """Return (N,) int64, how many pixels of a class each image has."""
        of_class = self.area_classes == class_index
        areas = np.zeros(len(self), np.int64)
        areas[self.area_rows[of_class]] = self.area_pixels[of_class]
        return areas


def rows_of(keys: Iterable[str]) -> dict[str, int]:
    """Return image key -> row."""
    return {key: row for row, key in enumerate(keys)}


def _with(old: Mapping[str, str], new: Mapping[str, str]) -> Mapping[str, str]:
    """Return texts with others in their place; empty ones are left out."""
    if not any(new.values()) and not any(key in old for key in new):
        return old
    return {key: text for key, text in {**old, **new}.items() if text}
