"""Measure the editor with real events on the real window, beside what bare Qt needs for the same.

    python tests/benchmarks/editor.py [--quick] [--cpu] [--soak SECONDS] [--only PART]...

Prints a table: ours, the floor measured in the same run, their ratio, the target, and the longest
that the event loop was held. A time is from the event to the end of the repaint it causes. The
floor of ``--soak`` is the longest that the machine kept a process waiting that only wanted to wake.
Parts: window, open, folder, switch, brush, pan, zoom, undo, fill, save.
"""

import argparse
import gc
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # as the program has it
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSettings, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QTransform, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from segstudio.controllers import loader
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.overlay import colored, overlay_table
from segstudio.core.palette import default_color, palette_of
from segstudio.core.rect import Rect
from segstudio.storage.images import read_image
from segstudio.tools.names import ToolName
from segstudio.tools.table import TOOLS
from segstudio.ui.app import make_application
from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

VIEW = (1920, 1080)
COUNT_CPU = "--cpu" in sys.argv
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
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
        gc.freeze()  # as the program does when its window is there
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
        event = QWheelEvent(
            at,
            QPointF(self.canvas.mapToGlobal(at)),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)

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

    def use(self, tool: ToolName, points: list[QPointF]) -> list[float]:
        """Use a tool along some points until it is done; return the milliseconds of each event."""
        toolbox = self.window.editor.toolbox
        toolbox.set_tool(tool)
        times = self.drag(points, Qt.MouseButton.LeftButton)
        times.append(timed(lambda: QTest.keyClick(self.canvas, Qt.Key.Key_Return)))
        while not self.canvas.is_settled:
            times.append(timed(lambda: None))
            time.sleep(0.002)
        times.append(timed(lambda: QTest.keyClick(self.canvas, Qt.Key.Key_Escape)))
        toolbox.set_tool(ToolName.BRUSH)
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


# --- What is measured


