"""A model's answer compared with the labels that it is to be written into."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from segstudio.core.label_map import LabelMap, either
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.memory import copied, empty
from segstudio.core.merge import MergeRule, narrowed, spared
from segstudio.core.paint_rule import has_class
from segstudio.core.rect import Rect
from segstudio.core.review import UNCHECKED, ReviewBasis, ReviewMap
from segstudio.core.strips import strips

_SMALL = 16_000_000  # pixels; to copy as many takes 10 ms


class AnswerRules(NamedTuple):
    """What a model's answer may be written over; what the user has looked at is spared.

    What the user has looked at: pixels that have a class which none of the last predictions of the
    image said, regions that were accepted, and approved images.

    Attributes:
        locked: Class indices that are not written over, looked at or not.
        merge: FILL or UNREVIEWED.
        replaces_all: Whether it is written over what the user has looked at, too.
    """

    locked: frozenset[int] = frozenset()
    merge: MergeRule = MergeRule.UNREVIEWED
    replaces_all: bool = False


class Applied(NamedTuple):
    """What became of a model's answer.

    Attributes:
        answer: (H, W) uint8, the answer without what locks kept from it: what is to be saved.
        corrected: Pixels that were kept because the user had corrected or looked at them, and to
            which the model gives another class.
        locked: Such pixels that were kept because their class is locked.
    """

    answer: LabelMap
    corrected: int
    locked: int


class PreparedAnswer:
    """What a model's answer comes to on an image, worked out on any thread.

    It is that of the label map that it was given, and follows what is painted there since with
    ``update``, whose cost is that of the part that was painted.

    Args:
        label_map: (H, W) uint8 class indices; its owner from now on, which writes into it.
        class_map: (H, W) uint8, what the model says, in the same classes; read, and kept.
        basis: What else tells how far the image is reviewed.
        rules: What may be written over.
    """

    def __init__(
        self, label_map: LabelMap, class_map: LabelMap, basis: ReviewBasis, rules: AnswerRules
    ) -> None:
        self.basis, self.rules = basis, rules
        self._before, self._said = label_map, class_map
        is_whole = not rules.locked and rules.merge is MergeRule.UNREVIEWED
        self._answer = class_map if is_whole else empty(class_map.shape, np.uint8)
        self._after = empty(label_map.shape, np.uint8)
        self._review: ReviewMap = empty(label_map.shape, np.uint8)
        height, width = label_map.shape
        self._in_row, self._in_column = np.zeros(height, np.int64), np.zeros(width, np.int64)
        self._reviewed = self._corrected = self._locked = 0

    def compare(self, is_cancelled: Callable[[], bool] = lambda: False) -> None:
        """Compare answer and labels, before anything else is asked; this takes time."""
        height, width = self._before.shape
        for rows in strips(height, width):
            if is_cancelled():
                return
            self._compare((rows, slice(0, width)), 1)

    def update(self, label_map: LabelMap, rects: Iterable[Rect]) -> None:
        """Take over how some parts of the label map, (H, W) uint8, look now."""
        for rect in rects:
            self._compare(rect.slices, -1)
            self._before[rect.slices] = label_map[rect.slices]
            self._compare(rect.slices, 1)

    @property
    def rect(self) -> Rect | None:
        """The smallest rectangle that holds all that changes, or None if nothing does."""
        rows, columns = np.flatnonzero(self._in_row), np.flatnonzero(self._in_column)
        if rows.size == 0:
            return None
        return Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)

    def patch(self) -> MaskPatch | None:
        """Return the edit, or None if nothing changes; no ``update`` may follow."""
        rect = self.rect
        if rect is None:
            return None
        before, after = self._before[rect.slices], self._after[rect.slices]
        if rect.height * rect.width > _SMALL:
            return MaskPatch(rect, before, after)  # a copy would hold the window up
        return MaskPatch(rect, copied(before), copied(after))

    @property
    def noted(self) -> ReviewMap | None:
        """(H, W) uint8, what the user looked at before this answer, or None if nothing counts."""
        return self._review if self._reviewed or not self.rules.replaces_all else None

    @property
    def applied(self) -> Applied:
        """What becomes of the answer."""
        return Applied(self._answer, self._corrected, self._locked)

    def _compare(self, part: tuple[slice, slice], count: int) -> None:
        """Compare a part; its pixels count once more, or with -1 once less."""
        rules, there = self.rules, self._before[part]
        review = self.basis.review_of(there, part)
        said = narrowed(there, self._said[part], review, rules.merge)
        if self._answer is not self._said:
            self._answer[part] = spared(there, said, review, rules.locked)
        if rules.locked:
            is_locked = has_class(there, rules.locked)
            self._locked += count * int(np.count_nonzero(is_locked & (there != said)))
            if rules.replaces_all:
                review *= is_locked
            said = either(is_locked, there, said)
        elif rules.replaces_all:
            review[:] = UNCHECKED
        after = either(review != UNCHECKED, there, said)
        changed = after != there
        self._reviewed += count * int(np.count_nonzero(review))
        self._corrected += count * int(np.count_nonzero(after != said))
        self._in_row[part[0]] += count * np.count_nonzero(changed, axis=1)
        self._in_column[part[1]] += count * np.count_nonzero(changed, axis=0)
        self._review[part], self._after[part] = review, after
