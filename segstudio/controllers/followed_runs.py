"""What a training run does, and what happened in it so far."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from segstudio.controllers.trainer_process import exit_code, is_alive
from segstudio.core.run_history import History
from segstudio.storage.event_tail import EventTail
from segstudio.storage.lineage import Lineage, models_by_run, read_lineage
from segstudio.storage.processes import ProcessMark
from segstudio.storage.project import Project
from segstudio.storage.training_runs import TrainingRun, find_runs

_REDUCED: Final = 1600  # longer side of a picture that is to be fitted, pixels


class RunState(StrEnum):
    """What a run does."""

    NONE = "none"  # no run is shown
    PREPARING = "preparing"  # the labels are frozen, the process starts and looks at the data
    TRAINING = "training"
    ENDING = "ending"  # asked to pause or to finish, or exporting
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the process is gone without a word

    @property
    def is_busy(self) -> bool:
        """Whether a process works on it."""
        return self in (RunState.PREPARING, RunState.TRAINING, RunState.ENDING)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run gets on, from its last step.

    Attributes:
        progress: Share that is done, 0..1.
        images_per_s: Crops a second, or None.
        remaining_s: Seconds left, or None if that is not known.
    """

    progress: float = 0.0
    images_per_s: float | None = None
    remaining_s: float | None = None


def state_now(
    history: History, *, is_alive: bool, is_ending: bool, was_cancelled: bool
) -> RunState:
    """Return what a run does.

    Args:
        history: What it has told.
        is_alive: Whether its process runs.
        is_ending: Whether it was asked to end, or exports.
        was_cancelled: Whether its process was ended without being asked.
    """
    if is_alive:
        if is_ending:
            return RunState.ENDING
        has_begun = history.starts and history.ending is None
        return RunState.TRAINING if has_begun else RunState.PREPARING
    match history.ending:
        case "finished":
            return RunState.FINISHED
        case "stopped":
            return RunState.PAUSED
        case "failed":
            return RunState.FAILED
    return RunState.INTERRUPTED if history.starts or was_cancelled else RunState.FAILED


@dataclass(frozen=True, slots=True)
class FollowedRun:
    """A run with what happened in it.

    Attributes:
        run: The run.
        history: Its curves and settings.
        note: What the user says about it.
        model: The project's model that was made of it, or None.
        lineage: Where that model comes from, or None.
    """

    run: TrainingRun
    history: History
    note: str
    model: Path | None
    lineage: Lineage | None


def followed_runs(project: Project) -> tuple[FollowedRun, ...]:
    """Read all runs of a project, the newest first; those that cannot be read are short."""
    models = models_by_run(project)
    found = []
    for run in find_runs(project):
        history, tail = History(), EventTail(run.events)
        has_more = True
        while has_more:
            events, has_more = tail.read()
            for event in events:
                add_known(history, event)
        model = models.get(run.name)
        lineage = read_lineage(model) if model else None
        found.append(FollowedRun(run, history, run.read_note(), model, lineage))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Look:
    """What is new about a run.

    Attributes:
        events: What it told since the last look.
        has_more: Whether there is more to read at once.
        is_alive: Whether its process runs.
        log_end: What that printed last, once it has ended.
        exit_code: How it ended, where it was started here; negative: by a signal of the system.
    """

    events: list[dict[str, Any]]
    has_more: bool
    is_alive: bool
    log_end: str
    exit_code: int | None


def runs_and_wanted(project: Project) -> tuple[list[TrainingRun], TrainingRun | None]:
    """Return the runs of a project, the newest first, and the one to show: that which trains."""
    runs = find_runs(project)
    alive = (run for run in runs if is_alive(run.read_process(), run.last_sign()))
    return runs, next(alive, runs[0] if runs else None)


def look_at(run: TrainingRun, mark: ProcessMark | None, tail: EventTail) -> Look:
    """Look at a run, and at its process."""
    # Before the events: what a process says last is then seen.
    alive = is_alive(mark, run.last_sign())
    events, has_more = tail.read()
    return Look(events, has_more, alive, "" if alive else run.log_end(), exit_code(mark))


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The picture of one epoch.

    Attributes:
        path: Its file.
        whole: The picture.
        reduced: The same, no larger than a screen, so that it is quickly fitted to a place.
    """

    path: Path
    whole: QImage
    reduced: QImage


def read_sheet(run: TrainingRun, names: Sequence[str], known: Path | None) -> Sheet | None:
    """Read the last picture of a run that is still there; None if there is none, or it is known.

    Args:
        run: The run.
        names: Paths of pictures below its output, the oldest first.
        known: The file of the one that was read last, or None.
    """
    for name in reversed(names):
        path = run.output / name
        if path == known:
            return None
        whole = QImage(str(path)) if path.is_file() else QImage()
        if not whole.isNull():
            reduced = whole
            if max(whole.width(), whole.height()) > _REDUCED:
                reduced = whole.scaled(
                    _REDUCED,
                    _REDUCED,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            return Sheet(path, whole, reduced)
    return None


def last_line(log: str) -> str:
    """Return the last line of what a trainer printed that is no event."""
    lines = (line.strip() for line in reversed(log.splitlines()))
    return next((line for line in lines if line and not line.startswith("{")), "")


def add_known(history: History, event: dict[str, Any]) -> None:
    """Take in an event, if it is such as this version of the program knows."""
    with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
        history.add(event)
