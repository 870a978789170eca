import itertools

import numpy as np
import pytest

from segstudio.core.class_census import Census
from segstudio.core.class_change import (
    ClassChange,
    Delete,
    Merge,
    Operation,
    Recolor,
    RegionSplit,
    Relabelling,
    Rename,
    Reorder,
    Split,
    planned,
    undone,
)
from segstudio.core.class_names import DatedChange, followed_classes, undoable
from segstudio.core.class_regions import split_regions
from segstudio.core.history import Edit, History
from segstudio.core.label_map import IGNORE_INDEX, LabelMap, pixel_counts
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import difference_patch
from segstudio.core.palette import Color

CLASSES = LabelSet.named(["background", "cell", "dirt", "wall"])
OPERATIONS: tuple[Operation, ...] = (
    Rename(1, "nucleus"),
    Recolor(1, Color(1, 2, 3)),
    Reorder((0, 3, 1, 2)),
    Merge((2,), 1),
    Merge((0, 3), 2),
    Delete((1,)),
    Delete((1, 3), 0),
    Split(1, "small cell", 4),
)


def random_map(seed: int) -> LabelMap:
    values = np.array([0, 1, 2, 3, IGNORE_INDEX], np.uint8)
    return np.random.default_rng(seed).choice(values, (12, 16)).astype(np.uint8)


def names_of(label_map: LabelMap, label_set: LabelSet) -> list[str]:
    names = (*label_set.names, *[""] * 256)
    return [names[value] for value in label_map.ravel()]


def test_merged_pixels_have_the_class_that_took_them_up() -> None:
    change = planned(Merge((2,), 1), CLASSES)
    before = random_map(0)
    after = Relabelling.of(change.table).pixels(before)
    assert change.after.names == ("background", "cell", "wall")
    wanted = ["cell" if name == "dirt" else name for name in names_of(before, CLASSES)]
    assert names_of(after, change.after) == wanted


def test_deleted_pixels_are_unlabelled() -> None:
    change = planned(Delete((1, 2)), CLASSES)
    before = random_map(1)
    after = Relabelling.of(change.table).pixels(before)
    gone = ("cell", "dirt")
    wanted = ["" if name in gone else name for name in names_of(before, CLASSES)]
    assert names_of(after, change.after) == wanted


def test_reordered_classes_keep_their_pixels() -> None:
    change = planned(Reorder((0, 3, 1, 2)), CLASSES)
    before = random_map(2)
    after = Relabelling.of(change.table).pixels(before)
    assert change.after.names == ("background", "wall", "cell", "dirt")
    assert names_of(after, change.after) == names_of(before, CLASSES)
    assert change.affected == ()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_colours_stay_with_their_names(operation: Operation) -> None:
    change = planned(operation, CLASSES)
    colors = {item.name: item.color for item in CLASSES}
    stay = [item for item in change.after if item.name in colors]
    if not isinstance(operation, Recolor):
        assert all(item.color == colors[item.name] for item in stay)
    assert len({item.color for item in change.after}) == len(change.after)


@pytest.mark.parametrize(
    "operation",
    [
        Rename(1, "wall"),
        Rename(1, "cell"),
        Rename(9, "x"),
        Reorder((0, 1, 2, 3)),
        Reorder((0, 0, 1, 2)),
        Merge((1,), 1),
        Merge((), 1),
        Merge((9,), 1),
        Delete((1,), 1),
        Split(1, "wall", 5),
        Split(1, "x", 0),
    ],
)
def test_what_makes_no_sense_is_refused(operation: Operation) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        planned(operation, CLASSES)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_undoing_gives_back_classes_and_pixels(operation: Operation) -> None:
    change = planned(operation, CLASSES)
    before = random_map(3)
    after = Relabelling.of(change.table).pixels(before)
    if change.split is not None:
        regions = split_regions(after, change.split)
        assert regions is not None
        after = np.where(regions, np.uint8(change.split.target), after)
    back = undone("x", change, change.after)
    assert back.after == CLASSES
    relabelling = (
        Relabelling.of(back.table)
        if back.left is None
        else Relabelling.undoing(back.table, before, back.left)
    )
    assert np.array_equal(relabelling.pixels(after), before)


def test_undoing_keeps_pixels_that_were_painted_since() -> None:
    change = planned(Merge((2,), 1), CLASSES)
    before = np.array([[1, 2, 2, 0]], np.uint8)
    now = Relabelling.of(change.table).pixels(before)
    now[0, 1] = 2  # wall, which is the third class now
    back = undone("x", change, change.after)
    assert back.left is not None
    result = Relabelling.undoing(back.table, before, back.left).pixels(now)
    assert names_of(result, CLASSES) == ["cell", "wall", "dirt", "background"]


def test_undoing_keeps_classes_that_were_added_since() -> None:
    change = planned(Delete((2,)), CLASSES)
    present = change.after.added("debris").added("dirt")
    back = undone("x", change, present)
    assert back.after.names == ("background", "cell", "dirt", "wall", "debris")
    # The dirt that was added since becomes one with the dirt that comes back.
    assert [back.table[index] for index in range(5)] == [0, 1, 3, 4, 2]


