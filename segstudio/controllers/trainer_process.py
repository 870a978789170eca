"""The trainer as a process of its own: is it installed, start it, is it alive.

It is started detached, so that it lives on when the window is closed or crashes, and is found again
by its number and the moment it began.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from segstudio.errors import SegStudioError
from segstudio.storage.training_runs import ProcessMark

INSTALL_COMMAND: Final = "pip install 'segstudio[train]'"
_NEEDED: Final = ("trainer", "torch", "accelerate", "onnx", "onnxscript", "matplotlib", "jinja2")
_SAME_MOMENT: Final = 1.0  # seconds; systems tell the start of a process only roughly
_NICE: Final = 5  # on Windows: the class of priorities below the normal one
# Windows only: without a console of ours, which would close with the window.
_DETACHED: Final[int] = getattr(subprocess, "DETACHED_PROCESS", 0)
_started: dict[int, subprocess.Popen[bytes]] = {}  # our own children, to be asked how they ended


class TrainerError(SegStudioError):
    """The trainer could not be started."""


def missing_packages() -> tuple[str, ...]:
    """Return what training needs and is not installed; nothing is imported."""
    return tuple(name for name in _NEEDED if find_spec(name) is None)


def start_trainer(arguments: Sequence[str], folder: Path, log: Path) -> ProcessMark:
    """Start ``trainer`` and leave it to itself.

    It gets a lower priority than the window, which shares the processor with it.

    Args:
        arguments: Of its command line.
        folder: Working directory.
        log: File that gets what it prints, appended.

    Raises:
        TrainerError: If it cannot be started.
    """
    try:
        # No QProcess: what it starts detached either has a number or an output file, not both.
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "trainer", *arguments],
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                creationflags=_DETACHED,
            )
    except OSError as error:
        raise TrainerError(
            f"The trainer could not be started ({error.strerror})",
            hint=f"Install it with: {INSTALL_COMMAND}",
        ) from error
    _started[process.pid] = process
    import psutil  # here and below: the window opens without it

    try:
        running = psutil.Process(process.pid)
        running.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _NICE)
        return ProcessMark(process.pid, running.create_time())
    except psutil.Error as error:
        raise TrainerError(
            "The trainer ended as soon as it was started", hint=f"See {log}"
        ) from error


def run_trainer(
    arguments: Sequence[str], folder: Path, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run ``trainer`` to its end and return what it said.

    Args:
        arguments: Of its command line.
        folder: Working directory.
        timeout: Seconds after which it is ended.

    Raises:
        TrainerError: If it cannot be started.
        subprocess.TimeoutExpired: If it took too long.
    """
    try:
        return subprocess.run(
            [sys.executable, "-m", "trainer", *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except OSError as error:
        raise TrainerError(
            f"The trainer could not be started ({error.strerror})",
            hint=f"Install it with: {INSTALL_COMMAND}",
        ) from error


def is_alive(mark: ProcessMark | None) -> bool:
    """Return whether this very process still runs, not another one of the same number."""
    if mark is None:
        return False
    child = _started.get(mark.pid)
    if child is not None and child.poll() is not None:
        del _started[mark.pid]
    import psutil

    try:
        process = psutil.Process(mark.pid)
        same = abs(process.create_time() - mark.started) < _SAME_MOMENT
        return same and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def kill(mark: ProcessMark) -> None:
    """End this very process at once; what it has not saved is lost."""
    if is_alive(mark):
        import psutil

        try:
            psutil.Process(mark.pid).kill()
        except psutil.Error:  # it has just ended by itself
            return


def _environment() -> dict[str, str]:
    # The trainer is found where this program is, installed or in a source checkout.
    root = str(Path(__file__).resolve().parents[2])
    before = os.environ.get("PYTHONPATH")
    path = f"{root}{os.pathsep}{before}" if before else root
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
