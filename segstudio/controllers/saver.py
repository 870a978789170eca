"""Saving label maps in the background, and protecting what is not saved yet."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.jobs import LATER, SOON, Job, Pool
from segstudio.controllers.session import Session, Unsaved
from segstudio.controllers.user_error import as_user_error
from segstudio.core.history import Edit
from segstudio.core.mask_edit import difference_patch
from segstudio.core.snapshot import Snapshot
from segstudio.errors import SegStudioError, StorageError
from segstudio.storage.atomic_write import sweep
from segstudio.storage.mask_store import MaskChangedError, drop_old_histories, fingerprint
from segstudio.storage.project import Project
from segstudio.storage.recovery import RecoveredMask, discarded

_RETRY_SAVE_MS: Final = 10_000


class Saver(QObject):
    """Saves label maps one after another on a thread; one that fails is tried again.

    Signals:
        saved: The ``Unsaved`` that is safely on disk.
        failed: A ``SegStudioError`` to tell the user.
        conflicted: (key, MaskChangedError): somebody else changed the mask; both are kept.
        changed: Something was saved, or could not be saved.
        journal_failed: The journal cannot be written; what is unsaved should be saved now.
        replaced: A key whose mask was changed behind the user's back, on request.
    """

    saved = Signal(object)
    failed = Signal(object)
    conflicted = Signal(str, object)
    changed = Signal()
    journal_failed = Signal()
    replaced = Signal(str)
    _journal_error = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.saved_at: datetime | None = None
        self.error: SegStudioError | None = None
        # One thread, so that two saves of the same file cannot overtake each other.
        self.pool = Pool(1, self, nice=LATER)
        # Until a label map is copied, whoever writes into it must copy first.
        self._copiers = Pool(1, self, nice=SOON)
        self._sessions: list[Session] = []
        self._unsaved: dict[Path, Unsaved] = {}  # by mask file: keys repeat between projects
        self._saving: set[int] = set()  # ids of the Unsaved that the thread has
        self._asked_again: set[int] = set()  # those that were to be saved meanwhile
        self._conflicts: dict[Path, Unsaved] = {}
        self._retry = QTimer(self, singleShot=True, interval=_RETRY_SAVE_MS)
        self._retry.timeout.connect(self.save_all)
        self._journal_error.connect(self._on_journal_error)

    @property
    def unsaved_keys(self) -> tuple[str, ...]:
        """The images whose label maps are being saved, or could not be."""
        return tuple(unsaved.key for unsaved in self._unsaved.values())

    @property
    def conflicted_keys(self) -> tuple[str, ...]:
        """The images of whose masks there are two, until the user has chosen one."""
        return tuple(unsaved.key for unsaved in self._conflicts.values())

    def new_session(self, project: Project, *, take_over: bool = False) -> Session:
        """Return a session for a project, to be begun; others end once they are saved."""
        for session in list(self._sessions):
            self._end_if_saved(session)
        session = Session(project, self._journal_error.emit, take_over=take_over)
        self._sessions.append(session)
        return session

    def unsaved(self, path: Path) -> Unsaved | None:
        """Return what is to be saved as the mask ``path``, or is in conflict with it."""
        return self._unsaved.get(path) or self._conflicts.get(path)

    def add(self, unsaved: Unsaved) -> None:
        """Take over a label map; ``save_all`` starts saving it."""
        self._unsaved[unsaved.path] = unsaved
        self._conflicts.pop(unsaved.path, None)
        # Should it fail, it is tried again, and told, by the thread that saves.
        Job(lambda _cancelled: unsaved.snapshot.pixels(), self).start(self._copiers)

    @Slot()
    def save_all(self) -> None:
        """Save what is not being saved already; try failed ones again."""
        self._retry.stop()
        for unsaved in self._unsaved.values():
            if id(unsaved) in self._saving:
                self._asked_again.add(id(unsaved))
            else:
                self._start(unsaved)

    def forget_journals(self, session: Session) -> None:
        """Cut the journals of a session whose open document is saved, if all else is too."""
        if not any(unsaved.session is session for unsaved in self._unsaved.values()):
            session.everything_is_saved()

    def keep_mine(self, path: Path) -> None:
        """Save our label map over a mask that somebody else changed; history keeps theirs."""
        unsaved = self._conflicts.pop(path, None)
        if unsaved is None:
            return
        self._unsaved[path] = unsaved

        def accept(_cancelled: threading.Event) -> Path | None:
            return unsaved.session.store.accept_theirs(unsaved.project, unsaved.key)

        job = Job(accept, self)
        job.succeeded.connect(lambda _ours: self.save_all())
        job.failed.connect(self._on_failed)
        job.start(self.pool)

    def take_theirs(self, path: Path) -> None:
        """Leave the mask that somebody else changed; ours stays beside it."""
        unsaved = self._conflicts.pop(path, None)
        if unsaved is None:
            return

        def accept(_cancelled: threading.Event) -> None:
            unsaved.session.store.accept_theirs(unsaved.project, unsaved.key)

        job = Job(accept, self)
        job.succeeded.connect(lambda _none: self.replaced.emit(unsaved.key))
        job.failed.connect(self._on_failed)
        job.start(self.pool)

    def discard(self, session: Session, mask: RecoveredMask, name: str) -> None:
        """Take recovered edits out of a mask that is not open, as an edit that can be undone."""

        def write(_cancelled: threading.Event) -> None:
            stored = session.store.read(session.project, mask.key, *mask.label_map.shape)
            after = discarded(mask, stored.label_map)
            patch = difference_patch(stored.label_map, after)
            if patch is not None:
                stored.history.push(Edit.of(name, patch))
                session.store.write(session.project, mask.key, after, stored.history)

        job = Job(write, self)
        job.succeeded.connect(lambda _none: self.replaced.emit(mask.key))
        job.failed.connect(self._on_failed)
        job.start(self.pool)

    def change(
        self,
        project: Project,
        session: Session,
        key: str,
        change: Callable[..., bool],
        size: tuple[int, int] | None = None,
    ) -> Job:
        """Return a job for ``pool`` that changes the saved mask of an image that is not open.

        The job returns whether it did; it fails if the mask is not saved, or cannot be.

        Args:
            project: With the classes as they are now.
            session: Of the project.
            key: Image key.
            change: Called on the thread with the (H, W) uint8 label map and its ``History``, both
                of which it may change; returns whether it did.
            size: (height, width) of the image, so that one without a mask gets one; else that is
                left as it is.
        """
        path = project.mask_path(key)

        def run(_cancelled: threading.Event) -> bool:
            unsaved = self.unsaved(path)
            # One that was saved a moment ago is still in the list, which the GUI thread keeps.
            if unsaved and fingerprint(unsaved.snapshot.pixels()) != session.store.fingerprint(key):
                raise StorageError(
                    path,
                    "these labels are not saved yet, so they were left as they are",
                    hint="Do it again when everything is saved",
                )
            store = session.store
            stored = store.read(project, key, *size) if size else store.read_saved(project, key)
            if stored is None or not change(stored.label_map, stored.history):
                return False
            session.write(
                Unsaved(
                    session,
                    project,
                    key,
                    Snapshot(stored.label_map, will_change=False),
                    stored.history,
                    session.sequence,
                )
            )
            return True

        return Job(run, self)

    def sweep(self, project: Project) -> None:
        """Remove what killed processes left half written in a project, and histories beyond room.

        Not before the first image is shown: a large project has some 100,000 files to look at.
        """

        def remove(_cancelled: threading.Event) -> None:
            sweep(project.folder)
            drop_old_histories(project.folder)

        Job(remove, self).start(self.pool)

    def wait(self) -> None:
        """Block until everything queued is saved or has failed."""
        self.pool.wait()

    def shut_down(self) -> None:
        """End the threads; what is in a journal is replayed at the next start."""
        self._retry.stop()
        self._copiers.shut_down()
        self.pool.shut_down()
        for session in self._sessions:
            session.end()
        self._sessions.clear()

    def _start(self, unsaved: Unsaved) -> None:
        self._saving.add(id(unsaved))
        job = Job(lambda _cancelled: unsaved.session.write(unsaved), self)
        job.succeeded.connect(lambda _result: self._on_saved(unsaved))
        job.failed.connect(lambda error: self._on_save_failed(unsaved, error))
        job.start(self.pool)

    def _on_saved(self, unsaved: Unsaved) -> None:
        self._saving.discard(id(unsaved))
        self._asked_again.discard(id(unsaved))
        if self._unsaved.get(unsaved.path) is unsaved:  # else a newer one is on its way
            del self._unsaved[unsaved.path]
        self.saved_at = datetime.now()
        self.error = None
        self.saved.emit(unsaved)
        if self._sessions and unsaved.session is not self._sessions[-1]:
            self._end_if_saved(unsaved.session)

    def _end_if_saved(self, session: Session) -> None:
        if not any(unsaved.session is session for unsaved in self._unsaved.values()):
            session.everything_is_saved()
            session.end()
            if session in self._sessions:
                self._sessions.remove(session)

    def _on_save_failed(self, unsaved: Unsaved, error: Exception) -> None:
        self._saving.discard(id(unsaved))
        asked_again = id(unsaved) in self._asked_again
        self._asked_again.discard(id(unsaved))
        if isinstance(error, MaskChangedError):
            if self._unsaved.get(unsaved.path) is unsaved:
                del self._unsaved[unsaved.path]
                self._conflicts[unsaved.path] = unsaved
            self.error = error
            self.changed.emit()
            self.conflicted.emit(unsaved.key, error)
            return
        if asked_again and self._unsaved.get(unsaved.path) is unsaved:
            # What made this attempt fail may have been put right after it began.
            self._start(unsaved)
            return
        self._retry.start()
        self.error = as_user_error(error)
        self.changed.emit()
        self.failed.emit(self.error)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(as_user_error(error))

    @Slot(object)
    def _on_journal_error(self, error: OSError) -> None:
        self.failed.emit(
            SegStudioError(
                f"Edits cannot be kept for recovery: {error.strerror}",
                hint="Masks are saved all the same; free some space on this computer's disk",
            )
        )
        self.journal_failed.emit()
