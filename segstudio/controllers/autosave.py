"""Saving the open document by itself."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.jobs import Job
from segstudio.controllers.project_store import ProjectStore
from segstudio.controllers.saver import Saver
from segstudio.controllers.session import Unsaved
from segstudio.controllers.sessions import Sessions
from segstudio.controllers.work_clock import WorkClock
from segstudio.core.history import Edit, EditKind, Histories, History
from segstudio.core.label_map import LabelMap
from segstudio.core.snapshot import Snapshot
from segstudio.document.document import Document
from segstudio.errors import SegStudioError
from segstudio.storage.ledger import note_sitting
from segstudio.storage.predicted import note_predicted
from segstudio.storage.project import Project
from segstudio.storage.review import keep_noted, withdraw_approval

_IDLE_SAVE_MS: Final = 3000


class Autosave(QObject):
    """Brings the open document to the disk.

    Each edit goes to a journal at once, which is replayed when the project is opened after a crash.
    The label map is saved 3 s after the last edit, when the document is left, and when somebody
    asks. One that could not be saved stays in memory and is tried again.

    Args:
        store: The open project.
        saver: Saves label maps on its thread.
        sessions: Have the journal.
        visited: Gets what can be undone in a document that is left.

    Attributes:
        document: The open document, or None.
        clock: How long it is worked on.

    Signals:
        state_changed: Something was edited, saved, or could not be saved.
        approval_withdrawn: The key of an image whose labels a model has replaced.
    """

    state_changed = Signal()
    approval_withdrawn = Signal(str)

    def __init__(
        self,
        store: ProjectStore,
        saver: Saver,
        sessions: Sessions,
        visited: Histories,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._store, self._saver, self._sessions, self._visited = store, saver, sessions, visited
        self.document: Document | None = None
        self.clock = WorkClock(self)
        self._idle = QTimer(self, singleShot=True, interval=_IDLE_SAVE_MS)
        self._idle.timeout.connect(self.save)
        saver.saved.connect(self._on_saved)
        saver.changed.connect(self.state_changed)
        saver.journal_failed.connect(self.save)

    @property
    def journaled(self) -> int:
        """Sequence of the last edit that killing this process does not lose."""
        session = self._sessions.current
        return session.journal.written if session and session.journal else 0

    @property
    def edited(self) -> int:
        """Sequence of the last edit that was made."""
        session = self._sessions.current
        return session.sequence if session else 0

    @property
    def saved_at(self) -> datetime | None:
        """When a label map was last saved, or None."""
        return self._saver.saved_at

    @property
    def error(self) -> SegStudioError | None:
        """Why the last label map could not be saved, or None if it was."""
        return self._saver.error

    @property
    def unsaved_keys(self) -> tuple[str, ...]:
        """The images whose label maps are being saved, or could not be."""
        return self._saver.unsaved_keys

    @property
    def unsettled_keys(self) -> tuple[str, ...]:
        """The images whose labels are not on disk, or are there twice, in a conflict."""
        return (*self.unsaved_keys, *self._saver.conflicted_keys)

    @property
    def has_unsaved_work(self) -> bool:
        """Whether some label map is not on disk."""
        is_modified = self.document is not None and self.document.is_modified
        return is_modified or bool(self.unsaved_keys)

    def begin(self, document: Document) -> None:
        """Save this document from now on."""
        self.document = document
        document.mask_changed.connect(self._on_mask_changed)
        document.edited.connect(self._on_edited)
        self.clock.begin(document)

    def leave(self) -> None:
        """Save the document for the last time; nobody writes into it any more."""
        document = self.document
        if document is not None:
            document.settle()
            self._save(is_leaving=True)
            if len(document.history):
                self._visited.keep(document.key, document.history)
            self.document = None

    @Slot()
    def save(self) -> None:
        """Hand the label map, if it changed, to the saver's thread; try failed saves again."""
        self._save(is_leaving=False)

    def when_saved(self, function: Callable[[], None]) -> None:
        """Save, and call ``function`` on this thread once everything until now is written."""
        if self.document is not None:
            self.document.settle()
        self.save()
        job = Job(lambda _cancelled: None, self)
        job.succeeded.connect(lambda _none: function())
        job.start(self._saver.pool)

    def flush(self) -> None:
        """Save everything and wait until it is on disk or has failed."""
        if self.document is not None:
            self.document.settle()
        self.save()
        self._saver.wait()

    def stop(self) -> None:
        """Save no more by itself."""
        self._idle.stop()

    def save_prediction(
        self,
        key: str,
        class_map: LabelMap,
        model: Path | None = None,
        mean_uncertainty: float | None = None,
    ) -> None:
        """Keep what a model said about an image, beside the label map.

        Args:
            key: Image key.
            class_map: (H, W) uint8, in the project's classes.
            model: The model's file, or None if that is not known.
            mean_uncertainty: How unsure it is on average, 0 to 1, or None if that is not known.
        """
        document = self.document
        is_current = document is not None and document.key == key
        noted = document.noted if document is not None and is_current else None
        withdrawn = document is not None and is_current and not document.is_approved

        def write(project: Project) -> None:
            # First what the user looked at: it is told from what the prediction before this said.
            if is_current:
                keep_noted(project, key, noted)
            if withdrawn:
                withdraw_approval(project, key)
            project.write_prediction(key, class_map)
            note_predicted(project, key, model, mean_uncertainty)

        self._store.write(write, key)
        if withdrawn:
            self.approval_withdrawn.emit(key)

    def note_looked(self) -> None:
        """Note in the ledger that the user looked at the open image, and found it right."""
        document = self.document
        self.clock.note()
        sitting = self.clock.sitting()
        if document is not None and sitting is not None:
            key, snapshot = document.key, document.snapshot()
            self._store.write(
                lambda project: note_sitting(project, key, snapshot.pixels(), sitting), key
            )

    def _save(self, *, is_leaving: bool) -> None:
        self._idle.stop()
        document, project, session = self.document, self._store.project, self._sessions.current
        if document is not None and project is not None and session and document.is_modified:
            if document.in_gesture:
                self._idle.start()
            else:
                history = document.history
                self._saver.add(
                    Unsaved(
                        session,
                        project,
                        document.key,
                        # Nobody writes any more into one that is left: it needs no copy.
                        Snapshot(document.label_map, will_change=False)
                        if is_leaving
                        else document.snapshot(),
                        History(edits=history.edits, done=history.done),
                        session.sequence,
                        self.clock.sitting(),
                    )
                )
                document.mark_saved()
        self._saver.save_all()
        self.state_changed.emit()

    @Slot()
    def _on_mask_changed(self) -> None:
        self._idle.start()
        self.state_changed.emit()

    @Slot(object, object)
    def _on_edited(self, kind: EditKind, edit: Edit) -> None:
        session = self._sessions.current
        if session is not None and self.document is not None:
            session.record(self.document.key, self.document.size, kind, edit)
            self._visited.trim(beside=self.document.history.size)

    @Slot(object)
    def _on_saved(self, unsaved: Unsaved) -> None:
        if unsaved.session is self._sessions.current:
            self._store.note_saved(unsaved.key)
            if self.document is None or not self.document.is_modified:
                self._saver.forget_journals(unsaved.session)
        self.state_changed.emit()
