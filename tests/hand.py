"""Somebody who uses tools on the window, by mouse and keys, and an image for that."""

import itertools
import math

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segstudio.controllers.toolbox import Toolbox
from segstudio.core.label_map import LabelMap
from segstudio.document.document import Document
from segstudio.ui.canvas.canvas import Canvas
from segstudio.ui.editor import Editor
from segstudio.ui.main_window import MainWindow

_LEFT = Qt.MouseButton.LeftButton
_PLAIN = Qt.KeyboardModifier.NoModifier


class Hand:
    """Uses tools on the image that is open; places are image pixels (y, x)."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._qtbot, self._window = qtbot, window

    @property
    def editor(self) -> Editor:
        return self._window.editor

    @property
    def canvas(self) -> Canvas:
        return self.editor.canvas

    @property
    def toolbox(self) -> Toolbox:
        return self.editor.toolbox

    @property
    def document(self) -> Document:
        document = self.editor.workspace.document
        assert document is not None
        return document

    @property
    def labels(self) -> LabelMap:
        """The label map itself, (H, W) uint8."""
        return self.document.label_map

    def place(self, y: float, x: float) -> QPoint:
        """Return the point of the canvas at the middle of a pixel."""
        middle = self.canvas._navigation.position(y + 0.5, x + 0.5)
        return QPoint(math.floor(middle.x()), math.floor(middle.y()))  # toPoint rounds up

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = _PLAIN) -> None:
        """Press a key while the canvas has the focus."""
        self._qtbot.keyClick(self.canvas, key, modifier)

    def click(self, *places: tuple[float, float], modifier: Qt.KeyboardModifier = _PLAIN) -> None:
        for y, x in places:
            self._qtbot.mouseClick(self.canvas, _LEFT, modifier, self.place(y, x))

    def drag(self, *places: tuple[float, float], modifier: Qt.KeyboardModifier = _PLAIN) -> None:
        """Press the left button, move through the places, and release it."""
        points = list(itertools.starmap(self.place, places))
        self._qtbot.mousePress(self.canvas, _LEFT, modifier, points[0])
        for point in points[1:]:
            # qtbot.mouseMove does not carry the pressed button, so send the event ourselves.
            there = QPointF(self.canvas.mapToGlobal(point))
            kind, none = QEvent.Type.MouseMove, Qt.MouseButton.NoButton
            move = QMouseEvent(kind, QPointF(point), there, none, _LEFT, modifier)
            QApplication.sendEvent(self.canvas, move)
        self._qtbot.mouseRelease(self.canvas, _LEFT, modifier, points[-1])

    def settle(self) -> None:
        """Wait until the tool has found out what it was asked for."""
        self._qtbot.waitUntil(lambda: self.canvas.is_settled, timeout=20_000)


def square() -> LabelMap:
    """Return the label map on which the square of ``bright_square`` is class 1."""
    label_map = np.zeros((200, 240), np.uint8)
    label_map[50:100, 60:120] = 1
    return label_map
