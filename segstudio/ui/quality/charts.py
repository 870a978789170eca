"""Bar charts, drawn with pyqtgraph.

pyqtgraph takes half a second to load, so this module is imported when a chart first shows.
"""

from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QPalette, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstudio.ui.quality.statistics_views import Bars
from segstudio.ui.theme import ACCENT, Theme

_THICKNESS: Final = 0.7
_ROW: Final = 24  # pixels of a bar that lies
_LONGEST_NAME: Final = 28
_CONTRAST: Final = 40  # of the lightness, 0..255
_PICTURE_RATIO: Final = 2.0


class BarChart(QWidget):
    """One set of bars.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: Bars | None = None
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        theme.changed.connect(self._draw)

    def show_bars(self, bars: Bars) -> None:
        """Draw these."""
        self._bars = bars
        self._draw()

    def picture(self) -> QPixmap:
        """Return the chart as it is seen, with twice the pixels."""
        ratio = max(self.devicePixelRatioF(), _PICTURE_RATIO)
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self.palette().color(QPalette.ColorRole.Base))
        self.render(pixmap)
        return pixmap

    def _draw(self) -> None:
        plot, bars, palette = self.plot, self._bars, self.palette()
        plot.clear()
        base = palette.color(QPalette.ColorRole.Base)
        plot.setBackground(base)
        for side in ("left", "bottom"):
            axis = plot.getPlotItem().getAxis(side)
            axis.setPen(self._theme.muted)
            axis.setTextPen(palette.color(QPalette.ColorRole.Text))
        if bars is None:
            return
        places = np.arange(len(bars.values))
        brushes = [pg.mkBrush(QColor(color) if color else ACCENT) for color in bars.colors]
        # A black class on a dark ground would not be seen: it gets an outline.
        pens = [
            pg.mkPen(self._theme.muted if _is_near(brush.color(), base) else brush.color())
            for brush in brushes
        ]
        item = plot.getPlotItem()
        names, values = [_short(name) for name in bars.names], bars.values
        ticks = [list(enumerate(names))]
        longest = max(values, default=0) or 1
        if bars.is_horizontal:
            plot.addItem(
                pg.BarGraphItem(
                    x0=0, y=places, width=values, height=_THICKNESS, brushes=brushes, pens=pens
                )
            )
            item.invertY(True)
            plot.setYRange(-0.6, len(values) - 0.4, padding=0)
            plot.setXRange(0, longest * 1.05, padding=0)
            names_axis, values_axis = item.getAxis("left"), item.getAxis("bottom")
            plot.setMinimumHeight(_ROW * len(values) + 60)
        else:
            plot.addItem(
                pg.BarGraphItem(
                    x=places, y0=0, height=values, width=_THICKNESS, brushes=brushes, pens=pens
                )
            )
            item.invertY(False)
            plot.setXRange(-0.6, len(values) - 0.4, padding=0)
            plot.setYRange(0, longest * 1.05, padding=0)
            names_axis, values_axis = item.getAxis("bottom"), item.getAxis("left")
            plot.setMinimumHeight(180)
        names_axis.setTicks(ticks)
        names_axis.setLabel("")
        values_axis.setTicks(None)
        values_axis.setLabel(bars.axis)
        values_axis.enableAutoSIPrefix(False)
        plot.showGrid(x=bars.is_horizontal, y=not bars.is_horizontal, alpha=0.2)
        for index, value in enumerate(values):
            self._write(index, value, bars, longest)

    def _write(self, index: int, value: float, bars: Bars, longest: float) -> None:
        text = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
        color = self.palette().color(QPalette.ColorRole.Text)
        is_inside = bars.is_horizontal and value > 0.8 * longest
        if is_inside and bars.colors[index]:
            color = QColor("black" if QColor(bars.colors[index]).lightness() > 110 else "white")
        elif is_inside:
            color = QColor("white")
        if bars.is_horizontal:
            label = pg.TextItem(text, color=color, anchor=(1 if is_inside else 0, 0.5))
            label.setPos(value, index)
        else:
            label = pg.TextItem(text, color=color, anchor=(0.5, 0.8))
            label.setPos(index, value)
        self.plot.addItem(label, ignoreBounds=True)


def _short(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[:half]}…{name[-half + 1 :]}"


def _is_near(color: QColor, other: QColor) -> bool:
    return abs(color.lightness() - other.lightness()) < _CONTRAST
