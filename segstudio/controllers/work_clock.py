"""How long the open image is worked on, for its correction ledger."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Slot

from segstudio.core.ledger import ActiveTime
from segstudio.document.document import Document
from segstudio.storage.ledger import Sitting
from segstudio.storage.user import user_name


class WorkClock(QObject):
    """Measures one sitting after another: an image, from opening it or running a model on it.

    Args:
        now: Seconds of a clock that does not go back.
    """

    def __init__(self, parent: QObject, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.now = now
        self._document: Document | None = None
        self._time = ActiveTime(now())
        self._began = ""

    def begin(self, document: Document) -> None:
        """Begin a sitting over a document, which is noted while it is edited."""
        self._document = document
        document.edited.connect(self.note)
        document.prediction_changed.connect(self._restart)
        self._restart()

    @Slot()
    def note(self) -> None:
        """Note that the user did something."""
        self._time.note(self.now())

    def sitting(self) -> Sitting | None:
        """Return the sitting as it is now, or None without a document."""
        document = self._document
        if document is None:
            return None
        return Sitting(self._began, _moment(), user_name(), self._time.seconds, document.prediction)

    @Slot()
    def _restart(self) -> None:
        self._time, self._began = ActiveTime(self.now()), _moment()


def _moment() -> str:
    # With fractions: what began in the same second is not the same sitting.
    return datetime.now(UTC).isoformat(timespec="milliseconds")
