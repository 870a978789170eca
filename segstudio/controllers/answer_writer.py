"""Writing what models say into the open image without holding the window."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NoReturn

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.jobs import SOON, Job, Pool
from segstudio.controllers.large_writes import copies_first
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_map import LabelMap
from segstudio.core.prepared_answer import AnswerRules, PreparedAnswer
from segstudio.core.rect import Rect
from segstudio.core.snapshot import Tile, tile_rect, tiles_of
from segstudio.document.document import Document

_FEW: Final = 8  # tiles; so many are compared again in 10 ms


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A model's answer that is to be written.

    Attributes:
        name: Name of the edit.
        class_map: Returns what the model says, (H, W) uint8 in the project's classes, which becomes
            the document's; called on a thread, and again if the comparison has to begin anew.
        rules: What it may be written over.
        is_confirmed: Whether the user has said that it is to be written: leaving the image, closing
            the window, approving and undo wait for it then.
    """

    name: str
    class_map: Callable[[], LabelMap]
    rules: AnswerRules
    is_confirmed: bool = False


class AnswerWriting(QObject):
    """One answer on its way into an image; deletes itself when it is there or given up.

    A thread compares the answer with the image as it is. What the user does meanwhile counts as if
    the answer had come after it: a little that was painted is compared again when it is written,
    more of it once more on the thread, and all if the image was approved or got another answer.

    Signals:
        written: What became of it, ``Applied``; the document already shows it.
        left: The image was left before.
        failed: The exception that kept it from being written.
        ended: It is written, given up or failed.
    """

    written = Signal(object)
    left = Signal()
    failed = Signal(Exception)
    ended = Signal()

    def __init__(
        self, document: Document, request: AnswerRequest, pool: Pool, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.document = document
        self._request, self._pool = request, pool
        self._job: Job | None = None
        self._changed: set[Tile] = set()  # since what is compared with was the label map
        document.mask_changed.connect(self._on_mask_changed)
        if request.is_confirmed:
            document.expect_edit(self, is_expected=True)
            document.edit_due.connect(self._on_edit_due)
        self._compare()

    def cancel(self) -> None:
        """Give the answer up, unless it is written; nothing is told but ``ended``."""
        if self._job is not None:
            self._end()

    def _compare(self) -> None:
        pixels, basis, request = _pixels_now(self.document), self.document.basis, self._request
        self._changed.clear()

        def compare(cancelled: threading.Event) -> PreparedAnswer:
            label_map, class_map = pixels(), request.class_map()
            prepared = PreparedAnswer(label_map, class_map, basis, request.rules)
            prepared.compare(cancelled.is_set)
            return prepared

        self._run(Job(compare, self), self._go_on)

    def _go_on(self, prepared: PreparedAnswer) -> None:
        """Write the answer, or do first on the thread what would hold the window."""
        if not prepared.basis.is_same(self.document.basis):
            self._compare()
        elif len(self._changed) > _FEW:
            self._compare_changed(prepared)
        else:
            rect = prepared.rect
            first = None if rect is None else copies_first(self.document, [rect], self)
            if first is None:
                self._write(prepared)
            else:
                self._run(first, lambda _none: self._go_on(prepared))

    def _compare_changed(self, prepared: PreparedAnswer) -> None:
        pixels = _pixels_now(self.document, only=tuple(self._changed))
        rects = self._take_changed()

        def compare(_cancelled: threading.Event) -> PreparedAnswer:
            prepared.update(pixels(), rects)
            return prepared

        self._run(Job(compare, self), self._go_on)

    def _write(self, prepared: PreparedAnswer) -> None:
        self._job = None
        try:
            prepared.update(self.document.label_map, self._take_changed())
            applied = self.document.take_answer(self._request.name, prepared)
        except MemoryError as error:
            self._on_failed(error)
            return
        self.written.emit(applied)
        self._end()

    def _take_changed(self) -> list[Rect]:
        rects = [tile_rect(tile, *self.document.size) for tile in self._changed]
        self._changed.clear()
        return rects

    def _run(self, job: Job, succeeded: Callable[[Any], None]) -> None:
        job.succeeded.connect(succeeded)
        job.failed.connect(self._on_failed)
        self._job = job
        job.start(self._pool)

    @Slot(object)
    def _on_mask_changed(self, rect: Rect) -> None:
        self._changed.update(tiles_of(rect))

    @Slot()
    def _on_edit_due(self) -> None:
        while self._job is not None:
            self._pool.wait()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error)
        self._end()

    def _end(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = None
        # Last: who waits for the edit goes on now.
        self.document.expect_edit(self, is_expected=False)
        self.ended.emit()
        self.deleteLater()


def _pixels_now(document: Document, only: Collection[Tile] | None = None) -> Callable[[], LabelMap]:
    """Return what gives the label map as it is now, on a thread.

    Where memory is short it raises ``MemoryError`` there: as the job's failure that is told.
    """
    try:
        return document.snapshot(only).pixels
    except MemoryError as error:
        return partial(_fail, error)


def _fail(error: Exception) -> NoReturn:
    raise error


class AnswerWriter(QObject):
    """Has a thread for the answers that are on their way into the open image.

    Those that the user has not confirmed are given up when the image is left.
    """

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = Pool(1, self, nice=SOON)
        self._writings: list[AnswerWriting] = []
        workspace.document_changed.connect(self._on_document_changed)

    @property
    def is_idle(self) -> bool:
        """Whether no answer is on its way."""
        return not self._writings

    def write(self, document: Document, request: AnswerRequest) -> AnswerWriting:
        """Begin to write an answer into the open image."""
        writing = AnswerWriting(document, request, self._pool, self)
        self._writings.append(writing)
        writing.ended.connect(partial(self._writings.remove, writing))
        return writing

    def shut_down(self) -> None:
        """Give up what is not written, and end the thread."""
        for writing in list(self._writings):
            writing.cancel()
        self._pool.shut_down()

    def _on_document_changed(self, document: Document | None) -> None:
        for writing in list(self._writings):
            if writing.document is not document:
                writing.cancel()
                writing.left.emit()
