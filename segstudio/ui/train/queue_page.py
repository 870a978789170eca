"""The contact sheet of what to label next, and how many more images it may take."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
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
from segstudio.storage.lineage import read_lineage
from segstudio.ui.theme import Theme

_THUMBNAIL: Final = 112
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
        self.sheet = _Sheet()
        self.sheet.accepted.connect(lambda: self._with_current(queue.accept))
        self.sheet.rejected.connect(lambda: self._with_current(queue.reject))
        self.sheet.itemActivated.connect(lambda _item: self._with_current(queue.relabel))
        keys = QLabel(self.tr("A: it is right · X: not this one · Enter: correct it"))
        keys.setTextFormat(Qt.TextFormat.PlainText)
        self.target = QDoubleSpinBox()
        self.target.setRange(0.05, 0.99)
        self.target.setSingleStep(0.01)
        self.target.setValue(0.8)
        self.target.valueChanged.connect(self._show_forecast)
        self.outlook = QLabel()
        self.outlook.setTextFormat(Qt.TextFormat.PlainText)
        self.outlook.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("To reach mIoU")))
        row.addWidget(self.target)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(against)
        layout.addWidget(self.search)
        layout.addWidget(self.state)
        layout.addWidget(self.sheet, 1)
        layout.addWidget(keys)
        layout.addLayout(row)
        layout.addWidget(self.outlook)
        predict.models_changed.connect(self._show_others)
        predict.model_loaded.connect(lambda _model: self._show_others())
        queue.changed.connect(self._show_items)
        queue.progressed.connect(self._show_progress)
        queue.running_changed.connect(self._on_running_changed)
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
        if [self.others.itemData(row) for row in range(1, self.others.count())] == [
            model.path for model in offered
        ]:
            return
        self.others.clear()
        self.others.addItem(self.tr("no other model"), None)
        for model in offered:
            self.others.addItem(model.name, model.path)
        lineage = read_lineage(chosen.path) if chosen and chosen.origin == "project" else None
        if lineage and lineage.parent:
            self.others.setCurrentIndex(max(self.others.findText(lineage.parent), 0))

    def _on_running_changed(self, is_running: bool) -> None:
        self.search.setText(self.tr("Cancel") if is_running else self.tr("Find what to label next"))
        if is_running:
            self.state.setText(self.tr("Running the model…"))
        else:
            self._show_items()

    def _show_progress(self, done: int, total: int) -> None:
        self.state.setText(self.tr("%d of %d images looked at") % (done, total))

    def _show_items(self) -> None:
        row = self.sheet.currentRow()
        self.sheet.clear()
        for item in self._queue.items:
            shown = QListWidgetItem(_icon(item), "")
            shown.setToolTip(f"{item.key}".replace("<", "&lt;"))
            shown.setData(Qt.ItemDataRole.AccessibleTextRole, item.key)
            self.sheet.addItem(shown)
        self.sheet.setCurrentRow(min(max(row, 0), self.sheet.count() - 1))
        count = len(self._queue.items)
        self.state.setText(
            self.tr("%d parts, the most telling first") % count
            if count
            else self.tr("Nothing is left to propose: everything was looked at, or is left out.")
            if self._queue.was_built
            else self.tr("Where the model is unsure, a correction teaches it most.")
        )

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


class _Sheet(QListWidget):
    """Thumbnails in rows; keys decide about the current one."""

    accepted = Signal()
    rejected = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSpacing(4)

    def event(self, event: QEvent) -> bool:
        """Claim the keys that decide, which mean something else in the window."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _KEYS
            and not event.modifiers()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Accept with A, reject with X or Delete; Enter activates."""
        match event.key():
            case Qt.Key.Key_A:
                self.accepted.emit()
            case Qt.Key.Key_X | Qt.Key.Key_Delete:
                self.rejected.emit()
            case _:
                super().keyPressEvent(event)


def _icon(item: QueueItem) -> QIcon:
    height, width = item.thumbnail.shape[:2]
    image = QImage(item.thumbnail.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
    return QIcon(QPixmap.fromImage(image))
