"""The correction ledger: what a person changed in what a model said, and how long that took.

It answers what a model is worth: which classes it takes for which, and how many seconds of work
each image costs with it. Classes are noted by name, so that the ledger stays true when classes are
merged or put in another order later.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet

PAUSE_SECONDS: Final = 30.0
"""A longer time without an edit is no work on the image."""
MOST_ENTRIES: Final = 100
"""Older entries of an image are added together."""
UNLABELLED_NAME: Final = ""
"""What the ledger calls pixels without a class; no class has this name."""

_BLOCK_PIXELS: Final = 2**22
_MOST_TEXT: Final = 200
_MOST_CHANGES: Final = 2**16
_LONGEST_SECONDS: Final = 1e9


class ClassChange(NamedTuple):
    """Pixels that a model gave one class and a person another.

    Attributes:
        predicted: Name of the class the model said.
        corrected: Name of the class that is there now, "" for none.
        pixels: How many.
    """

    predicted: str
    corrected: str
    pixels: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One sitting: work on one image, over one prediction, without leaving it.

    Attributes:
        began: When the image was opened or the model run, as ISO 8601 with the time zone.
        ended: When it was last saved.
        by: Login name of who worked, or "".
        seconds: Time spent; pauses do not count.
        model: File name of the model whose prediction was corrected, or "" if that is not known.
        has_prediction: Whether there was a prediction; else everything was painted from scratch.
        changes: What differs from the prediction at the end, the largest change first.
    """

    began: str
    ended: str
    by: str
    seconds: float
    model: str = ""
    has_prediction: bool = False
    changes: tuple[ClassChange, ...] = ()

    @property
    def changed_pixels(self) -> int:
        """Number of pixels that differ from the prediction."""
        return sum(change.pixels for change in self.changes)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All sittings over one image, the oldest first.

    Attributes:
        entries: At most MOST_ENTRIES of them.
    """

    entries: tuple[Entry, ...] = ()

    @property
    def seconds(self) -> float:
        """Time spent on the image."""
        return sum(entry.seconds for entry in self.entries)

    @property
    def changes(self) -> tuple[ClassChange, ...]:
        """What the image as it is now differs in from its last prediction."""
        return self.entries[-1].changes if self.entries else ()

    def with_entry(self, entry: Entry) -> "Ledger":
        """Return the ledger with an entry; one of the same sitting takes the place of the last.

        What is saved every few seconds is told anew each time, with all that came before in the
        sitting, so that a save that was lost or done twice changes no sum.
        """
        entries = self.entries
        if entries and (entries[-1].began, entries[-1].by) == (entry.began, entry.by):
            entries = entries[:-1]
        return Ledger(_bounded((*entries, entry)))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the entries as JSON values."""
        return [
            {
                "began": entry.began,
                "ended": entry.ended,
                "by": entry.by,
                "seconds": round(entry.seconds, 1),
                "model": entry.model,
                "prediction": entry.has_prediction,
                "changes": [
                    {"predicted": c.predicted, "corrected": c.corrected, "pixels": c.pixels}
                    for c in entry.changes
                ],
            }
            for entry in self.entries
        ]

    @classmethod
    def from_json(cls, value: object) -> "Ledger":
        """Return the ledger of JSON values.

        Raises:
            ValueError: If they are not those of a ledger.
        """
        if not isinstance(value, list) or len(value) > MOST_ENTRIES:
            raise ValueError(f"the entries are not a list of at most {MOST_ENTRIES}")
        return cls(tuple(_entry(item) for item in value))


class ActiveTime:
    """Adds up the time that a person spends on an image, from the moments something was done.

    Times are seconds of any clock that does not go back.

    Args:
        now: When the image was shown.
        pause: Seconds; longer times without anything done do not count.
    """

    def __init__(self, now: float, pause: float = PAUSE_SECONDS) -> None:
        self._last = now
        self._pause = pause
        self.seconds = 0.0

    def note(self, now: float) -> None:
        """Note that something was done."""
        passed = now - self._last
        self._last = now
        if 0 <= passed <= self._pause:
            self.seconds += passed


