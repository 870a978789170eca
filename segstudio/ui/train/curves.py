"""Learning curves, drawn with pyqtgraph.

pyqtgraph takes half a second to load, so this module is imported when the train panel first shows.
"""

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from segstudio.core.label_set import LabelSet
from segstudio.core.run_history import History
from segstudio.ui.theme import ACCENT, Theme

_LOSS: Final = "#d55e00"
# Okabe and Ito, 2008: told apart by colour-blind eyes, and seen on light and dark grounds.
_RUNS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_NAMED_CLASSES: Final = 12
_DASH: Final = 0.1  # epochs
_CONTRAST: Final = 40  # of the lightness, 0..255


class _Line(NamedTuple):
    plot: pg.PlotWidget
    name: str  # in the legend; empty for none
    color: QColor
    width: int
    x: list[float]
    y: list[float | None]

    @property
    def look(self) -> tuple[object, ...]:
        """What stays the same while a run goes on: points are added, nothing else."""
        return (self.plot, self.name, self.color.rgba(), self.width)


class CurvesView(QWidget):
    """Loss above, IoU of the validation images below, over the epochs.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._history = History()
        self._others: list[tuple[str, History]] = []
        self._looks: list[tuple[object, ...]] = []
        self._items: list[pg.PlotCurveItem] = []
        self.legends: dict[pg.PlotWidget, QLabel] = {}
        pg.setConfigOptions(antialias=True)
        self.loss = pg.PlotWidget()
        self.iou = pg.PlotWidget()
        self.iou.setYRange(0, 1, padding=0.02)
        self.iou.setXLink(self.loss)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for plot, title in ((self.loss, self.tr("loss")), (self.iou, self.tr("IoU"))):
            plot.setLabel("left", title)
            plot.getPlotItem().getAxis("left").setWidth(48)
            plot.setMinimumHeight(100)
            layout.addWidget(plot, 1)
            # Below and not inside: the names of twelve classes would cover the curves.
            legend = QLabel()
            legend.setWordWrap(True)
            legend.setTextFormat(Qt.TextFormat.RichText)
            layout.addWidget(legend)
            self.legends[plot] = legend
        self.iou.setLabel("bottom", self.tr("epoch"))
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_history(self, history: History) -> None:
        """Draw one run: losses, mean IoU and the IoU of each class."""
        self._history, self._others = history, []
        self._draw()

    def show_runs(self, runs: Sequence[tuple[str, History]]) -> None:
        """Draw several runs over one another, by name: validation loss and mean IoU."""
        self._others = list(runs)
        self._draw()

    def _draw(self) -> None:
        lines = self._lines_of_runs() if self._others else self._lines_of_history()
        lines = [line for line in lines if line.x]
        looks = [line.look for line in lines]
        if looks != self._looks:
            self._looks = looks
            for plot, legend in self.legends.items():
                plot.clear()
                legend.setText(_legend([line for line in lines if line.plot is plot]))
            self._items = [self._item(line) for line in lines]
        # Longer curves only: to make curves and legends anew takes the window ten times as long.
        for line, item in zip(lines, self._items, strict=True):
            x = np.array(line.x)
            y = np.array([np.nan if value is None else value for value in line.y])
            if len(x) == 1:  # a single epoch has no line yet
                x, y = x.repeat(2) + np.array((-_DASH, _DASH)), y.repeat(2)
            item.setData(x, y)

    def _lines_of_history(self) -> list[_Line]:
        history = self._history
        muted = QColor(self._theme.muted)
        muted.setAlpha(110)
        steps, epochs = history.steps, history.epochs
        x = [float(epoch.epoch) for epoch in epochs]
        lines = [
            _Line(self.loss, "", muted, 1, [s.epochs for s in steps], [s.loss for s in steps]),
            _Line(self.loss, self.tr("training"), ACCENT, 2, x, [e.loss for e in epochs]),
            _Line(
                self.loss, self.tr("validation"), QColor(_LOSS), 2, x, [e.val_loss for e in epochs]
            ),
        ]
        label_set = history.starts[-1].label_set if history.starts else LabelSet()
        for index, item in enumerate(label_set):
            values = [
                epoch.classes[index].iou if index < len(epoch.classes) else None for epoch in epochs
            ]
            name = item.name if index < _NAMED_CLASSES else ""
            lines.append(_Line(self.iou, name, self._visible(QColor(*item.color)), 1, x, values))
        text = self.palette().color(QPalette.ColorRole.Text)
        lines.append(_Line(self.iou, "mIoU", text, 3, x, [e.mean_iou for e in epochs]))
        return lines

    def _visible(self, color: QColor) -> QColor:
        """Return the colour of a class, or grey where it would not show on the plot."""
        base = self.palette().color(QPalette.ColorRole.Base)
        return color if abs(color.lightness() - base.lightness()) > _CONTRAST else self._theme.muted

    def _lines_of_runs(self) -> list[_Line]:
        lines = []
        for number, (name, history) in enumerate(self._others):
            color = QColor(_RUNS[number % len(_RUNS)])
            epochs = history.epochs
            x = [float(epoch.epoch) for epoch in epochs]
            lines.append(_Line(self.loss, name, color, 2, x, [e.val_loss for e in epochs]))
            lines.append(_Line(self.iou, name, color, 2, x, [e.mean_iou for e in epochs]))
        return lines

    def _item(self, line: _Line) -> pg.PlotCurveItem:
        item = pg.PlotCurveItem(
            pen=pg.mkPen(line.color, width=line.width),
            connect="finite",
            name=line.name,
            # Smooth edges of thousands of steps would be drawn for longer than they are looked at.
            antialias=bool(line.name),
        )
        line.plot.addItem(item)
        return item

    def _restyle(self) -> None:
        for plot in (self.loss, self.iou):
            style_plot(plot, self._theme)
        self._looks = []
        self._draw()


def style_plot(plot: pg.PlotWidget, theme: Theme) -> None:
    """Give a plot the colours of the window, a grid, and nothing that moves under the mouse."""
    palette = plot.palette()
    plot.setBackground(palette.color(QPalette.ColorRole.Base))
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.setMouseEnabled(x=False, y=False)
    plot.showGrid(y=True, alpha=0.2)
    for side in ("left", "bottom"):
        axis = plot.getPlotItem().getAxis(side)
        axis.enableAutoSIPrefix(False)
        axis.setPen(theme.muted)
        axis.setTextPen(palette.color(QPalette.ColorRole.Text))


def _legend(lines: Sequence[_Line]) -> str:
    """Return the names of lines behind their colours, as rich text; thick ones get a bar."""
    return " &nbsp; ".join(
        f'<span style="color:{line.color.name()}">{"&#9644;" if line.width > 2 else "&#9632;"}'
        f"</span>&nbsp;{escape(line.name)}"
        for line in lines
        if line.name
    )
