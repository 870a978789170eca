"""Locks and the like stay with their classes, whatever becomes of the class indices."""

import pytest

from segstudio.core.class_change import (
    Delete,
    Merge,
    Operation,
    Recolor,
    Rename,
    Reorder,
    Split,
    planned,
    undone,
)
from segstudio.core.class_marks import ClassMarks, followed_index
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color

CLASSES = LabelSet.named(["background", "cell", "dirt", "wall"])


def marked(*names: str) -> ClassMarks:
    return ClassMarks(frozenset(CLASSES.names.index(name) for name in names))


def names(marks: ClassMarks, label_set: LabelSet) -> set[str]:
    return {label_set[index].name for index in marks.indices}


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        (Rename(1, "nucleus"), ("cell", "wall"), {"nucleus", "wall"}),
        (Recolor(1, Color(1, 2, 3)), ("cell",), {"cell"}),
        (Reorder((3, 2, 1, 0)), ("dirt", "wall"), {"dirt", "wall"}),
        (Merge((2,), 1), ("dirt", "wall"), {"wall"}),
        (Merge((2,), 1), ("cell",), {"cell"}),
        (Delete((1,)), ("cell", "dirt"), {"dirt"}),
        (Delete((1, 2), 3), ("cell",), set()),
        (Split(1, "speck", 6), ("cell", "wall"), {"cell", "speck", "wall"}),
        (Split(1, "speck", 6), ("wall",), {"wall"}),
    ],
)
def test_marks_follow_a_change_and_its_undo(
    operation: Operation, before: tuple[str, ...], after: set[str]
) -> None:
    change = planned(operation, CLASSES)
    marks = marked(*before).following("1", change)
    assert names(marks, change.after) == after
    back = undone("1", change, change.after)
    restored = marks.following("2", back)
    assert names(restored, back.after) == set(before)
    assert not restored.lost


def test_two_deleted_classes_come_back_marked_as_each_was() -> None:
    first = planned(Delete((1,)), CLASSES)
    second = planned(Delete((1,)), first.after)  # dirt
    marks = marked("cell", "dirt").following("1", first).following("2", second)
    assert names(marks, second.after) == set()
    undo_second = undone("2", second, second.after)
    marks = marks.following("3", undo_second)
    assert names(marks, undo_second.after) == {"dirt"}
    undo_first = undone("1", first, undo_second.after)
    assert names(marks.following("4", undo_first), undo_first.after) == {"cell", "dirt"}


def test_a_new_class_with_the_name_of_a_deleted_one_is_not_marked_by_it() -> None:
    delete = planned(Delete((1,)), CLASSES)
    marks = marked("cell").following("1", delete)
    added = delete.after.added("cell")
    reorder = planned(Reorder((0, 2, 1, 3)), added)
    assert names(marks.following("2", reorder), reorder.after) == set()


def test_a_class_that_is_chosen_becomes_the_one_that_took_its_pixels() -> None:
    assert followed_index(2, planned(Merge((2,), 1), CLASSES)) == 1
    assert followed_index(3, planned(Delete((1,)), CLASSES)) == 2
    assert followed_index(1, planned(Delete((1,)), CLASSES)) is None
