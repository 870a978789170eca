"""The contact sheet of what to label next, and how many more images it may take."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.followed_runs import FollowedRun
from segstudio.controllers.labelling_queue import LabellingQueue, QueueItem
from segstudio.controllers.predict import PredictController
from segstudio.controllers.training import TrainingController
from segstudio.core.forecast import Forecast, forecast
from segstudio.core.splits import TRAIN
from segstudio.engine.catalog import shown_names
from segstudio.storage.lineage import read_lineage
from segstudio.ui.quality.picture_sheet import PictureSheet
from segstudio.ui.theme import Theme
from segstudio.ui.thin_progress import thin_progress
from segstudio.ui.train.empty_state import EmptyState

_PICTURE: Final = 120
_KEYS: Final = (Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_Delete)


class QueuePage(QWidget):
    """Shows the parts of images that are most worth labelling.

    Args:
        queue: Finds them.
        training: Knows how well models did with how many images.
        predict: Knows the chosen model.
        theme: Colours and icons.
    """

    def __init__(
        self,
        queue: LabellingQueue,
        training: TrainingController,
        predict: PredictController,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._predict = predict
        self._points: list[tuple[int, float]] = []
        self.search = QPushButton(self.tr("Find what to label next"))
        theme.keep_icon(self.search, "magnifying-glass")
        self.search.setToolTip(
            self.tr("Runs the chosen model over images that are not approved and judge no model")
        )
        self.search.clicked.connect(self._on_find)
        self.others = QComboBox()
        self.others.setToolTip(
            self.tr("Where two models disagree, one of them is wrong; this takes twice as long")
        )
        self.others.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        against = QHBoxLayout()
        against.addWidget(QLabel(self.tr("Disagreement with")))
        against.addWidget(self.others, 1)
        self.state = QLabel()
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setWordWrap(True)
        self._progress = thin_progress()
        self._progress.hide()
        self.sheet = PictureSheet(_KEYS, side=_PICTURE, lines=1)
        self.sheet.key_pressed.connect(self._on_key)
        self.sheet.itemActivated.connect(lambda _item: self._with_current(queue.relabel))
        self.accept = QPushButton(self.tr("It is right (A)"))
        self.accept.setToolTip(self.tr("What the model says about this part trains from now on"))
        self.accept.clicked.connect(lambda: self._with_current(queue.accept))
        self.reject = QPushButton(self.tr("Not this one (X)"))
        self.reject.setToolTip(self.tr("Leaves the part as it is and does not propose it again"))
        self.reject.clicked.connect(lambda: self._with_current(queue.reject))
        self.relabel = QPushButton(self.tr("Correct it (Enter)"))
        self.relabel.setToolTip(self.tr("Opens the part with what the model says, to be painted"))
        self.relabel.clicked.connect(lambda: self._with_current(queue.relabel))
        decide = QHBoxLayout()
        for button in (self.accept, self.reject, self.relabel):
            decide.addWidget(button)
        self.empty = EmptyState(
            self.tr(
                "Where the model is unsure, a correction teaches it most.\n\n"
                "The chosen model is run over images that are not approved. The parts that it "
                "would learn most from, each unlike the others, come here."
            )
        )
        self.target = QDoubleSpinBox()
        self.target.setRange(0.05, 0.99)
        self.target.setSingleStep(0.01)
        self.target.setValue(0.8)
        self.target.valueChanged.connect(self._show_forecast)
        self.outlook = QLabel()
        self.outlook.setTextFormat(Qt.TextFormat.PlainText)
        self.outlook.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("How many images for a mean IoU of")))
        row.addWidget(self.target)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addLayout(against)
        layout.addWidget(self._progress)
        layout.addWidget(self.state)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.sheet, 1)
        layout.addLayout(decide)
        layout.addLayout(row)
        layout.addWidget(self.outlook)
        predict.models_changed.connect(self._show_others)
        predict.model_loaded.connect(lambda _model: self._show_others())
        queue.changed.connect(self._show_items)
        queue.progressed.connect(self._show_progress)
        queue.running_changed.connect(self._on_running_changed)
        queue.accepted.connect(self._on_accepted)
        training.histories_read.connect(self._take_runs)
        self._training = training
        self._show_others()
        self._show_items()
        self._show_forecast()

    def showEvent(self, event: object) -> None:
        """Read how well models did, for the forecast."""
        self._training.read_histories()

    def _on_find(self) -> None:
        if self._queue.is_running:
            self._queue.cancel()
        elif self._predict.model is not None:
            self._queue.build(self._predict.model.path, self.others.currentData())

    def _show_others(self) -> None:
        """Offer the other models; at first the one that the chosen model took the place of."""
        chosen, models = self._predict.model, self._predict.models
        offered = [model for model in models if model != chosen]
        paths = [None, *(model.path for model in offered)]
        if [self.others.itemData(row) for row in range(self.others.count())] == paths:
            return
        self.others.clear()
        self.others.addItem(self.tr("no other model"), None)
        for model, name in zip(offered, shown_names(offered), strict=True):
            self.others.addItem(name, model.path)
        lineage = read_lineage(chosen.path) if chosen and chosen.origin == "project" else None
        if lineage and lineage.parent:
            names = ["", *(model.name for model in offered)]
            self.others.setCurrentIndex(
                names.index(lineage.parent) if lineage.parent in names else 0
            )
        self._show_state()

    def _on_running_changed(self, is_running: bool) -> None:
        self.search.setText(self.tr("Cancel") if is_running else self.tr("Find what to label next"))
        self._progress.setVisible(is_running)
        self._progress.setRange(0, 0)
        self._show_state()

    def _show_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        self.state.setText(self.tr("%d of %d images looked at") % (done, total))

    def _show_items(self) -> None:
        row = self.sheet.currentRow()
        self.sheet.clear()
        for item in self._queue.items:
            self.sheet.add(item.thumbnail, Path(item.key).name, item.key)
            shown = self.sheet.item(self.sheet.count() - 1)
            shown.setData(Qt.ItemDataRole.AccessibleTextRole, item.key)
        self.sheet.setCurrentRow(min(max(row, 0), self.sheet.count() - 1))
        self._show_state()

    def _show_state(self) -> None:
        count, is_running = len(self._queue.items), self._queue.is_running
        for part in (self.sheet, self.accept, self.reject, self.relabel):
            part.setVisible(bool(count))
        self.empty.setVisible(not count)
        self.empty.words.setVisible(not is_running and not self._queue.was_built)
        self.search.setEnabled(is_running or self._predict.model is not None)
        if is_running:
            text = self.tr("Running the model…")
        elif count:
            text = (
                self.tr("%d parts, the most telling first") % count
                if count > 1
                else self.tr("1 part")
            )
        elif self._predict.model is None:
            text = self.tr("Choose a model first: it is asked where it is unsure.")
        elif self._queue.was_built:
            text = self.tr("Nothing is left to propose: everything was looked at, or is left out.")
        else:
            text = ""
        self.state.setText(text)
        self.state.setVisible(bool(text))

    def _on_key(self, key: int) -> None:
        queue = self._queue
        self._with_current(queue.accept if key == Qt.Key.Key_A else queue.reject)

    def _on_accepted(self) -> None:
        # An image that opens takes the keys; whoever decides about parts wants them here.
        if self.isVisible():
            self.sheet.setFocus()

    def _with_current(self, act: Callable[[QueueItem], None]) -> None:
        row = self.sheet.currentRow()
        if 0 <= row < len(self._queue.items):
            act(self._queue.items[row])

    def _take_runs(self, runs: tuple[FollowedRun, ...]) -> None:
        self._points = [
            (run.history.starts[0].images.get(TRAIN, 0), run.history.best.mean_iou)
            for run in runs
            if run.history.starts
            and run.history.best is not None
            and run.history.best.mean_iou is not None
        ]
        self._show_forecast()

    def _show_forecast(self) -> None:
        target = self.target.value()
        found = forecast(self._points, target)
        now = max((count for count, _ in self._points), default=0)
        self.outlook.setText(self._outlook_of(found, now))

    def _outlook_of(self, found: Forecast | None, now: int) -> str:
        if found is None:
            return self.tr("A forecast needs three models, trained on different numbers of images.")
        if found.images is None:
            return self.tr(
                "Going by %d runs, more images alone are unlikely to reach it (%.0f %% chance)."
            ) % (len(self._points), found.reachable * 100)
        more = max(found.images - now, 0)
        low = max((found.low or found.images) - now, 0)
        if found.high is None:
            return self.tr(
                "About %d more images, at least %d; there is a chance that no number is enough."
            ) % (more, low)
        return self.tr("About %d more images (probably %d to %d).") % (
            more,
            low,
            max(found.high - now, 0),
        )