def brush_rows(editor: Editor, bare: BareView, name: str) -> Iterator[Row]:
    editor.drag(path(60, 9), Qt.MouseButton.LeftButton)  # the program's first stroke is slower
    editor.window.editor.workspace.document.undo()
    for size, target in ((50, 3.0), (200, 6.0)):
        editor.window.editor.toolbox.choose_class(1)
        editor.window.editor.toolbox.set_size(size)
        points = path(240)
        ours = editor.drag(points, Qt.MouseButton.LeftButton)
        editor.window.editor.workspace.document.undo()
        editor.settle()
        half = QPoint(size // 2, size // 2)
        floor = []
        for start, end in pairwise(point.toPoint() for point in points):
            dirty = QRect(start - half, start + half).united(QRect(end - half, end + half))
            floor.append(timed(lambda dirty=dirty: bare.patch(dirty)))
        yield Row(f"brush {size} px, a move, {name}", p95(ours), p95(floor), target, max(ours))


def pan_row(editor: Editor, bare: BareView, name: str, target: float) -> Row:
    start = QPointF(300, 200)
    points = [start + QPointF(11 * step, 5 * step) for step in range(120)]
    ours = editor.drag(points, Qt.MouseButton.MiddleButton)
    floor = []
    for point in points:
        bare.at = start - point
        floor.append(timed(bare.update))
    editor.settle()
    return Row(f"pan at {name}", p95(ours), p95(floor), target, max(ours))


def zoom_rows(editor: Editor, bare: BareView, name: str) -> Iterator[Row]:
    at = QPointF(900, 500)
    editor.canvas.fit()
    editor.settle()
    ours, floor = [], []
    for notches in (1,) * 34 + (-1,) * 34:
        ours.append(timed(lambda notches=notches: editor.wheel(at, notches)))
        bare.zoom = min(editor.canvas.zoom, 64)
        floor.append(timed(bare.update))
    editor.settle()
    yield Row(f"zoom step, {name}", p95(ours), p95(floor), 8, max(ours))
    for zoom in (0.1, 0.3, 0.7, 3.0):
        editor.canvas.zoom_to_full_size()
        editor.canvas.zoom_by(zoom)
        editor.settle()
        bare.zoom = zoom
        yield pan_row(editor, bare, f"{zoom:.0%}, {name}", 8)


def undo_rows(editor: Editor, bare: BareView, name: str, moves: int) -> Iterator[Row]:
    editor.canvas.fit()
    editor.settle()
    editor.window.editor.toolbox.choose_class(1)
    editor.window.editor.toolbox.set_size(50)
    document = editor.window.editor.workspace.document
    points = path(moves)
    strokes = editor.drag(points[:-1], Qt.MouseButton.LeftButton, releases=False)
    lift = timed(
        lambda: editor.mouse(QEvent.Type.MouseButtonRelease, points[-1], Qt.MouseButton.LeftButton)
    )
    yield Row(f"stroke's end after {moves} moves, {name}", lift, None, 50, max(strokes))
    time.sleep(1)  # as long as a hand needs to reach the key
    editor.settle()
    floor = timed(lambda: bare.patch(QRect(0, 0, min(2000, bare.label_map.shape[1]), 1200)))
    fitted = timed(document.undo)
    yield Row(f"undo of {moves} moves, fitted, {name}", fitted, floor, 30)
    editor.settle()
    editor.canvas.zoom_to_full_size()
    editor.settle()
    document.redo()
    editor.settle()
    yield Row(f"undo of {moves} moves, 100 %, {name}", timed(document.undo), floor, 30)
    editor.settle()


def fill_row(editor: Editor, name: str) -> Row:
    """Fill a quarter of the image, bounded by a stroke of another class."""
    workspace = editor.window.editor.workspace
    document = workspace.document
    height, width = document.size
    side = Rect(0, 0, height // 2, width // 2)
    pixels = document.label_map[side.slices]
    before, after = pixels.copy(), np.full_like(pixels, 2)
    document.apply("Half", MaskPatch(side, before, after))
    editor.canvas.fit()
    editor.settle()
    toolbox = editor.window.editor.toolbox
    toolbox.set_tool(ToolName.FILL)
    toolbox.choose_class(1)
    at = editor.canvas.rect().center() - QPoint(200, 200)
    floor = timed(lambda: np.copyto(pixels.copy(), 1))
    click = [timed(lambda: editor.mouse(QEvent.Type.MouseButtonPress, QPointF(at)))]
    click.append(timed(lambda: editor.mouse(QEvent.Type.MouseButtonRelease, QPointF(at))))
    start = time.perf_counter()
    editor.wait(lambda: document.label_map[0, 0] == 1)
    done = sum(click) + (time.perf_counter() - start) * 1000
    editor.settle()
    undo = timed(document.undo)
    editor.settle()
    document.undo()
    toolbox.set_tool(ToolName.BRUSH)
    editor.settle()
    return Row(
        f"fill of {side.height * side.width / 1e6:.0f} MP and undo, {name}",
        done + undo,
        floor,
        150,
        max(*click, undo),
    )


def save_row(editor: Editor, name: str) -> Row:
    """Save while the hand goes on painting; the table shows the moment of the save itself."""
    editor.window.editor.toolbox.set_size(50)
    editor.drag(path(60), Qt.MouseButton.LeftButton)
    took = timed(editor.window.editor.workspace.save)
    moves = editor.drag(path(200, 3), Qt.MouseButton.LeftButton)
    editor.wait(lambda: not editor.window.editor.workspace.autosave.unsaved_keys)
    return Row(f"save while editing, {name}", took, None, 50, max(moves))


def opening_rows(folder: Path, name: str, targets: tuple[float, float]) -> Iterator[Row]:
    file = next(folder.glob(f"{name}.jpg"))
    start = time.perf_counter()
    with Image.open(file) as image:
        image.load()
        width, height = image.size
    decode = (time.perf_counter() - start) * 1000
    found = child("open", str(folder), name)
    yield Row(f"first picture, {name}", found["first"], None, targets[0])
    yield Row(
        f"editable, {name} (floor: Pillow)", found["full"], decode, targets[1] or decode * 1.2
    )
    limit = 250 + 1.6 * width * height * 4 / 1e6
    yield Row(f"peak memory in MB, {name}", found["peak"], width * height * 4 / 1e6, limit)


def folder_row(home: Path) -> Row:
    """List 10,000 images; the floor is to scan the folder."""
    folder = home / "many"
    folder.mkdir()
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 60)).save(buffer, "JPEG")
    for number in range(10_000):
        (folder / f"image {number}.jpg").write_bytes(buffer.getvalue())
    start = time.perf_counter()
    with os.scandir(folder) as entries:
        sum(1 for _ in entries)
    floor = (time.perf_counter() - start) * 1000
    found = child("folder", str(folder))
    return Row("folder of 10,000 images: list", found["listed"], floor, 500, found["worst"])


