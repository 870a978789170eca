"""Learning curves, drawn with matplotlib on light or dark ground.

Four panels: loss, metrics, IoU of each class, learning rate. Lines are told apart by colours that
colour-blind eyes tell apart, by dashes, and by their names, which stand in the order of their ends.
"""

import io
import logging
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from trainer.reports.fonts import font_families
from trainer.reports.history import Epoch, History

# It would tell the terminal that its first use takes long, and which signs no font has.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

_MAX_LINES: Final = 8
_MAX_POINTS: Final = 1000
_NAME_LENGTH: Final = 22
_DASHES: Final = ("-", "--", "-.", ":")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a chart.

    Attributes:
        paper: Background.
        ink: Text.
        faint: Grid, frame and what is in the background.
        lines: Colours of lines.
    """

    paper: str
    ink: str
    faint: str
    lines: tuple[str, ...]


# After Okabe and Ito, "Color Universal Design", 2008, darker or lighter where the ground needs it.
LIGHT: Final = Theme(
    "#ffffff",
    "#1f2933",
    "#c5ccd3",
    ("#0072b2", "#d55e00", "#008563", "#b0568c", "#b07900", "#3d8fc4", "#4b5563", "#8a6d3b"),
)
DARK: Final = Theme(
    "#161b22",
    "#e6edf3",
    "#3d4753",
    ("#4da6e0", "#ff8a3d", "#2fc49a", "#e29bc4", "#f0b429", "#8fd0f5", "#c3cbd4", "#d1b07c"),
)


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: ``draw`` puts it on empty axes."""

    title: str
    draw: Callable[[Axes, History, Theme], None]


def curves_png(history: History) -> bytes:
    """Return all panels as one PNG file on light ground."""
    with _own_settings(LIGHT):
        figure = Figure(figsize=(13, 8.5), dpi=110, facecolor=LIGHT.paper)
        figure.set_layout_engine("constrained", w_pad=0.2, h_pad=0.2)
        for axes, panel in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
            panel.draw(axes, history, LIGHT)
            axes.set_title(panel.title, loc="left", fontweight="bold")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
    return buffer.getvalue()


def panel_svg(panel: Panel, history: History, theme: Theme) -> bytes:
    """Return one panel as an SVG file, without its title."""
    with _own_settings(theme):
        figure = Figure(figsize=(5.8, 3.5), layout="constrained", facecolor=theme.paper)
        panel.draw(figure.subplots(), history, theme)
        buffer = io.BytesIO()
        # Without a date, and with names that are no chance, the same run gives the same file.
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


@contextmanager
def _own_settings(theme: Theme) -> Iterator[None]:
    """Draw in a theme, whatever the user set up for matplotlib's plots."""
    with mpl.rc_context(), warnings.catch_warnings():
        # No font has every script; a box in a chart is no reason to write to the terminal.
        warnings.simplefilter("ignore", UserWarning)
        mpl.rcdefaults()
        with mpl.rc_context(
            {
                "axes.edgecolor": theme.faint,
                "axes.facecolor": theme.paper,
                "axes.labelcolor": theme.ink,
                "axes.titlecolor": theme.ink,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.grid": True,
                "grid.color": theme.faint,
                "grid.alpha": 0.5,
                "grid.linewidth": 0.7,
                "font.family": font_families(),
                "lines.linewidth": 1.8,
                "lines.markersize": 4,
                "text.color": theme.ink,
                "text.parse_math": False,  # names of classes may hold any sign
                "xtick.color": theme.ink,
                "ytick.color": theme.ink,
                "svg.hashsalt": "segstudio",
                # Text, not outlines: the reader's browser has scripts that this computer lacks.
                "svg.fonttype": "none",
            }
        ):
            yield


def _draw_loss(axes: Axes, history: History, theme: Theme) -> None:
    steps = [step for step in history.steps if step.loss is not None and step.loss > 0]
    axes.plot(
        [step.epochs for step in steps],
        np.array([step.loss for step in steps], float),
        color=theme.faint,
        linewidth=0.8,
        zorder=1,
        label="single steps",
    )
    terms = history.starts[-1].recipe.get("loss", {}).get("terms", "")
    lines = [
        _Line(f"training ({terms})" if terms else "training", [e.loss for e in history.epochs]),
        _Line("validation (ce)", [epoch.val_loss for epoch in history.epochs]),
    ]
    _draw_lines(axes, history, theme, lines)
    values = [value for line in lines for value in line.values if value is not None and value > 0]
    values += sorted(step.loss or 0 for step in steps)[: math.ceil(0.98 * len(steps))]
    if values:
        low, high = min(values), max(values)
        if high > 20 * low > 0:
            axes.set_yscale("log")
            axes.set_ylim(low / 1.2, high * 1.2)
        else:
            axes.set_ylim(max(low - 0.05 * (high - low), 0), high + 0.08 * (high - low) + 1e-6)
    _label(axes, history, "loss")


