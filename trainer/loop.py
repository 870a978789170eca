"""The training loop: steps, epochs, validation, checkpoints."""

import contextlib
import math
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from typing import Any, Final

import torch

from segstudio import __version__
from trainer.data.batches import Batch, TrainingBatches
from trainer.data.source import Sample
from trainer.device import describe_device
from trainer.errors import DivergedError
from trainer.evaluate import Validation, validate
from trainer.learner import NonFiniteLossError
from trainer.networks.table import count_parameters
from trainer.reports.pictures import PictureBook
from trainer.reports.restraint import Cadence
from trainer.run_folder import BEST, LAST, Emit
from trainer.schedule import Budget, learning_rate_factor
from trainer.session import Session
from trainer.timing import Clock, Pace
from trainer.words import counted

_SAVING_SECONDS: Final = 60.0  # least time between two checkpoints within an epoch
_PLATEAU: Final = 5  # epochs without a better model after which the learning rate drops


class Ending(Enum):
    """Why the loop ended."""

    FINISHED = auto()
    STOPPED = auto()


def train(
    session: Session,
    emit: Emit,
    *,
    started: float,
    should_stop: Callable[[], bool],
    should_finish: Callable[[], bool] = lambda: False,
    pictures: PictureBook | None = None,
) -> Ending:
    """Train until the budget is spent, or nothing has got better for long enough.

    Args:
        session: The run; its position moves on.
        emit: Gets the events.
        started: ``time.monotonic()`` when the command began; minutes count from there.
        should_stop: Asked before every step; the state is then saved and nothing is lost.
        should_finish: Asked before every step; the run then ends as if its time were over.
        pictures: Draws sample predictions.

    Raises:
        DivergedError: If the loss is not a number; the checkpoints are those of before.
        RecipeError: If the memory does not hold a step.
        StorageError: If a checkpoint cannot be written.
    """
    recipe = session.recipe
    training = _Training(
        session=session,
        batches=session.batches(),
        budget=Budget(recipe.epochs, recipe.minutes),
        clock=Clock(session.position.elapsed, started),
        emit=emit,
        should_stop=should_stop,
        should_finish=should_finish,
        pictures=pictures,
    )
    return training.run()


@dataclass(frozen=True, slots=True)
class _Beat:
    """How things stand before a step; the same in all processes, or their weights would part.

    Attributes:
        elapsed: Seconds used.
        reserve: Seconds to keep for the last validation.
        stop: Whether the user wants to stop.
        finish: Whether the user wants the best of what there is now.
    """

    elapsed: float
    reserve: float
    stop: bool
    finish: bool


