"""Thumbnails in rows; keys and clicks act on the current one."""

from collections.abc import Collection
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from segstudio.core.label_map import RgbImage

_PICTURE: Final = 160
_GAP: Final = 8
_LINE: Final = 16


class PictureSheet(QListWidget):
    """A contact sheet.

    Args:
        keys: Keys that mean something here and not in the window.
        side: Side of the pictures, pixels.
        lines: How many lines of words fit below each.

    Signals:
        key_pressed: One of ``keys``, while a picture is current.
        undo_pressed: The keys that undo, while ``takes_undo``.

    Attributes:
        takes_undo: Whether these keys mean something here and not in the window.
    """

    key_pressed = Signal(int)
    undo_pressed = Signal()

    def __init__(
        self,
        keys: Collection[Qt.Key] = (),
        parent: QWidget | None = None,
        *,
        side: int = _PICTURE,
        lines: int = 2,
    ) -> None:
        super().__init__(parent)
        self._keys = frozenset(keys)
        self.takes_undo = False
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setIconSize(QSize(side, side))
        self.setGridSize(QSize(side + _GAP, side + (lines + 1) * _LINE))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def add(self, picture: RgbImage, words: str, tip: str) -> None:
        """Add a picture, (h, w, 3) uint8, with words below and a tool tip."""
        item = QListWidgetItem(_icon(picture), words)
        # File names are data, never markup.
        item.setToolTip(tip.replace("&", "&amp;").replace("<", "&lt;"))
        item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.addItem(item)

    def event(self, event: QEvent) -> bool:
        """Claim the keys that mean something else in the window."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and (self._is_own(event) or self._is_undo(event))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell of the keys."""
        if self._is_own(event):
            if self.currentRow() >= 0:
                self.key_pressed.emit(event.key())
        elif self._is_undo(event):
            self.undo_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        return event.key() in self._keys and not event.modifiers()

    def _is_undo(self, event: QKeyEvent) -> bool:
        return self.takes_undo and event.matches(QKeySequence.StandardKey.Undo)


def _icon(picture: RgbImage) -> QIcon:
    pixels = np.ascontiguousarray(picture)
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
    return QIcon(QPixmap.fromImage(image))
