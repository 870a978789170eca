"""The picture of what a network makes of the validation images."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea

from segstudio.controllers.followed_runs import Sheet


class SheetView(QScrollArea):
    """A picture as wide as the place for it, or, after a click, in its full size."""

    def __init__(self) -> None:
        super().__init__()
        self._sheet: Sheet | None = None
        self._is_full = False
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidgetResizable(True)
        self.label = QLabel()
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidget(self.label)
        self.show_nothing()

    @property
    def path(self) -> Path | None:
        """The file of the picture that shows, or None."""
        return self._sheet.path if self._sheet else None

    def show_nothing(self) -> None:
        """Say what will be here."""
        self._sheet = None
        self.label.setText(self.tr("Validation images, with prediction and truth,\ncome here."))

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a picture in the size that was chosen."""
        self._sheet = sheet
        self._fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Change between both sizes."""
        self._is_full = not self._is_full
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the picture."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._sheet is None:
            return
        ratio = self.devicePixelRatioF()
        shown = (
            self._sheet.whole
            if self._is_full
            else _fitted(self._sheet.reduced, self.viewport().size() * ratio)
        )
        pixmap = QPixmap.fromImage(shown)
        pixmap.setDevicePixelRatio(ratio)
        self.label.setPixmap(pixmap)
        self.label.setToolTip(
            self.tr("Click to see all of it") if self._is_full else self.tr("Click to enlarge it")
        )


def _fitted(picture: QImage, size: QSize) -> QImage:
    return picture.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
