"""What happened in a training run, from its events: the one source of every report and curve.

A run that was stopped goes on from its last checkpoint, and may do some steps and epochs again.
What it did before and does again is forgotten, so a history reads as if it had never stopped.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from segstudio.core.label_set import LabelSet

Event: TypeAlias = Mapping[str, Any]
"""JSON values; ``event`` says what happened: started, resumed, step, epoch, note,
exporting, stopped, finished or failed; ``time`` is seconds since 1970."""

_MAX_STEPS: Final = 2000
ENDINGS: Final = frozenset({"stopped", "failed", "finished"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a session of the run began.

    Attributes:
        time: Seconds since 1970.
        recipe: All settings, as ``Recipe.to_json`` gives them.
        reasons: (setting, value, why) of those that the trainer decided.
        notes: What else the user should know.
        device: Name of the device, for people.
        processes: How many processes trained together.
        data: The data in one line, for people; empty if that was not told.
        parameters: Number of the network's weights.
        label_set: The classes.
        command: Arguments of the command that began it, or nothing if they are not known.
        images: Number of images of each split.
        fingerprint: Hash of the data.
        versions: Versions of the programs involved.
        epoch: Epochs that were finished then.
        step: Steps that were finished then.
    """

    time: float
    recipe: Mapping[str, Any]
    reasons: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]
    device: str
    processes: int
    data: str
    parameters: int
    label_set: LabelSet
    command: tuple[str, ...]
    images: Mapping[str, int]
    fingerprint: str
    versions: Mapping[str, str]
    epoch: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the training steps; only some are kept.

    Attributes:
        epochs: How far the run was, in epochs.
        step: Number of the step in the run.
        loss: Loss of its batch, None if it was no number.
        lr: Learning rate.
    """

    epochs: float
    step: int
    loss: float | None
    lr: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """Validation metrics of one class; None where the class is neither true nor predicted."""

    iou: float | None
    f_score: float | None
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Outcome of one epoch; numbers that are not defined are None.

    Attributes:
        epoch: Its number, from 1.
        step: Steps of the run that were done after it.
        seconds: Training time of the run until then.
        lr: Learning rate of its last step.
        loss: Mean training loss.
        val_loss: Mean validation loss.
        images_per_s: Training speed.
        is_best: Whether it was the best so far.
        pixel_accuracy: Share of the validation pixels that are right.
        mean_accuracy: Mean recall.
        mean_iou: Mean intersection over union.
        frequency_weighted_iou: The same, each class weighted by its pixels.
        classes: Metrics of each class.
        confusion: (C, C + 1) pixel counts: row = true class, column = predicted class, last = not
            predicted; empty if it was not kept.
        picture: Path of its sample picture in the run folder, or None.
    """

    epoch: int
    step: int
    seconds: float
    lr: float | None
    loss: float | None
    val_loss: float | None
    images_per_s: float | None
    is_best: bool
    pixel_accuracy: float | None
    mean_accuracy: float | None
    mean_iou: float | None
    frequency_weighted_iou: float | None
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    picture: str | None


