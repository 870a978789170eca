"""The open image, its label map, and the history of edits."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from segstudio.core.display import Values
from segstudio.core.history import Edit, EditKind, History
from segstudio.core.label_map import LabelMap, RgbImage, either
from segstudio.core.mask_edit import EditRecorder, MaskPatch, difference_patch
from segstudio.core.memory import empty
from segstudio.core.merge import spared
from segstudio.core.paint_rule import has_class
from segstudio.core.pyramid import ReducedImage
from segstudio.core.rect import Rect, united
from segstudio.core.review import CHECKED, CORRECTED, UNCHECKED, ReviewMap, review_map
from segstudio.core.snapshot import Snapshot, Waiting
from segstudio.core.strips import strips

_MAX_PREDICTIONS = 4
_FEW = 16  # rectangles that are told one by one
_SIDE = 2048  # of the squares in which more of them are told as one, pixels


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


class Document(QObject):
    """One image being labelled. All writes to the label map go through here.

    Args:
        key: Image key in the project.
        image: (H, W, 3) uint8 RGB.
        label_map: (H, W) uint8 class indices; the document writes into it.
        history: Edits of an earlier visit to this image, or None.
        prediction: (H, W) uint8, what a model last said about this image, or None.
        noted: (H, W) uint8, what the user looked at before that prediction, or None; see
            ``core.review``.
        is_approved: Whether the user has approved the image.
        read_only: Do nothing when asked to change the label map.
        reduced: The image reduced, to be shown first, or None.
        values: (H, W, C) what the file holds, where the image is a reduction of it; the image's
            own values if it is None.

    Attributes:
        waiting: What must be told of writes before they happen.

    Signals:
        mask_changed: The ``Rect`` whose pixels changed.
        edited: (EditKind, Edit) for every finished edit, and for every one undone or redone.
        history_changed: What can be undone or redone changed.
        prediction_changed: ``prediction`` is another one.
        edit_due: The edit that is expected is wanted now; who has promised it makes it at once.
        edit_arrived: No edit is expected any more.
    """

    mask_changed = Signal(object)
    edited = Signal(object, object)
    history_changed = Signal()
    prediction_changed = Signal()
    edit_due = Signal()
    edit_arrived = Signal()

    def __init__(
        self,
        *,
        key: str,
        image: RgbImage,
        label_map: LabelMap,
        history: History | None = None,
        prediction: LabelMap | None = None,
        noted: ReviewMap | None = None,
        is_approved: bool = False,
        read_only: bool = False,
        reduced: ReducedImage | None = None,
        values: Values | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.key = key
        self.image = image
        self._reduced = reduced
        self.values = image if values is None else values
        self.label_map = label_map
        self.history = history or History()
        self.is_read_only = read_only
        self.waiting = Waiting()
        self._recorder: EditRecorder | None = None
        self._gesture_name = ""
        self._expects_edit = False
        self._revision = 0
        self._saved_revision = 0
        self._predictions = [] if prediction is None else [prediction]
        self.noted = noted
        self.is_approved = is_approved

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        height, width = self.label_map.shape
        return height, width

    def take_reduced(self) -> ReducedImage | None:
        """Return the image reduced, if it is known; it is forgotten here."""
        reduced, self._reduced = self._reduced, None
        return reduced

    @property
    def prediction(self) -> LabelMap | None:
        """(H, W) uint8, what a model last said about the image, or None."""
        return self._predictions[-1] if self._predictions else None

    @property
    def revision(self) -> int:
        """Number that grows with every change of the label map."""
        return self._revision

    @property
    def is_modified(self) -> bool:
        """Whether the label map holds changes that no save has taken."""
        return self._revision != self._saved_revision

    def mark_saved(self) -> None:
        """Note that the label map as it is now has been handed to the saver."""
        self._saved_revision = self._revision

    def snapshot(self) -> Snapshot:
        """Return the label map as it is now; what is written later does not show in it."""
        snapshot = Snapshot(self.label_map)
        self.waiting.add(snapshot.tiles)
        return snapshot

    @property
    def in_gesture(self) -> bool:
        """Whether a stroke is being drawn."""
        return self._recorder is not None

    @property
    def expects_edit(self) -> bool:
        """Whether the user has confirmed an edit that is still being worked out."""
        return self._expects_edit

    def expect_edit(self, *, is_expected: bool) -> None:
        """Promise an edit that the user has confirmed, or tell that it is made or given up."""
        has_arrived = self._expects_edit and not is_expected
        self._expects_edit = is_expected
        if has_arrived:
            self.edit_arrived.emit()

    def settle(self) -> None:
        """Wait for the edit that is expected, and end the stroke under way."""
        if self._expects_edit:
            self.edit_due.emit()
        self.end_gesture()

    def begin_gesture(self, name: str) -> None:
        """Start collecting writes that will be undone together."""
        self.end_gesture()
        if self.is_read_only:
            return
        self._recorder = EditRecorder(self.label_map)
        self._gesture_name = name

    def paint(self, patch: MaskPatch | None) -> None:
        """Write one part of the gesture, at once visible."""
        if patch is not None and self._recorder is not None:
            self._recorder.about_to_write(patch.rect)
            self._write(patch.rect, patch.after)

    def end_gesture(self) -> None:
        """Make one undoable edit of all writes since ``begin_gesture``."""
        if self._recorder is None:
            return
        changes = self._recorder.finish()
        self._recorder = None
        if changes is not None:
            self.waiting.add(changes.tiles)
            self._add(Edit(self._gesture_name, changes))

    def cancel_gesture(self) -> None:
        """Take back all writes since ``begin_gesture``."""
        if self._recorder is None:
            return
        changes = self._recorder.finish()
        self._recorder = None
        if changes is not None:
            self._write_all(
                changes.rects(), ((patch.rect, patch.before) for patch in changes.patches())
            )

    def apply(self, name: str, patch: MaskPatch | None) -> None:
        """Make one undoable edit. A stroke under way is split in two by it, and goes on."""
        stroke = self._gesture_name if self.in_gesture else None
        self.end_gesture()
        if patch is not None and not self.is_read_only:
            self._write(patch.rect, patch.after)
            self._add(Edit.of(name, patch))
        if stroke is not None:
            self.begin_gesture(stroke)

    def undo(self) -> str | None:
        """Take back the last edit; return its name, or None if there is none."""
        self.end_gesture()
        edit = None if self.is_read_only else self.history.undo()
        if edit is None:
            return None
        self._write_all(edit.rects(), ((patch.rect, patch.before) for patch in edit.patches()))
        self.edited.emit(EditKind.UNDO, edit)
        self.history_changed.emit()
        return edit.name

    def redo(self) -> str | None:
        """Make the next edit again; return its name, or None if there is none."""
        self.end_gesture()
        edit = None if self.is_read_only else self.history.redo()
        if edit is None:
            return None
        self._write_all(edit.rects(), ((patch.rect, patch.after) for patch in edit.patches()))
        self.edited.emit(EditKind.REDO, edit)
        self.history_changed.emit()
        return edit.name

    def apply_prediction(
        self,
        name: str,
        class_map: LabelMap,
        *,
        locked: Collection[int] = (),
        replace_all: bool = False,
    ) -> Applied:
        """Write a model's answer as one undoable edit, sparing what the user corrected or locked.

        What the user has looked at is kept: pixels that have a class which none of the last
        predictions of this image said, regions that were accepted, and approved images. ``noted``
        holds them from then on.

        Args:
            name: Name of the edit.
            class_map: (H, W) uint8 class indices of the project.
            locked: Class indices that are not written over, corrected or not.
            replace_all: Write over corrected pixels too.
        """
        review = self.review()
        after, answer = empty(class_map.shape, np.uint8), class_map
        if locked:
            answer = empty(class_map.shape, np.uint8)
        by_lock = by_user = 0
        for part in strips(*self.size):
            said, there = class_map[part], self.label_map[part]
            if locked:
                is_locked = has_class(there, locked)
                answer[part] = spared(there, said, review[part], locked)
                by_lock += int(np.count_nonzero(is_locked & (there != said)))
                if replace_all:
                    review[part] *= is_locked
                said = either(is_locked, there, said)
            elif replace_all:
                review[part] = UNCHECKED
            after[part] = either(review[part] != UNCHECKED, there, said)
            by_user += int(np.count_nonzero(after[part] != said))
        self.noted = review if not replace_all or review.any() else None
        self.is_approved = self.is_approved and not replace_all
        self._predictions = [*self._predictions[1 - _MAX_PREDICTIONS :], answer]
        self.prediction_changed.emit()
        self.apply(name, difference_patch(self.label_map, after))
        return Applied(answer, by_user, by_lock)

    def review(self) -> ReviewMap:
        """Return how far each pixel is reviewed; (H, W) uint8, see ``core.review``."""
        review = empty(self.size, np.uint8)
        for part in strips(*self.size):
            review[part] = self._review_of(part)
        return review

    def _review_of(self, rows: slice) -> ReviewMap:
        label_map = self.label_map[rows]
        noted = None if self.noted is None else self.noted[rows]
        said_before = [prediction[rows] for prediction in self._predictions]
        newest = said_before.pop() if said_before else None
        review = review_map(label_map, newest, noted, is_approved=self.is_approved)
        corrected = review == CORRECTED
        if said_before and corrected.any():
            if noted is not None:
                corrected &= noted == UNCHECKED
            # Undo may have brought back what one of these said.
            said = np.logical_or.reduce([label_map == prediction for prediction in said_before])
            state = CHECKED if self.is_approved else UNCHECKED
            review -= (corrected & said).view(np.uint8) * np.uint8(CORRECTED - state)
        return review

    def _add(self, edit: Edit) -> None:
        self.history.push(edit)
        self.edited.emit(EditKind.EDIT, edit)
        self.history_changed.emit()

    def _write(self, rect: Rect, pixels: LabelMap) -> None:
        self._write_all([rect], [(rect, pixels)])

    def _write_all(self, within: Iterable[Rect], parts: Iterable[tuple[Rect, LabelMap]]) -> None:
        """Write pixels into rectangles, all of which lie ``within`` others."""
        self.waiting.about_to_write(within)
        rects = []
        for rect, pixels in parts:
            self.label_map[rect.slices] = pixels
            rects.append(rect)
        self._revision += 1
        for rect in _together(rects):
            self.mask_changed.emit(rect)


def _together(rects: list[Rect]) -> Iterable[Rect]:
    """Return few rectangles that cover many: one for each square in which some of them begin."""
    if len(rects) <= _FEW:
        return rects
    groups: dict[tuple[int, int], list[Rect]] = defaultdict(list)
    for rect in rects:
        groups[rect.top // _SIDE, rect.left // _SIDE].append(rect)
    return [united(group) for group in groups.values()]
