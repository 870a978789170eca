"""What happens when the window closes: what is unsaved is saved, and all threads end."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from segstudio.controllers.error_words import told

if TYPE_CHECKING:
    from segstudio.ui.editor import Editor


class _Part(Protocol):
    """What stops its threads when the window closes."""

    def shut_down(self) -> None: ...


class Closing(QObject):
    """Ends an editor.

    Args:
        editor: Has the parts.
        window: Where is asked what must not be lost.
    """

    def __init__(self, editor: "Editor", window: QWidget) -> None:
        super().__init__(editor)
        self._editor, self._window = editor, window

    def may_close(self) -> bool:
        """Save, and ask only if something could not be saved."""
        editor = self._editor
        editor.image_panel.note.keep()
        if editor.classes.changes.is_changing:
            editor.classes.changes.cancel()
        editor.workspace.flush()
        return not editor.workspace.has_unsaved_work or self._may_lose_work()

    def shut_down(self) -> None:
        """Stop all threads."""
        for part in self._in_order():
            part.shut_down()

    def _may_lose_work(self) -> bool:
        autosave = self._editor.workspace.autosave
        answer = QMessageBox.warning(
            self._window,
            self.tr("Labels are not saved"),
            self.tr("The labels of %d images could not be saved. %s\n\nClose and lose them?")
            % (len(autosave.unsaved_keys), told(autosave.error) if autosave.error else ""),
            QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer == QMessageBox.StandardButton.Close

    def _in_order(self) -> tuple[_Part, ...]:
        # What works on the project ends before the workspace, which writes what they hand to it.
        editor = self._editor
        return (
            editor.steps,
            editor.sequence,
            editor.replace,
            editor.classes.changes,
            editor.splits,
            *([editor.made_work] if editor.made_work is not None else []),
            editor.images,
            editor.indexer,
            editor.export,
            editor.imports,
            editor.inference,
            editor.predict,
            editor.thumbnails,
            editor.canvas,
            editor.workspace,
        )