def switch_row(home: Path) -> Row:
    """Step to the next image, which was read ahead."""
    folder = home / "photographs"
    write_images(folder, {f"{number}": (3000, 4000) for number in range(4)})
    found = child("switch", str(folder))
    return Row("switch to the next image, 12MP", found["switched"], None, 60, found["worst"])


# What a shell starts, until the event loop has nothing left to do, and then until all is made that
# the start page does without; and the least that Qt needs.
OUR_WINDOW = """
import os, sys, time
from PySide6.QtWidgets import QApplication, QMainWindow
def idle(*_):
    QApplication.processEvents()
    shown, whole, worst = time.time(), [], 0.0
    (window,) = (top for top in QApplication.topLevelWidgets() if isinstance(top, QMainWindow))
    window.completed.connect(lambda: whole.append(time.time()))
    while not whole:
        start = time.perf_counter()
        QApplication.processEvents()
        worst = max(worst, time.perf_counter() - start)
        time.sleep(0.002)
    print(shown, whole[0], worst * 1000)
    sys.stdout.flush()
    os._exit(0)
QApplication.exec = idle
sys.argv = ["segstudio"]
from segstudio.__main__ import main
main()
"""
BARE_WINDOW = """
import time
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
window = QWidget()
window.resize(1280, 800)
window.show()
application.processEvents()
print(time.time())
"""


def window_rows() -> Iterator[Row]:
    def milliseconds(program: str) -> list[float]:
        """Return what the program printed, moments as milliseconds since its start."""
        start = time.time()
        numbers = [float(word) for word in python(["-c", program]).split()]
        return [(number - start) * 1000 if number > start else number for number in numbers]

    turns = [(*milliseconds(OUR_WINDOW), *milliseconds(BARE_WINDOW)) for _ in range(6)]
    shown, whole, worst, bare = np.median(turns[1:], axis=0).tolist()
    yield Row("window shown and idle", shown, bare, 600)
    yield Row("window ready to open images", whole, bare, None, worst)


# Beside the window: how long the machine itself held a process that wants nothing but to wake up.
IDLE = """
import select, sys, time
longest = 0.0
while not select.select([sys.stdin], [], [], 0)[0]:
    start = time.perf_counter()
    time.sleep(0.005)
    longest = max(longest, time.perf_counter() - start - 0.005)
print(longest * 1000)
"""
EDITING_TOOLS = [tool for tool in ToolName if TOOLS[tool].make is not None]


