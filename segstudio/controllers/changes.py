"""How many pixels differ from what the model said, kept up to date while the user paints."""

from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from segstudio.core.rect import Rect
from segstudio.document.document import Document

_BLOCK: Final = 1024  # side of the squares that are counted, image pixels
_DELAY_MS: Final = 80


class ChangeCount(QObject):
    """Counts block by block, so that a stroke costs what it touched.

    Signals:
        counted: Number of pixels that differ, or None while there is nothing to compare.
    """

    counted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._is_wanted = False
        self._counts = np.zeros((0, 0), np.int64)
        self._dirty: set[tuple[int, int]] = set()
        self._soon = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._soon.timeout.connect(self._count)

    def set_document(self, document: Document | None) -> None:
        """Count the changes of this document from now on."""
        self._document = document
        if document is not None:
            document.mask_changed.connect(self._on_mask_changed)
            document.prediction_changed.connect(self._start)
        self._start()

    def set_wanted(self, wanted: bool) -> None:
        """Count, or rest."""
        self._is_wanted = wanted
        self._start()

    def _start(self) -> None:
        document = self._document
        if document is None or document.prediction is None or not self._is_wanted:
            self._soon.stop()
            self._dirty.clear()
            self.counted.emit(None)
            return
        height, width = document.size
        self._counts = np.zeros((-(-height // _BLOCK), -(-width // _BLOCK)), np.int64)
        self._dirty = set(np.ndindex(self._counts.shape))
        self._count()

    def _on_mask_changed(self, rect: Rect) -> None:
        if self._is_wanted and self._counts.size:
            for row in range(rect.top // _BLOCK, (rect.bottom - 1) // _BLOCK + 1):
                for column in range(rect.left // _BLOCK, (rect.right - 1) // _BLOCK + 1):
                    self._dirty.add((row, column))
            if not self._soon.isActive():
                self._soon.start()

    def _count(self) -> None:
        document = self._document
        if document is None or document.prediction is None:
            return
        for row, column in self._dirty:
            part = np.s_[row * _BLOCK : (row + 1) * _BLOCK, column * _BLOCK : (column + 1) * _BLOCK]
            differs = document.label_map[part] != document.prediction[part]
            self._counts[row, column] = np.count_nonzero(differs)
        self._dirty.clear()
        self.counted.emit(int(self._counts.sum()))
