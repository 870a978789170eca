"""TensorFlow in a virtual environment of its own; it is no dependency of this project."""

import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import platformdirs

_PACKAGES = ("tensorflow-cpu", "tensorflow")  # the first has no build for every system


class NoKerasError(Exception):
    """TensorFlow cannot be installed here; the message says why."""


def keras_python(say: Callable[[str], object]) -> Path:
    """Return the Python that has TensorFlow, in the user's cache; installs it at first use.

    Args:
        say: Told what takes long.

    Raises:
        NoKerasError: If it cannot be installed.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = platformdirs.user_cache_path("segstudio") / "benchmarks" / f"keras-{version}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = folder / "ready"
    if not ready.exists():
        say(f"installing TensorFlow for the comparison, once, in {folder}")
        _install(folder, python)
        ready.touch()
    return python


def _install(folder: Path, python: Path) -> None:
    try:
        venv.create(folder, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoKerasError(f"no virtual environment could be made in {folder}: {error}") from error
    said = ""
    for package in _PACKAGES:
        command = [str(python), "-m", "pip", "install", "--quiet", package]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed"
    raise NoKerasError(f"TensorFlow could not be installed: {said}")