def test_undoing_is_refused_when_somebody_else_changed_the_classes() -> None:
    change = planned(Delete((2,)), CLASSES)
    with pytest.raises(ValueError, match="another program"):
        undone("x", change, CLASSES)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_can_be_undone_leads_through_the_same_pictures_as_before(
    operation: Operation,
) -> None:
    """Undo and redo after a change give the relabelled pixels of undo and redo before it."""
    states = [random_map(seed) for seed in range(4)]
    history = History()
    for one, other in itertools.pairwise(states):
        patch = difference_patch(one, other)
        assert patch is not None
        history.push(Edit.of("paint", patch))
    history.undo()  # we stand at the last but one
    relabelling = Relabelling.of(planned(operation, CLASSES).table)
    mapped = relabelling.history(history)
    label_map = relabelling.pixels(states[2])
    edit = mapped.redo()
    assert edit is not None
    for patch in edit.patches():
        assert np.array_equal(label_map[patch.rect.slices], patch.before)
        label_map[patch.rect.slices] = patch.after
    assert np.array_equal(label_map, relabelling.pixels(states[3]))
    while (edit := mapped.undo()) is not None:
        for patch in edit.patches():
            assert np.array_equal(label_map[patch.rect.slices], patch.after)
            label_map[patch.rect.slices] = patch.before
    assert np.array_equal(label_map, relabelling.pixels(states[0]))


def test_edits_that_change_nothing_any_more_cannot_be_undone() -> None:
    before, after = np.full((4, 4), 1, np.uint8), np.full((4, 4), 2, np.uint8)
    patch = difference_patch(before, after)
    assert patch is not None
    history = History(edits=[Edit.of("cells to dirt", patch)])
    relabelling = Relabelling.of(planned(Merge((2,), 1), CLASSES).table)
    assert relabelling.history(history).undo_name is None


def test_small_regions_are_split_off_and_large_ones_stay() -> None:
    label_map = np.zeros((6, 8), np.uint8)
    label_map[0, 0] = label_map[1, 1] = 1  # they touch at a corner
    label_map[4:, 4:] = 1
    regions = split_regions(label_map, RegionSplit(1, 4, 2))
    assert regions is not None
    assert np.argwhere(regions).tolist() == [[0, 0], [1, 1]]
    assert split_regions(label_map, RegionSplit(2, 4, 2)) is None


def test_the_census_counts_images_that_have_any_of_some_classes_once() -> None:
    maps = [np.array([[1, 2]], np.uint8), np.array([[2, 2]], np.uint8), np.zeros((1, 2), np.uint8)]
    census = Census.of("abc", [pixel_counts(label_map) for label_map in maps])
    assert census.pixels[:3].tolist() == [2, 1, 3]
    assert census.images((1, 2)) == 2
    assert census.images(()) == 0


def dated(*operations: Operation) -> tuple[LabelSet, tuple[DatedChange, ...]]:
    label_set, changes = CLASSES, []
    for number, operation in enumerate(operations):
        change = planned(operation, label_set)
        changes.append(DatedChange(f"2026-11-21 1{number}", change))
        label_set = change.after
    return label_set, tuple(changes)


def test_a_models_classes_follow_all_that_happened_to_them() -> None:
    present, changes = dated(
        Rename(1, "nucleus"), Reorder((0, 3, 1, 2)), Merge((3,), 1), Delete((2,))
    )
    assert present.names == ("background", "wall")
    found = followed_classes((*CLASSES.names, "hair"), present, changes)
    assert found == (0, IGNORE_INDEX, 1, 1, None)


def test_names_that_were_swapped_mean_what_they_meant_when_the_model_was_trained() -> None:
    present, changes = dated(Rename(1, "x"), Rename(2, "cell"), Rename(1, "dirt"))
    assert present.names == ("background", "dirt", "cell", "wall")
    assert followed_classes(("cell", "dirt"), present, changes, since="2026-11-20") == (1, 2)
    assert followed_classes(("cell", "dirt"), present, changes, since="2026-11-22") == (2, 1)
    assert followed_classes(("cell", "dirt"), present, changes) == (2, 1)


def test_a_name_that_was_taken_back_is_followed_too() -> None:
    rename = planned(Rename(1, "nucleus"), CLASSES)
    back = undone("1", rename, rename.after)
    changes = (DatedChange("1", rename), DatedChange("2", back))
    assert followed_classes(("nucleus",), CLASSES, changes) == (1,)


def test_changes_are_taken_back_from_the_last_to_the_first() -> None:
    label_set, changes = dated(Rename(1, "a"), Rename(1, "b"))
    assert undoable(changes) == changes[1]
    back: ClassChange = undone(changes[1].name, changes[1].change, label_set)
    log = (*changes, DatedChange("3", back))
    assert undoable(log) == changes[0]
    back = undone(changes[0].name, changes[0].change, back.after)
    assert undoable((*log, DatedChange("4", back))) is None
