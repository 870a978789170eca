"""What is installed, and why the GPU is or is not used."""

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import click

from segstudio import __version__
from segstudio.commands.text import plain
from segstudio.engine.catalog import find_models
from segstudio.engine.confine import usual_memory_limit
from segstudio.engine.landlock import landlock_version
from segstudio.engine.provider import INSTALL_CUDA
from segstudio.engine.worker import Worker
from segstudio.errors import SegStudioError
from segstudio.storage.assets import bundled_models_folder, user_models_folder

_PACKAGES: Final = {
    "PySide6": ("PySide6-Essentials", "PySide6"),
    "numpy": ("numpy",),
    "Pillow": ("pillow",),
    "torch": ("torch",),
}


def examine() -> None:
    """Print what was found, one fact a line."""
    for name, fact in _facts():
        click.echo(f"{name:<22}{plain(fact)}")


def _facts() -> Iterator[tuple[str, str]]:
    yield "segstudio", __version__
    yield "Python", platform.python_version()
    yield "system", platform.platform()
    for name, distributions in _PACKAGES.items():
        # Read from the package's own papers: importing torch or Qt takes seconds.
        yield name, next(filter(None, map(_version, distributions)), "not installed")
    with Worker() as worker:
        try:
            runtime = worker.runtime()
        except SegStudioError as error:
            yield "onnxruntime", error.sentence
            return
        yield "onnxruntime", runtime.version
        yield "providers built in", ", ".join(runtime.available)
        yield "NVIDIA driver", "found" if runtime.has_driver else "not found"
        yield "model's sandbox", _sandbox(runtime.is_confined)
        yield "model's memory", _memory()
        yield "8-bit models", _eight_bits()
        yield from _session_facts(worker)


def _session_facts(worker: Worker) -> Iterator[tuple[str, str]]:
    """Load a model: only a session knows what it runs on."""
    models = find_models({"bundled": bundled_models_folder(), "user": user_models_folder()})
    if not models:
        yield "runs on", "not known: there is no bundled model to try"
        return
    try:
        loaded = worker.load(models[0].path)
    except SegStudioError as error:
        yield "runs on", f"not known: {error.sentence}"
        return
    yield "runs on", loaded.provider.got
    if loaded.provider.reason:
        yield f"{loaded.provider.wanted} not used", loaded.provider.reason
        if sys.platform != "darwin":
            yield "to use a GPU", f"install NVIDIA's driver, then run: {INSTALL_CUDA}"
    yield "tried with", f"{models[0].path} ({loaded.milliseconds:.0f} ms to load)"


def _sandbox(is_confined: bool) -> str:
    if is_confined:
        return f"Landlock, version {landlock_version()}: reads its own files only, no network"
    if sys.platform == "linux":
        return "this kernel has no Landlock: a model that takes over its process could read files"
    return "none on this system: a model that takes over its process could read files"


def _memory() -> str:
    limit = usual_memory_limit()
    if sys.platform == "linux" and limit is not None:
        return f"at most {limit / 2**30:.3g} GiB, beside the GPU's"
    return "no limit on this system: a model that asks for too much can slow down the computer"


def _eight_bits() -> str:
    """Say whether the processor multiplies bytes fast; only Linux lists what it can do."""
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return "not known here whether the processor is fast with them"
    if any(word in flags for word in (" avx512_vnni", " avx_vnni", " asimddp", " i8mm")):
        return "the processor has instructions for them"
    return "no faster here: the processor has no VNNI instructions"


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
