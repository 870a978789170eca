"""Reading a project off the GUI thread."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.storage.opening import Opened
from segstudio.storage.project import Project


class ProjectOpener(QObject):
    """Reads one project at a time, the last one asked for, and finds out what is labelled in it.

    Signals:
        opened: The ``Opened`` project.
        failed: (path, exception) for something that cannot be opened.
        labelled_found: (Project, keys of the images that have a mask).
    """

    opened = Signal(object)
    failed = Signal(object, object)
    labelled_found = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = Pool(1, self)
        self._job: Job | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no project is being opened."""
        return self._job is None

    def open(self, path: Path, read: Callable[[], Opened]) -> None:
        """Call ``read`` in the background; ``path`` is what the user asked for."""
        self.cancel()
        job = Job(lambda _cancelled: read(), self)
        job.succeeded.connect(self._on_opened)
        job.failed.connect(lambda error: self._on_failed(path, error))
        self._job = job
        job.start(self._pool)

    def find_labelled(self, project: Project) -> None:
        """Find the images that have a mask; there may be thousands."""
        job = Job(lambda _cancelled: project.labelled_keys(), self)
        job.succeeded.connect(lambda keys: self.labelled_found.emit(project, keys))
        job.start(self._pool)

    def cancel(self) -> None:
        """Open nothing."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def shut_down(self) -> None:
        """Stop and wait for the thread."""
        self.cancel()
        self._pool.shut_down()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self._job = None
        self.opened.emit(opened)

    def _on_failed(self, path: Path, error: Exception) -> None:
        self._job = None
        self.failed.emit(path, error)
