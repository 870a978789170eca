"""A run as one HTML page that needs nothing else: no network, no scripts, no other files."""

import base64
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import jinja2

from segstudio import __version__
from segstudio.core.palette import Color
from trainer.reports.history import ClassScore, Epoch, History
from trainer.reports.terminal import duration
from trainer.words import counted

_TEMPLATE: Final = "page.html.jinja"
_MATRIX_CLASSES: Final = 16
_CONFUSIONS: Final = 10
_ENDINGS: Final = {
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    None: "not finished",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as SVG files on light and dark ground.

    Attributes:
        title: What it shows.
        light: SVG file.
        dark: SVG file.
    """

    title: str
    light: bytes
    dark: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A sample picture as a PNG file, and the epoch whose predictions it shows."""

    epoch: int
    png: bytes


@dataclass(frozen=True, slots=True)
class _Fact:
    name: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class _ClassRow:
    name: str
    color: Color
    share: float | None  # of the labelled validation pixels
    score: ClassScore


@dataclass(frozen=True, slots=True)
class _Confused:
    """Pixels of one class that were taken for another."""

    truth: str
    predicted: str
    pixels: int
    share: float  # of the pixels of the true class


def report_page(
    name: str, history: History, charts: Sequence[Chart], picture: Picture | None
) -> str:
    """Return the report of a run as HTML.

    Args:
        name: What the run is called.
        history: What happened in it; must have begun.
        charts: Its learning curves.
        picture: Sample predictions of its best epoch, or of one near it.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": counted,
        "number": _number,
        "percent": _percent,
        "date": _date,
        "data_uri": _data_uri,
    }
    start, best = history.starts[-1], history.best
    return environment.get_template(_TEMPLATE).render(
        name=name,
        version=__version__,
        network=_network(start.recipe),
        start=start,
        starts=history.starts,
        began=history.starts[0].time,
        history=history,
        ending=_ENDINGS[history.ending],
        best=best,
        facts=_facts(history),
        classes=_class_rows(history, best),
        matrix=_matrix(best),
        unlabelled_column=bool(best and any(row[-1] for row in best.confusion)),
        confused=_confused(history, best),
        charts=charts,
        picture=picture,
        reasons=history.starts[0].reasons,
        settings=list(_settings(start.recipe)),
        commands=[_command(begun.command) for begun in history.starts if begun.command],
        class_names=start.recipe.get("classes"),
    )


def _network(recipe: Mapping[str, Any]) -> str:
    backbone = recipe.get("backbone")
    return f"{recipe['network']} on {backbone}" if backbone else str(recipe["network"])


def _facts(history: History) -> list[_Fact]:
    """Return the headline figures."""
    best, epochs = history.best, history.epochs
    facts = []
    if best:
        facts = [
            _Fact("mIoU", _number(best.mean_iou), f"best: epoch {best.epoch} of {len(epochs)}"),
            _Fact("pixel accuracy", _number(best.pixel_accuracy), "validation, same epoch"),
            _Fact("mean accuracy", _number(best.mean_accuracy), "mean recall of the classes"),
            _Fact("validation loss", _number(best.val_loss), f"training {_number(best.loss)}"),
        ]
    speeds = [epoch.images_per_s for epoch in epochs if epoch.images_per_s]
    speed = f", {median(speeds):.1f} images/s" if speeds else ""
    return [
        *facts,
        _Fact(
            "training time", duration(history.seconds), f"{counted(history.step, 'step')}{speed}"
        ),
    ]


def _class_rows(history: History, best: Epoch | None) -> list[_ClassRow]:
    if best is None:
        return []
    true = [sum(row) for row in best.confusion]
    total = sum(true)
    return [
        _ClassRow(item.name, item.color, true[index] / total if total else None, score)
        for index, (item, score) in enumerate(
            zip(history.starts[-1].label_set, best.classes, strict=True)
        )
    ]


def _matrix(best: Epoch | None) -> list[list[tuple[int, float]]]:
    """Return (pixels, share of the true class) of every cell; nothing if nobody could read it."""
    if best is None or len(best.confusion) > _MATRIX_CLASSES:
        return []
    return [[(count, count / max(sum(row), 1)) for count in row] for row in best.confusion]


def _confused(history: History, best: Epoch | None) -> list[_Confused]:
    """Return the most frequent mistakes."""
    if best is None:
        return []
    names = (*history.starts[-1].label_set.names, "nothing")
    mistakes = [
        _Confused(names[truth], names[predicted], count, count / sum(row))
        for truth, row in enumerate(best.confusion)
        for predicted, count in enumerate(row)
        if count and truth != predicted
    ]
    return sorted(mistakes, key=lambda mistake: -mistake.pixels)[:_CONFUSIONS]


def _settings(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Return every setting by its name in the recipe, as "loss.terms"."""
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _settings(item, f"{prefix}{name}.")
        elif isinstance(item, list | tuple):
            yield f"{prefix}{name}", ", ".join(map(str, item)) or "none"
        else:
            yield f"{prefix}{name}", "not set" if item is None else str(item)


def _command(arguments: Sequence[str]) -> str:
    """Return a command line as a shell takes it, each option on a line of its own."""
    lines: list[list[str]] = [["trainer"]]
    for argument in arguments:
        if argument.startswith("--"):
            lines.append([])
        lines[-1].append(shlex.quote(argument))
    return " \\\n  ".join(map(" ".join, lines))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0%}" if value == 0 or value >= 0.1 else f"{value:.1%}"


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
