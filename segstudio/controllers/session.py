"""What is open of a project: its masks, its lock and its journal."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segstudio.core.history import Edit, EditKind, History
from segstudio.core.snapshot import Snapshot
from segstudio.errors import SegStudioError, StorageError
from segstudio.storage.class_change_log import StoredChange
from segstudio.storage.class_changes import settle_changes
from segstudio.storage.journal import Journal, journal_folder, note_place
from segstudio.storage.ledger import Sitting, note_sitting
from segstudio.storage.locks import ProjectLock, ProjectLockedError
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.project import Project
from segstudio.storage.records import base_record, edit_record
from segstudio.storage.recovery import Recovery, forget, recover


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A label map on its way to the disk.

    Attributes:
        session: Where it belongs.
        project: With the classes as they were when it was handed over.
        key: Image key.
        snapshot: The label map; taking its pixels takes time.
        history: What could be undone at that moment.
        holds: Sequence of the journal's last edit that the label map holds.
        sitting: The work that went into it, for the ledger, or None if nobody worked on it.
    """

    session: "Session"
    project: Project
    key: str
    snapshot: Snapshot
    history: History
    holds: int
    sitting: Sitting | None = None

    @property
    def path(self) -> Path:
        """The mask file, which tells images of several projects apart."""
        return self.project.mask_path(self.key)


class Session:
    """An open project's masks and journal; ``begin`` runs on a thread, the rest on the GUI's.

    Args:
        project: The project as it was opened.
        on_failed: Called on the journal's thread when it cannot write.
        take_over: Edit the project even if another computer seems to have it open.

    Attributes:
        project: The project; with its classes as they are once it has begun.
        read_only: Why nothing may be changed, or None.
        settled: Changes of the classes that were interrupted, and are finished now.
    """

    def __init__(
        self, project: Project, on_failed: Callable[[OSError], None], *, take_over: bool = False
    ) -> None:
        self.project = project
        self.read_only: SegStudioError | None = None
        self.settled: tuple[StoredChange, ...] = ()
        self._take_over = take_over
        self._lock: ProjectLock | None = None
        self._is_over = False
        self.store = MaskStore(project.folder)
        self.journal: Journal | None = None
        self.journal_error: SegStudioError | None = None
        self.left_journals: tuple[Path, ...] = ()
        self._on_failed = on_failed
        self._based: set[str] = set()  # images whose base stands in the journal

    def begin(self) -> Recovery:
        """Replay what a crash left, and start the journal of this session.

        A project that is open elsewhere, or that may not be written, is begun as ``read_only``.
        """
        try:
            self._lock = ProjectLock.acquire(self.project.folder, take_over=self._take_over)
        except (ProjectLockedError, StorageError) as error:
            self.read_only = error
            self.store = MaskStore(self.project.folder, read_only=True)
            return Recovery()
        try:
            self.project, self.settled = settle_changes(self.project, self.store)
        except SegStudioError as error:
            # Some masks have the classes of before, and some those of after.
            self.read_only = error
            self.store = MaskStore(self.project.folder, read_only=True)
            return Recovery()
        recovery = recover(self.project, self.store)
        try:
            note_place(self.project.folder, self.project.id)
            self.journal = Journal(journal_folder(self.project.folder), on_failed=self._on_failed)
        except StorageError as error:
            self.journal_error = error
        self.left_journals = recovery.journals
        # Their base stands in the journals that are left: a second one would hide the edits there.
        self._based = {mask.key for mask in recovery.masks}
        for mask in recovery.masks:
            if mask.on_changed_mask:
                self.store.distrust(mask.key)
        if not recovery.masks:
            self.forget_left_journals()
        if self._is_over:  # another project was opened meanwhile
            self.end()
        return recovery

    @property
    def sequence(self) -> int:
        """Sequence of the last record of the journal."""
        return self.journal.sequence if self.journal else 0

    def record(self, key: str, size: tuple[int, int], kind: EditKind, edit: Edit) -> None:
        """Put an edit into the journal; ``size`` is that of the image, (height, width)."""
        if self.journal is None:
            return
        print_ = self.store.fingerprint(key)
        if key not in self._based and print_ is not None:
            self.journal.append(base_record(key, print_, size, self.journal.sequence))
            self._based.add(key)
        self.journal.append(edit_record(key, kind, edit))

    def write(self, unsaved: Unsaved) -> None:
        """Save a label map; runs on the saver's thread."""
        label_map = unsaved.snapshot.pixels()
        height, width = label_map.shape

        def announce(print_: bytes) -> None:
            if self.journal is not None:
                self.journal.append(
                    base_record(unsaved.key, print_, (height, width), unsaved.holds)
                )
                # Else a power cut could leave a mask that the journal does not know.
                self.journal.sync()

        print_ = self.store.write(
            unsaved.project, unsaved.key, label_map, unsaved.history, announce
        )
        if self.journal is not None:
            self.journal.append(base_record(unsaved.key, print_, (height, width), unsaved.holds))
        if unsaved.sitting is not None:
            # The mask is safe; a ledger that cannot be written must not make the save fail.
            with contextlib.suppress(StorageError):
                note_sitting(unsaved.project, unsaved.key, label_map, unsaved.sitting)

    def everything_is_saved(self) -> None:
        """Forget the journals."""
        self.forget_left_journals()
        if self.journal is not None and self._based:
            self.journal.cut()
        self._based.clear()

    def forget_left_journals(self) -> None:
        """Remove the journals of processes that crashed."""
        forget(self.left_journals)
        self.left_journals = ()

    def end(self) -> None:
        """Close the journal and let others edit the project."""
        self._is_over = True
        if self.journal is not None:
            self.journal.close()
            self.journal = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None
