"""Asks in which format to export, and where to."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from segstudio.controllers.workspace import Workspace
from segstudio.formats.table import FORMATS
from segstudio.ui.format_words import format_title, format_values


class ExportDialog(QDialog):
    """A format, what it can hold, and a new folder.

    Signals:
        chosen: (format name, folder).
    """

    chosen = Signal(str, Path)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setWindowTitle(self.tr("Export labels"))
        self.formats = QComboBox()
        self.formats.setAccessibleName(self.tr("Format"))
        self.formats.setMaxVisibleItems(30)
        writable = [row for row in FORMATS.values() if row.write is not None]
        for row in sorted(writable, key=lambda row: format_title(row).casefold()):
            self.formats.addItem(format_title(row), row.name)
        self.folder = QLineEdit()
        self.folder.setAccessibleName(self.tr("Folder"))
        self.folder.setPlaceholderText(self.tr("A new folder, or an empty one"))
        self.folder.setMinimumWidth(320)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setMinimumHeight(self.fontMetrics().height() * 3)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        browse = QPushButton(self.tr("Browse…"))
        browse.clicked.connect(self._browse)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(browse)
        self.go = QPushButton(self.tr("Export"))
        self.go.setDefault(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._on_go)
        buttons.rejected.connect(self.reject)
        layout = QGridLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setVerticalSpacing(8)
        layout.addWidget(QLabel(self.tr("Format")), 0, 0)
        layout.addWidget(self.formats, 0, 1)
        layout.addWidget(self.note, 1, 1)
        layout.addWidget(QLabel(self.tr("Folder")), 2, 0)
        layout.addLayout(place, 2, 1)
        layout.addWidget(buttons, 3, 0, 1, 2)
        layout.setColumnStretch(1, 1)
        self.formats.currentIndexChanged.connect(self._show)
        self.folder.textChanged.connect(self._show)
        self.choose("voc")
        workspace.project_changed.connect(self.reject)

    def choose(self, format_name: str) -> None:
        """Choose a format."""
        self.formats.setCurrentIndex(self.formats.findData(format_name))
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Suggest a folder beside the images."""
        project = self._workspace.project
        if project is not None and not self.folder.text():
            self.folder.setText(str(project.folder / "exports" / self.formats.currentData()))
        super().showEvent(event)

    def _browse(self) -> None:
        name = QFileDialog.getSaveFileName(self, self.tr("Name a new folder"))[0]
        if name:
            self.folder.setText(name)

    def _show(self) -> None:
        row = FORMATS[self.formats.currentData()]
        holds = self.tr("How labels are kept: %s.") % format_values(row)
        if row.lossless:
            lossless = format_title(FORMATS[row.lossless])
            keeps = self.tr("It may not hold every pixel; the format %s does.") % lossless
        else:
            keeps = self.tr("Keeps every pixel, holes and single pixels too.")
        self.note.setText(f"{keeps}\n{holds}")
        self.go.setEnabled(bool(self.folder.text().strip()))

    def _on_go(self) -> None:
        self.accept()
        self.chosen.emit(self.formats.currentData(), Path(self.folder.text().strip()))
        self.folder.clear()
