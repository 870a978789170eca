"""How a model's score grows with the images, and how many more it may take."""

from collections.abc import Sequence
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from segstudio.controllers.followed_runs import FollowedRun
from segstudio.controllers.training import TrainingController
from segstudio.core.forecast import Forecast, forecast, learning_curve
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN
from segstudio.ui.theme import ACCENT, Theme
from segstudio.ui.train.curves import style_plot

_HEIGHT: Final = 130
_PLACES: Final = 16  # of the curve that is drawn
_BEYOND: Final = 3  # times the images that there are, at most


class ForecastView(QWidget):
    """Shows the learning curve with its uncertainty, and what it says about a wanted score.

    Args:
        training: Knows how well models did with how many images.
        theme: Colours.
    """

    def __init__(
        self, training: TrainingController, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._training, self._theme = training, theme
        self.points: list[tuple[int, float]] = []
        self.target = QDoubleSpinBox()
        self.target.setRange(0.05, 0.99)
        self.target.setSingleStep(0.01)
        self.target.setValue(0.8)
        self.target.valueChanged.connect(self._show)
        self.outlook = QLabel()
        self.outlook.setTextFormat(Qt.TextFormat.PlainText)
        self.outlook.setWordWrap(True)
        self.plot = pg.PlotWidget()
        self.plot.setFixedHeight(_HEIGHT)
        self.plot.setLabel("left", self.tr("mIoU"))
        self.plot.setLabel("bottom", self.tr("images that trained"))
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("How many images for a mean IoU of")))
        row.addWidget(self.target)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.outlook)
        layout.addWidget(self.plot)
        training.histories_read.connect(self._take_runs)
        theme.changed.connect(self._show)
        self._show()

    def show_points(self, points: Sequence[tuple[int, float]]) -> None:
        """Show what follows from (images, score 0..1) of models."""
        self.points = list(points)
        self._show()

    def _take_runs(self, runs: tuple[FollowedRun, ...]) -> None:
        project = self._training.project
        if project is not None:
            self.show_points(points_of(runs, project.label_set))

    def _show(self) -> None:
        target = self.target.value()
        found = forecast(self.points, target)
        self.outlook.setText(self._outlook_of(found))
        self.plot.setVisible(found is not None)
        if found is not None:
            self._draw(found)

    def _draw(self, found: Forecast) -> None:
        style_plot(self.plot, self._theme)
        self.plot.clear()
        known = max(count for count, _ in self.points)
        last = min(max(found.images or 0, 2 * known), _BEYOND * known)
        first = min(count for count, _ in self.points)
        counts = [first + (last - first) * place / (_PLACES - 1) for place in range(_PLACES)]
        low, middle, high = learning_curve(self.points, counts)
        band = QColor(ACCENT)
        band.setAlpha(50)
        edges = [pg.PlotCurveItem(counts, edge, pen=None) for edge in (low, high)]
        for edge in edges:
            self.plot.addItem(edge)
        self.plot.addItem(pg.FillBetweenItem(*edges, brush=band))
        self.plot.addItem(pg.PlotCurveItem(counts, middle, pen=pg.mkPen(ACCENT, width=2)))
        wanted = pg.mkPen(self._theme.muted, style=Qt.PenStyle.DashLine)
        self.plot.addItem(pg.InfiniteLine(found.target, angle=0, pen=wanted))
        self.plot.addItem(
            pg.ScatterPlotItem(
                [count for count, _ in self.points],
                [score for _, score in self.points],
                size=7,
                brush=ACCENT,
                pen=None,
            )
        )
        self.plot.setYRange(min(score for _, score in self.points), 1, padding=0.05)

    def _outlook_of(self, found: Forecast | None) -> str:
        if found is None:
            return self.tr("A forecast needs three models, trained on different numbers of images.")
        if found.images is None:
            return self.tr(
                "Going by %d runs, more images alone are unlikely to reach it (%.0f %% chance)."
            ) % (len(self.points), found.reachable * 100)
        now = max(count for count, _ in self.points)
        more = max(found.images - now, 0)
        low = max((found.low or found.images) - now, 0)
        told = (
            self.tr(
                "About %d more images, at least %d; there is a chance that no number is enough."
            )
            % (more, low)
            if found.high is None
            else self.tr("About %d more images (probably %d to %d).")
            % (more, low, max(found.high - now, 0))
        )
        return told + " " + self.tr("Counted from the %d that trained at most so far.") % now


def points_of(runs: Sequence[FollowedRun], label_set: LabelSet) -> list[tuple[int, float]]:
    """Return (images that trained, best mIoU) of runs that can be compared, by their images.

    Runs that did not finish say little, and mean IoU over other classes says something else. Of
    runs on the same number of images the best shows what these can teach.
    """
    best: dict[int, float] = {}
    for run in runs:
        history = run.history
        if history.ending != "finished" or history.best is None or not history.starts:
            continue
        start, score = history.starts[0], history.best.mean_iou
        if score is None or start.label_set.names != label_set.names:
            continue
        count = start.images.get(TRAIN, 0)
        best[count] = max(score, best.get(count, 0.0))
    return sorted(best.items())