def changes_between(
    prediction: LabelMap, label_map: LabelMap, label_set: LabelSet
) -> tuple[ClassChange, ...]:
    """Count the pixels whose class differs, by the two classes, the largest count first.

    Pixels for which there was no prediction do not count.

    Args:
        prediction: (H, W) uint8, what the model said.
        label_map: (H, W) uint8, what is there now.
        label_set: Names of the classes.

    Raises:
        ValueError: If the shapes differ.
    """
    if prediction.shape != label_map.shape:
        raise ValueError(f"the shapes differ: {prediction.shape} and {label_map.shape}")
    counts = np.zeros(2**16, np.int64)
    rows = max(_BLOCK_PIXELS // max(label_map.shape[1], 1), 1)
    for top in range(0, len(label_map), rows):
        said, now = prediction[top : top + rows], label_map[top : top + rows]
        differs = (said != now) & (said != IGNORE_INDEX)
        if differs.any():
            pairs = said[differs].astype(np.uint16) * np.uint16(256) + now[differs]
            counts += np.bincount(pairs, minlength=2**16)
    found = [
        ClassChange(_name(pair // 256, label_set), _name(pair % 256, label_set), int(counts[pair]))
        for pair in np.flatnonzero(counts).tolist()
    ]
    return tuple(sorted(found, key=lambda change: (-change.pixels, change)))


def summed_changes(ledgers: Iterable[Ledger]) -> tuple[ClassChange, ...]:
    """Return what all images together differ in from their predictions, the largest first."""
    total: Counter[tuple[str, str]] = Counter()
    for ledger in ledgers:
        for change in ledger.changes:
            total[change.predicted, change.corrected] += change.pixels
    return tuple(ClassChange(*pair, pixels) for pair, pixels in total.most_common())


def followed_changes(
    changes: Iterable[ClassChange], names: Mapping[str, str | None]
) -> tuple[ClassChange, ...]:
    """Return changes by what their classes are called now, the largest first.

    Pixels that have the predicted class now, or whose prediction was deleted, are none any more.

    Args:
        changes: By the names that classes had.
        names: Name -> the present one, or None for a class that was deleted; others stay.
    """
    total: Counter[tuple[str, str]] = Counter()
    for change in changes:
        predicted = names.get(change.predicted, change.predicted)
        corrected = names.get(change.corrected, change.corrected) or UNLABELLED_NAME
        if predicted is not None and predicted != corrected:
            total[predicted, corrected] += change.pixels
    return tuple(ClassChange(*pair, pixels) for pair, pixels in total.most_common())


def _name(value: int, label_set: LabelSet) -> str:
    if value == IGNORE_INDEX:
        return UNLABELLED_NAME
    return label_set[value].name if value < len(label_set) else str(value)


def _bounded(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    while len(entries) > MOST_ENTRIES:
        first, second, *rest = entries
        joined = replace(second, began=first.began, seconds=first.seconds + second.seconds)
        entries = (joined, *rest)
    return entries


def _entry(value: object) -> Entry:
    if not isinstance(value, dict):
        raise ValueError("an entry is not an object")
    seconds = value.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError("the seconds of an entry are not a number")
    if not (math.isfinite(seconds) and 0 <= seconds <= _LONGEST_SECONDS):
        raise ValueError(f"an entry of {seconds} seconds")
    changes = value.get("changes")
    if not isinstance(changes, list) or len(changes) > _MOST_CHANGES:
        raise ValueError("the changes of an entry are not a list")
    return Entry(
        began=_text(value, "began"),
        ended=_text(value, "ended"),
        by=_text(value, "by"),
        seconds=float(seconds),
        model=_text(value, "model"),
        has_prediction=value.get("prediction") is True,
        changes=tuple(_change(item) for item in changes),
    )


def _change(value: object) -> ClassChange:
    if not isinstance(value, dict):
        raise ValueError("a change is not an object")
    pixels = value.get("pixels")
    if type(pixels) is not int or pixels < 0:
        raise ValueError("the pixels of a change are not a whole number")
    return ClassChange(_text(value, "predicted"), _text(value, "corrected"), pixels)


def _text(value: Mapping[str, object], name: str) -> str:
    text = value.get(name, "")
    if not isinstance(text, str) or len(text) > _MOST_TEXT:
        raise ValueError(f"{name!r} is not a short text")
    return text
