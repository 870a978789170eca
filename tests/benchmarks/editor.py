"""Measure the editor with real events on the real window, beside what bare Qt needs for the same.

    python tests/benchmarks/editor.py [--quick] [--cpu] [--soak SECONDS] [--only PART]...

Prints a table: ours, the floor measured in the same run, their ratio, the target, and the longest
that the event loop was held. A time is from the event to the end of the repaint it causes. For
``--soak`` see ``editor_soak.py``; its floor is the longest that the machine kept a process waiting
that only wanted to wake.
Parts: window, open, folder, switch, brush, pan, zoom, undo, fill, save.
"""

import argparse
import gc
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
from editor_soak import soak_rows
from editor_window import COUNT_CPU, ROOT, BareView, Editor, Row, p95, path, timed, write_images
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSettings, Qt
from PySide6.QtWidgets import QApplication

from segstudio.controllers import loader
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.rect import Rect
from segstudio.storage.images import read_image
from segstudio.tools.names import ToolName
from segstudio.ui.app import make_application
from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

TURNS = 5  # of what is slow, and told by the median
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


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
    floor, fitted, full = [], [], []
    whole = QRect(0, 0, min(2000, bare.label_map.shape[1]), 1200)
    for _ in range(TURNS):
        floor.append(timed(lambda: bare.patch(whole)))
        for times, look in ((fitted, editor.canvas.fit), (full, editor.canvas.zoom_to_full_size)):
            look()
            editor.settle()
            times.append(timed(document.undo))
            editor.settle()
            document.redo()
            editor.settle()
    document.undo()
    editor.settle()
    for zoom, times in (("fitted", fitted), ("100 %", full)):
        title = f"undo of {moves} moves, {zoom}, {name}"
        yield Row(title, median(times), median(floor), 30, max(times))


def fill_row(editor: Editor, name: str) -> Row:
    """Fill a quarter of the image, bounded by a stroke of another class."""
    workspace = editor.window.editor.workspace
    document = workspace.document
    height, width = document.size
    side = Rect(0, 0, height // 2, width // 2)
    pixels = document.label_map[side.slices]
    before, after = pixels.copy(), np.full_like(pixels, 2)
    document.apply("Half", MaskPatch(side, before, after))
    workspace.save()  # now, not beside what is measured
    editor.wait(lambda: not workspace.autosave.unsaved_keys)
    editor.canvas.fit()
    editor.settle()
    toolbox = editor.window.editor.toolbox
    toolbox.set_tool(ToolName.FILL)
    toolbox.choose_class(1)
    at = QPointF(editor.canvas.rect().center() - QPoint(200, 200))
    floor, took, blocks = [], [], []
    for _ in range(TURNS):
        floor.append(timed(lambda: np.copyto(pixels.copy(), 1)))
        click = [timed(lambda: editor.mouse(QEvent.Type.MouseButtonPress, at))]
        click.append(timed(lambda: editor.mouse(QEvent.Type.MouseButtonRelease, at)))
        start = time.perf_counter()
        editor.wait(lambda: document.label_map[0, 0] == 1)
        done = sum(click) + (time.perf_counter() - start) * 1000
        editor.settle()
        undo = timed(document.undo)
        editor.settle()
        took.append(done + undo)
        blocks += [*click, undo]
    document.undo()
    toolbox.set_tool(ToolName.BRUSH)
    editor.settle()
    return Row(
        f"fill of {side.height * side.width / 1e6:.0f} MP and undo, {name}",
        median(took),
        median(floor),
        150,
        max(blocks),
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
                for row in soak_rows(editor, options.soak):
                    print(row, flush=True)
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
