import numpy as np
import pytest

from segstudio.core.mask_edit import MaskPatch, difference_patch
from segstudio.core.paint_rule import PaintRule, held_to, writable_classes
from segstudio.core.rect import Rect


def painted(rule: PaintRule, *, clicked: int | None, locked: tuple[int, ...] = ()) -> list[int]:
    """Paint class 9 over one pixel each of 0 (background), 1, 2 and unlabelled."""
    label_map = np.array([[0, 1, 2, 255]], np.uint8)
    patch = difference_patch(label_map, np.full((1, 4), 9, np.uint8))
    writable = writable_classes(rule, clicked=clicked, erased_index=0, locked=locked)
    held = held_to(patch, writable)
    return (label_map if held is None else held.after)[0].tolist()


def test_over_everything() -> None:
    assert painted(PaintRule.EVERYTHING, clicked=1) == [9, 9, 9, 9]


def test_only_over_the_class_that_was_clicked_first() -> None:
    assert painted(PaintRule.CLICKED_CLASS, clicked=2) == [0, 1, 9, 255]


def test_nothing_was_clicked_beside_the_image() -> None:
    assert painted(PaintRule.CLICKED_CLASS, clicked=None) == [0, 1, 2, 255]


def test_only_over_what_has_no_class_yet() -> None:
    assert painted(PaintRule.UNLABELLED, clicked=1) == [9, 1, 2, 9]


def test_locked_classes_are_kept_whatever_the_rule() -> None:
    assert painted(PaintRule.EVERYTHING, clicked=1, locked=(1, 2)) == [9, 1, 2, 9]
    assert painted(PaintRule.CLICKED_CLASS, clicked=1, locked=(1,)) == [0, 1, 2, 255]
    assert painted(PaintRule.UNLABELLED, clicked=1, locked=(0,)) == [0, 1, 2, 9]


def test_the_eraser_is_not_bound_to_what_is_empty_already() -> None:
    writable = writable_classes(
        PaintRule.UNLABELLED, clicked=1, erased_index=0, locked=(2,), erases=True
    )
    assert writable[1]
    assert not writable[2]


def test_an_edit_of_which_nothing_is_left_is_none() -> None:
    label_map = np.ones((3, 3), np.uint8)
    patch = difference_patch(label_map, np.zeros((3, 3), np.uint8))
    writable = writable_classes(PaintRule.EVERYTHING, clicked=1, erased_index=0, locked=(1,))
    assert held_to(patch, writable) is None


@pytest.mark.parametrize("count", [0, 1, 4, 5, 128, 251, 252, 255, 256])
def test_a_large_edit_is_held_to_any_number_of_values(count: int) -> None:
    rng = np.random.default_rng(count)
    writable = np.zeros(256, np.bool_)
    writable[rng.permutation(256)[:count]] = True
    before, after = rng.integers(0, 256, (2, 300, 1100), np.uint8)
    held = held_to(MaskPatch(Rect(0, 0, 300, 1100), before, after), writable)
    expected = np.where(writable[before], after, before)
    assert np.array_equal(expected, before if held is None else held.after)
