"""The flag and the note of the open image."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from segstudio.controllers.review import ReviewController
from segstudio.controllers.workspace import Workspace
from segstudio.storage.review import MAX_NOTE


class NoteLine(QWidget):
    """A button that flags the open image, and a line for a note about it.

    Signals:
        done: The user is done typing and wants the keys back on the image.
    """

    done = Signal()

    def __init__(
        self,
        workspace: Workspace,
        review: ReviewController,
        flag: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._review = review
        self._key = ""
        button = QToolButton()
        button.setDefaultAction(flag)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.edit = QLineEdit()
        self.edit.setMaxLength(MAX_NOTE)
        self.edit.setPlaceholderText(self.tr("Note about this image"))
        self.edit.editingFinished.connect(self.keep)
        self.edit.returnPressed.connect(self.done)
        self.edit.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(button)
        layout.addWidget(self.edit, 1)
        workspace.image_opening.connect(self._on_image_opening)
        workspace.project_changed.connect(self._on_project_changed)
        workspace.read_only_changed.connect(self._show_note)
        review.changed.connect(self._show_note)
        self._show_note()

    def ask(self) -> None:
        """Let the user type."""
        self.edit.setFocus()
        self.edit.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Escape take back what was typed."""
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.edit.setText(self._review.note(self._key))
            self.done.emit()
            return True
        return super().eventFilter(watched, event)

    def _on_image_opening(self, key: str) -> None:
        self.keep()  # of the image before
        self._key = key
        self.edit.setText(self._review.note(key))
        self._show_note()

    def _on_project_changed(self) -> None:
        self._key = ""
        self.edit.clear()
        self._show_note()

    def keep(self) -> None:
        """Keep what was typed."""
        if self._key and self.edit.isModified():
            self.edit.setModified(False)
            self._review.set_note(self._key, self.edit.text())

    def _show_note(self) -> None:
        self.edit.setEnabled(bool(self._key) and self._workspace.read_only is None)
        if self._key and not self.edit.isModified():
            note = self._review.note(self._key)
            if note != self.edit.text():
                self.edit.setText(note)
