"""Changing the classes from the window: the dialog, the job bar while it works, what came of it."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from segstudio.controllers.class_changes import ClassChangeController
from segstudio.controllers.workspace import Workspace
from segstudio.core.class_change import ChangeKind
from segstudio.document.document import Document
from segstudio.storage.class_change_log import StoredChange
from segstudio.ui.canvas.canvas import Canvas
from segstudio.ui.class_words import changed_text
from segstudio.ui.job_bar import JobBar
from segstudio.ui.messages import MessageBar

if TYPE_CHECKING:
    from segstudio.ui.class_dialog import ClassDialog


class ClassEditing(QObject):
    """Connects what changes classes with the window.

    Args:
        workspace: The open project.
        is_busy: Whether something else reads or writes many masks.
        canvas: Where things are selected.
        messages: Tells what came of it.
        jobs: Shows it while it works.
        window: The window.
    """

    def __init__(
        self,
        workspace: Workspace,
        is_busy: Callable[[], bool],
        canvas: Canvas,
        messages: MessageBar,
        jobs: JobBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.changes = ClassChangeController(workspace, is_busy, window)
        self._canvas, self._window = canvas, window
        self._workspace, self._messages, self._jobs = workspace, messages, jobs
        self._shows_job = False
        self._waiting: Callable[[], None] | None = None  # what is to be told with the next image
        self.changes.running_changed.connect(self._on_running)
        self.changes.progressed.connect(self._on_progressed)
        self.changes.finished.connect(self._on_finished)
        self.changes.stopped.connect(self._on_stopped)
        self.changes.failed.connect(messages.show_error)
        workspace.changes_settled.connect(self._on_settled)
        workspace.document_changed.connect(self._on_document)
        workspace.image_failed.connect(self._on_image)

    @cached_property
    def dialog(self) -> "ClassDialog":
        """The dialog, made when it is first asked for: the window opens sooner without it."""
        from segstudio.ui.class_dialog import ClassDialog

        return ClassDialog(
            self.changes, self._workspace, lambda: self._canvas.selected, self._window
        )

    def choose(self, kind: ChangeKind, class_index: int) -> None:
        """Show the dialog with one class and what to do with it."""
        self.dialog.choose(kind, class_index)

    def _on_running(self, _is_running: bool) -> None:
        if self.changes.is_changing:
            self._jobs.begin(self.tr("Changing the classes"), self.changes.cancel)
            self._shows_job = True
        elif self._shows_job:  # not when classes were only counted: the bar may be another's
            self._jobs.end()
            self._shows_job = False

    def _on_progressed(self, done: int, total: int) -> None:
        if self.changes.is_changing:
            self._jobs.set_progress(done, total)

    def _on_finished(self, stored: StoredChange) -> None:
        can_undo = stored.change.changes_pixels and not stored.change.undoes
        self._tell(changed_text(stored), can_undo=can_undo)

    def _on_stopped(self) -> None:
        self._tell(self.tr("The classes were not changed; everything is as it was."))

    def _on_settled(self, changes: tuple[StoredChange, ...]) -> None:
        text = " ".join(changed_text(stored) for stored in changes)
        self._tell(
            self.tr("A change of the classes was interrupted and is finished now. %s") % text
        )

    def _tell(self, text: str, *, can_undo: bool = False) -> None:
        def show() -> None:
            if can_undo:
                self._messages.show_notice(text, self.tr("Undo"), self.changes.undo)
            else:
                self._messages.show_notice(text)

        # An image that is opened again takes notices away: they would be about the one before.
        if self._workspace.document is not None:
            show()
        else:
            self._waiting = show

    def _on_image(self, *_: object) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and self._workspace.project is not None:
            waiting()

    def _on_document(self, document: Document | None) -> None:
        if document is not None:
            self._on_image()
