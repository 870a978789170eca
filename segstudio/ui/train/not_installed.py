"""What training needs that is not installed, and the command to be copied."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from segstudio.controllers.trainer_process import INSTALL_COMMAND
from segstudio.ui.theme import Theme


class NotInstalled(QWidget):
    """Says what is missing and how to install it.

    Args:
        theme: Icons.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.command = QLineEdit(INSTALL_COMMAND)
        self.command.setReadOnly(True)
        self.command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        copy = QPushButton(self.tr("Copy"))
        theme.keep_icon(copy, "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.command.text()))
        row = QHBoxLayout()
        row.addWidget(self.command, 1)
        row.addWidget(copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.words)
        layout.addLayout(row)

    def show_packages(self, packages: tuple[str, ...]) -> None:
        """Say which packages are missing, or hide if none are."""
        self.setVisible(bool(packages))
        self.words.setText(
            self.tr(
                "Training needs PyTorch, which is not installed here (missing: %s).\n\n"
                "Run this command in a terminal, where segstudio is installed, and start "
                "segstudio again:"
            )
            % ", ".join(packages)
        )
