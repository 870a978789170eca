"""The training loop: steps, epochs, validation, checkpoints."""

import contextlib
import math
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import torch

from segstudio import __version__
from trainer.checkpoint import Position
from trainer.data.batches import Batch, TrainingBatches
from trainer.data.source import Sample
from trainer.device import describe_device
from trainer.errors import DivergedError, RecipeError
from trainer.evaluate import Validation, validate
from trainer.networks.table import count_parameters
from trainer.reports.pictures import PictureBook
from trainer.run_folder import BEST, LAST, Emit
from trainer.schedule import Budget, learning_rate_factor
from trainer.session import Session

_MARGIN: Final = 1.15


class Ending(Enum):
    """Why the loop ended."""

    FINISHED = auto()
    STOPPED = auto()


@dataclass(slots=True)
class _Clock:
    """Time used by the run: what was used before, and what this session uses."""

    before: float
    started: float

    @property
    def elapsed(self) -> float:
        return self.before + time.monotonic() - self.started


@dataclass(slots=True)
class _Pace:
    """How long things take, to end in time.

    Attributes:
        step: Seconds of a step, smoothed; 0 before the first.
        validation: Seconds of the last validation, or an estimate.
        step_then: Seconds of a step when the validation was timed; 0 if not known.
    """

    step: float = 0.0
    validation: float = 0.0
    step_then: float = 0.0

    @property
    def reserve(self) -> float:
        """Seconds to keep for one more step and the validation after it."""
        # When other programs slow the steps down, they slow the validation down as much.
        slower = max(self.step / self.step_then, 1.0) if self.step_then else 1.0
        return (self.validation * slower + self.step) * _MARGIN

    def add_step(self, seconds: float) -> None:
        self.step = seconds if self.step == 0 else 0.8 * self.step + 0.2 * seconds
        self.step_then = self.step_then or self.step

    def set_validation(self, seconds: float) -> None:
        self.validation, self.step_then = seconds, self.step


def train(
    session: Session,
    emit: Emit,
    *,
    started: float,
    should_stop: Callable[[], bool],
    pictures: PictureBook | None = None,
) -> Ending:
    """Train until the budget is spent.

    Args:
        session: The run; its position moves on.
        emit: Gets the events.
        started: ``time.monotonic()`` when the command began; minutes count from there.
        should_stop: Asked after every step; the state is then saved and nothing is lost.
        pictures: Draws sample predictions.

    Raises:
        DivergedError: If the loss is not a number; the checkpoints are those of before.
        RecipeError: If the memory does not hold a step.
        StorageError: If a checkpoint cannot be written.
    """
    position, recipe = session.position, session.recipe
    budget = Budget(recipe.epochs, recipe.minutes)
    clock = _Clock(position.elapsed, started)
    pace = _Pace()
    batches = session.batches()
    emit(_started(session, batches))
    if position.step == 0:
        session.save(LAST)  # a run that is killed in its first epoch can be resumed, too
    if recipe.minutes is not None:
        pace.set_validation(_estimate_validation(session))
    while position.step == 0 or not budget.is_spent(position.epoch, clock.elapsed, pace.reserve):
        first = position.step_in_epoch
        began = time.monotonic()
        _train_epoch(session, batches, budget, clock, pace, emit, should_stop)
        seconds = time.monotonic() - began
        if should_stop():
            position.elapsed = clock.elapsed
            session.save(LAST)
            emit(_event("stopped", epoch=position.epoch, step=position.step))
            return Ending.STOPPED
        steps = position.step_in_epoch - first
        images_per_s = steps * recipe.batch / max(seconds, 1e-9)
        _end_epoch(session, clock, pace, emit, images_per_s, pictures)
    return Ending.FINISHED


def _train_epoch(
    session: Session,
    batches: TrainingBatches,
    budget: Budget,
    clock: _Clock,
    pace: _Pace,
    emit: Emit,
    should_stop: Callable[[], bool],
) -> None:
    """Train until the epoch or the time is over, or a stop is asked for."""
    position, recipe = session.position, session.recipe
    session.segmenter.train()
    start = _progress(position, batches, budget, clock, pace)
    session_began = time.monotonic()
    stream = batches.epoch(position.epoch, position.step_in_epoch)
    with contextlib.closing(stream):  # type: ignore[type-var]
        for batch in stream:
            began = time.monotonic()
            progress = _progress(position, batches, budget, clock, pace)
            rate = recipe.learning_rate * learning_rate_factor(
                recipe.schedule, progress, recipe.warmup
            )
            loss = _step(session, batch, rate)
            pace.add_step(time.monotonic() - began)
            position.step += 1
            position.step_in_epoch += 1
            position.loss_sum += loss
            progress = _progress(position, batches, budget, clock, pace)
            spent = time.monotonic() - session_began
            emit(
                _event(
                    "step",
                    epoch=position.epoch + 1,
                    step=position.step,
                    step_in_epoch=position.step_in_epoch,
                    steps_per_epoch=batches.steps_per_epoch,
                    loss=loss,
                    lr=rate,
                    images_per_s=recipe.batch / max(pace.step, 1e-9),
                    seconds=clock.elapsed,
                    progress=progress,
                    remaining_s=_remaining(recipe.minutes, clock, progress, start, spent),
                )
            )
            if should_stop() or (
                recipe.minutes and budget.is_spent(0, clock.elapsed, pace.reserve)
            ):
                return


