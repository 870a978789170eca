"""Which pixels an edit may change; the one place where every tool's edits are held to it."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.memory import empty
from segstudio.core.strips import strips

_FEW: Final = 4


class PaintRule(StrEnum):
    """What an edit may paint over."""

    EVERYTHING = "everything"
    CLICKED_CLASS = "clicked"
    """Only the class on which the gesture began."""
    UNLABELLED = "unlabelled"
    """Only what has no class yet, and the background."""


def writable_classes(
    rule: PaintRule,
    *,
    clicked: int | None,
    erased_index: int,
    locked: Collection[int],
    erases: bool = False,
) -> NDArray[np.bool_]:
    """Return which values of a label map an edit may change.

    Args:
        rule: What may be painted over.
        clicked: Value on which the gesture began, or None if it began beside the image.
        erased_index: What the eraser leaves: the background or unlabelled.
        locked: Class indices that are protected, whatever the rule.
        erases: Whether the edit takes away; "only over unlabelled" would leave it nothing to do,
            so that rule does not bind it.

    Returns:
        (256,) bool, by value.
    """
    writable = np.ones(256, np.bool_)
    if rule is PaintRule.CLICKED_CLASS:
        writable[:] = False
        if clicked is not None:
            writable[clicked] = True
    elif rule is PaintRule.UNLABELLED and not erases:
        writable[:] = False
        writable[[IGNORE_INDEX, erased_index]] = True
    writable[list(locked)] = False
    return writable


def held_to(patch: MaskPatch | None, writable: NDArray[np.bool_]) -> MaskPatch | None:
    """Return the part of an edit that changes writable values only.

    Args:
        patch: The edit as the tool made it.
        writable: (256,) bool, see ``writable_classes``.

    Returns:
        The edit, or None if nothing is left of it.
    """
    if patch is None or writable.all():
        return patch
    after = empty(patch.before.shape, np.uint8)
    is_any = False
    for strip in strips(*after.shape):
        before = patch.before[strip]
        # Which bits to turn over.
        bits: LabelMap = np.bitwise_xor(before, patch.after[strip], out=after[strip])
        bits *= _is_writable(before, writable).view(np.uint8)
        is_any = is_any or bool(bits.any())
        bits ^= before
    return MaskPatch(patch.rect, patch.before, after) if is_any else None


def has_class(pixels: LabelMap, classes: Collection[int]) -> NDArray[np.bool_]:
    """Return where a label map has one of some classes; both of any one shape."""
    table = np.zeros(256, np.bool_)
    table[list(classes)] = True
    return _is_writable(pixels, table)


def _is_writable(pixels: LabelMap, writable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    # A comparison is ten times as fast as a table, and rules name few classes or bar few.
    for wanted, names in ((True, np.flatnonzero(writable)), (False, np.flatnonzero(~writable))):
        if len(names) <= _FEW:
            named = np.zeros(pixels.shape, np.bool_)
            for value in names.tolist():
                named |= pixels == value
            return named if wanted else ~named
    return writable[pixels]
