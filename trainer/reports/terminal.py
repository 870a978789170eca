"""What a person sees of a run in the terminal."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from trainer.run_folder import Event, event_line
from trainer.words import counted


class JsonReport:
    """Prints every event as one line of JSON."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to clear away."""

    def looked_at(self, done: int, total: int, what: str = "") -> None:
        """Say nothing: the data check is no event."""

    def fetched(self, done: int, total: int) -> None:
        """Say nothing: a download is no event."""

    def __call__(self, event: Event) -> None:
        """Print one event."""
        print(event_line(event), file=self._console.file, flush=True)


class TerminalReport:
    """A progress bar with speed and remaining time, and one line for each epoch."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[detail]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("checking the data", total=None, detail="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def looked_at(self, done: int, total: int, what: str = "checking the data") -> None:
        """Show how far a look at images is."""
        detail = f"{done} of {total}"
        self._bar.update(self._task, description=what, completed=done, total=total, detail=detail)

    def fetched(self, done: int, total: int) -> None:
        """Show how far the download of weights is."""
        self._bar.update(
            self._task,
            description="downloading weights",
            completed=done,
            total=total or None,
            detail=f"{done / 2**20:.0f} of {total / 2**20:.0f} MiB",
        )

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event["event"]:
            case "started" | "resumed":
                self._show_start(event)
            case "step":
                self._show_step(event)
            case "epoch":
                self._say(epoch_line(event))
            case "note":
                self._say(f"note: {event['message']}")
            case "finished":
                self._show_result(event)
            case "exporting":
                self._bar.update(self._task, description="exporting", detail="")

    def _say(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)

    def _show_start(self, event: Event) -> None:
        recipe, images = event["recipe"], event["images"]
        classes = ", ".join(item["name"] for item in event["classes"])
        self._say(
            f"{recipe['network']}: {event['parameters']:,} weights on {event['device_name']}; "
            f"{images['train']} training and "
            f"{counted(images['val'], 'validation image')}"
        )
        self._say(f"data: {event['data_summary']}")
        self._say(f"classes: {classes}")
        for reason in event["reasons"]:
            self._say(f"{reason['setting']} {reason['value']}: {reason['why']}")
        for note in event["notes"]:
            self._say(f"note: {note}")
        if event["event"] == "resumed":
            self._say(f"going on after epoch {event['epoch']}, step {event['step']}")

    def _show_result(self, event: Event) -> None:
        title = (
            f"validation, best of {counted(event['epochs'], 'epoch')}: epoch {event['best_epoch']}"
        )
        self._console.print(scores_table(event["metrics"], title))
        self._say(f"model: {event['model']}")

    def _show_step(self, event: Event) -> None:
        left = event["remaining_s"]
        self._bar.update(
            self._task,
            description=f"epoch {event['epoch']}",
            total=1.0,
            completed=event["progress"],
            detail=f"loss {event['loss']:.4f}  {event['images_per_s']:.1f} images/s  "
            + (f"{duration(left)} left" if left is not None else ""),
        )


def epoch_line(event: Event) -> str:
    """Return one epoch's outcome as a line of text."""
    metrics = event["metrics"]
    classes = metrics["classes"]
    parts = [
        f"epoch {event['epoch']:3}",
        f"loss {event['loss']:.4f}",
        f"val {event['val_loss']:.4f}",
        f"accuracy {metrics['pixel_accuracy']:.4f}",
        f"mIoU {metrics['mean_iou']:.4f}",
    ]
    if len(classes) == 2:
        parts.append(f"F of {classes[1]['name']} {number(classes[1]['f_score'])}")
    parts.append(f"{event['images_per_s']:.1f} images/s")
    parts.append(duration(event["seconds"]))
    return "  ".join(parts) + ("  best" if event["is_best"] else "")


_CLASS_COLUMNS: Final = {
    "iou": "IoU",
    "f_score": "F-score",
    "precision": "precision",
    "recall": "recall",
    "boundary_f_score": "boundary F",
}
_MEANS: Final = {
    "mean_iou": "mean IoU",
    "mean_accuracy": "mean accuracy",
    "pixel_accuracy": "pixel accuracy",
    "mean_boundary_f_score": "mean boundary F-score",
}


def scores_table(scores: Mapping[str, Any], title: str) -> Table:
    """Return the metrics of ``Scores.to_json``, and of contours if they are there, as a table."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("class")
    rows: Sequence[Mapping[str, Any]] = scores["classes"]
    keys = [key for key in _CLASS_COLUMNS if all(key in row for row in rows)]
    for key in keys:
        table.add_column(_CLASS_COLUMNS[key], justify="right")
    for row in rows:
        table.add_row(Text(row["name"]), *(number(row[key]) for key in keys))
    table.add_section()
    for key, title_of_row in _MEANS.items():
        if key in scores:
            table.add_row(title_of_row, number(scores[key]))
    return table


def number(value: float | None) -> str:
    """Return a metric with four digits, or a dash where it is not defined."""
    return "-" if value is None else f"{value:.4f}"


def duration(seconds: float) -> str:
    """Return seconds as h:mm:ss or m:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
