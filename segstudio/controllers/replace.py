"""Replacing one class by another in every image of the project."""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.jobs import Job
from segstudio.controllers.toolbox import Toolbox
from segstudio.controllers.workspace import Workspace
from segstudio.core.history import Edit, History
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.reshape import class_patch
from segstudio.document.document import Document
from segstudio.errors import SegStudioError


class Count(NamedTuple):
    """How much of a class there is in the project.

    Attributes:
        class_index: The class.
        images: How many images have some of it.
        pixels: How many pixels they have together.
    """

    class_index: int
    images: int
    pixels: int


class Outcome(NamedTuple):
    """What was replaced, or taken back.

    Attributes:
        name: Name of the edit in the history of each image.
        source: The class that was replaced.
        target: The class that it was given.
        changed: The images that were changed.
        left_out: The images that could not be changed: not saved yet, or edited since.
        was_stopped: Whether the user stopped before the last image.
        is_undo: Whether it was taken back.
    """

    name: str
    source: int
    target: int
    changed: tuple[str, ...]
    left_out: tuple[str, ...]
    was_stopped: bool
    is_undo: bool


@dataclass(slots=True, eq=False)
class _Pass:
    """One walk over images, and how far it is."""

    name: str
    source: int
    target: int
    is_undo: bool
    waiting: deque[str]
    total: int
    was_stopped: bool = False
    changed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def change_stored(self, label_map: LabelMap, history: History) -> bool:
        """Change a label map and its history in place, on a thread; return whether it did."""
        if self.is_undo:
            edit = history.undo() if history.undo_name == self.name else None
            if edit is None:
                return False
            for patch in edit.patches():
                label_map[patch.rect.slices] = patch.before
            return True
        made = class_patch(label_map, self.source, self.target)
        if made is None:
            return False
        label_map[made.rect.slices] = made.after
        history.push(Edit.of(self.name, made))
        return True


