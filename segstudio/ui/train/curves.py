"""Learning curves, drawn with pyqtgraph.

pyqtgraph takes half a second to load, so this module is imported when the train panel first shows.
"""

from collections.abc import Sequence
from typing import Final

import pyqtgraph as pg
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.core.label_set import LabelSet
from segstudio.core.run_history import History
from segstudio.ui.theme import ACCENT, Theme

_LOSS: Final = "#d55e00"
# Okabe and Ito, 2008: told apart by colour-blind eyes, and seen on light and dark grounds.
_RUNS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_NAMED_CLASSES: Final = 12
_CONTRAST: Final = 60  # of the lightness, 0..255


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
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.setMouseEnabled(x=False, y=False)
            plot.showGrid(y=True, alpha=0.2)
            plot.setMinimumHeight(120)
            layout.addWidget(plot)
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
        for plot in (self.loss, self.iou):
            plot.clear()
            legend = plot.getPlotItem().legend
            if legend is not None:
                legend.clear()
        if self._others:
            self._draw_runs()
        else:
            self._draw_history()

    def _draw_history(self) -> None:
        history = self._history
        muted = QColor(self._theme.muted)
        muted.setAlpha(110)
        self._line(
            self.loss,
            [step.epochs for step in history.steps],
            [step.loss for step in history.steps],
            muted,
            "",
        )
        epochs = [float(epoch.epoch) for epoch in history.epochs]
        self._line(
            self.loss, epochs, [e.loss for e in history.epochs], ACCENT, self.tr("training"), 2
        )
        self._line(
            self.loss,
            epochs,
            [e.val_loss for e in history.epochs],
            QColor(_LOSS),
            self.tr("validation"),
            2,
        )
        label_set = history.starts[-1].label_set if history.starts else LabelSet()
        for index, item in enumerate(label_set):
            values = [
                epoch.classes[index].iou if index < len(epoch.classes) else None
                for epoch in history.epochs
            ]
            name = item.name if index < _NAMED_CLASSES else ""
            self._line(self.iou, epochs, values, self._visible(QColor(*item.color)), name)
        text = self.palette().color(QPalette.ColorRole.Text)
        self._line(self.iou, epochs, [e.mean_iou for e in history.epochs], text, "mIoU", 3)

    def _visible(self, color: QColor) -> QColor:
        """Return the colour of a class, or grey where it would not show on the plot."""
        base = self.palette().color(QPalette.ColorRole.Base)
        return color if abs(color.lightness() - base.lightness()) > _CONTRAST else self._theme.muted

    def _draw_runs(self) -> None:
        for number, (name, history) in enumerate(self._others):
            color = QColor(_RUNS[number % len(_RUNS)])
            epochs = [float(epoch.epoch) for epoch in history.epochs]
            self._line(self.loss, epochs, [e.val_loss for e in history.epochs], color, name, 2)
            self._line(self.iou, epochs, [e.mean_iou for e in history.epochs], color, name, 2)

    def _line(
        self,
        plot: pg.PlotWidget,
        x: Sequence[float],
        y: Sequence[float | None],
        color: QColor,
        name: str,
        width: int = 1,
    ) -> None:
        values = [float("nan") if value is None else value for value in y]
        if not values:
            return
        plot.plot(
            x,
            values,
            pen=pg.mkPen(color, width=width),
            connect="finite",
            name=name or None,
            # A single epoch has no line yet.
            symbol="o" if len(values) == 1 else None,
            symbolBrush=color,
            symbolPen=None,
            symbolSize=6,
        )

    def _restyle(self) -> None:
        palette = self.palette()
        for plot in (self.loss, self.iou):
            plot.setBackground(palette.color(QPalette.ColorRole.Base))
            for side in ("left", "bottom"):
                axis = plot.getPlotItem().getAxis(side)
                axis.setPen(self._theme.muted)
                axis.setTextPen(palette.color(QPalette.ColorRole.Text))
            # Where curves rarely are: losses fall to the right, IoU rises.
            legend = plot.addLegend(offset=(-8, 8 if plot is self.loss else -8))
            legend.setLabelTextColor(palette.color(QPalette.ColorRole.Text))
            legend.setBrush(pg.mkBrush(palette.color(QPalette.ColorRole.Base)))
        self._draw()
