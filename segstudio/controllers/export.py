"""Exporting the project's labels from the window."""

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.formats.dataset import ExportReport
from segstudio.formats.export_project import export_project
from segstudio.storage.project import Project


class _Stopped(Exception):
    """The user cancelled the export."""


class ExportController(QObject):
    """Runs one export at a time in the background.

    Signals:
        running_changed: Whether an export runs.
        progressed: (done, total) images.
        exported: (folder, ExportReport).
        failed: A ``SegStudioError``.
    """

    running_changed = Signal(bool)
    progressed = Signal(int, int)
    exported = Signal(object, object)
    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._pool = Pool(1, self)
        self._job: Job | None = None
        self._waiting: tuple[str, Path] | None = None
        workspace.save_state_changed.connect(self._start_when_saved)
        workspace.failed.connect(self._give_up_waiting)

    @property
    def is_running(self) -> bool:
        """Whether an export runs, or waits until the open image is saved."""
        return self._job is not None or self._waiting is not None

    def run(self, format_name: str, out: Path) -> None:
        """Save what is open, then write all labelled images to ``out``."""
        if self._workspace.project is None or self.is_running:
            return
        self._waiting = format_name, out
        self.running_changed.emit(True)
        self._workspace.save()

    @Slot()
    def _start_when_saved(self) -> None:
        project = self._workspace.project
        if self._waiting is None or project is None or self._workspace.has_unsaved_work:
            return
        format_name, out = self._waiting
        self._waiting = None

        def export(cancelled: threading.Event) -> tuple[Path, Project, ExportReport]:
            def progress(done: int, total: int) -> None:
                if cancelled.is_set():
                    raise _Stopped
                job.report(done, total)

            exported, report = export_project(project, format_name, out, progress=progress)
            return out, exported, report

        job = Job(export, self)
        job.succeeded.connect(self._on_exported)
        job.failed.connect(self._on_failed)
        job.progressed.connect(self.progressed)
        self._job = job
        job.start(self._pool)

    def cancel(self) -> None:
        """Stop after the image being written."""
        if self._job is not None:
            self._job.cancel()
        if self.is_running:
            self._end()

    def shut_down(self) -> None:
        """Stop and wait for the thread."""
        self.cancel()
        self._pool.shut_down()

    @Slot()
    def _give_up_waiting(self) -> None:
        # The workspace has told why it could not save; exporting old labels would mislead.
        if self._waiting is not None:
            self._end()

    def _end(self) -> None:
        self._job = None
        self._waiting = None
        self.running_changed.emit(False)

    @Slot(object)
    def _on_exported(self, result: tuple[Path, Project, ExportReport]) -> None:
        self._end()
        out, project, report = result
        self._workspace.set_project(project)
        self.exported.emit(out, report)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._end()
        self.failed.emit(as_user_error(error))