class ReplaceController(BackgroundWork):
    """Counts a class in all images, replaces it there, and takes that back.

    Each image gets one edit in its own history. The open image is changed in memory; the others
    through the store of masks, between other saves, so that each keeps its generations. Locked
    classes are never replaced. One thing at a time.

    Signals:
        counted: A ``Count``.
        finished: An ``Outcome``.
    """

    counted = Signal(object)
    finished = Signal(object)

    def __init__(
        self, workspace: Workspace, toolbox: Toolbox, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._toolbox = toolbox
        self._pass: _Pass | None = None
        self._last: Outcome | None = None
        self._opening: dict[str, _Pass] = {}  # images that were being opened when changed
        workspace.project_changed.connect(self._forget)
        workspace.document_changed.connect(self._on_document_changed)

    @property
    def is_running(self) -> bool:
        """Whether images are being counted or changed."""
        return super().is_running or self._pass is not None

    @property
    def is_changing(self) -> bool:
        """Whether images are being changed."""
        return self._pass is not None

    @property
    def can_undo(self) -> bool:
        """Whether there is a replacement to take back."""
        return self._last is not None and not self.is_changing

    def count(self, class_index: int) -> None:
        """Count the pixels of a class in all images; an older count is given up."""
        if self.is_changing:
            return
        readers = [self._workspace.mask_reader(key) for key in self._keys()]

        def run(cancelled: threading.Event, report: Report) -> Count:
            images = pixels = 0
            for done, read in enumerate(readers):
                if cancelled.is_set():
                    break
                report(done, len(readers))
                label_map = read()
                found = 0 if label_map is None else int((label_map == class_index).sum())
                images, pixels = images + bool(found), pixels + found
            return Count(class_index, images, pixels)

        self._start(run, self.counted.emit)

    def replace(self, source: int, target: int) -> None:
        """Give every pixel of one class another class, in all images."""
        label_set = self._workspace.label_set
        if self.is_changing or source == target or not self._may_change(source):
            return
        name = self.tr("Replace %s by %s in all images") % (
            label_set[source].name,
            label_set[target].name,
        )

        self._begin(_pass(name, source, target, self._keys(), is_undo=False))

    def undo(self) -> None:
        """Take the last replacement back where it is still the last edit."""
        last = self._last
        if last is not None and not self.is_changing:
            self._begin(_pass(last.name, last.source, last.target, last.changed, is_undo=True))

    def cancel(self) -> None:
        """Stop after the image that is being changed; those that were changed stay so."""
        if self._pass is not None:
            self._pass.was_stopped = bool(self._pass.waiting)
            self._pass.waiting.clear()
        else:
            super().cancel()

    def shut_down(self) -> None:
        """Stop and wait for the thread."""
        self._forget()
        super().shut_down()

    def _keys(self) -> list[str]:
        """Return the images that may have labels, in the order of the list."""
        labelled, current = self._workspace.labelled, self._workspace.current_key
        return [key for key in self._workspace.keys if key in labelled or key == current]

    def _may_change(self, source: int) -> bool:
        if not self._workspace.store.may_write(self.failed.emit):
            return False
        if source in self._toolbox.locked:
            self.failed.emit(
                SegStudioError(
                    self.tr("%s is locked and cannot be replaced")
                    % self._workspace.label_set[source].name,
                    hint=self.tr("Open its lock in the list of classes first"),
                )
            )
            return False
        return True

    def _begin(self, new: _Pass) -> None:
        self.cancel()
        self._workspace.save()  # what is left from other images goes to the disk first
        self._pass = new
        self.tell_running()
        self._go_on()

    def _go_on(self) -> None:
        current = self._pass
        if current is None:
            return
        self.progressed.emit(current.total - len(current.waiting), max(current.total, 1))
        if not current.waiting:
            self._finish()
            return
        key = current.waiting.popleft()
        document = self._workspace.document
        if document is not None and document.key == key:
            self._change_open(current, document)
            return
        job = self._workspace.store.change_mask(key, current.change_stored)
        job.succeeded.connect(lambda changed: self._on_changed(current, key, changed))
        job.failed.connect(lambda error: self._on_not_changed(current, key, error))
        job.start(self._workspace.store.pool)

    def _change_open(self, current: _Pass, document: Document) -> None:
        """Change the open image in memory; what there is to change is looked for on a thread."""
        label_map, revision = document.label_map, document.revision

        def find(_cancelled: threading.Event) -> MaskPatch | None:
            if current.is_undo:
                return None
            return class_patch(label_map, current.source, current.target)

        def take(patch: MaskPatch | None) -> None:
            if current is not self._pass:
                return
            if self._workspace.document is not document or document.revision != revision:
                current.waiting.appendleft(document.key)  # left or edited meanwhile
            else:
                self._write(current, document, patch)
            self._go_on()

        job = Job(find, self)
        job.succeeded.connect(take)
        job.failed.connect(lambda error: self._on_not_changed(current, document.key, error))
        job.start(self._pool)

    def _write(self, current: _Pass, document: Document, patch: MaskPatch | None) -> None:
        revision = document.revision
        if not current.is_undo:
            document.apply(current.name, patch)
        elif document.history.undo_name == current.name:
            document.undo()
        elif document.key not in current.changed:
            current.left_out.append(document.key)
        if document.revision != revision and document.key not in current.changed:
            current.changed.append(document.key)

    def _on_changed(self, current: _Pass, key: str, changed: bool) -> None:
        if changed:
            current.changed.append(key)
            self._workspace.store.forget_history(key)
            if key == self._workspace.current_key:
                # It is being opened, and may have been read before its mask was changed.
                self._opening[key] = current
                if self._workspace.document is not None:
                    self._on_document_changed(self._workspace.document)
        elif current.is_undo:
            current.left_out.append(key)
        if current is self._pass:
            self._go_on()

    def _on_not_changed(self, current: _Pass, key: str, error: Exception) -> None:
        current.left_out.append(key)
        self.tell_failed(error)
        if current is self._pass:
            self._go_on()

    @Slot(object)
    def _on_document_changed(self, document: Document | None) -> None:
        current = self._opening.pop(document.key, None) if document is not None else None
        if current is not None and document is not None:
            patch = class_patch(document.label_map, current.source, current.target)
            self._write(current, document, patch)

    def _finish(self) -> None:
        current, self._pass = self._pass, None
        assert current is not None
        outcome = Outcome(
            current.name,
            current.source,
            current.target,
            tuple(current.changed),
            tuple(current.left_out),
            current.was_stopped,
            current.is_undo,
        )
        self._last = None if current.is_undo or not outcome.changed else outcome
        self.tell_running()
        self.finished.emit(outcome)

    @Slot()
    def _forget(self) -> None:
        self.cancel()
        self._pass = None
        self.tell_running()
        self._last = None
        self._opening.clear()


def _pass(name: str, source: int, target: int, keys: Iterable[str], *, is_undo: bool) -> _Pass:
    waiting = deque(keys)
    return _Pass(name, source, target, is_undo, waiting, len(waiting))
