"""The contact sheet of what to label next."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.labelling_queue import LabellingQueue
from segstudio.controllers.predict import PredictController
from segstudio.controllers.queue_items import QueueItem
from segstudio.controllers.training import TrainingController
from segstudio.engine.catalog import shown_names
from segstudio.storage.lineage import read_lineage
from segstudio.ui.quality.picture_sheet import PictureSheet
from segstudio.ui.theme import Theme
from segstudio.ui.thin_progress import thin_progress
from segstudio.ui.train.empty_state import EmptyState
from segstudio.ui.train.forecast_view import ForecastView

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
        self.unit = QComboBox()
        self.unit.addItem(self.tr("Parts of images"), False)
        self.unit.addItem(self.tr("Whole images"), True)
        self.unit.setToolTip(
            self.tr(
                "Parts take least work; whole images tell more where all has to be seen at once"
            )
        )
        against = QHBoxLayout()
        against.addWidget(self.unit)
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
        self.undo = QPushButton(self.tr("Take back (Ctrl+Z)"))
        self.undo.setToolTip(self.tr("Proposes again what you decided about last"))
        self.undo.clicked.connect(queue.undo)
        self.sheet.undo_pressed.connect(queue.undo)
        theme.keep_icon(self.undo, "arrow-counter-clockwise")
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
        self.forecast = ForecastView(training, theme)
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
        layout.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.forecast)
        predict.models_changed.connect(self._show_others)
        predict.model_loaded.connect(lambda _model: self._show_others())
        queue.changed.connect(self._show_items)
        queue.progressed.connect(self._show_progress)
        queue.running_changed.connect(self._on_running_changed)
        queue.accepted.connect(self._on_accepted)
        self._training = training
        self._show_others()
        self._show_items()

    def showEvent(self, event: object) -> None:
        """Read how well models did, for the forecast."""
        self._training.read_histories()

    @property
    def has_parts(self) -> bool:
        """Whether there are parts to decide about."""
        return bool(self._queue.items)

    def _on_find(self) -> None:
        if self._queue.is_running:
            self._queue.cancel()
        elif self._predict.model is not None:
            self._queue.build(
                self._predict.model.path,
                self.others.currentData(),
                is_whole=self.unit.currentData(),
            )

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
        queue = self._queue
        count, is_running = len(queue.items), queue.is_running
        for part in (self.sheet, self.accept, self.reject, self.relabel):
            part.setVisible(bool(count))
        self.undo.setVisible(self._queue.can_undo)
        self.sheet.takes_undo = self._queue.can_undo
        self.empty.setVisible(not count)
        self.empty.words.setVisible(not is_running and not self._queue.was_built)
        self.search.setEnabled(is_running or self._predict.model is not None)
        if is_running:
            text = self.tr("Running the model…")
        elif count:
            text = (
                self.tr("%d proposals, the most telling first") % count
                if count > 1
                else self.tr("1 proposal")
            ) + self._of_how_many()
        elif self._predict.model is None:
            text = self.tr("Choose a model first: it is asked where it is unsure.")
        elif self._queue.was_built:
            text = (
                self.tr("Nothing is left to propose: everything was looked at, or is left out.")
                if queue.asked == queue.left
                else self.tr("Nothing is left to propose in %d of the %d images. Find asks others.")
                % (queue.asked, queue.left)
            )
        else:
            text = ""
        self.state.setText(text)
        self.state.setVisible(bool(text))

    def _of_how_many(self) -> str:
        """Say so if the model was asked about some of the images only."""
        queue = self._queue
        if queue.asked == queue.left:
            return ""
        return self.tr(", from %d of %d images; Find asks others") % (queue.asked, queue.left)

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
