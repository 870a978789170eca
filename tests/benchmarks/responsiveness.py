"""Does the window stay quick while a network trains, and does training stay quick beside it?

    python tests/benchmarks/responsiveness.py --data DATA/camvid [--rounds 5] [--seconds 15]

A real window on a project made of real images starts a training from its train panel. A simulated
user paints, undoes, zooms, scrolls and goes from image to image by real events, at the pace of a
hand, while a timer in the window's thread tells the longest time that this thread was held. The
same work is measured before anything trains: that is the floor.

Training is measured against itself. The window's processes are stopped in turns (SIGSTOP), so the
trainer, which is one process all the while, has the machine to itself for some seconds, then
shares it with a window that nobody touches, then with one that somebody works in.

Prints a table; needs a system that can stop processes, which Windows cannot.
"""

import argparse
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # as the program has it
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

BEAT_MS: Final = 10
MOST_GAP_MS: Final = 100
LEAST_SPEED: Final = 0.85
_LONG_MS: Final = 50.0  # what --trace tells of


@dataclass(frozen=True)
class Gaps:
    """How the window's thread was held in one turn; milliseconds beyond the beat."""

    longest: float
    p99: float
    during: str
    actions: int


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    figure: float
    unit: str
    floor: float | None = None
    target: str = ""
    note: str = ""

    def __str__(self) -> str:
        ratio = f"{self.figure / self.floor:8.2f}" if self.floor else " " * 8
        return (
            f"{self.name:48s}{self.figure:9.2f} {self.unit:9s}{ratio}  {self.target:10s}{self.note}"
        )


# --- The window, in a process of its own


def run_window(options: argparse.Namespace) -> None:
    """Open the window, and do what the lines of standard input ask for."""
    from PySide6.QtCore import QSettings, Qt
    from PySide6.QtTest import QTest

    from segstudio.controllers.followed_runs import RunState
    from segstudio.ui.app import make_application
    from segstudio.ui.main_window import MainWindow
    from segstudio.ui.screenshot import wait_until_idle
    from segstudio.ui.theme import Theme

    application = make_application([])
    settings = QSettings(str(options.window / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Theme(application), settings)
    window.resize(1600, 1000)
    window.show()
    window.editor.workspace.open(options.window / "images")
    wait_until_idle(window)
    QTest.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    training = window.editor.work.training
    wait_until_idle(window)
    seat = Seat(window, panel, trace=options.trace)

    def has_stepped() -> bool:
        return training.history.step > 2

    def ends() -> bool:
        return training.state is RunState.FINISHED and not window.editor.work.comparison.is_running

    for line in sys.stdin:
        asked = json.loads(line)
        match asked["do"]:
            case "work":
                answer = asdict(seat.sit(asked["seconds"], works=True))
            case "rest":
                answer = asdict(seat.sit(asked["seconds"], works=False))
            case "train":
                _fill_form(panel.form, options)
                panel.form.train.click()
                gaps = seat.sit(120, works=True, until=has_stepped)
                assert training.run is not None
                answer = asdict(gaps) | {"events": str(training.run.events)}
            case "finish":
                panel.progress.finish.click()
                answer = asdict(seat.sit(180, works=True, until=ends))
                answer["state"] = training.state.value
            case _:
                break
        print(json.dumps(answer), flush=True)
    window.close()


def _fill_form(form: Any, options: argparse.Namespace) -> None:  # noqa: ANN401 - loaded late
    form.networks.setCurrentIndex(form.networks.findText(options.network))
    form.starts.setCurrentIndex(0)
    form.by_epochs.setChecked(True)
    form.epochs.setValue(10_000)  # it is asked to finish before
    form.expert_page.is_expert.setChecked(True)
    for name, text in (("crop", options.crop), ("batch", str(options.batch)), ("device", "cpu")):
        form.expert_page.edits[name].setText(text)


class Seat:
    """Where the simulated user sits: acts by events, and hears the beat of the window's thread."""

    def __init__(self, window: Any, panel: Any, *, trace: bool) -> None:  # noqa: ANN401
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        self._window = window
        self._loop = QEventLoop()
        self._acts = user(window, panel)
        self._act_timer = QTimer(singleShot=True)
        self._act_timer.timeout.connect(self._act)
        self._beat_timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._beat_timer.timeout.connect(self._beat)
        self._until: Callable[[], bool] = lambda: False
        self._gaps: list[float] = []
        self._worst = (0.0, "")
        self._action, self._actions = "nothing", 0
        self._last = self._end = 0.0
        self._sits = False
        if trace:
            threading.Thread(target=self._watch, args=(threading.get_ident(),), daemon=True).start()

    def sit(
        self, seconds: float, *, works: bool, until: Callable[[], bool] = lambda: False
    ) -> Gaps:
        """Sit before the window for some seconds, or until something is so."""
        self._gaps, self._worst, self._actions = [], (0.0, ""), 0
        self._until, self._action = until, "nothing"
        self._last = time.perf_counter()
        self._end = self._last + seconds
        self._beat_timer.start()
        self._sits = True
        if works:
            self._act_timer.start(0)
        self._loop.exec()
        self._sits = False
        self._beat_timer.stop()
        self._act_timer.stop()
        longest, during = self._worst
        p99 = sorted(self._gaps)[int(len(self._gaps) * 0.99)]
        return Gaps(longest, p99, during, self._actions)

    def _act(self) -> None:
        self._action, pause = next(self._acts)
        self._actions += 1
        self._act_timer.start(pause)

    def _beat(self) -> None:
        now = time.perf_counter()
        gap = max((now - self._last) * 1000 - BEAT_MS, 0.0)
        self._last = now
        self._gaps.append(gap)
        if gap > self._worst[0]:
            self._worst = (gap, self._action)
        if now > self._end or self._until():
            self._loop.quit()

    def _watch(self, thread: int) -> None:
        """Tell what the window's thread is in when it is held for long."""
        told, limit = 0.0, _LONG_MS
        while True:
            time.sleep(0.01)
            last = self._last
            held = (time.perf_counter() - last) * 1000
            if last != told:
                told, limit = last, _LONG_MS
            if self._sits and held > limit:
                limit *= 2
                stack = traceback.extract_stack(sys._current_frames()[thread])
                ours = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in stack[-6:]]
                print(f"  held {held:.0f} ms: {' > '.join(ours)}", file=sys.stderr, flush=True)


