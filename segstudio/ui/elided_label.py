"""One line of text that gives way."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget


class ElidedLabel(QWidget):
    """One line of text that ends with dots where there is no room for all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""

    @property
    def text(self) -> str:
        """All of the text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show a text; all of it is in the tool tip."""
        self._text = text
        self.setToolTip(text)
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return that it needs no width."""
        return QSize(0, self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        """Return the same: it takes the room that is left."""
        return self.minimumSizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as there is room for."""
        painter = QPainter(self)
        room = self.contentsRect()
        painter.setPen(self.palette().placeholderText().color())
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
