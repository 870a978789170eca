"""The slim bar of the work in progress, with time left and cancel."""

import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget


class JobBar(QWidget):
    """Shows one job: what it is, how far, how long yet, and a button to stop it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = QLabel()
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(160, 8)
        self._left = QLabel()
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.clicked.connect(self._on_cancel)
        self._on_cancelled: Callable[[], None] | None = None
        self._started = 0.0
        self._unit = ""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 8, 4)
        layout.setSpacing(12)
        layout.addWidget(self._name)
        layout.addWidget(self._progress)
        layout.addWidget(self._left)
        layout.addStretch(1)
        layout.addWidget(self._cancel)
        self.setAutoFillBackground(True)  # it lies over the image
        self.hide()

    def begin(self, name: str, cancel: Callable[[], None], unit: str = "") -> None:
        """Show a job whose length is not known yet.

        Args:
            name: What it does.
            cancel: Stops it.
            unit: What it goes through one by one, to tell how many a second; empty for parts.
        """
        self._unit = unit
        self._name.setText(name)
        self._left.setText("")
        self._progress.setRange(0, 0)
        self._on_cancelled = cancel
        self._started = time.monotonic()
        self.show()

    def set_progress(self, done: int, total: int) -> None:
        """Show how far the job is, and how long it will take yet."""
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        if 0 < done < total:
            seconds = (time.monotonic() - self._started) / done * (total - done)
            text = self.tr("about %s left") % _duration(seconds)
            if self._unit:
                speed = done / max(time.monotonic() - self._started, 1e-3)
                text = self.tr("%d of %d, %s, %s") % (
                    done,
                    total,
                    f"{speed:.3g} {self._unit}/s",
                    text,
                )
            self._left.setText(text)

    def end(self) -> None:
        """Hide the bar."""
        self.hide()

    def _on_cancel(self) -> None:
        if self._on_cancelled is not None:
            self._on_cancelled()


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