@dataclass(slots=True)
class History:
    """A run so far; grows with every event.

    Attributes:
        starts: How its sessions began; the first made the run, the others resumed it.
        steps: Some of its steps, at most ``_MAX_STEPS``.
        epochs: Its epochs, in order.
        notes: What went wrong or should be known, each once.
        ending: "stopped", "failed" or "finished", or None while it runs, or if it was killed.
        ended: When, in seconds since 1970, or None.
        failure: What it failed with, or an empty string.
        seconds: Training time so far.
        step: Steps done so far.
    """

    starts: list[Start] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ending: str | None = None
    ended: float | None = None
    failure: str = ""
    seconds: float = 0.0
    step: int = 0
    _stride: int = 1  # every how many steps one is kept
    _seen: int = 0  # steps since the last that was kept

    @property
    def best(self) -> Epoch | None:
        """The epoch whose weights the run keeps as the best."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.is_best), None)

    def add(self, event: Event) -> None:
        """Take in one event.

        Raises:
            ValueError, KeyError, TypeError: If the event is not such as this program writes.
        """
        if event["event"] != "step" or self.takes_step():
            self.take(event)

    def takes_step(self) -> bool:
        """Return whether the next step event is one of those that are kept; ask once a step."""
        self._seen += 1
        return self._seen >= self._stride

    def take(self, event: Event) -> None:
        """Take in one event, even a step that ``add`` would leave out; raises as it does."""
        self.step = int(event.get("step", self.step))
        match event["event"]:
            case "started" | "resumed":
                self._begin(_start_of(event))
            case "step":
                self._take_step(_step_of(event))
                self.seconds = float(event["seconds"])
            case "epoch":
                epoch = _epoch_of(event)
                self.epochs = [*_until(self.epochs, epoch.epoch - 1), epoch]
                self.seconds = epoch.seconds
            case "note":
                self._note(str(event["message"]))
            case ending if ending in ENDINGS:
                self.ending, self.ended = ending, float(event["time"])
                self.failure = str(event.get("message", ""))

    def _begin(self, start: Start) -> None:
        if start.epoch == 0 and start.step == 0:
            self.starts.clear()
        self.starts.append(start)
        self.epochs = _until(self.epochs, start.epoch)
        self.steps = [step for step in self.steps if step.step <= start.step]
        self.seconds = self.epochs[-1].seconds if self.epochs else 0.0
        self.ending, self.ended, self.failure = None, None, ""
        for note in start.notes:
            self._note(note)

    def _take_step(self, step: Step) -> None:
        self._seen = 0
        self.steps.append(step)
        if len(self.steps) > _MAX_STEPS:
            del self.steps[1::2]
            self._stride *= 2

    def _note(self, message: str) -> None:
        if message not in self.notes:
            self.notes.append(message)


def _until(epochs: Iterable[Epoch], last: int) -> list[Epoch]:
    return [epoch for epoch in epochs if epoch.epoch <= last]


def _start_of(event: Event) -> Start:
    return Start(
        time=float(event["time"]),
        recipe=dict(event["recipe"]),
        reasons=tuple(
            (str(reason["setting"]), str(reason["value"]), str(reason["why"]))
            for reason in event["reasons"]
        ),
        notes=tuple(map(str, event["notes"])),
        device=str(event["device_name"]),
        processes=int(event.get("processes", 1)),
        data=str(event.get("data_summary", "")),
        parameters=int(event["parameters"]),
        label_set=LabelSet.from_json(event["classes"]),
        command=tuple(map(str, event.get("command", ()))),
        images={str(split): int(count) for split, count in event["images"].items()},
        fingerprint=str(event["data_fingerprint"]),
        versions={str(name): str(value) for name, value in event.get("versions", {}).items()},
        epoch=int(event["epoch"]),
        step=int(event["step"]),
    )


def _step_of(event: Event) -> Step:
    done = event["step_in_epoch"] / max(event["steps_per_epoch"], 1)
    return Step(
        epochs=event["epoch"] - 1 + done,
        step=int(event["step"]),
        loss=_number(event["loss"]),
        lr=_number(event["lr"]),
    )


def _epoch_of(event: Event) -> Epoch:
    metrics = event["metrics"]
    confusion: Sequence[Sequence[int]] = event.get("confusion") or ()
    return Epoch(
        epoch=int(event["epoch"]),
        step=int(event["step"]),
        seconds=float(event["seconds"]),
        lr=_number(event["lr"]),
        loss=_number(event["loss"]),
        val_loss=_number(event["val_loss"]),
        images_per_s=_number(event["images_per_s"]),
        is_best=bool(event["is_best"]),
        pixel_accuracy=_number(metrics["pixel_accuracy"]),
        mean_accuracy=_number(metrics["mean_accuracy"]),
        mean_iou=_number(metrics["mean_iou"]),
        frequency_weighted_iou=_number(metrics["frequency_weighted_iou"]),
        classes=tuple(
            ClassScore(
                iou=_number(row["iou"]),
                f_score=_number(row["f_score"]),
                precision=_number(row["precision"]),
                recall=_number(row["recall"]),
            )
            for row in metrics["classes"]
        ),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        picture=event.get("picture"),
    )


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
