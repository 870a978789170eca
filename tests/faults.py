"""Running a program whose system calls fail, or that is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import segstudio

_PROGRAMS = Path(__file__).with_name("reliability")


def told_under_faults(shim: Path, program: str, *arguments: Path | str) -> list[dict]:
    """Run a program of tests/reliability with the shim preloaded; return the lines it printed."""
    done = subprocess.run(
        [sys.executable, _PROGRAMS / program, *arguments],
        env={**os.environ, "LD_PRELOAD": str(shim)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def kill_amid(program: str, folder: Path, number: int, spins: int) -> None:
    """Run a program of tests/reliability, and kill it a moment after it printed so large a number.

    Args:
        program: Prints one number a line, each larger than the one before.
        folder: What it is given.
        number: How far it gets.
        spins: Turns of an empty loop between that and the kill.
    """
    with subprocess.Popen(
        [sys.executable, _PROGRAMS / program, folder],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(segstudio.__file__).parents[1])},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= number:
                break
        while spins:
            spins -= 1
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
