"""What ``trainer train`` does."""

import contextlib
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.console import Console

from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import SegStudioError
from trainer.checkpoint import load_checkpoint
from trainer.control import ControlFile
from trainer.errors import RunError
from trainer.loop import Ending, train
from trainer.preparation import plan_run
from trainer.processes import is_first_process
from trainer.reports.live import RunReports
from trainer.reports.pictures import PictureBook
from trainer.reports.terminal import JsonReport, TerminalReport, duration
from trainer.request import Request
from trainer.run_folder import (
    BEST,
    MODEL,
    REPORT,
    Emit,
    Event,
    EventLog,
    event_line,
    thin_steps,
)
from trainer.session import Session, new_session, resumed_session
from trainer.words import counted

STOPPED_CODE: Final = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequest:
    """What may change when a run goes on; None keeps what it was.

    Attributes:
        data: Where the data set is now.
        epochs: New number of epochs.
        minutes: New time limit over all sessions.
        device: Device to go on with.
        cache_mib: Memory for decoded images, MiB.
        kept: Settings that were repeated and must be those of the run, under their names in the
            recipe.
    """

    data: Path | None = None
    epochs: int | None = None
    minutes: float | None = None
    device: str | None = None
    cache_mib: int | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


def run_training(
    console: Console,
    folder: Path,
    request: Request | ResumeRequest,
    *,
    as_json: bool,
    command: Sequence[str] = (),
    control: Path | None = None,
) -> int:
    """Train, export the best weights, and return the exit code.

    Args:
        console: Where to report to.
        folder: The run folder.
        request: What to train, or how to go on.
        as_json: Print events instead of text.
        command: Arguments of the command line, to be told in the report.
        control: File through which another program asks the run to end; see ``ControlFile``.

    Raises:
        SegStudioError: With a sentence; it is in ``events.jsonl`` as well once the run has begun.
    """
    started = time.monotonic()
    report = _report(console, as_json=as_json)
    asked = ControlFile(control)
    with report, _Stop.on_signals() as stop:
        if isinstance(request, Request):
            session = new_session(folder, request, report.looked_at, report.fetched)
        else:
            session = resumed_session(
                folder,
                data=request.data,
                epochs=request.epochs,
                minutes=request.minutes,
                device=request.device,
                cache_mib=request.cache_mib,
                kept=request.kept,
                progress=report.looked_at,
            )
            _refuse_finished(session)
        emit, pictures = _consumers(session, report, command)
        try:
            ending = train(
                session,
                emit,
                started=started,
                should_stop=lambda: stop.is_set() or asked.wants_pause,
                should_finish=lambda: asked.wants_finish,
                pictures=pictures,
            )
            if ending is Ending.STOPPED:
                if session.processes.is_main:
                    _say_stopped(console, session, as_json=as_json)
                return STOPPED_CODE
            if session.processes.is_main:
                _finish(session, emit)
        except SegStudioError as error:
            emit({"event": "failed", "time": time.time(), "message": error.sentence})
            raise
        except KeyboardInterrupt:
            emit({"event": "stopped", "time": time.time()})
            raise
        finally:
            if session.processes.is_main:
                _say_report(console, folder, as_json=as_json)
            session.processes.end()
    return 0