def user(window: Any, panel: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401 - loaded late
    """Work for ever; yields what was just done, and the pause before what comes next, in ms."""
    from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
    from PySide6.QtGui import QMouseEvent, QWheelEvent
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    canvas = window.editor.canvas
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier

    def mouse(kind: QEvent.Type, at: QPointF) -> None:
        button = none if kind is QEvent.Type.MouseMove else left
        held = none if kind is QEvent.Type.MouseButtonRelease else left
        place = QPointF(canvas.mapToGlobal(at))
        QApplication.sendEvent(canvas, QMouseEvent(kind, at, place, button, held, plain))

    def wheel(widget: QWidget, notches: int) -> None:
        at = QPointF(widget.rect().center())
        place = QPointF(widget.mapToGlobal(at))
        turn = QPoint(0, 120 * notches)
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(at, place, QPoint(), turn, none, plain, phase, False)
        QApplication.sendEvent(widget, event)

    def stroke(number: int) -> Iterator[tuple[str, int]]:
        at = QPointF(canvas.rect().center()) + QPointF(-150, -60 + 40 * (number % 4))
        mouse(QEvent.Type.MouseButtonPress, at)
        for step in range(45):  # a moving mouse tells of itself 60 times a second or more
            mouse(QEvent.Type.MouseMove, at + QPointF(7 * step, 25 * (step % 9)))
            yield "painting", 16
        mouse(QEvent.Type.MouseButtonRelease, at + QPointF(315, 0))
        yield "ending a stroke", 150

    number = 0
    while True:
        window.editor.toolbox.choose_class(1 + number % 3)
        for _ in range(2):
            yield from stroke(number)
            number += 1
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        yield "undoing", 250
        for notches in (1, 1, 1, -1, -1, -1):
            wheel(canvas, notches)
            yield "zooming", 40
        for notches in (-1,) * 8 + (1,) * 8:
            wheel(window.editor.image_panel.view.viewport(), notches)
            yield "scrolling the list", 30
        panel.progress.tabs.setCurrentIndex(number // 2 % 3)
        yield "turning to a tab of the train panel", 100
        key = window.editor.workspace.current_key
        QTest.keyClick(canvas, Qt.Key.Key_D if number % 16 < 10 else Qt.Key.Key_A)
        yield "going to another image", 30
        while (
            window.editor.workspace.document is None or window.editor.workspace.current_key == key
        ):
            yield "opening an image", 30
        yield "looking", 300


# --- The one who watches both


class Window:
    """The process with the window, which is asked by lines, and stopped while it is not."""

    def __init__(self, folder: Path, arguments: Sequence[str]) -> None:
        home = {
            name: str(folder / "home" / name.lower())
            for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
        }
        self._process = subprocess.Popen(
            [sys.executable, __file__, *arguments, "--window", str(folder)],
            env={**os.environ, **home},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a group that can be stopped; the trainer has its own
        )

    def ask(self, do: str, **more: object) -> dict[str, Any]:
        """Ask for something, and wait for the answer."""
        pipe = self._pipe(self._process.stdin)
        pipe.write(json.dumps({"do": do, **more}) + "\n")
        pipe.flush()
        line = self._pipe(self._process.stdout).readline()
        if not line:
            raise SystemExit("the window has ended before its time")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """Let neither the window nor its helpers take any time."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let them."""
        os.killpg(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        """Close the window."""
        self.go_on()
        self._pipe(self._process.stdin).close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


def images_per_second(events: Path, batch: int, start: float, end: float) -> float:
    """Return the speed of training between two moments; validations do not count."""
    rows = [json.loads(line) for line in events.read_text().splitlines()]
    rows = [row for row in rows if start <= row["time"] <= end]
    steps, seconds = 0, 0.0
    for one, other in pairwise(rows):
        if one["event"] == other["event"] == "step" and one["epoch"] == other["epoch"]:
            steps += other["step"] - one["step"]
            seconds += other["time"] - one["time"]
    return steps * batch / seconds if steps else float("nan")


def measure(options: argparse.Namespace, arguments: Sequence[str]) -> list[Row]:
    """Train in the window, in turns with nobody, a window at rest, and a user at work."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_project(folder, options)
        window = Window(folder, arguments)
        try:
            before = [window.ask("work", seconds=options.seconds) for _ in range(2)][1]
            begun = window.ask("train")
            events = Path(begun["events"])
            window.ask("work", seconds=3)  # the first steps are slow
            speeds: dict[str, list[float]] = {"alone": [], "rest": [], "work": []}
            gaps: dict[str, list[dict[str, Any]]] = {"rest": [], "work": []}
            for _ in range(options.rounds):
                for turn, found in speeds.items():
                    start = time.time()
                    if turn == "alone":
                        window.stop()
                        time.sleep(options.seconds)
                        window.go_on()
                    else:
                        gaps[turn].append(window.ask(turn, seconds=options.seconds))
                    found.append(images_per_second(events, options.batch, start + 0.5, time.time()))
                shown = "  ".join(f"{turn} {found[-1]:.2f}" for turn, found in speeds.items())
                print(f"images/s  {shown}", file=sys.stderr, flush=True)
            ended = window.ask("finish")
        finally:
            window.close()
    assert ended["state"] == "finished", f"the run has not finished: it is {ended['state']}"
    worst = max(gaps["work"], key=lambda each: each["longest"])
    resting = max(gaps["rest"], key=lambda each: each["longest"])
    limit = f"<= {MOST_GAP_MS}"
    rows = [
        Row("longest gap, a user works, nothing trains", before["longest"], "ms"),
        *(
            Row(title, each["longest"], "ms", before["longest"], limit, each["during"])
            for title, each in (
                ("longest gap, a user works, a run starts", begun),
                ("longest gap, a user works, a network trains", worst),
                ("longest gap, nobody works, a network trains", resting),
                ("longest gap, a user works, a run ends", ended),
            )
        ),
    ]
    # A validation may take a whole turn, in which nothing is then trained.
    rounds = [row for row in zip(*speeds.values(), strict=True) if not any(map(math.isnan, row))]
    alone = statistics.median(row[0] for row in rounds)
    rows.append(Row("training by itself", alone, "images/s"))
    for place, title in ((1, "with the window open"), (2, "with a user at work")):
        # Each turn beside that of its own round: the machine is not the same for minutes.
        ratio = statistics.median(row[place] / row[0] for row in rounds)
        rows.append(
            Row(
                f"training {title}",
                statistics.median(row[place] for row in rounds),
                "images/s",
                alone,
                f">= {LEAST_SPEED}",
                f"median of {len(rounds)} rounds: {ratio:.2f}",
            )
        )
    return rows


def make_project(folder: Path, options: argparse.Namespace) -> None:
    """Make a project of real images with their labels."""
    from segstudio.core.splits import TRAIN, VALIDATION
    from segstudio.formats.table import read_any
    from segstudio.storage.opening import create_project

    dataset = read_any(options.data, format_name=options.format)
    images = folder / "images"
    images.mkdir()
    project = create_project(images).with_label_set(dataset.label_set)
    splits: dict[str, str] = {}
    for split, count in ((TRAIN, options.images), (VALIDATION, max(options.images // 4, 2))):
        for item in dataset.splits[split][:count]:
            key = f"{split}-{item.image.name}"
            (images / key).symlink_to(item.image.resolve())
            project.write_mask(key, dataset.read_label_map(item))
            splits[key] = split
    project.with_splits(splits).save()


def main() -> None:
    """Run one side or the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--format", default="camvid")
    parser.add_argument("--images", type=int, default=60, help="that train")
    parser.add_argument("--network", default="unet-mini")
    parser.add_argument("--crop", default="256 256")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each turn")
    parser.add_argument("--trace", action="store_true", help="tell what holds the window")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.window:
        run_window(options)
        return
    rows = measure(options, sys.argv[1:])
    if options.json:
        print(json.dumps([asdict(row) for row in rows]))
        return
    print(f"{'':48s}{'figure':>9s} {'':9s}{'ratio':>8s}  target")
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
