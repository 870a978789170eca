"""The real window, driven by real events, and the least that bare Qt needs beside it.

For ``editor.py`` and ``editor_soak.py``: the one measures single acts, the other a stretch of work.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # as the program has it
ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSettings, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QTransform
from PySide6.QtWidgets import QApplication, QWidget
from wheel import turn_wheel

from segstudio.core.overlay import colored, overlay_table
from segstudio.core.palette import default_color, palette_of
from segstudio.ui.garbage import GarbageCollector
from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

VIEW = (1920, 1080)
COUNT_CPU = "--cpu" in sys.argv
TABLE = overlay_table(palette_of(default_color(index) for index in range(3)), 0.5)


@dataclass(frozen=True)
class Row:
    """One line of the table; times in milliseconds, memory in megabytes."""

    name: str
    ours: float
    floor: float | None = None
    target: float | None = None
    worst: float | None = None

    def __str__(self) -> str:
        ratio = f"{self.ours / self.floor:8.1f}" if self.floor else " " * 8
        cells = (self.floor, self.target, self.worst)
        floor, target, worst = (" " * 9 if cell is None else f"{cell:9.2f}" for cell in cells)
        return f"{self.name:46s}{self.ours:9.2f}{floor}{ratio}{target}{worst}"


def p95(times: list[float]) -> float:
    return float(np.percentile(times, 95))


def timed(action: Callable[[], object]) -> float:
    """Return the milliseconds of an action and of the repaint that it causes."""
    clock = time.thread_time if COUNT_CPU else time.perf_counter
    start = clock()
    action()
    QApplication.processEvents()
    return (clock() - start) * 1000


# --- Pictures


def write_images(folder: Path, sizes: dict[str, tuple[int, int]]) -> None:
    """Write synthetic JPEG files: smooth shapes with some noise, as micrographs are."""
    generator = np.random.default_rng(0)
    folder.mkdir()
    noise = generator.integers(0, 24, (1024, 1024, 3), dtype=np.uint8)
    for name, (height, width) in sizes.items():
        coarse = generator.integers(0, 230, (24, 24, 3), dtype=np.uint8)
        pixels = np.asarray(Image.fromarray(coarse).resize((width, height), Image.BICUBIC)).copy()
        for top in range(0, height, 1024):
            for left in range(0, width, 1024):
                tile = pixels[top : top + 1024, left : left + 1024]
                np.minimum(tile, 231, out=tile)
                tile += noise[: tile.shape[0], : tile.shape[1]]
        Image.fromarray(pixels).save(folder / f"{name}.jpg", quality=90)


# --- The floor


class BareView(QWidget):
    """What Qt itself costs: whole pictures of image and overlay, ready to blit."""

    def __init__(self, image: np.ndarray, label_map: np.ndarray) -> None:
        super().__init__()
        height, width = label_map.shape
        self.label_map = label_map
        borrowed = QImage(image.data, width, height, width * 3, QImage.Format.Format_RGB888)
        self._image = borrowed.convertToFormat(QImage.Format.Format_RGB32)
        self._pixels = colored(label_map, TABLE)
        self._overlay = QImage(
            self._pixels.data,
            width,
            height,
            width * 4,
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        self.zoom = 1.0
        self.at = QPointF(0, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.resize(*VIEW)
        self.show()
        QApplication.processEvents()

    def patch(self, rect: QRect) -> None:
        rows = slice(rect.top(), rect.bottom() + 1)
        columns = slice(rect.left(), rect.right() + 1)
        self.label_map[rows, columns] = 1
        self._pixels[rows, columns] = colored(self.label_map[rows, columns], TABLE)
        self.update(rect.translated(round(self.at.x()), round(self.at.y())))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setTransform(QTransform(self.zoom, 0, 0, self.zoom, self.at.x(), self.at.y()))
        exposed = QRectF(event.rect())
        source = QRectF(
            (exposed.topLeft() - self.at) / self.zoom, exposed.size() / self.zoom
        ).intersected(QRectF(self._image.rect()))
        painter.drawImage(source, self._image, source)
        painter.drawImage(source, self._overlay, source)
        painter.end()


# --- Ours


class Editor:
    """The real window on a folder, with a canvas of 1920 x 1080, driven by events."""

    def __init__(self, folder: Path, settings: Path) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.window = MainWindow(
            Theme(application), QSettings(str(settings), QSettings.Format.IniFormat)
        )
        self.window.show()
        self.window.editor.workspace.open(folder)
        self.wait(lambda: self.window.editor.workspace.document is not None)
        self.window.editor.workspace.store.set_label_set(
            self.window.editor.workspace.label_set.added("cell").added("nucleus")
        )
        self.canvas = self.window.editor.canvas
        missing = QPoint(*VIEW) - QPoint(self.canvas.width(), self.canvas.height())
        self.window.resize(self.window.width() + missing.x(), self.window.height() + missing.y())
        self.settle()
        # As long as a hand needs to find its tool: OpenCV is loaded on a thread meanwhile.
        end = time.perf_counter() + 2
        self.wait(lambda: time.perf_counter() > end)
        GarbageCollector(self.window.editor, self.window)  # as the program has it
        assert (self.canvas.width(), self.canvas.height()) == VIEW

    def wait(self, ready: Callable[[], bool], limit: float = 120) -> None:
        end = time.perf_counter() + limit
        while not ready():
            QApplication.processEvents()
            assert time.perf_counter() < end, "the editor does not come to rest"
            time.sleep(0.001)

    def settle(self) -> None:
        QApplication.processEvents()
        self.wait(lambda: self.canvas.is_settled)

    def open(self, name: str) -> None:
        key = next(key for key in self.window.editor.workspace.keys if name in key)
        self.window.editor.workspace.open_image(key)
        self.wait(
            lambda: bool(
                self.window.editor.workspace.document
                and self.window.editor.workspace.document.key == key
            )
        )
        self.settle()

    def mouse(
        self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton = Qt.MouseButton.LeftButton
    ) -> None:
        moves = kind == QEvent.Type.MouseMove
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        event = QMouseEvent(
            kind,
            at,
            QPointF(self.canvas.mapToGlobal(at)),
            Qt.MouseButton.NoButton if moves else button,
            held,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self.canvas, event)

    def wheel(self, at: QPointF, notches: int) -> None:
        turn_wheel(self.canvas, at, notches)

    def drag(
        self, points: list[QPointF], button: Qt.MouseButton, *, releases: bool = True
    ) -> list[float]:
        """Return the milliseconds of every move."""
        self.mouse(QEvent.Type.MouseButtonPress, points[0], button)
        QApplication.processEvents()
        times = [
            timed(lambda point=point: self.mouse(QEvent.Type.MouseMove, point, button))
            for point in points[1:]
        ]
        if releases:
            self.mouse(QEvent.Type.MouseButtonRelease, points[-1], button)
            QApplication.processEvents()
        return times

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()
        QApplication.processEvents()


def path(count: int, seed: int = 0) -> list[QPointF]:
    """Return a hand's way over the view: steps of some pixels, turning slowly."""
    generator = random.Random(seed)
    x, y, dx, dy = VIEW[0] / 2, VIEW[1] / 2, 6.0, 2.0
    points = []
    for _ in range(count):
        dx = max(-12.0, min(12.0, dx + generator.uniform(-2, 2)))
        dy = max(-12.0, min(12.0, dy + generator.uniform(-2, 2)))
        if not 150 < x + dx < VIEW[0] - 150:
            dx = -dx
        if not 150 < y + dy < VIEW[1] - 150:
            dy = -dy
        x, y = x + dx, y + dy
        points.append(QPointF(x, y))
    return points
