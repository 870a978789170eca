"""The correction ledger: what was changed, and how long it took."""

import numpy as np
import pytest

from segstudio.core.label_set import LabelSet
from segstudio.core.ledger import (
    MOST_ENTRIES,
    ActiveTime,
    ClassChange,
    Entry,
    Ledger,
    changes_between,
    followed_changes,
    summed_changes,
)

CLASSES = LabelSet.named(["background", "cell", "nucleus"])


def _entry(began: str, seconds: float, *changes: ClassChange) -> Entry:
    return Entry(began, began, "ann", seconds, "cells.onnx", True, changes)


def test_changed_pixels_are_counted_by_the_two_classes() -> None:
    prediction = np.zeros((4, 10), np.uint8)
    prediction[0] = 255  # the model said nothing here
    label_map = prediction.copy()
    label_map[0] = 1
    label_map[1, :6] = 1
    label_map[2, :2] = 2
    label_map[3, 0] = 255
    assert changes_between(prediction, label_map, CLASSES) == (
        ClassChange("background", "cell", 6),
        ClassChange("background", "nucleus", 2),
        ClassChange("background", "", 1),
    )


def test_counts_of_a_large_map_are_those_of_its_parts() -> None:
    rng = np.random.default_rng(0)
    prediction = rng.integers(0, 3, (2100, 2100), np.uint8)  # more than one block
    label_map = rng.integers(0, 3, (2100, 2100), np.uint8)
    found = {c[:2]: c.pixels for c in changes_between(prediction, label_map, CLASSES)}
    for said in range(3):
        for now in range(3):
            names = CLASSES[said].name, CLASSES[now].name
            expected = np.count_nonzero((prediction == said) & (label_map == now))
            assert found.get(names, 0) == (expected if said != now else 0)


def test_pauses_do_not_count_as_work() -> None:
    time = ActiveTime(now=100.0, pause=30.0)
    for moment in (110.0, 112.5, 500.0, 501.0):
        time.note(moment)
    assert time.seconds == 10 + 2.5 + 1


def test_saving_again_in_one_sitting_replaces_its_entry() -> None:
    ledger = Ledger().with_entry(_entry("t1", 10)).with_entry(_entry("t2", 3))
    ledger = ledger.with_entry(_entry("t2", 8, ClassChange("cell", "nucleus", 5)))
    assert [entry.seconds for entry in ledger.entries] == [10, 8]
    assert ledger.seconds == 18
    assert ledger.changes == (ClassChange("cell", "nucleus", 5),)


def test_a_full_ledger_joins_its_oldest_entries_and_keeps_the_sum() -> None:
    ledger = Ledger()
    for number in range(MOST_ENTRIES + 7):
        ledger = ledger.with_entry(_entry(f"t{number}", 1))
    assert len(ledger.entries) == MOST_ENTRIES
    assert ledger.seconds == MOST_ENTRIES + 7
    assert ledger.entries[0].began == "t0"


def test_a_ledger_comes_back_from_json() -> None:
    ledger = Ledger((_entry("t1", 1.5, ClassChange("cell", "", 4)), _entry("t2", 0)))
    assert Ledger.from_json(ledger.to_json()) == ledger


@pytest.mark.parametrize(
    "value",
    [
        {},
        [1],
        [{"seconds": -1, "changes": []}],
        [{"seconds": True, "changes": []}],
        [{"seconds": 1}],
        [{"seconds": 1, "changes": [{"predicted": "a", "corrected": "b", "pixels": 1.5}]}],
        [{"seconds": 1, "changes": [], "by": "x" * 1000}],
        [{"seconds": 1, "changes": []}] * (MOST_ENTRIES + 1),
    ],
)
def test_what_is_no_ledger_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Ledger.from_json(value)


def test_changes_are_summed_over_images() -> None:
    ledgers = [
        Ledger((_entry("t", 1, ClassChange("cell", "", 4), ClassChange("cell", "nucleus", 5)),)),
        Ledger(),
        Ledger((_entry("t", 1, ClassChange("cell", "", 3)),)),
    ]
    assert summed_changes(ledgers) == (
        ClassChange("cell", "", 7),
        ClassChange("cell", "nucleus", 5),
    )


def test_changes_are_told_by_what_classes_are_called_now() -> None:
    changes = (
        ClassChange("cell", "dirt", 9),
        ClassChange("cell", "wall", 4),
        ClassChange("dirt", "wall", 3),
        ClassChange("old", "wall", 2),
        ClassChange("wall", "old", 1),
        ClassChange("wall", "", 1),
    )
    # "cell" was renamed, "dirt" merged into it, and "old" deleted.
    now = {"cell": "nucleus", "dirt": "nucleus", "wall": "wall", "old": None}
    assert followed_changes(changes, now) == (
        ClassChange("nucleus", "wall", 7),
        ClassChange("wall", "", 2),
    )
