"""How far the review of the project is: one bar, and the figures below it."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from segstudio.controllers.review import ReviewController
from segstudio.core.review import ReviewState
from segstudio.ui.review_states import STATE_COLORS, state_name

_HEIGHT: Final = 8
# What is done comes first, as in any progress bar.
_ORDER: Final = (
    ReviewState.APPROVED,
    ReviewState.FLAGGED,
    ReviewState.CORRECTED,
    ReviewState.PREDICTED,
    ReviewState.UNLABELLED,
)


class ReviewProgress(QWidget):
    """Shows how many images are approved, and how many are in each state."""

    def __init__(self, review: ReviewController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._review = review
        self._bar = _Bar()
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._bar)
        layout.addWidget(self.label)
        review.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        counts = self._review.counts()
        total = sum(counts.values())
        approved = counts[ReviewState.APPROVED]
        text = self.tr("%s of %s approved") % (f"{approved:,}", f"{total:,}")
        if flagged := counts[ReviewState.FLAGGED]:
            text += self.tr(", %s flagged") % f"{flagged:,}"
        self.label.setText(text)
        self._bar.show_counts(counts)
        self.setToolTip(
            "\n".join(f"{counts[state]:,} {state_name(state)}" for state in _ORDER) if total else ""
        )


class _Bar(QWidget):
    """One coloured part for each state, as long as its share."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[ReviewState, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def show_counts(self, counts: dict[ReviewState, int]) -> None:
        self._counts = counts
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        total = sum(self._counts.values())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
        painter.setClipPath(outline)
        left = 0.0
        for state in _ORDER if total else ():
            width = self.width() * self._counts[state] / total
            painter.fillRect(QRectF(left, 0, width, self.height()), STATE_COLORS[state])
            left += width
        painter.end()
