"""Letting mask files have the colours of the classes, in the background."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.jobs import Job
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.storage.mask_colors import Recoloring


class MaskColors(QObject):
    """Brings the colours in mask files up to date, a few files at a time.

    It works on the thread that saves, and what is painted meanwhile is saved in between. What is
    not done when the project is closed goes on when it is opened next.

    Signals:
        failed: A ``SegStudioError`` to tell the user.
    """

    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._job: Job | None = None
        workspace.project_changed.connect(self.stop)
        workspace.read_only_changed.connect(self.follow)  # also told when a project has been begun

    @property
    def is_running(self) -> bool:
        """Whether files may still have old colours."""
        return self._job is not None

    def follow(self) -> None:
        """Rewrite the files that have old colours, from the first on."""
        self.stop()
        project = self._workspace.project
        may = self._workspace.store.has_begun and self._workspace.read_only is None
        if project is not None and may:
            self._go_on(Recoloring(project, self._workspace.store.masks))

    def stop(self) -> None:
        """Leave the rest for the next time."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _go_on(self, recoloring: Recoloring) -> None:
        self._job = Job(lambda _cancelled: recoloring.step(), self)
        self._job.succeeded.connect(partial(self._on_stepped, recoloring))
        self._job.failed.connect(self._on_failed)
        self._job.start(self._workspace.store.pool)

    def _on_stepped(self, recoloring: Recoloring, has_more: object) -> None:
        self._job = None
        if has_more:
            self._go_on(recoloring)

    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(as_user_error(error))
