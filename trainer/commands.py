"""What the commands do; ``trainer.cli`` only reads the command line and loads this when needed."""

import contextlib
import json
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledDataset
from trainer.checkpoint import find_checkpoint, load_checkpoint
from trainer.data.source import items_of, open_label_set, read_sample
from trainer.device import pick_device
from trainer.errors import RunError
from trainer.evaluate import load_model, score
from trainer.export import export_onnx
from trainer.loop import Ending, train
from trainer.networks.table import every_network, network_cost
from trainer.plan import Request
from trainer.report import JsonReport, TerminalReport, duration, scores_table
from trainer.run_folder import BEST, MODEL, Emit, Event, EventLog
from trainer.session import Session, new_session, resumed_session

STOPPED_CODE: Final = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequest:
    """What may change when a run goes on; None keeps what it was.

    Attributes:
        data: Where the data set is now.
        epochs: New number of epochs.
        minutes: New time limit over all sessions.
        device: Device to go on with.
        kept: Settings that were repeated and must be those of the run, under their names in the
            recipe.
    """

    data: Path | None = None
    epochs: int | None = None
    minutes: float | None = None
    device: str | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


def show_networks(console: Console, num_classes: int, *, as_json: bool) -> None:
    """Print the table of networks."""
    rows: list[dict[str, Any]] = [
        {"name": network.name, "backbone": network.backbone, "stride": network.stride}
        | network_cost(network, num_classes)._asdict()
        | {"options": {option.name: option.allowed for option in network.row.options.values()}}
        for network in every_network()
    ]
    if as_json:
        print(json.dumps(rows, indent=2), file=console.file)
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))  # narrow enough for 80 columns
    columns = ("network", "backbone", "parameters", "at inference", "GFLOPs", "stride")
    for column in columns:
        is_name = column in ("network", "backbone")
        table.add_column(column, justify="left" if is_name else "right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["name"],
            row["backbone"] or "-",
            f"{row['parameters']:,}",
            f"{row['parameters_inference']:,}",
            f"{row['gflops']:.1f}",
            str(row["stride"]),
        )
    console.print(table)
    console.print("GFLOPs for one image of 512 x 512; a multiply-add is two", highlight=False)
    for name, options in {row["name"]: row["options"] for row in rows}.items():
        words = " ".join(f"{option}={allowed}" for option, allowed in options.items())
        if words:
            console.print(f"--option for {name}: {words}", highlight=False, markup=False)


def run_training(
    console: Console, folder: Path, request: Request | ResumeRequest, *, as_json: bool
) -> int:
    """Train, export the best weights, and return the exit code.

    Raises:
        SegStudioError: With a sentence; it is in ``events.jsonl`` as well once the run has begun.
    """
    started = time.monotonic()
    report = JsonReport(console) if as_json else TerminalReport(console)
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
                kept=request.kept,
                progress=report.looked_at,
            )
            _refuse_finished(session)
        emit = _both(EventLog(folder), report)
        try:
            ending = train(session, emit, started=started, should_stop=stop.is_set)
            if ending is Ending.STOPPED:
                _say_stopped(console, folder, as_json=as_json)
                return STOPPED_CODE
            _finish(session, emit)
        except SegStudioError as error:
            emit({"event": "failed", "time": time.time(), "message": error.sentence})
            raise
        except KeyboardInterrupt:
            emit({"event": "stopped", "time": time.time()})
            raise
    return 0


def evaluate_model(
    console: Console,
    path: Path,
    data: Path,
    split: str,
    *,
    positive: str | None,
    classes: tuple[str, ...] | None,
    device: str,
    as_json: bool,
) -> None:
    """Print the metrics of a run, checkpoint or ONNX file on a split."""
    model = load_model(path, pick_device(device))
    dataset = open_label_set(data, positive or model.positive, classes)
    items = items_of(dataset, split)
    samples = (read_sample(dataset, item) for item in items)
    with TerminalReport(console) if not as_json else JsonReport(console) as report:
        scores = score(
            model,
            samples,
            dataset.label_set,
            progress=lambda done: report.looked_at(done, len(items)),
        )
    names = dataset.label_set.names or model.label_set.names
    values = scores.to_json(names)
    if as_json:
        result = {"model": str(path), "split": split, "images": len(items), **values}
        print(json.dumps(result), file=console.file)
    else:
        console.print(scores_table(values, f"{path.name} on {len(items)} images of {split!r}"))


def export_run(console: Console, path: Path, out: Path, name: str | None) -> None:
    """Export the best checkpoint of a run."""
    file = find_checkpoint(path)
    checkpoint = load_checkpoint(file)
    recipe = checkpoint.recipe
    try:
        dataset = open_label_set(Path(recipe.data), recipe.positive, recipe.classes)
        images = _images(dataset)
    except SegStudioError as error:
        raise RunError(
            path,
            f"the images to check the export with cannot be read ({error})",
            hint="Bring the data back to where the run found it",
        ) from error
    difference = export_onnx(checkpoint, file, out, name=name or out.stem, images=images)
    console.print(
        f"wrote {out}; onnxruntime agrees with PyTorch, confidence to {difference:.0e}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _finish(session: Session, emit: Emit) -> None:
    emit({"event": "exporting", "time": time.time()})
    file = session.folder / BEST
    checkpoint = load_checkpoint(file)
    out = session.folder / MODEL
    name = session.folder.resolve().name
    difference = export_onnx(checkpoint, file, out, name=name, images=_images(session.dataset))
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


def _images(dataset: LabelledDataset) -> list[Any]:
    items = [*dataset.splits.get(VALIDATION, ()), *dataset.splits.get(TRAIN, ())]
    return [read_sample(dataset, item).image for item in items[:2]]


def _refuse_finished(session: Session) -> None:
    position, recipe = session.position, session.recipe
    over = recipe.epochs is not None and position.epoch >= recipe.epochs
    spent = recipe.minutes is not None and position.elapsed >= recipe.minutes * 60 * 0.98
    if over or spent:
        raise RunError(
            session.folder,
            f"this run is finished: {position.epoch} epochs in {duration(position.elapsed)}",
            hint="Give it more with --epochs or --minutes, "
            f"or start a new run with --weights {session.folder / BEST}",
        )


def _say_stopped(console: Console, folder: Path, *, as_json: bool) -> None:
    if not as_json:
        console.print(
            f"stopped; go on with: trainer train --out {folder} --resume",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _both(log: EventLog, report: Emit) -> Emit:
    def emit(event: Event) -> None:
        log(event)
        report(event)

    return emit


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