def soak(editor: Editor, seconds: float) -> Row:
    """Edit at random for a while; return the longest that the event loop was held."""
    generator = random.Random(1)
    longest: dict[str, list[float]] = {}
    idle = subprocess.Popen(
        [sys.executable, "-c", IDLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    end = time.perf_counter() + seconds
    actions: dict[str, Callable[[], object]] = {
        "undo": editor.window.editor.actions_by_name["undo"].trigger,
        "redo": editor.window.editor.actions_by_name["redo"].trigger,
        "save": editor.window.editor.workspace.save,
        "fit": editor.canvas.fit,
        "100 %": editor.canvas.zoom_to_full_size,
        "opacity": lambda: editor.canvas.set_opacity(generator.random()),
        "class": lambda: editor.window.editor.toolbox.choose_class(generator.randint(1, 2)),
    }
    while time.perf_counter() < end:
        name = generator.choice(
            [*actions, "stroke", "stroke", "pan", "zoom", "zoom", "tool", "tool"]
        )
        if name == "tool":
            name = generator.choice(EDITING_TOOLS)
            times = editor.use(name, path(8, generator.randint(0, 99)))
        elif name in actions:
            times = [timed(actions[name])]
        elif name == "zoom":
            at = QPointF(generator.uniform(0, VIEW[0]), generator.uniform(0, VIEW[1]))
            notches = generator.choice((-1, 1))
            times = [timed(lambda at=at, n=notches: editor.wheel(at, n)) for _ in range(8)]
        else:
            is_stroke = name == "stroke"
            editor.window.editor.toolbox.set_size(generator.choice((5, 50, 200)))
            button = Qt.MouseButton.LeftButton if is_stroke else Qt.MouseButton.MiddleButton
            times = editor.drag(path(60, generator.randint(0, 99)), button)
        for _ in range(5):  # a hand rests between two actions
            times.append(timed(lambda: None))
            time.sleep(0.005)
        longest.setdefault(str(name), []).append(max(times))
    for name, blocks in sorted(longest.items(), key=lambda item: -max(item[1])):
        held = sum(block > 50 for block in blocks)
        print(f"  {name:16s} longest {max(blocks):7.1f}, over 50 in {held} of {len(blocks)}")
    worst = max(max(blocks) for blocks in longest.values())
    asleep = float(idle.communicate("end")[0])
    return Row(f"longest block in {seconds:.0f} s of editing", worst, asleep, 50)


# --- Processes of their own


def child(kind: str, *arguments: str) -> dict[str, float]:
    printed = python([__file__, *(["--cpu"] * COUNT_CPU), "--child", kind, *arguments])
    found: dict[str, float] = json.loads(printed.splitlines()[-1])
    return found


def python(arguments: Sequence[str]) -> str:
    """Run Python; return what it printed."""
    # Compiled modules, as every installed program has them from its second start on.
    environment = {name: os.environ[name] for name in os.environ if name != _NO_BYTECODE}
    environment["PYTHONPYCACHEPREFIX"] = f"{os.environ['XDG_DATA_HOME']}/bytecode"
    environment["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=True, env=environment
    ).stdout


def run_child(kind: str, arguments: list[str]) -> None:
    application = make_application([])
    with tempfile.TemporaryDirectory() as home:
        settings = QSettings(f"{home}/settings.ini", QSettings.Format.IniFormat)
        window = MainWindow(Theme(application), settings)
        window.show()
        # Who has found a folder has been looking at the window for a while.
        while not window.is_idle:
            application.processEvents()
            time.sleep(0.001)
        gc.freeze()  # as the program does when its window is whole
        if kind == "open":
            found = measure_opening(window, Path(arguments[0]), arguments[1])
        elif kind == "folder":
            found = measure_folder(window, Path(arguments[0]))
        else:
            found = measure_switching(window, Path(arguments[0]))
        print(json.dumps(found))
        sys.stdout.flush()
        os._exit(0)  # closing is not what is measured


def measure_opening(window: MainWindow, folder: Path, name: str) -> dict[str, float]:
    loader._AHEAD_PIXELS = 0  # an image that was read ahead is there at once
    window.editor.workspace.open(folder)
    while window.editor.workspace.document is None:
        QApplication.processEvents()
    while not window.is_idle:
        QApplication.processEvents()
        time.sleep(0.001)
    key = next(key for key in window.editor.workspace.keys if name in key)
    start = time.perf_counter()
    window.editor.workspace.open_image(key)
    first = full = None
    while full is None:
        QApplication.processEvents()
        time.sleep(0.001)  # a spinning loop would keep Python's lock from the decoder's thread
        now = (time.perf_counter() - start) * 1000
        if first is None and window.editor.canvas.shows_picture:
            first = now
        document = window.editor.workspace.document
        if document is not None and document.key == key:
            full = now
    while not window.editor.canvas.is_settled:
        QApplication.processEvents()
        time.sleep(0.002)
    window.editor.canvas.zoom_to_full_size()
    window.editor.canvas.zoom_by(0.55)  # where the most of the full image is on the screen
    QApplication.processEvents()
    while not window.editor.canvas.is_settled:
        QApplication.processEvents()
        time.sleep(0.002)
    peak = peak_memory()
    return {"first": first or full, "full": full, "peak": peak}


def peak_memory() -> float:
    """Return the most memory that this process had, in MB."""
    # Not ru_maxrss: a child process begins with that of the process that made it.
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def measure_folder(window: MainWindow, folder: Path) -> dict[str, float]:
    start = time.perf_counter()
    window.editor.workspace.open(folder)
    worst = 0.0
    while window.editor.image_panel.view.model().rowCount() < 10_000:
        worst = max(worst, timed(lambda: None))
        time.sleep(0.0005)
    worst = max(worst, timed(lambda: None))  # shows the list
    listed = (time.perf_counter() - start) * 1000
    end = time.perf_counter() + 2
    while time.perf_counter() < end:
        worst = max(worst, timed(lambda: None))
        time.sleep(0.0005)
    return {"listed": listed, "worst": worst}


def measure_switching(window: MainWindow, folder: Path) -> dict[str, float]:
    window.editor.workspace.open(folder)
    switched, worst = [], 0.0
    for number in range(4):
        if number:
            start = time.perf_counter()
            worst = max(worst, timed(lambda: window.editor.workspace.step(1)))
        while window.editor.workspace.document is None:
            worst = max(worst, timed(lambda: None))
            time.sleep(0.0005)
        worst = max(worst, timed(lambda: None))
        if number:
            switched.append((time.perf_counter() - start) * 1000)
        end = time.perf_counter() + 60
        while number < 3 and f"{number + 1}.jpg" not in window.editor.workspace.read_ahead:
            assert time.perf_counter() < end, "nothing is read ahead"
            QApplication.processEvents()
            time.sleep(0.001)
        while not window.editor.canvas.is_settled:
            QApplication.processEvents()
            time.sleep(0.001)
    return {"switched": max(switched), "worst": worst}


PARTS = ("window", "open", "folder", "switch", "brush", "pan", "zoom", "undo", "fill", "save")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small images only")
    parser.add_argument(
        "--cpu", action="store_true", help="count the GUI thread's time: for a busy machine"
    )
    parser.add_argument("--soak", type=float, default=0, help="seconds of random editing")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure these parts")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run_child(options.child[0], options.child[1:])
        return
    parts = options.only or (() if options.soak else PARTS)
    sizes = {"2MP": (1200, 1700), "24MP": (4000, 6000), "100MP": (10_000, 10_000)}
    if options.quick:
        sizes = {"2MP": (1200, 1700), "6MP": (2000, 3000)}
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_DATA_HOME"] = os.environ["XDG_STATE_HOME"] = home
        folder = Path(home) / "images"
        write_images(folder, {"1first": (600, 800), **sizes})
        print(f"{'p95 in ms':46s}{'ours':>9s}{'floor':>9s}{'ratio':>8s}{'target':>9s}{'worst':>9s}")
        for row in process_rows(folder, list(sizes), parts):
            print(row, flush=True)
        if {*parts} & {"brush", "pan", "zoom", "undo", "fill", "save"} or options.soak:
            make_application([])
            editor = Editor(folder, Path(home) / "settings.ini")
            for name in sizes:
                is_largest = name == list(sizes)[-1]
                for row in editing_rows(editor, folder, name, parts, is_largest=is_largest):
                    print(row, flush=True)
            if options.soak:
                print(soak(editor, options.soak), flush=True)
            editor.close()


def process_rows(folder: Path, names: list[str], parts: Collection[str]) -> Iterator[Row]:
    """Measure what needs a process of its own."""
    if "window" in parts:
        yield from window_rows()
    if {*parts} & {"open", "folder", "switch"}:
        child("open", str(folder), "1first")  # compiles what is loaded on the way
    if "open" in parts:
        for name in names[1:]:
            yield from opening_rows(folder, name, (500.0 if name == "100MP" else 200.0, 0.0))
    if "folder" in parts:
        yield folder_row(folder.parent)
    if "switch" in parts:
        yield switch_row(folder.parent)


def editing_rows(
    editor: Editor, folder: Path, name: str, parts: Collection[str], *, is_largest: bool
) -> Iterator[Row]:
    """Measure what is done with an open image."""
    if not is_largest and "brush" not in parts:
        return
    editor.open(name)
    editor.canvas.zoom_to_full_size()
    editor.settle()
    image = read_image(folder / f"{name}.jpg")
    bare = BareView(image, np.full(image.shape[:2], 255, np.uint8))
    if "brush" in parts:
        yield from brush_rows(editor, bare, name)
        if is_largest:
            outlines = editor.window.editor.actions_by_name["outlines"]
            outlines.setChecked(True)
            editor.settle()
            yield from brush_rows(editor, bare, f"outlines, {name}")
            outlines.setChecked(False)
            editor.settle()
    if is_largest:
        if "pan" in parts:
            yield pan_row(editor, bare, f"100 %, {name}", 2)
        if "zoom" in parts:
            yield from zoom_rows(editor, bare, name)
        bare.zoom, bare.at = 1.0, QPointF(0, 0)
        if "undo" in parts:
            yield from undo_rows(editor, bare, name, 300 if name == "6MP" else 2000)
        if "fill" in parts:
            yield fill_row(editor, name)
        if "save" in parts:
            yield save_row(editor, name)
    bare.close()
    bare.deleteLater()


if __name__ == "__main__":
    main()