def _draw_metrics(axes: Axes, history: History, theme: Theme) -> None:
    epochs = history.epochs
    lines = [
        _Line("mIoU", [epoch.mean_iou for epoch in epochs]),
        _Line("pixel accuracy", [epoch.pixel_accuracy for epoch in epochs]),
        _Line("mean accuracy", [epoch.mean_accuracy for epoch in epochs]),
    ]
    _draw_shares(axes, history, theme, lines)
    best = history.best
    if best and best.mean_iou is not None:
        axes.plot(
            [best.epoch], [best.mean_iou], "o", markersize=9, color=theme.lines[0], fillstyle="none"
        )
    _label(axes, history, "share, 0 to 1 (validation)")


def _draw_classes(axes: Axes, history: History, theme: Theme) -> None:
    names = history.starts[-1].label_set.names
    curves = [
        [
            epoch.classes[index].iou if index < len(epoch.classes) else None
            for epoch in history.epochs
        ]
        for index in range(len(names))
    ]
    chosen = _extremes([_last(curve) for curve in curves], _MAX_LINES)
    others = [
        index
        for index, curve in enumerate(curves)
        if index not in chosen and _last(curve) is not None
    ]
    for index in others:
        axes.plot(*_points(history.epochs, curves[index]), color=theme.faint, lw=0.7, zorder=1)
    _draw_shares(axes, history, theme, [_Line(names[index], curves[index]) for index in chosen])
    _label(axes, history, "IoU, 0 to 1 (validation)")
    if others:
        axes.set_title(
            f"{len(others)} more in grey", loc="right", fontsize="small", color=theme.ink
        )


def _draw_rate(axes: Axes, history: History, theme: Theme) -> None:
    x = [step.epochs for step in history.steps]
    axes.plot(x, np.array([step.lr for step in history.steps], float), color=theme.lines[0])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda rate, _: f"{rate:g}")
    _label(axes, history, "learning rate")


PANELS: Final = (
    Panel("Loss", _draw_loss),
    Panel("Metrics", _draw_metrics),
    Panel("IoU of each class", _draw_classes),
    Panel("Learning rate", _draw_rate),
)


def _draw_shares(axes: Axes, history: History, theme: Theme, lines: Sequence[_Line]) -> None:
    """Draw metrics from 0 to 1, the axis no longer than they need."""
    values = [value for line in lines for value in line.values if value is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    margin = max(0.06 * (high - low), 0.01)
    axes.set_ylim(max(low - margin, -0.01), min(high + margin, 1.01))
    _draw_lines(axes, history, theme, lines)


def _draw_lines(axes: Axes, history: History, theme: Theme, lines: Sequence[_Line]) -> None:
    """Draw lines over the epochs, named beside the axes in the order of their ends."""
    # What is in the background comes last in the legend, if it is named.
    drawn: list[tuple[float, Artist, str]] = [
        (-math.inf, artist, str(artist.get_label()))
        for artist in axes.lines
        if not str(artist.get_label()).startswith("_")
    ]
    for number, line in enumerate(lines):
        x, y = _points(history.epochs, line.values)
        if y:
            (artist,) = axes.plot(
                x,
                y,
                color=theme.lines[number % len(theme.lines)],
                linestyle=_DASHES[number % len(_DASHES)],
                marker="o" if len(y) <= 30 else "",
            )
            drawn.append((y[-1], artist, _short(line.name)))
    drawn.sort(key=lambda end: -end[0])
    if drawn:
        axes.legend(
            [artist for _, artist, _ in drawn],
            [name for _, _, name in drawn],
            loc="center left",
            bbox_to_anchor=(1.01, 0.5),
            frameon=False,
            fontsize="small",
            labelcolor=theme.ink,
            handlelength=2.5,
        )


def _label(axes: Axes, history: History, y: str) -> None:
    axes.set_xlabel("epoch")
    axes.set_ylabel(y)
    axes.xaxis.set_major_locator(
        MaxNLocator(integer=True, nbins=8, steps=[1, 2, 5, 10], min_n_ticks=1)
    )
    last = max(
        [epoch.epoch for epoch in history.epochs] + [step.epochs for step in history.steps],
        default=1,
    )
    axes.set_xlim(0, max(last, 1) * 1.02)


def _points(
    epochs: Sequence[Epoch], values: Sequence[float | None]
) -> tuple[list[int], list[float]]:
    """Return the defined values and their epochs, not more than a chart can show."""
    every = math.ceil(len(values) / _MAX_POINTS) or 1
    known = [
        (epoch.epoch, value)
        for place, (epoch, value) in enumerate(zip(epochs, values, strict=True))
        if value is not None and (len(values) - 1 - place) % every == 0
    ]
    return [epoch for epoch, _ in known], [value for _, value in known]


def _extremes(values: Sequence[float | None], limit: int) -> list[int]:
    """Return the places of all values, or the highest and the lowest if they are more than that."""
    known = [place for place, value in enumerate(values) if value is not None]
    if len(known) <= limit:
        return known
    ranked = sorted(known, key=lambda place: values[place] or 0.0)
    return sorted(ranked[: limit // 2] + ranked[-(limit - limit // 2) :])


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _short(name: str) -> str:
    if len(name) <= _NAME_LENGTH:
        return name
    return f"{name[: _NAME_LENGTH // 2]}…{name[-(_NAME_LENGTH // 2 - 1) :]}"