def show_plan(console: Console, request: Request, *, as_json: bool) -> None:
    """Say what a request would train, with the settings left open decided, and write nothing.

    Raises:
        SegStudioError: With a sentence, if it cannot be trained.
    """
    report = _report(console, as_json=as_json)
    with report:
        plan = plan_run(request, report.looked_at)
    if as_json:
        console.file.write(event_line(plan.to_json()) + "\n")
        return
    images = plan.found.images
    lines = (
        f"{plan.recipe.network} on {plan.device}; {images[TRAIN]} training and "
        f"{counted(images[VALIDATION], 'validation image')}; about {duration(plan.seconds)}",
        f"data: {plan.found.summary}",
        f"classes: {', '.join(plan.found.label_set.names)}",
        *(f"{each.setting} {each.value}: {each.why}" for each in plan.reasons),
        *(f"note: {warning}" for warning in plan.found.warnings),
    )
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _finish(session: Session, emit: Emit) -> None:
    # The exporter and ONNX Runtime load slowly; training need not wait for them.
    from trainer.export import export_onnx, images_to_check

    emit({"event": "exporting", "time": time.time()})
    file = session.folder / BEST
    checkpoint = load_checkpoint(file)
    out = session.folder / MODEL
    name = session.folder.resolve().name
    difference = export_onnx(
        checkpoint, file, out, name=name, images=images_to_check(session.dataset)
    )
    emit(
        {
            "event": "finished",
            "time": time.time(),
            "epochs": session.position.epoch,
            "seconds": session.position.elapsed,
            "best_epoch": checkpoint.position.epoch,
            "metrics": checkpoint.position.metrics,
            "model": str(out),
            "export_difference": difference,
        }
    )


def _refuse_finished(session: Session) -> None:
    position, recipe = session.position, session.recipe
    over = recipe.epochs is not None and position.epoch >= recipe.epochs
    spent = recipe.minutes is not None and position.elapsed >= recipe.minutes * 60 * 0.98
    if over or spent:
        done = counted(position.epoch, "epoch")
        raise RunError(
            session.folder,
            f"this run is finished: {done} in {duration(position.elapsed)}",
            hint="Give it more with --epochs or --minutes, "
            f"or start a new run with --weights {session.folder / BEST}",
        )


def _say_stopped(console: Console, session: Session, *, as_json: bool) -> None:
    if as_json:
        return
    lines = [f"stopped; go on with: trainer train --out {session.folder} --resume"]
    if session.position.epoch:  # before, no weights were judged
        lines.append(
            f"the best model so far: trainer export {session.folder} --out {session.folder / MODEL}"
        )
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _report(console: Console, *, as_json: bool) -> JsonReport | TerminalReport:
    if not is_first_process():
        console = Console(quiet=True)
        return TerminalReport(console)
    return JsonReport(console) if as_json else TerminalReport(console)


def _keep_silent(event: Event) -> None:
    """Leave events to the main process."""


def _say_report(console: Console, folder: Path, *, as_json: bool) -> None:
    if not as_json and (folder / REPORT).is_file():
        console.print(f"report: {folder / REPORT}", highlight=False, markup=False, soft_wrap=True)


def _consumers(
    session: Session, report: Emit, command: Sequence[str]
) -> tuple[Emit, PictureBook | None]:
    """Return what gets the events and the predictions; only the main process writes any."""
    if not session.processes.is_main:
        return _keep_silent, None
    log = EventLog(session.folder)
    reports = RunReports(session, emit=_each(log, report))
    return _naming(command, _each(thin_steps(_each(log, reports)), report)), reports.pictures


def _each(*consumers: Emit) -> Emit:
    def emit(event: Event) -> None:
        for consumer in consumers:
            consumer(event)

    return emit


def _naming(command: Sequence[str], emit: Emit) -> Emit:
    """Let the event that begins a session tell its command line."""

    def named(event: Event) -> None:
        begins = event["event"] in ("started", "resumed")
        emit({**event, "command": list(command)} if begins else event)

    return named


@dataclass(slots=True)
class _Stop:
    """Asked for by Ctrl-C or a termination signal: finish the step, save, end."""

    requested: bool = field(default=False)

    def is_set(self) -> bool:
        return self.requested

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        print("\nstopping after this step; press Ctrl-C again to stop at once", file=sys.stderr)  # noqa: T201

    @classmethod
    @contextlib.contextmanager
    def on_signals(cls) -> Iterator["_Stop"]:
        """Listen to the signals while the context is open."""
        stop = cls()
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, stop._on_signal) for number in numbers]
        try:
            yield stop
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)
