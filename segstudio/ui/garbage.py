"""When Python looks for garbage: when nobody waits for the window."""

import gc
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from segstudio.controllers.workspace import Workspace

_NEVER: Final = 1_000_000_000
_LEAST_S: Final = 30.0  # between two looks
_MOST_MS: Final = 300_000


class GarbageCollector(QObject):
    """Looks at all objects when the hand rests, and never in the middle of a stroke.

    Python itself would do so whenever there are a quarter more objects than before. The history of
    an image alone has some 100,000, and to go through them takes 30 ms and more. Young objects it
    goes on looking at, in a millisecond; what the window was made of, nobody looks at again.

    Make it once the window is whole.

    Args:
        workspace: Tells when the user rests, and when images change.
        parent: Its parent.
    """

    def __init__(self, workspace: "Workspace", parent: QObject) -> None:
        super().__init__(parent)
        self._looked_at = time.monotonic()
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
        gc.enable()
        workspace.autosave.rested.connect(self.collect)
        workspace.document_changed.connect(self.collect)
        # Who only watches a training never rests from editing.
        self._seldom = QTimer(self, interval=_MOST_MS)
        self._seldom.timeout.connect(self.collect)
        self._seldom.start()

    @Slot()
    def collect(self) -> None:
        """Look at all objects, unless that was done a moment ago or a button is held."""
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        if time.monotonic() - self._looked_at >= _LEAST_S:
            gc.collect()
            self._looked_at = time.monotonic()
            self._seldom.start()
