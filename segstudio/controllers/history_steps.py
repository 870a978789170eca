"""Undo and redo as the user asks for them: a large edit is made ready on a thread first."""

import threading
import time
from collections import deque
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.core.history import Edit, EditKind
from segstudio.document.document import Document

_AT_ONCE: Final = 8 * 2**20
"""Bytes of pixels that are decompressed, or copied for a save, while the window waits."""
_TURN_SECONDS: Final = 0.02
"""How long steps are taken in a row before the window may answer in between."""


class HistorySteps(QObject):
    """Takes steps through the history of the open image, one after another.

    The edits next to undo and redo are kept ready, but whoever undoes several large ones in a row
    is faster than that. What is asked for meanwhile waits its turn; it is dropped when the user
    paints instead, or opens another image. An edit that was confirmed before comes first.

    Signals:
        failed: A ``SegStudioError`` to tell the user.
    """

    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._pool = Pool(1, self)
        self._job: Job | None = None
        self._waiting: deque[EditKind] = deque()
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._on_rest)
        self._left_at: tuple[Document, int] | None = None  # and its revision, before a rest
        workspace.document_changed.connect(self._on_document_changed)

    @property
    def is_idle(self) -> bool:
        """Whether every step that was asked for is taken."""
        return self._job is None and not self._rest.isActive() and not self._expects_edit

    def undo(self) -> None:
        """Take back the last edit."""
        self._ask(EditKind.UNDO)

    def redo(self) -> None:
        """Make the next edit again."""
        self._ask(EditKind.REDO)

    def go_to(self, done: int) -> None:
        """Undo or redo one edit after another until ``done`` of them are applied."""
        document = self._workspace.document
        if document is None:
            return
        document.settle()  # a stroke under way is one more edit
        soon, last = document.history.done, len(document.history)
        for waiting in self._waiting:  # whoever presses too often stays at the end
            soon = min(soon + 1, last) if waiting is EditKind.REDO else max(soon - 1, 0)
        kind = EditKind.REDO if done > soon else EditKind.UNDO
        self._ask(*[kind] * abs(done - soon))

    def shut_down(self) -> None:
        """Drop what waits and end the thread."""
        self._drop()
        self._pool.shut_down()

    def _ask(self, *kinds: EditKind) -> None:
        self._waiting += kinds
        if self.is_idle:
            self._go_on()

    @property
    def _expects_edit(self) -> bool:
        document = self._workspace.document
        return bool(self._waiting) and document is not None and document.expects_edit

    @Slot(object)
    def _on_document_changed(self, document: Document | None) -> None:
        self._drop()
        if document is not None:
            # Later: whoever makes the edit is still at it.
            later = Qt.ConnectionType.QueuedConnection
            document.edit_arrived.connect(self._on_edit_arrived, later)

    @Slot()
    def _on_edit_arrived(self) -> None:
        if self._waiting and self.is_idle:
            self._go_on()

    def _go_on(self) -> None:
        end = time.monotonic() + _TURN_SECONDS
        while self._waiting and not self._expects_edit:
            document = self._workspace.document
            if document is None:
                self._drop()
                return
            edit = _next(document, self._waiting[0])
            if edit is not None and _takes_long(document, edit):
                self._make_ready(document, edit)
                return
            self._step(document)
            if self._waiting and time.monotonic() > end:
                self._left_at = document, document.revision
                self._rest.start()
                return

    @Slot()
    def _on_rest(self) -> None:
        document, left_at = self._workspace.document, self._left_at
        self._left_at = None
        if document is not None and left_at == (document, document.revision):
            self._go_on()
        else:  # the user painted, or opened another image
            self._drop()

    def _make_ready(self, document: Document, edit: Edit) -> None:
        waiting = document.waiting

        def make_ready(_cancelled: threading.Event) -> None:
            edit.unpack()
            waiting.about_to_write(edit.rects())

        self._job = Job(make_ready, self)
        self._job.succeeded.connect(partial(self._on_ready, document, edit))
        self._job.failed.connect(self._on_failed)
        self._job.start(self._pool)

    def _on_ready(self, document: Document, edit: Edit, _none: object) -> None:
        self._job = None
        is_open = self._workspace.document is document
        if is_open and _next(document, self._waiting[0]) is edit:
            self._step(document)
            self._go_on()
        else:
            self._drop()

    def _on_failed(self, error: Exception) -> None:
        self._drop()
        self.failed.emit(as_user_error(error))

    def _step(self, document: Document) -> None:
        if self._waiting.popleft() is EditKind.UNDO:
            document.undo()
        else:
            document.redo()

    def _drop(self) -> None:
        self._waiting.clear()
        self._rest.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None


def _next(document: Document, kind: EditKind) -> Edit | None:
    history = document.history
    return history.to_undo if kind is EditKind.UNDO else history.to_redo


def _takes_long(document: Document, edit: Edit) -> bool:
    is_ready = edit.is_plain and document.waiting.is_done
    return not is_ready and edit.unpacked_size > _AT_ONCE
