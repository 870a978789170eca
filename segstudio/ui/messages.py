"""The bar above the canvas that says what happened and offers the next step."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from segstudio.controllers.error_words import told
from segstudio.errors import SegStudioError
from segstudio.ui.theme import ACCENT, Theme

_ERROR = QColor("#d0453a")
_NOTICE_MS = 12_000


class Choice(NamedTuple):
    """An answer to a question, and what it does."""

    label: str
    action: Callable[[], None]


class MessageBar(QWidget):
    """One message at a time: errors and questions stay until closed, notices go by themselves.

    Signals:
        closed: The user closed the bar without an answer.
    """

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._color = ACCENT
        self._text = QLabel()
        # Messages hold file names, and a file name is data: it is never rendered as markup.
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._button = QPushButton()
        self._other_button = QPushButton()
        for button in (self._button, self._other_button):
            # A click leaves the keys with the image: the button is gone right after it.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close = QToolButton()
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close the message"))
        theme.keep_icon(self._close, "x")
        self._close.clicked.connect(self.hide)
        self._close.clicked.connect(self.closed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._other_button)
        layout.addWidget(self._close)
        self._action: Callable[[], None] | None = None
        self._other_action: Callable[[], None] | None = None
        self._button.clicked.connect(lambda: self._answer(self._action))
        self._other_button.clicked.connect(lambda: self._answer(self._other_action))
        self._timer = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """The message that shows, or an empty string."""
        return "" if self.isHidden() else self._text.text()

    def show_error(
        self, error: SegStudioError, label: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Show what went wrong and what to do, with the next step as a button."""
        self._show(told(error), _ERROR, label, action)
        self._timer.stop()

    def show_notice(
        self, text: str, label: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Show something good to know; it goes by itself."""
        self._show(text, ACCENT, label, action)
        self._timer.start()

    def show_question(self, text: str, choice: Choice, other: Choice | None = None) -> None:
        """Show a question with one or two answers; it stays until it is answered or closed."""
        self._show(text, ACCENT, *choice)
        self._timer.stop()
        if other is not None:
            self._other_action = other.action
            self._other_button.setText(other.label)
            self._other_button.show()

    def hide_notice(self) -> None:
        """Hide what shows, unless it is an error."""
        if self._timer.isActive():
            self._timer.stop()
            self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tinted plate and the coloured edge."""
        painter = QPainter(self)
        tint = QColor(self._color)
        tint.setAlpha(56 if self._theme.is_dark else 36)
        painter.fillRect(self.rect(), self.palette().window())
        painter.fillRect(self.rect(), tint)
        painter.fillRect(0, 0, 4, self.height(), self._color)
        painter.end()

    def _show(
        self, text: str, color: QColor, label: str, action: Callable[[], None] | None
    ) -> None:
        self._text.setText(text)
        self._color = color
        self._action = action
        self._button.setText(label)
        self._button.setVisible(bool(label))
        self._other_action = None
        self._other_button.hide()
        self.show()
        self.update()

    def _answer(self, action: Callable[[], None] | None) -> None:
        self.hide()
        if action is not None:
            action()
