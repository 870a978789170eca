"""The middle of the window: one page at a time, and the bars that lie over it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget


class Pages(QWidget):
    """Shows the welcome page, the image, or why an image cannot be shown.

    Args:
        welcome: Shown first.
        canvas: Shows the image.
        upper: Bars over the page's upper edge, the uppermost first.
        lower: A bar over its lower edge.

    Attributes:
        problem: Says why an image cannot be shown.
    """

    def __init__(
        self, welcome: QWidget, canvas: QWidget, upper: Sequence[QWidget], lower: QWidget
    ) -> None:
        super().__init__()
        self._welcome, self._canvas = welcome, canvas
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.problem.setWordWrap(True)
        self.problem.setContentsMargins(48, 48, 48, 48)
        self._stack = QStackedWidget()
        for page in (welcome, canvas, self.problem):
            self._stack.addWidget(page)
        bars = QWidget()
        column = QVBoxLayout(bars)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for bar in upper:
            column.addWidget(bar)
        # The bars lie over the page: beside it they would make the image jump when they come.
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack, 0, 0)
        layout.addWidget(bars, 0, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(lower, 0, 0, Qt.AlignmentFlag.AlignBottom)

    @property
    def shows_welcome(self) -> bool:
        """Whether the welcome page is shown."""
        return self._stack.currentWidget() is self._welcome

    def show_canvas(self) -> None:
        """Show the image."""
        self._stack.setCurrentWidget(self._canvas)

    def show_problem(self, text: str) -> None:
        """Say why there is no image; plain text."""
        self.problem.setText(text)
        self._stack.setCurrentWidget(self.problem)
