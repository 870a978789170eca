"""Kill -9 at random moments loses no acknowledged stroke and leaves no unreadable file.

Three kills here; before a release:

    SEGSTUDIO_KILLS=50 python -m pytest tests/reliability/test_kill.py
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import LabelMap, unlabelled
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.opening import open_path
from segstudio.storage.project import Project, load_project
from segstudio.storage.recovery import recover

KILLS = int(os.environ.get("SEGSTUDIO_KILLS", "3"))
KEYS = ("a.png", "b.png", "c.png")
CELL, SIDE = 12, 20
PIXELS = CELL * SIDE
_START_SECONDS = 120

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9"),
    pytest.mark.timeout(120 + 30 * KILLS),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for key in KEYS:
        Image.fromarray(np.full((PIXELS, PIXELS, 3), 90, np.uint8)).save(folder / key)
    open_path(folder)  # makes the project
    return folder


def kill_while_painting(folder: Path, log: Path, seed: int) -> None:
    """Start the app, let it paint for a random time, and kill it."""
    moment = random.Random(seed).uniform(0.0, 2.5)
    command = [sys.executable, str(Path(__file__).with_name("painter.py"))]
    start = log.stat().st_size if log.exists() else 0
    with subprocess.Popen(
        [*command, str(folder), str(log), str(seed)], stderr=subprocess.PIPE, text=True
    ) as painter:
        end = time.monotonic() + _START_SECONDS
        while b"ready" not in (log.read_bytes()[start:] if log.exists() else b""):
            assert painter.poll() is None, painter.stderr and painter.stderr.read()
            assert time.monotonic() < end, "the app does not start"
            time.sleep(0.02)
        time.sleep(moment)
        ended = painter.poll()
        painter.send_signal(signal.SIGKILL)
        assert ended is None, painter.stderr and painter.stderr.read()


def label_maps(project: Project) -> dict[str, LabelMap]:
    """Return what a new start of the app would show."""
    maps = {}
    for key in KEYS:
        read = project.read_mask(key, PIXELS, PIXELS)
        maps[key] = unlabelled(PIXELS, PIXELS) if read is None else read
    recovery = recover(project, MaskStore(project.folder))
    assert not recovery.problems
    maps |= {mask.key: mask.label_map for mask in recovery.masks}
    assert not any(mask.on_changed_mask for mask in recovery.masks)
    return maps


def check_no_stroke_is_lost(maps: dict[str, LabelMap], log: Path) -> int:
    """Compare every painted cell with the log; return the number of acknowledged strokes."""
    allowed: dict[tuple[str, int], set[int]] = {}
    strokes = 0
    for line in log.read_text().splitlines():
        word, *rest = line.split()
        if word == "ready":
            continue
        key, cell, class_index = rest[0], int(rest[1]), int(rest[2])
        if word == "begun":  # it may have come through or not
            allowed.setdefault((key, cell), {255}).add(class_index)
        else:
            allowed[key, cell] = {class_index}
            strokes += 1
    for (key, cell), classes in allowed.items():
        row, column = divmod(cell, SIDE)
        value = int(maps[key][row * CELL + CELL // 2, column * CELL + CELL // 2])
        assert value in classes, f"{key}, cell {cell}: {value} instead of {classes}"
    return strokes


def check_every_file_is_readable(folder: Path) -> None:
    for path in folder.rglob("*"):
        if not path.is_file() or path.name.startswith("."):
            continue
        if path.suffix == ".png":
            with Image.open(path) as image:
                image.load()
        elif path.suffix == ".json":
            json.loads(path.read_bytes())


def test_killing_the_app_loses_no_acknowledged_stroke(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    strokes = 0
    for seed in range(KILLS):
        kill_while_painting(folder, log, seed)
        strokes = check_no_stroke_is_lost(label_maps(load_project(folder / "segstudio")), log)
        check_every_file_is_readable(tmp_path)
    assert strokes > KILLS
    print(f"{KILLS} kills, {strokes} acknowledged strokes, none lost")  # noqa: T201
