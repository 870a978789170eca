"""The middle of the window: one page at a time, and the bars that lie over it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

_LEAST: Final = 240  # pixels: what panels in a small window leave of the image


class Pages(QWidget):
    """Shows the welcome page, the image, or why an image cannot be shown.

    Args:
        welcome: Shown first; the others are added with ``add_canvas``.

    Attributes:
        problem: Says why an image cannot be shown.
    """

    def __init__(self, welcome: QWidget) -> None:
        super().__init__()
        self._welcome = welcome
        self._stack = QStackedWidget()
        self._stack.addWidget(welcome)
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._stack, 0, 0)

    def add_canvas(self, canvas: QWidget, upper: Sequence[QWidget], lower: QWidget) -> None:
        """Add the page of the image, and what shows besides the welcome page.

        Args:
            canvas: Shows the image.
            upper: Bars over the page's upper edge, the uppermost first.
            lower: A bar over its lower edge.
        """
        self._canvas = canvas
        self._stack.setMinimumWidth(_LEAST)
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.problem.setWordWrap(True)
        self.problem.setContentsMargins(48, 48, 48, 48)
        for page in (canvas, self.problem):
            self._stack.addWidget(page)
        bars = QWidget()
        column = QVBoxLayout(bars)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for bar in upper:
            column.addWidget(bar)
        # The bars lie over the page: beside it they would make the image jump when they come.
        self._layout.addWidget(bars, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(lower, 0, 0, Qt.AlignmentFlag.AlignBottom)

    @property
    def shows_welcome(self) -> bool:
        """Whether the welcome page is shown."""
        return self._stack.currentWidget() is self._welcome

    def show_canvas(self) -> None:
        """Show the image."""
        self._show(self._canvas)

    def show_problem(self, text: str) -> None:
        """Say why there is no image; plain text."""
        self.problem.setText(text)
        self._show(self.problem)

    def _show(self, page: QWidget) -> None:
        self._stack.setCurrentWidget(page)
        # Else the start page, which is wide, would keep a small window from becoming smaller.
        ignored = QSizePolicy.Policy.Ignored
        self._welcome.setSizePolicy(ignored, ignored)
        self._stack.updateGeometry()
