"""What the window of statistics shows: bars and tables, made of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PySide6.QtCore import QObject

from segstudio.controllers.statistics import ProjectStatistics
from segstudio.core.label_set import LabelSet
from segstudio.core.label_statistics import (
    Cell,
    NumberTable,
    class_table,
    size_table,
    together_table,
)
from segstudio.core.review import ReviewState

_MOST_BARS: Final = 30
# Okabe and Ito, 2008; grey for what nobody has touched.
_STATE_COLORS: Final = {
    ReviewState.UNLABELLED: "#8c8c8c",
    ReviewState.PREDICTED: "#56b4e9",
    ReviewState.CORRECTED: "#e69f00",
    ReviewState.APPROVED: "#009e73",
    ReviewState.FLAGGED: "#d55e00",
}
_SECONDS: Final = (5, 10, 20, 30, 60, 120, 300, 600)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars to draw.

    Attributes:
        names: Of the bars.
        values: Their lengths, >= 0.
        colors: Their colours as "#rrggbb"; "" for the accent colour.
        axis: What the lengths are.
        is_horizontal: Whether bars lie, which leaves room for long names.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    colors: tuple[str, ...]
    axis: str
    is_horizontal: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the numbers of a page.

    Attributes:
        name: In the list of ways, and in file names.
        summary: One or two sentences.
        table: The numbers.
        bars: A chart of them, or None.
        shares: Columns that are shares, shown in per cent.
        heat: Whether the cells are shaded by their numbers.
    """

    name: str
    summary: str
    table: NumberTable
    bars: Bars | None = None
    shares: frozenset[int] = frozenset()
    heat: bool = False


