"""Exporting the project's labels from the window."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.workspace import Workspace
from segstudio.storage.project import Project

if TYPE_CHECKING:
    from segstudio.formats.dataset import ExportReport

_Exported: TypeAlias = "tuple[Path, Project, ExportReport]"


class _Stopped(Exception):
    """The user cancelled the export."""


class ExportController(BackgroundWork):
    """Runs one export at a time in the background.

    Signals:
        exported: (folder, ExportReport).
    """

    exported = Signal(object, object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._waiting: tuple[str, Path] | None = None
        workspace.save_state_changed.connect(self._start_when_saved)
        workspace.failed.connect(self._give_up_waiting)

    @property
    def is_running(self) -> bool:
        """Whether an export runs, or waits until the open image is saved."""
        return super().is_running or self._waiting is not None

    def run(self, format_name: str, out: Path) -> None:
        """Save what is open, then write all labelled images to ``out``."""
        if self._workspace.project is None or self.is_running:
            return
        self._waiting = format_name, out
        self.tell_running()
        self._workspace.save()

    @Slot()
    def _start_when_saved(self) -> None:
        project = self._workspace.project
        if self._waiting is None or project is None or self._workspace.has_unsaved_work:
            return
        format_name, out = self._waiting
        self._waiting = None

        def export(cancelled: threading.Event, report: Report) -> _Exported:
            # All formats take a while to load; the window opens without them.
            from segstudio.formats.export_project import export_project

            def progress(done: int, total: int) -> None:
                if cancelled.is_set():
                    raise _Stopped
                report(done, total)

            exported, told = export_project(project, format_name, out, progress=progress)
            return out, exported, told

        self._start(export, self._on_exported)

    def cancel(self) -> None:
        """Stop after the image being written."""
        self._waiting = None
        super().cancel()

    @Slot()
    def _give_up_waiting(self) -> None:
        # The workspace has told why it could not save; exporting old labels would mislead.
        self._waiting = None
        self.tell_running()

    def _on_exported(self, result: _Exported) -> None:
        out, project, report = result
        self._workspace.store.set_project(project)
        self.exported.emit(out, report)