def _step(session: Session, batch: Batch, learning_rate: float) -> float:
    for group in session.optimizer.param_groups:
        group["lr"] = learning_rate
    try:
        image = batch.image.to(session.device, non_blocking=True)
        target = batch.target.to(session.device, non_blocking=True).long()
        session.optimizer.zero_grad(set_to_none=True)
        loss = session.loss(session.segmenter(image), target)
        value = loss.item()
        if not math.isfinite(value):
            position = session.position
            raise DivergedError(position.epoch + 1, position.step_in_epoch + 1, batch.keys)
        loss.backward()  # type: ignore[no-untyped-call]
        session.optimizer.step()
    except torch.OutOfMemoryError as error:
        raise RecipeError(
            f"the GPU's memory does not hold a batch of {session.recipe.batch} crops",
            hint="Start again with a smaller --batch or --crop",
        ) from error
    return value


def _end_epoch(
    session: Session,
    clock: _Clock,
    pace: _Pace,
    emit: Emit,
    images_per_s: float,
    pictures: PictureBook | None,
) -> None:
    """Validate, and save the last and perhaps the best checkpoint."""
    position = session.position
    began = time.monotonic()
    result = validate(
        session.segmenter,
        _validation_samples(session),
        len(session.label_set),
        session.device,
        watch=pictures.see if pictures else None,
    )
    pace.set_validation(time.monotonic() - began)
    if not math.isfinite(result.loss):
        raise DivergedError(position.epoch + 1, position.step_in_epoch, ["the validation images"])
    train_loss = position.loss_sum / max(position.step_in_epoch, 1)
    is_best = position.best is None or result.scores.mean_iou > position.best
    _advance(session, clock, result, is_best=is_best)
    if is_best:
        session.save(BEST)
    session.save(LAST)
    emit(
        _event(
            "epoch",
            epoch=position.epoch,
            step=position.step,
            loss=train_loss,
            val_loss=result.loss,
            lr=session.optimizer.param_groups[0]["lr"],
            images_per_s=images_per_s,
            seconds=position.elapsed,
            validation_s=pace.validation,
            is_best=is_best,
            metrics=position.metrics,
            # Of many classes it is long, and of interest where the metrics are.
            confusion=result.confusion.tolist() if is_best else None,
            picture=pictures.end_epoch(position.epoch, is_best=is_best) if pictures else None,
        )
    )


def _advance(session: Session, clock: _Clock, result: Validation, *, is_best: bool) -> None:
    position = session.position
    position.epoch += 1
    position.step_in_epoch = 0
    position.loss_sum = 0.0
    position.elapsed = clock.elapsed
    position.metrics = result.scores.to_json(session.label_set.names)
    if is_best:
        position.best, position.best_epoch = result.scores.mean_iou, position.epoch


def _progress(
    position: Position, batches: TrainingBatches, budget: Budget, clock: _Clock, pace: _Pace
) -> float:
    share = position.step_in_epoch / batches.steps_per_epoch
    return budget.progress(position.epoch, share, clock.elapsed, pace.reserve)


def _remaining(
    minutes: float | None, clock: _Clock, progress: float, start: float, spent: float
) -> float | None:
    if minutes is not None:
        return max(minutes * 60 - clock.elapsed, 0.0)
    return spent / (progress - start) * (1 - progress) if progress > start else None


def _validation_samples(session: Session) -> Iterator[Sample]:
    return (session.cache.load(item) for item in session.validation_items)


def _estimate_validation(session: Session) -> float:
    """Time one image, so that even the first epoch leaves time for its validation."""
    items = session.validation_items
    began = time.monotonic()
    validate(
        session.segmenter,
        [session.cache.load(items[0])],
        len(session.label_set),
        session.device,
    )
    return (time.monotonic() - began) * len(items)


def _started(session: Session, batches: TrainingBatches) -> dict[str, Any]:
    return _event(
        "resumed" if session.position.step else "started",
        run=str(session.folder),
        recipe=session.recipe.to_json(),
        reasons=[reason._asdict() for reason in session.reasons],
        notes=list(session.notes),
        device=session.device.type,
        device_name=describe_device(session.device),
        parameters=count_parameters(session.segmenter),
        classes=session.label_set.to_json(),
        versions={
            "segstudio": __version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        images=dict(session.found.images),
        data_fingerprint=session.found.fingerprint,
        steps_per_epoch=batches.steps_per_epoch,
        epoch=session.position.epoch,
        step=session.position.step,
    )


def _event(kind: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"event": kind, "time": time.time(), **values}
