"""The folder that a run owns.

RUN/
    recipe.json     all settings
    images.json     which images train and which judge, see ``write_images``
    events.jsonl    what happened, one JSON object a line
    last.pt         where to go on
    best.pt         the weights with the best validation mIoU
    model.onnx      the model made of them
    pictures/       sample predictions, see ``trainer.reports.pictures``
    tensorboard/    losses, metrics and some pictures for TensorBoard
    epochs.csv      losses and metrics, one row an epoch
    curves.png      learning curves
    report.html     all of it as one page

The last three are made from events and pictures, and made again by ``trainer report RUN``.
"""

import json
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from segstudio.core.run_history import Event as Event
from segstudio.errors import StorageError
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from trainer.errors import RunError
from trainer.recipe import Recipe

Emit: TypeAlias = Callable[[Event], None]

RECIPE: Final = "recipe.json"
IMAGES: Final = "images.json"
EVENTS: Final = "events.jsonl"
LAST: Final = "last.pt"
BEST: Final = "best.pt"
MODEL: Final = "model.onnx"
EPOCHS: Final = "epochs.csv"
CURVES: Final = "curves.png"
PICTURES: Final = "pictures"
TENSORBOARD: Final = "tensorboard"
REPORT: Final = "report.html"

_STEP_INTERVAL: Final = 0.5


def start_run(folder: Path) -> None:
    """Make the folder of a new run.

    Raises:
        RunError: If something is in it already.
        StorageError: If it cannot be made.
    """
    if folder.is_dir() and any(folder.iterdir()):
        known = (folder / LAST).exists()
        raise RunError(
            folder,
            "this run folder is not empty",
            hint="Add --resume to go on with the run in it, or choose another --out"
            if known
            else "Choose a new folder with --out",
        )
    make_folder(folder)


def read_recipe(folder: Path) -> Recipe:
    """Return the recipe of the run in ``folder``.

    Raises:
        RunError: If there is no run.
        RecipeError: If its recipe is wrong.
    """
    if not folder.is_dir():
        raise RunError(folder, "there is no such run folder", hint="Check the name")
    try:
        text = (folder / RECIPE).read_bytes()
    except OSError as error:
        raise RunError(
            folder, f"this is not a run folder, {RECIPE} is missing", hint="Check the name"
        ) from error
    return Recipe.from_text(text)


def write_recipe(folder: Path, recipe: Recipe) -> None:
    """Save the recipe of the run in ``folder``; raises StorageError."""
    atomic_write_json(folder / RECIPE, recipe.to_json())


def write_images(folder: Path, members: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Record which images a run uses, and how.

    Args:
        folder: The run folder.
        members: Split -> its images, each with its key, the number of its labelled and of its
            corrected pixels, and, of training images, how often it is drawn relative to others.

    Raises:
        StorageError: If it cannot be written.
    """
    atomic_write_json(folder / IMAGES, {split: list(rows) for split, rows in members.items()})


def thin_steps(emit: Emit) -> Emit:
    """Return what passes events on to ``emit``: steps at most twice a second, all others."""
    last = -math.inf

    def thinned(event: Event) -> None:
        nonlocal last
        if event["event"] == "step":
            now = time.monotonic()
            if now - last < _STEP_INTERVAL:
                return
            last = now
        emit(event)

    return thinned


class EventLog:
    """Appends events to ``events.jsonl``, each at once."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / EVENTS
        self._ends_open = self._ends_without_newline()

    def __call__(self, event: Event) -> None:
        """Write one event; raises StorageError."""
        line = event_line(event)
        try:
            with self._path.open("a", encoding="ascii") as file:
                # A run that was killed may have left half a line behind.
                file.write(f"\n{line}\n" if self._ends_open else f"{line}\n")
        except OSError as error:
            raise StorageError(
                self._path, f"could not be written: {error.strerror}", hint="Free some space"
            ) from error
        self._ends_open = False

    def _ends_without_newline(self) -> bool:
        try:
            with self._path.open("rb") as file:
                if file.seek(0, os.SEEK_END) == 0:
                    return False
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
        except OSError:  # there is none yet
            return False


def event_line(event: Event) -> str:
    """Return an event as one line of JSON; numbers that JSON lacks become null."""
    return json.dumps(_finite(dict(event)), ensure_ascii=True, allow_nan=False)


def _finite(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
