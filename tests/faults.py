"""Running a program whose system calls fail."""

import json
import os
import subprocess
import sys
from pathlib import Path

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
