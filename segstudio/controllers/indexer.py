"""Keeping what is known of the images of the open project, in the background."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication

from segstudio.controllers.jobs import LATER, Job, Pool
from segstudio.controllers.workspace import Workspace
from segstudio.core.image_facts import ImageFacts
from segstudio.core.image_table import STATES, ImageTable, rows_of
from segstudio.core.review import ReviewState
from segstudio.storage.image_facts import guess_facts
from segstudio.storage.image_index import ImageIndex
from segstudio.storage.project import Project

_BATCH_SECONDS: Final = 0.3
_AT_ONCE: Final = 8
_LOOK_AGAIN_SECONDS: Final = 10.0
_LOOK_SHARE: Final = 0.02  # of the time may go into looking again


@dataclass(frozen=True, slots=True, eq=False)
class _Stepped:
    """What one job found.

    Attributes:
        table: The facts as they are known now.
        rows: Image key -> row.
        stale: Images that have to be read.
        read: Images that were read.
        look_seconds: How long it took to compare all files, where that was done.
    """

    table: ImageTable
    rows: dict[str, int]
    stale: Sequence[str] = ()
    read: Sequence[str] = ()
    look_seconds: float | None = None


class _Work:
    """The index of one project; used by one job at a time."""

    def __init__(self, project: Project, keys: tuple[str, ...]) -> None:
        self._project = project
        self._keys = keys
        self._index: ImageIndex | None = None
        self._table = ImageTable.of(())
        self._rows: dict[str, int] = {}

    def begin(self, _cancelled: threading.Event) -> _Stepped:
        """Tell what the index knows."""
        self._index = ImageIndex(self._project.folder)
        self._table = self._index.table(self._keys)
        self._rows = rows_of(self._keys)
        return _Stepped(self._table, self._rows)

    def look(self, _cancelled: threading.Event) -> _Stepped:
        """Find the images whose files changed, and guess what they are until they are read."""
        assert self._index is not None
        begin = time.monotonic()
        stale = self._index.stale(self._project, self._rows)
        guesses = (guess_facts(self._project, key, stamp) for key, stamp in stale.items())
        self._table = self._table.with_facts(self._rows, guesses)
        in_order = sorted(stale, key=self._rows.__getitem__)
        seconds = time.monotonic() - begin
        return _Stepped(self._table, self._rows, stale=in_order, look_seconds=seconds)

    def read(self, keys: Sequence[str], cancelled: threading.Event) -> _Stepped:
        """Read the files of some images, in this order, as far as a moment reaches."""
        assert self._index is not None
        end = time.monotonic() + _BATCH_SECONDS
        facts: list[ImageFacts] = []
        while len(facts) < len(keys) and not cancelled.is_set() and time.monotonic() < end:
            facts += self._index.update(self._project, keys[len(facts) : len(facts) + _AT_ONCE])
        self._table = self._table.with_facts(self._rows, facts)
        return _Stepped(self._table, self._rows, read=keys[: len(facts)])

    def close(self) -> None:
        """Close the index."""
        if self._index is not None:
            self._index.close()
            self._index = None


_Step = Callable[[threading.Event], _Stepped]


class Indexer(QObject):
    """Keeps ``table``, the facts of all images, true to the files of the project.

    When a project is opened, what the index knows is there at once; then the files are compared
    with it, and masks that changed are read one after another. Images that are written by this
    window come first. When the user comes back from another program, files are compared again.

    Signals:
        changed: ``table`` is another one.
        progressed: (done, total) masks that were read since the files were compared.

    Attributes:
        table: The facts of all images, in the order of their names.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._pool = Pool(1, self, nice=LATER)
        self._work: _Work | None = None
        self._job: Job | None = None
        self._pending: dict[str, None] = {}  # a set that keeps its order
        self._urgent: dict[str, None] = {}
        self._wants_look = self._has_looked = False
        self._next_look = 0.0
        self._done = self._total = 0
        self.table = ImageTable.of(())
        self._rows: dict[str, int] = {}
        workspace.project_changed.connect(self._on_project_changed)
        workspace.files_changed.connect(self.note)
        application = QCoreApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_application_state)

    @property
    def is_idle(self) -> bool:
        """Whether everything is known that can be."""
        return self._job is None

    @property
    def knows_project(self) -> bool:
        """Whether ``table`` is of the open project, and not still empty."""
        return bool(self._rows)

    def knows(self, key: str) -> bool:
        """Whether ``table`` has an image as its files are, and not as they were or may be."""
        return self._has_looked and key not in self._pending and key not in self._urgent

    def state(self, key: str) -> ReviewState:
        """Return how far the review of an image is, as the index knows it."""
        row = self._rows.get(key)
        return ReviewState.UNLABELLED if row is None else STATES[self.table.states[row]]

    def changed_at(self, key: str) -> float:
        """Return when labels or review of an image last changed, seconds since 1970; 0: never."""
        row = self._rows.get(key)
        return 0.0 if row is None else float(self.table.changed[row])

    @Slot(str)
    def note(self, key: str) -> None:
        """Read the files of an image again, before those of others."""
        if self._work is not None:
            self._urgent[key] = None
            self._go_on()

    def look_again(self) -> None:
        """Compare all files with what is known of them."""
        if self._work is not None:
            self._wants_look = True
            self._go_on()

    def shut_down(self) -> None:
        """End the thread."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._pool.shut_down()
        if self._work is not None:
            self._work.close()
            self._work = None

    @Slot()
    def _on_project_changed(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._work is not None:
            work = self._work
            Job(lambda _cancelled: work.close(), self).start(self._pool)
        project, keys = self._workspace.project, self._workspace.keys
        self._work = None if project is None else _Work(project, keys)
        self._pending.clear()
        self._urgent.clear()
        self._has_looked = False
        self._rows = {}
        self.table = ImageTable.of(keys)
        self.changed.emit()
        if self._work is not None:
            self._start(self._work.begin)
            self._wants_look = True

    def _go_on(self) -> None:
        """Do what comes next, unless something is being done."""
        work = self._work
        if self._job is not None or work is None:
            return
        if self._urgent or (self._pending and not self._wants_look):
            self._pending = {**self._urgent, **self._pending}
            self._urgent.clear()
            batch = list(self._pending)
            self._start(lambda cancelled: work.read(batch, cancelled))
        elif self._wants_look:
            self._wants_look = False
            self._start(work.look)

    def _start(self, function: _Step) -> None:
        self._job = Job(function, self)
        self._job.succeeded.connect(self._on_stepped)
        self._job.failed.connect(self._on_failed)
        self._job.start(self._pool)

    @Slot(object)
    def _on_stepped(self, step: _Stepped) -> None:
        self._job = None
        self._rows = step.rows
        for key in step.read:
            self._pending.pop(key, None)
        if step.look_seconds is not None:
            self._has_looked = True
            pause = max(_LOOK_AGAIN_SECONDS, step.look_seconds / _LOOK_SHARE)
            self._next_look = time.monotonic() + pause
        if step.stale:
            self._pending.update(dict.fromkeys(step.stale))
            self._done, self._total = 0, len(self._pending)
        elif self._total:
            self._done = self._total - len(self._pending)
        if step.table is not self.table:
            self.table = step.table
            self.changed.emit()
        if self._total:
            self.progressed.emit(self._done, self._total)
        self._go_on()

    @Slot(object)
    def _on_failed(self, _error: Exception) -> None:
        # Nothing is lost but knowledge: the list shows less until the project is opened again.
        self._job = None
        self._pending.clear()
        self._urgent.clear()
        self._wants_look = False

    @Slot(object)
    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        is_active = state is Qt.ApplicationState.ApplicationActive
        if is_active and time.monotonic() > self._next_look:
            self.look_again()
