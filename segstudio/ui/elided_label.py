"""One line of text that gives way."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget


class ElidedLabel(QWidget):
    """One line of text that ends with dots where there is no room for all of it.

    Args:
        parent: Where it is.
        usual: The width that it would like to have at least, pixels, or None if it is a hint, which
            asks for none and takes what is left.
        least: The width below which it does not go, unless the text is shorter than that.
    """

    def __init__(
        self, parent: QWidget | None = None, *, usual: int | None = None, least: int = 0
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self._usual, self._least = usual, least

    @property
    def text(self) -> str:
        """All of the text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show a text; all of it is in the tool tip."""
        before = self.sizeHint()
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        if self.sizeHint() != before:
            self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return the room without which nothing of the text would tell."""
        return QSize(min(self._least, self.sizeHint().width()), self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        """Return the room that it would like to have."""
        width, height = 0, self.fontMetrics().height()
        if self._usual is not None:
            margins = self.contentsMargins()
            # One more: widths of letters are no whole numbers.
            needed = self.fontMetrics().horizontalAdvance(self._text) + 1
            width = max(self._usual, needed + margins.left() + margins.right())
        return QSize(width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as there is room for."""
        painter = QPainter(self)
        room = self.contentsRect()
        is_hint = self._usual is None
        palette = self.palette()
        painter.setPen((palette.placeholderText() if is_hint else palette.windowText()).color())
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