class StatisticsViews(QObject):
    """Makes views of statistics; a QObject for its translations."""

    def classes(self, statistics: ProjectStatistics) -> tuple[View, ...]:
        """Return pixels and images of each class."""
        labels, label_set = statistics.labels, statistics.label_set
        count = len(label_set)
        table = replace(
            class_table(labels, label_set.names, self.tr("(unlabelled)")),
            header=(
                self.tr("class"),
                self.tr("pixels"),
                self.tr("share of labelled"),
                self.tr("images"),
                self.tr("regions"),
                self.tr("balance weight"),
            ),
        )
        imbalance = labels.imbalance(count)
        parts = [
            self.tr("%s pixels are labelled in %s.")
            % (f"{labels.labelled_pixels:,}", self._images(labels.images))
        ]
        if not np.isnan(imbalance):
            parts.append(
                self.tr("The largest class has %s times the pixels of the smallest.")
                % f"{imbalance:,.1f}"
            )
        if missing := [name for name, row in self._rows(table) if row == 0]:
            parts.append(self.tr("No image has %s.") % _listed(missing))
        summary = " ".join(parts)
        pixels = labels.pixels[:count].tolist()
        images = labels.images_with[:count].tolist()
        return (
            View(
                self.tr("Pixels"),
                summary,
                table,
                _class_bars(label_set, pixels, self.tr("pixels")),
                frozenset({2}),
            ),
            View(
                self.tr("Images"),
                summary,
                table,
                _class_bars(label_set, images, self.tr("images")),
                frozenset({2}),
            ),
        )

    def sizes(self, statistics: ProjectStatistics) -> tuple[View, ...]:
        """Return the histogram of region sizes, of each class."""
        if not statistics.has_sizes:
            return ()
        labels, label_set = statistics.labels, statistics.label_set
        header = (self.tr("pixels from"), self.tr("pixels to"), *label_set.names)
        table = replace(size_table(labels, label_set.names), header=header)
        order = sorted(range(len(label_set)), key=lambda index: -labels.sizes[index].sum())
        views = []
        for index in order:
            sizes = labels.sizes[index]
            count = int(sizes.sum())
            if not count:
                continue
            first, last = np.flatnonzero(sizes)[[0, -1]].tolist()
            places = range(first, last + 1)
            names = tuple(f"{2**place:,}" for place in places)
            color = label_set[index].color.hex
            views.append(
                View(
                    label_set[index].name,
                    self.tr("%s connected regions; half of them have less than %s pixels.")
                    % (f"{count:,}", f"{_median(sizes):,}"),
                    table,
                    Bars(
                        names,
                        tuple(float(sizes[place]) for place in places),
                        (color,) * len(names),
                        self.tr("regions, by pixels from"),
                        is_horizontal=False,
                    ),
                )
            )
        return tuple(views)

    def together(self, statistics: ProjectStatistics) -> tuple[View, ...]:
        """Return in how many images classes meet."""
        names = statistics.label_set.names
        header = (self.tr("class"), *names)
        table = replace(together_table(statistics.labels, names), header=header)
        return (
            View(
                self.tr("Together"),
                self.tr("Number of images that have both classes; along the diagonal, the class."),
                table,
                heat=True,
            ),
        )

    def review(self, statistics: ProjectStatistics) -> tuple[View, ...]:
        """Return how many images are in each review state."""
        words = {
            ReviewState.UNLABELLED: self.tr("unlabelled"),
            ReviewState.PREDICTED: self.tr("predicted"),
            ReviewState.CORRECTED: self.tr("corrected"),
            ReviewState.APPROVED: self.tr("approved"),
            ReviewState.FLAGGED: self.tr("flagged"),
        }
        total = max(statistics.images, 1)
        rows = tuple(
            (words[state], count, count / total) for state, count in statistics.states.items()
        )
        approved = statistics.states[ReviewState.APPROVED]
        summary = self.tr("%d of %s approved.") % (approved, self._images(statistics.images))
        if statistics.unreadable:
            summary += " " + self.tr("Masks that cannot be read: %s.") % _listed(
                statistics.unreadable
            )
        return (
            View(
                self.tr("Review"),
                summary,
                NumberTable((self.tr("state"), self.tr("images"), self.tr("share")), rows),
                Bars(
                    tuple(row[0] for row in rows),
                    tuple(float(row[1]) for row in rows),
                    tuple(_STATE_COLORS[state] for state in statistics.states),
                    self.tr("images"),
                ),
                frozenset({2}),
            ),
        )

    def corrections(self, statistics: ProjectStatistics) -> tuple[View, ...]:
        """Return what was corrected, and how long that took."""
        seconds = np.array(list(statistics.seconds.values()))
        if not seconds.size:
            return ()
        summary = self.tr("%s of work on %s; half of them took less than %s.") % (
            duration(float(seconds.sum())),
            self._images(len(seconds)),
            duration(float(np.median(seconds))),
        )
        return (
            self._time_view(statistics, summary),
            self._day_view(statistics, summary),
            self._change_view(statistics, summary),
        )

    def _time_view(self, statistics: ProjectStatistics, summary: str) -> View:
        values = list(statistics.seconds.values())
        places = np.searchsorted(_SECONDS, values, side="right")
        counts = np.bincount(places, minlength=len(_SECONDS) + 1).tolist()
        names = [f"< {duration(limit)}" for limit in _SECONDS]
        names.append(f"≥ {duration(_SECONDS[-1])}")
        rows = sorted(statistics.seconds.items(), key=lambda item: -item[1])
        return View(
            self.tr("Time per image"),
            summary,
            NumberTable(
                (self.tr("image"), self.tr("seconds")),
                tuple((key, round(value, 1)) for key, value in rows),
            ),
            Bars(
                tuple(names),
                tuple(float(count) for count in counts),
                ("",) * len(names),
                self.tr("images"),
                is_horizontal=False,
            ),
        )

    def _day_view(self, statistics: ProjectStatistics, summary: str) -> View:
        days = statistics.seconds_by_day
        shown = list(days.items())[-_MOST_BARS:]
        return View(
            self.tr("Time per day"),
            summary,
            NumberTable(
                (self.tr("day"), self.tr("seconds")),
                tuple((day, int(value)) for day, value in days.items()),
            ),
            Bars(
                tuple(day[5:] for day, _ in shown),
                tuple(value / 60 for _, value in shown),
                ("",) * len(shown),
                self.tr("minutes"),
                is_horizontal=False,
            ),
        )

    def _change_view(self, statistics: ProjectStatistics, summary: str) -> View:
        nothing = self.tr("unlabelled")
        changes = statistics.changes
        rows = tuple(
            (change.predicted, change.corrected or nothing, change.pixels) for change in changes
        )
        return View(
            self.tr("What was corrected"),
            summary
            if rows
            else f"{summary} {self.tr('Nothing differs from what models said last.')}",
            NumberTable((self.tr("predicted"), self.tr("corrected to"), self.tr("pixels")), rows),
            Bars(
                tuple(f"{row[0]} → {row[1]}" for row in rows[:_MOST_BARS]),
                tuple(float(row[2]) for row in rows[:_MOST_BARS]),
                ("",) * len(rows[:_MOST_BARS]),
                self.tr("pixels"),
            )
            if rows
            else None,
        )

    def _images(self, count: int) -> str:
        return self.tr("%s images") % f"{count:,}" if count != 1 else self.tr("1 image")

    @staticmethod
    def _rows(table: NumberTable) -> list[tuple[str, Cell]]:
        return [(str(row[0]), row[1]) for row in table.rows[:-1]]


def duration(seconds: float) -> str:
    """Return a time as people say it: "12 s", "4 min", "2 h 5 min"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _class_bars(label_set: LabelSet, values: Sequence[float], axis: str) -> Bars:
    order = sorted(range(len(label_set)), key=lambda index: -values[index])[:_MOST_BARS]
    return Bars(
        tuple(label_set[index].name for index in order),
        tuple(float(values[index]) for index in order),
        tuple(label_set[index].color.hex for index in order),
        axis,
    )


def _median(sizes: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> int:
    """Return a size that half of the regions stay below, as exactly as the bins tell."""
    place = int(np.searchsorted(np.cumsum(sizes), sizes.sum() / 2))
    return int(2 ** (place + 1))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + ("…" if len(names) > 5 else "")
