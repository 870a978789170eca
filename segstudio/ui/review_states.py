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
    translate = QCoreApplication.translate
    return {
        ReviewState.UNLABELLED: translate("ReviewState", "not labelled"),
        ReviewState.PREDICTED: translate("ReviewState", "predicted"),
        ReviewState.CORRECTED: translate("ReviewState", "corrected"),
        ReviewState.APPROVED: translate("ReviewState", "approved"),
        ReviewState.FLAGGED: translate("ReviewState", "flagged"),
    }[state]
