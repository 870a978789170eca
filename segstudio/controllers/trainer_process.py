"""The trainer as a process of its own: is it installed, start it, is it alive.

It is started detached, so that it lives on when the window is closed or crashes, and is found again
by its number and the moment it began.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from segstudio.errors import SegStudioError
from segstudio.storage.processes import Life, ProcessMark, mark_of

INSTALL_COMMAND: Final = "pip install 'segstudio[train]'"
_NEEDED: Final = ("trainer", "torch", "accelerate", "onnx", "onnxscript", "matplotlib", "jinja2")
_SILENCE: Final = 300.0  # seconds after which a process on another computer counts as ended
_POLL: Final = 0.1
_NICE: Final = 5  # on Windows: the class of priorities below the normal one
# Windows only: without a console of ours, which would close with the window.
_DETACHED: Final[int] = getattr(subprocess, "DETACHED_PROCESS", 0)
_started: dict[ProcessMark, subprocess.Popen[bytes]] = {}  # ours, to be asked how they ended


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
    mark = mark_of(process.pid)
    _started[mark] = process
    import psutil  # here and below: the window opens without it

    with contextlib.suppress(psutil.Error):  # it has ended already; its log says why
        nice = psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _NICE
        psutil.Process(process.pid).nice(nice)
    return mark


def run_trainer(
    arguments: Sequence[str], folder: Path, cancelled: Callable[[], bool] = lambda: False
) -> subprocess.CompletedProcess[str]:
    """Run ``trainer`` to its end and return what it said.

    Args:
        arguments: Of its command line.
        folder: Working directory.
        cancelled: Asked some times a second; the trainer is ended at once when it says so.

    Raises:
        TrainerError: If it cannot be started.
    """
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "trainer", *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise TrainerError(
            f"The trainer could not be started ({error.strerror})",
            hint=f"Install it with: {INSTALL_COMMAND}",
        ) from error
    with process:
        while True:
            try:
                out, told = process.communicate(timeout=_POLL)
            except subprocess.TimeoutExpired:
                if cancelled():
                    process.kill()
            else:
                return subprocess.CompletedProcess(process.args, process.returncode, out, told)


def is_alive(mark: ProcessMark | None, last_sign: float = 0.0) -> bool:
    """Return whether this very process still runs, not another one of the same number.

    Args:
        mark: The process, or None.
        last_sign: When it last gave a sign, seconds since 1970: all that there is to go by where it
            runs on another computer, which shares the folder of the project.
    """
    if mark is None:
        return False
    child = _started.get(mark)
    if child is not None:
        return child.poll() is None
    match mark.life():
        case Life.ALIVE:
            return True
        case Life.UNKNOWN:
            return time.time() - last_sign < _SILENCE
    return False


def exit_code(mark: ProcessMark | None) -> int | None:
    """Return how a process ended, or None if it runs or another window had started it."""
    child = _started.get(mark) if mark is not None else None
    return None if child is None else child.poll()


def kill(mark: ProcessMark) -> None:
    """End this very process at once; what it has not saved is lost."""
    if mark.life() is Life.ALIVE:
        import psutil

        with contextlib.suppress(psutil.Error):  # it has just ended by itself
            psutil.Process(mark.pid).kill()


def _environment() -> dict[str, str]:
    # The trainer is found where this program is, installed or in a source checkout.
    root = str(Path(__file__).resolve().parents[2])
    before = os.environ.get("PYTHONPATH")
    path = f"{root}{os.pathsep}{before}" if before else root
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