@dataclass(slots=True, kw_only=True)
class _Training:
    session: Session
    batches: TrainingBatches
    budget: Budget
    clock: Clock
    emit: Emit
    should_stop: Callable[[], bool]
    should_finish: Callable[[], bool]
    pictures: PictureBook | None
    saving: Cadence = field(default_factory=lambda: Cadence(_SAVING_SECONDS))
    pace: Pace = field(default_factory=Pace)

    def run(self) -> Ending:
        session, position = self.session, self.session.position
        if position.step == 0:
            session.save(LAST)  # a run that is killed in its first epoch can be resumed, too
        self.emit(_started(session, self.batches))
        if session.recipe.minutes is not None:
            self.pace.set_validation(_estimate_validation(session))
        while not self._is_over(self._beat()):
            first = position.step_in_epoch
            began = time.monotonic()
            beat = self._train_epoch()
            seconds = time.monotonic() - began
            if beat.stop:
                position.elapsed = self.clock.elapsed
                session.save(LAST)
                self.emit(_event("stopped", epoch=position.epoch, step=position.step))
                return Ending.STOPPED
            steps = position.step_in_epoch - first
            self._end_epoch(steps * session.recipe.batch / max(seconds, 1e-9))
        return Ending.FINISHED

    def _beat(self) -> _Beat:
        elapsed, reserve, stop, finish = self.session.processes.from_main(
            self.clock.elapsed,
            self.pace.reserve,
            float(self.should_stop()),
            float(self.should_finish()),
        )
        return _Beat(elapsed, reserve, bool(stop), bool(finish))

    def _is_over(self, beat: _Beat) -> bool:
        position, patience = self.session.position, self.session.recipe.patience
        if position.step == 0:
            return False
        if beat.finish:
            return True
        if patience is not None and position.epoch - position.best_epoch >= patience:
            self._note(
                f"validation got no better in {counted(patience, 'epoch')}, so the run ends here"
            )
            return True
        return self.budget.is_spent(position.epoch, beat.elapsed, beat.reserve)

    def _train_epoch(self) -> _Beat:
        """Train until the epoch or the time is over, or a stop is asked for."""
        session, position = self.session, self.session.position
        session.segmenter.train()
        beat = self._beat()
        start, session_began = self._progress(beat), time.monotonic()
        stream = self.batches.epoch(position.epoch, position.step_in_epoch)
        with contextlib.closing(stream):  # type: ignore[type-var]
            for batch in stream:
                began = time.monotonic()
                rate = self._learning_rate(beat)
                loss = self._step(batch, rate)
                self.pace.add_step(time.monotonic() - began)
                position.step += 1
                position.step_in_epoch += 1
                position.loss_sum += loss
                beat = self._beat()
                self._say_step(beat, loss, rate, start, time.monotonic() - session_began)
                timed = self.budget.epochs is None
                is_spent = timed and self.budget.is_spent(0, beat.elapsed, beat.reserve)
                if beat.stop or beat.finish or is_spent:
                    break
                if self.saving.is_due:  # an epoch may be long
                    with self.saving.spending():
                        position.elapsed = beat.elapsed
                        session.save(LAST)
        return beat

    def _step(self, batch: Batch, rate: float) -> float:
        learner, position = self.session.learner, self.session.position
        parts = learner.parts
        try:
            loss = learner.step(batch.image, batch.target, rate, batch.corrected)
        except NonFiniteLossError as error:
            epoch, step = position.epoch + 1, position.step_in_epoch + 1
            raise DivergedError(epoch, step, batch.keys) from error
        if learner.parts != parts:
            self._note(
                f"the memory did not hold a batch of {self.session.recipe.batch} crops; "
                f"it is computed in {learner.parts} parts from now on"
            )
        return loss

    def _learning_rate(self, beat: _Beat) -> float:
        recipe, position = self.session.recipe, self.session.position
        return recipe.learning_rate * learning_rate_factor(
            recipe.schedule,
            self._progress(beat),
            recipe.warmup,
            epoch=position.epoch,
            drops=position.drops,
        )

    def _progress(self, beat: _Beat) -> float:
        position = self.session.position
        share = position.step_in_epoch / self.batches.steps_per_epoch
        return self.budget.progress(position.epoch, share, beat.elapsed, beat.reserve)

    def _end_epoch(self, images_per_s: float) -> None:
        """Validate, and save the last and perhaps the best checkpoint."""
        session, position = self.session, self.session.position
        began = time.monotonic()
        result = validate(
            session.learner.judged,
            _validation_samples(session),
            len(session.label_set),
            session.device,
            watch=self.pictures.see if self.pictures else None,
            total=session.processes.total,
        )
        self.pace.set_validation(time.monotonic() - began)
        if not math.isfinite(result.loss):
            raise DivergedError(
                position.epoch + 1, position.step_in_epoch, ["the validation images"]
            )
        train_loss = position.loss_sum / max(position.step_in_epoch, 1)
        rate = session.learner.optimizer.param_groups[0]["lr"]
        is_best = position.best is None or result.scores.mean_iou > position.best
        self._advance(result, is_best=is_best)
        if is_best:
            session.save(BEST)
        self.emit(
            _event(
                "epoch",
                epoch=position.epoch,
                step=position.step,
                loss=train_loss,
                val_loss=result.loss,
                lr=rate,
                images_per_s=images_per_s,
                seconds=position.elapsed,
                validation_s=self.pace.validation,
                is_best=is_best,
                metrics=position.metrics,
                # Of many classes it is long, and of interest where the metrics are.
                confusion=result.confusion.tolist() if is_best else None,
                picture=self._picture(is_best=is_best),
            )
        )
        # After the event: a kill in between repeats the epoch, and its row, rather than lose it.
        session.save(LAST)

    def _picture(self, *, is_best: bool) -> str | None:
        epoch = self.session.position.epoch
        return self.pictures.end_epoch(epoch, is_best=is_best) if self.pictures else None

    def _advance(self, result: Validation, *, is_best: bool) -> None:
        session, position = self.session, self.session.position
        position.epoch += 1
        position.step_in_epoch = 0
        position.loss_sum = 0.0
        position.elapsed = self.clock.elapsed
        position.metrics = result.scores.to_json(session.label_set.names)
        position.stale = 0 if is_best else position.stale + 1
        if position.stale >= _PLATEAU:
            position.stale, position.drops = 0, position.drops + 1
        if is_best:
            position.best, position.best_epoch = result.scores.mean_iou, position.epoch

    def _say_step(self, beat: _Beat, loss: float, rate: float, start: float, spent: float) -> None:
        """Emit the step; ``start`` is where this session began, ``spent`` seconds ago."""
        position, recipe = self.session.position, self.session.recipe
        progress = self._progress(beat)
        if recipe.minutes is not None:
            remaining: float | None = max(recipe.minutes * 60 - beat.elapsed, 0.0)
        else:
            done = progress - start
            remaining = spent / done * (1 - progress) if done > 0 else None
        self.emit(
            _event(
                "step",
                epoch=position.epoch + 1,
                step=position.step,
                step_in_epoch=position.step_in_epoch,
                steps_per_epoch=self.batches.steps_per_epoch,
                loss=loss,
                lr=rate,
                images_per_s=recipe.batch / max(self.pace.step, 1e-9),
                seconds=beat.elapsed,
                progress=progress,
                remaining_s=remaining,
            )
        )

    def _note(self, message: str) -> None:
        self.emit(_event("note", message=message))


def _validation_samples(session: Session) -> Iterator[Sample]:
    """Yield this process's share of the images that judge."""
    processes = session.processes
    items = islice(session.validation_items, processes.index, None, processes.count)
    return (session.cache.load(item) for item in items)


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
    return (time.monotonic() - began) * math.ceil(len(items) / session.processes.count)


def _started(session: Session, batches: TrainingBatches) -> dict[str, Any]:
    return _event(
        "resumed" if session.position.step else "started",
        run=str(session.folder),
        recipe=session.recipe.to_json(),
        reasons=[reason._asdict() for reason in session.reasons],
        notes=list(session.notes),
        device=session.device.type,
        device_name=describe_device(session.device),
        processes=session.processes.count,
        parameters=count_parameters(session.segmenter),
        classes=session.label_set.to_json(),
        versions={
            "segstudio": __version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        images=dict(session.found.images),
        data_fingerprint=session.found.fingerprint,
        data_summary=session.found.summary,
        steps_per_epoch=batches.steps_per_epoch,
        epoch=session.position.epoch,
        step=session.position.step,
    )


def _event(kind: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"event": kind, "time": time.time(), **values}
