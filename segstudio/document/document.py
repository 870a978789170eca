"""The open image, its label map, and the history of edits."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from PySide6.QtCore import QObject, Signal

from segstudio.core.display import Values
from segstudio.core.history import Edit, EditKind, History
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.mask_edit import EditRecorder, MaskPatch
from segstudio.core.prepared_answer import Applied, PreparedAnswer
from segstudio.core.pyramid import ReducedImage
from segstudio.core.rect import Rect, united
from segstudio.core.review import ReviewBasis, ReviewMap
from segstudio.core.snapshot import Snapshot, Tile, Waiting

_MAX_PREDICTIONS = 4
_FEW = 16  # rectangles that are told one by one
_SIDE = 2048  # of the squares in which more of them are told as one, pixels


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
        edit_due: The edits that are expected are wanted now; who has promised one makes it at once.
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
        self._expected_by: set[object] = set()
        self._revision = 0
        self._saved_revision = 0
        self._predictions: tuple[LabelMap, ...] = () if prediction is None else (prediction,)
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

    def snapshot(self, only: Collection[Tile] | None = None) -> Snapshot:
        """Return the label map as it is now; what is written later does not show in it.

        Args:
            only: The tiles that are wanted, or None for all.
        """
        snapshot = Snapshot(self.label_map, only=only)
        self.waiting.add(snapshot.tiles)
        return snapshot

    @property
    def in_gesture(self) -> bool:
        """Whether a stroke is being drawn."""
        return self._recorder is not None

    @property
    def expects_edit(self) -> bool:
        """Whether the user has confirmed an edit that is still being worked out."""
        return bool(self._expected_by)

    def expect_edit(self, by: object, *, is_expected: bool) -> None:
        """Promise an edit that the user has confirmed, or tell that it is made or given up.

        Args:
            by: Who makes it.
            is_expected: Whether it is still to come.
        """
        did_expect = self.expects_edit
        (self._expected_by.add if is_expected else self._expected_by.discard)(by)
        if did_expect and not self.expects_edit:
            self.edit_arrived.emit()

    def settle(self) -> None:
        """Wait for the edits that are expected, and end the stroke under way."""
        if self.expects_edit:
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

    def take_answer(self, name: str, answer: PreparedAnswer) -> Applied:
        """Write a model's answer as one undoable edit.

        It must have been compared with ``basis`` and the label map as they are now. ``noted`` holds
        from then on what the user has looked at.

        Raises:
            MemoryError: If there is no room for the edit; nothing is written then.
        """
        applied, patch = answer.applied, answer.patch()
        self.noted = answer.noted
        self.is_approved = self.is_approved and not answer.rules.replaces_all
        self._predictions = (*self._predictions[1 - _MAX_PREDICTIONS :], applied.answer)
        self.prediction_changed.emit()
        self.apply(name, patch)
        return applied

    @property
    def basis(self) -> ReviewBasis:
        """What tells, beside the label map, how far each pixel is reviewed."""
        return ReviewBasis(self._predictions, self.noted, self.is_approved)

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
