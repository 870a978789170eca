"""The page before anything is open."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from segstudio.ui.theme import Theme


class WelcomePage(QWidget):
    """Says what to do first, and lists what was open last.

    Signals:
        open_requested: The user wants to choose a folder.
        sample_requested: The user wants the sample project.
        recent_requested: The ``Path`` of a folder that was open before.
    """

    open_requested = Signal()
    sample_requested = Signal()
    recent_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Segment your images"))
        font = QFont(title.font())
        font.setPointSizeF(font.pointSizeF() * 2)
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        text = QLabel(
            self.tr(
                "Open a folder, run a model, correct its masks with the brush.\n"
                "Images and labels stay on this computer."
            )
        )
        open_button = self._button(theme, self.tr("Open images…"), "folder-open")
        open_button.setDefault(True)
        open_button.clicked.connect(self.open_requested)
        sample_button = self._button(theme, self.tr("Open sample"), "image")
        sample_button.clicked.connect(self.sample_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        buttons.addWidget(open_button)
        buttons.addWidget(sample_button)
        buttons.addStretch(1)
        self._recent_title = QLabel(self.tr("Recent"))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        hint = QLabel(self.tr("You can also drop images, a folder or a model on this window."))
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(3)
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
            layout.addSpacing(12)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        layout.addSpacing(24)
        layout.addWidget(self._recent_title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(self._recent)
        layout.addStretch(4)
        layout.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_recent(self, folders: list[Path]) -> None:
        """List folders that were open before, the latest first."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._recent_title.setVisible(bool(folders))
        for folder in folders:
            button = QPushButton()
            shown = str(folder)
            metrics = button.fontMetrics()
            # A doubled ampersand is how a button shows one.
            button.setText(
                metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, 460).replace("&", "&&")
            )
            button.setFlat(True)
            button.clicked.connect(
                lambda _checked=False, folder=folder: self.recent_requested.emit(folder)
            )
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def _button(self, theme: Theme, text: str, icon: str) -> QPushButton:
        button = QPushButton(text)
        button.setMinimumHeight(36)
        button.setMinimumWidth(160)
        theme.keep_icon(button, icon)
        return button
