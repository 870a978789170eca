"""How review states are called and coloured, everywhere in the window."""

from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from segstudio.core.review import ReviewState

# Okabe and Ito's colours, told apart by colour-blind eyes as well. Blue asks to be looked at, green
# is done; what has no label yet has no colour either.
STATE_COLORS: Final = {
    ReviewState.UNLABELLED: QColor(128, 128, 128, 90),
    ReviewState.PREDICTED: QColor("#56b4e9"),
    ReviewState.CORRECTED: QColor("#e69f00"),
    ReviewState.APPROVED: QColor("#009e73"),
    ReviewState.FLAGGED: QColor("#cc79a7"),
}
DAMAGED_COLOR: Final = QColor("#d0453a")


def state_name(state: ReviewState) -> str:
    """Return what a state is called, in lower case."""
    tr = QCoreApplication.translate
    return {
        ReviewState.UNLABELLED: tr("ReviewState", "not labelled"),
        ReviewState.PREDICTED: tr("ReviewState", "predicted"),
        ReviewState.CORRECTED: tr("ReviewState", "corrected"),
        ReviewState.APPROVED: tr("ReviewState", "approved"),
        ReviewState.FLAGGED: tr("ReviewState", "flagged"),
    }[state]
