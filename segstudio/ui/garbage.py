"""When Python looks for garbage: when nobody waits for the window."""

import gc
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Slot

if TYPE_CHECKING:
    from segstudio.ui.editor import Editor

_NEVER: Final = 1_000_000_000
_REST_S: Final = 2.0  # since the last move or edit
_LEAST_S: Final = 30.0  # between two looks, if something was done meanwhile
_MOST_S: Final = 300.0  # if nothing was: a training may be watched


class GarbageCollector(QObject):
    """Looks at all objects when the hand rests or another image comes, never while it paints.

    Python itself would do so whenever there are a quarter more objects than before. The history of
    an image alone has some 100,000, and to go through them takes 30 ms and more. Young objects it
    goes on looking at, in a millisecond; what the window was made of, nobody looks at again.

    Make it once the window is whole.

    Args:
        editor: Tells what the hand does.
        parent: Its parent.
    """

    def __init__(self, editor: "Editor", parent: QObject) -> None:
        super().__init__(parent)
        self._acted_at = self._looked_at = time.monotonic()
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
        gc.enable()
        editor.canvas.hovered.connect(self._note_act)  # also by every zoom and pan
        editor.workspace.autosave.state_changed.connect(self._note_act)
        editor.workspace.document_changed.connect(self._on_document_changed)
        self._timer = QTimer(self, interval=int(_REST_S * 1000))
        self._timer.timeout.connect(self.collect_at_rest)
        self._timer.start()

    @Slot()
    def collect_at_rest(self) -> None:
        """Look at all objects, if it is time and the hand has rested for a moment."""
        now = time.monotonic()
        least = _LEAST_S if self._acted_at > self._looked_at else _MOST_S
        if now - self._acted_at >= _REST_S and now - self._looked_at >= least:
            self._collect()

    @Slot()
    def _note_act(self) -> None:
        self._acted_at = time.monotonic()

    @Slot()
    def _on_document_changed(self) -> None:
        if time.monotonic() - self._looked_at >= _LEAST_S:
            self._collect()

    def _collect(self) -> None:
        gc.collect()
        self._looked_at = time.monotonic()
