"""Edit at random for some minutes, and tell what held the window longest, and why.

A virtual machine is stopped by its hypervisor now and then, often for longer than the 50 ms that
the window may take. So each turn of the event loop is told twice: by the clock, and without what
the hypervisor took of it.
"""

import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from editor_window import VIEW, Editor, Row, path
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segstudio.tools.names import ToolName
from segstudio.tools.table import TOOLS

LIMIT_MS = 50
EDITING_TOOLS = [tool for tool in ToolName if TOOLS[tool].make is not None]

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


@dataclass(frozen=True)
class Moment:
    """What the system has counted for this thread until now, in milliseconds.

    Attributes:
        clock: The time.
        ran: On a processor.
        queued: Ready to run, while other threads had the processors.
        stolen: Of each processor, what the hypervisor took from it; told in steps of 10 ms.
    """

    clock: float
    ran: float
    queued: float
    stolen: tuple[float, ...]

    @classmethod
    def now(cls) -> Self:
        clock = time.perf_counter() * 1000
        schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        if not schedule.exists():  # only Linux counts
            return cls(clock, clock, 0, (0,))
        ran, queued, _ = schedule.read_text().split()
        tick = 1000 / os.sysconf("SC_CLK_TCK")
        counts = Path("/proc/stat").read_text().splitlines()
        processors = [line.split() for line in counts if line.startswith("cpu")][1:]
        stolen = tuple(float(words[8]) * tick for words in processors)
        return cls(clock, int(ran) / 1e6, int(queued) / 1e6, stolen)


@dataclass(frozen=True)
class Held:
    """How long one turn held the event loop, in milliseconds.

    Attributes:
        whole: By the clock.
        ran: Of that, on a processor.
        queued: Waiting for one that other threads of this machine had.
        stolen: Neither, while the hypervisor took at least as much from one processor.
    """

    whole: float
    ran: float
    queued: float
    stolen: float

    @classmethod
    def between(cls, start: Moment, end: Moment) -> Self:
        whole, ran = end.clock - start.clock, end.ran - start.ran
        queued = end.queued - start.queued
        taken = (after - before for before, after in zip(start.stolen, end.stolen, strict=True))
        return cls(whole, ran, queued, min(max(whole - ran - queued, 0), max(taken)))

    @property
    def own(self) -> float:
        """What the program and its threads are to blame for."""
        return self.whole - self.stolen

    def __str__(self) -> str:
        waited = self.own - self.ran - self.queued
        return (
            f"{self.whole:6.1f} ms: ran {self.ran:.1f}, queued {self.queued:.1f}, waited "
            f"{max(waited, 0):.1f}, hypervisor {self.stolen:.1f}"
        )


class Soak:
    """Acts at random on an editor, as a hand would, and notes what each turn took."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._random = random.Random(1)
        self._doing = ""
        self.whole: defaultdict[str, list[float]] = defaultdict(list)  # the longest of each act
        self.own: defaultdict[str, list[float]] = defaultdict(list)
        window = editor.window.editor
        self._acts: dict[str, Callable[[], object]] = {
            "undo": window.actions_by_name["undo"].trigger,
            "redo": window.actions_by_name["redo"].trigger,
            "save": window.workspace.save,
            "fit": editor.canvas.fit,
            "100 %": editor.canvas.zoom_to_full_size,
            "opacity": lambda: editor.canvas.set_opacity(self._random.random()),
            "class": lambda: window.toolbox.choose_class(self._random.randint(1, 2)),
        }

    def run(self, seconds: float) -> None:
        """Act for so long."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self._act()

    def _act(self) -> None:
        choice = self._random.choice
        name = choice([*self._acts, "stroke", "stroke", "pan", "zoom", "zoom", "tool", "tool"])
        tool = choice(EDITING_TOOLS)
        self._doing = str(tool) if name == "tool" else name
        self.whole[self._doing].append(0)
        self.own[self._doing].append(0)
        if name == "tool":
            self._use(tool)
        elif name == "zoom":
            at = QPointF(self._random.uniform(0, VIEW[0]), self._random.uniform(0, VIEW[1]))
            notches = choice((-1, 1))
            for _ in range(8):
                self._turn(lambda: self._editor.wheel(at, notches))
        elif name in self._acts:
            self._turn(self._acts[name])
        else:
            self._editor.window.editor.toolbox.set_size(choice((5, 50, 200)))
            button = Qt.MouseButton.LeftButton if name == "stroke" else Qt.MouseButton.MiddleButton
            self._drag(path(60, self._random.randint(0, 99)), button)
        for _ in range(5):  # a hand rests between two acts
            self._turn(lambda: None)
            time.sleep(0.005)

    def _use(self, tool: ToolName) -> None:
        editor, toolbox = self._editor, self._editor.window.editor.toolbox
        toolbox.set_tool(tool)
        self._drag(path(8, self._random.randint(0, 99)), Qt.MouseButton.LeftButton)
        self._turn(lambda: QTest.keyClick(editor.canvas, Qt.Key.Key_Return))
        while not editor.canvas.is_settled:
            self._turn(lambda: None)
            time.sleep(0.002)
        self._turn(lambda: QTest.keyClick(editor.canvas, Qt.Key.Key_Escape))
        toolbox.set_tool(ToolName.BRUSH)

    def _drag(self, points: list[QPointF], button: Qt.MouseButton) -> None:
        editor = self._editor
        kinds = QEvent.Type
        self._turn(lambda: editor.mouse(kinds.MouseButtonPress, points[0], button))
        for point in points[1:]:
            self._turn(lambda point=point: editor.mouse(kinds.MouseMove, point, button))
        self._turn(lambda: editor.mouse(kinds.MouseButtonRelease, points[-1], button))

    def _turn(self, act: Callable[[], object]) -> None:
        """Do something, and what follows of it; keep the act's longest turn."""
        start = Moment.now()
        act()
        QApplication.processEvents()
        held = Held.between(start, Moment.now())
        for longest, took in ((self.whole, held.whole), (self.own, held.own)):
            acts = longest[self._doing]
            acts[-1] = max(acts[-1], took)
        if held.whole > LIMIT_MS:
            print(f"  {self._doing:16s}{held}", flush=True)


def soak_rows(editor: Editor, seconds: float) -> list[Row]:
    """Edit at random for a while; return the longest that the event loop was held."""
    idle = subprocess.Popen(
        [sys.executable, "-c", IDLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    soak = Soak(editor)
    soak.run(seconds)
    asleep = float(idle.communicate("end")[0])
    for name, own in sorted(soak.own.items(), key=lambda item: -max(item[1])):
        over = [sum(block > LIMIT_MS for block in blocks) for blocks in (soak.whole[name], own)]
        print(
            f"  {name:16s}longest {max(soak.whole[name]):6.1f}, own {max(own):6.1f}; over "
            f"{LIMIT_MS} in {over[0]}, own in {over[1]}, of {len(own)}"
        )
    title = f"longest block in {seconds:.0f} s of editing"
    return [
        Row(title, _longest(soak.whole), asleep, LIMIT_MS),
        Row(f"{title}, own", _longest(soak.own), None, LIMIT_MS),
    ]


def _longest(acts: dict[str, list[float]]) -> float:
    return max(max(blocks) for blocks in acts.values())
