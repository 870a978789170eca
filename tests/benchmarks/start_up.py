"""How long ``trainer`` takes until it does something."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from drawn_data import write_data
from turns import ROOT, ProgramError, Turn

_TRAINER = (sys.executable, "-m", "trainer")


def help_time(repeats: int) -> Turn:
    """Return what ``trainer --help`` takes, the median over the repeats."""
    return _median([_until_end([*_TRAINER, "--help"]) for _ in range(repeats)])


def first_step_time(data: Path | None, repeats: int) -> Turn:
    """Return what ``trainer train`` takes from its start to its first step, the median.

    Args:
        data: Label set, or None for one that is drawn; in masks of 0 and 255, 0 is class 1.
        repeats: How often.
    """
    with tempfile.TemporaryDirectory() as folder:
        positive = ["--positive", "dark"]
        if data is None:
            data, positive = Path(folder) / "data", []
            write_data(data, 2, 512, 20)
        return _median(
            [
                _until_first_step(
                    [
                        *(*_TRAINER, "train", "--json", "--device", "cpu"),
                        *("--network", "unet-mini", "--epochs", "1", *positive),
                        *("--data", str(data), "--out", str(Path(folder) / f"run{number}")),
                    ]
                )
                for number in range(repeats)
            ]
        )


def _until_end(command: Sequence[str]) -> Turn:
    began, began_cpu = time.perf_counter(), _cpu_of_children()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramError(done.stderr.strip())
    return Turn(1, time.perf_counter() - began, _cpu_of_children() - began_cpu)


def _until_first_step(command: Sequence[str]) -> Turn:
    with tempfile.TemporaryFile("w+") as errors:
        began, began_cpu = time.perf_counter(), _cpu_of_children()
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if json.loads(line)["event"] == "step":
                    seconds = time.perf_counter() - began
                    break
            else:
                errors.seek(0)
                raise ProgramError(errors.read().strip())
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        return Turn(1, seconds, _cpu_of_children() - began_cpu)


def _cpu_of_children() -> float:
    """Return the processor seconds of all child processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _median(turns: Sequence[Turn]) -> Turn:
    return Turn(
        1, median(turn.seconds for turn in turns), median(turn.cpu_seconds for turn in turns)
    )
