"""What a training run does, and what happened in it so far."""

import contextlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from segstudio.core.run_history import History
from segstudio.storage.event_tail import EventTail
from segstudio.storage.lineage import Lineage, models_by_run, read_lineage
from segstudio.storage.project import Project
from segstudio.storage.training_runs import TrainingRun, find_runs


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


def add_known(history: History, event: dict[str, Any]) -> None:
    """Take in an event, if it is such as this version of the program knows."""
    with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
        history.add(event)
