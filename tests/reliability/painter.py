"""The real app, painting until it is killed; run by ``test_kill.py`` in a process of its own.

    python painter.py FOLDER LOG SEED

Paints dabs with mouse events, one grid cell each, and writes to LOG what it began and what was
acknowledged: a stroke is *acknowledged* when the journal reports its record as written, which is
from when a killed process does not take it back. (A power cut may still take the last second.)
"""

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segstudio.storage.opening import open_path
from segstudio.ui.app import make_application
from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

CELL = 12
SIDE = 20
_LIMIT_SECONDS = 60


class Painter:
    def __init__(self, window: MainWindow, log: Path, seed: int) -> None:
        self._window = window
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._random = random.Random(seed)
        self._exports = log.with_name(f"exports-{seed}")

    def paint_for_ever(self) -> None:
        self._tell("ready")
        while True:
            cell, class_index = self._random.randrange(SIDE * SIDE), self._random.choice((1, 2))
            before = self._stroke(cell, class_index)
            action = self._random.random()
            if action < 0.05:
                self._press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
            elif action < 0.10:
                self._press(self._random.choice((Qt.Key.Key_D, Qt.Key.Key_A)))
            elif action < 0.15 and before != class_index:
                self._undo_and_redo(cell, before, class_index)
            elif action < 0.17:
                self._exports.mkdir(exist_ok=True)
                count = len(list(self._exports.iterdir()))
                self._window.editor.export.run("voc", self._exports / str(count))

    def _stroke(self, cell: int, class_index: int) -> int:
        """Paint a cell; return the value that it had."""
        self.wait_until(lambda: self._window.editor.workspace.document is not None)
        document, canvas = self._window.editor.workspace.document, self._window.editor.canvas
        assert document is not None
        self._window.editor.actions_by_name["full_size"].trigger()
        self._press(Qt.Key.Key_1 if class_index == 1 else Qt.Key.Key_2)
        y, x = (CELL * part + CELL // 2 for part in divmod(cell, SIDE))
        height, width = document.size
        before = int(document.label_map[y, x])
        corner = QPoint((canvas.width() - width) // 2, (canvas.height() - height) // 2)
        self._tell(f"begun {document.key} {cell} {class_index}")
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=corner + QPoint(x, y))
        assert document.label_map[y, x] == class_index, "the click missed its cell"
        self._tell_when_acknowledged(f"{document.key} {cell} {class_index}")
        return before

    def _undo_and_redo(self, cell: int, before: int, class_index: int) -> None:
        document = self._window.editor.workspace.document
        assert document is not None
        # Killed in between, the stroke is rightly gone.
        self._tell(f"begun {document.key} {cell} {before}")
        self._press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        self._press(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
        self._tell_when_acknowledged(f"{document.key} {cell} {class_index}")

    def _tell_when_acknowledged(self, stroke: str) -> None:
        workspace = self._window.editor.workspace
        self.wait_until(lambda: workspace.autosave.journaled >= workspace.autosave.edited)
        self._tell(f"acknowledged {stroke}")

    def _press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyClick(self._window.editor.canvas, key, modifier)

    def _tell(self, line: str) -> None:
        os.write(self._log, f"{line}\n".encode())

    def wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + _LIMIT_SECONDS
        while not condition():
            QApplication.processEvents()
            assert time.monotonic() < end, "the app hangs"


def main() -> None:
    folder, log, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    application = make_application(sys.argv[:1])
    settings = QSettings(str(log.with_name("settings.ini")), QSettings.Format.IniFormat)
    window = MainWindow(Theme(application), settings)
    window.resize(1100, 760)
    window.editor.workspace.set_opened(open_path(folder))
    window.show()
    window.editor.toolbox.set_size(5)
    painter = Painter(window, log, seed)
    painter.wait_until(lambda: window.editor.workspace.document is not None)
    for name in ("one", "two"):
        if name not in window.editor.workspace.label_set.names:
            window.editor.workspace.store.set_label_set(
                window.editor.workspace.label_set.added(name)
            )
    painter.paint_for_ever()


if __name__ == "__main__":
    main()
