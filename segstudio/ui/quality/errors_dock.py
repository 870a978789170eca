"""The panel of labels that are likely wrong: walk through them, decide, go on."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.error_words import told
from segstudio.controllers.label_errors import Doubt, LabelErrorsController
from segstudio.controllers.predict import PredictController
from segstudio.core.label_errors import LEAST_CONFIDENCE
from segstudio.errors import SegStudioError
from segstudio.ui.quality.picture_sheet import PictureSheet
from segstudio.ui.theme import Theme

_ACCEPT: Final = Qt.Key.Key_A
_KEEP: Final = Qt.Key.Key_K


class ErrorsDock(QDockWidget):
    """Shows the doubts of the chosen model about labels, the heaviest first.

    Args:
        controller: Finds them.
        predict: Knows the chosen model.
        theme: Icons.
        parent: The window.
    """

    def __init__(
        self,
        controller: LabelErrorsController,
        predict: PredictController,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._controller, self._predict = controller, predict
        self._shows = False
        self.setWindowTitle(self.tr("Likely label errors"))
        self.setObjectName("label_errors")
        self.search = QPushButton()
        theme.keep_icon(self.search, "magnifying-glass")
        self.search.clicked.connect(self._on_search)
        self.least = QSpinBox()
        self.least.setRange(50, 99)
        self.least.setValue(round(LEAST_CONFIDENCE * 100))
        self.least.setSuffix(" %")
        self.least.setAccessibleName(self.tr("How sure the model must be"))
        self.least.setToolTip(self.tr("How sure the model must be to doubt a label"))
        self.state = QLabel()
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setWordWrap(True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(8)
        self._progress.hide()
        self.sheet = PictureSheet((_ACCEPT, _KEEP))
        self.sheet.currentRowChanged.connect(self._on_row)
        self.sheet.itemClicked.connect(lambda _item: self._with_current(controller.open))
        self.sheet.itemActivated.connect(lambda _item: self._with_current(controller.open))
        self.sheet.key_pressed.connect(self._on_key)
        self.accept = QPushButton(self.tr("Take the model's class (A)"))
        self.accept.clicked.connect(lambda: self._on_key(_ACCEPT))
        self.keep = QPushButton(self.tr("Keep the label (K)"))
        self.keep.clicked.connect(lambda: self._on_key(_KEEP))
        row = QHBoxLayout()
        row.addWidget(self.search, 1)
        row.addWidget(QLabel(self.tr("sure by")))
        row.addWidget(self.least)
        decide = QHBoxLayout()
        decide.addWidget(self.accept)
        decide.addWidget(self.keep)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._progress)
        layout.addWidget(self.state)
        layout.addWidget(self.sheet, 1)
        layout.addLayout(decide)
        self.setWidget(content)
        controller.changed.connect(self._show_doubts)
        controller.progressed.connect(self._show_progress)
        controller.running_changed.connect(self._on_running_changed)
        controller.failed.connect(self._show_error)
        controller.region_opened.connect(self._on_region_opened)
        predict.models_changed.connect(self._show_state)
        predict.model_loaded.connect(lambda _model: self._show_state())
        self._on_running_changed(is_running=False)
        self._show_doubts()

    def _on_search(self) -> None:
        if self._controller.is_running:
            self._controller.stop()
        elif self._predict.model is not None:
            self._controller.find(self._predict.model.path, self.least.value() / 100)

    def _on_running_changed(self, is_running: bool) -> None:
        self.search.setText(self.tr("Stop") if is_running else self.tr("Find likely errors"))
        self._progress.setVisible(is_running)
        self._progress.setRange(0, 0)
        self._show_state()

    def _show_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        self.state.setText(self.tr("%d of %d images looked at") % (done, total))

    def _show_error(self, error: SegStudioError) -> None:
        self.state.setText(told(error))

    def _show_doubts(self) -> None:
        row = self.sheet.currentRow()
        self._shows = True  # what is current now is not what the user chose
        self.sheet.clear()
        for doubt in self._controller.doubts:
            self.sheet.add(doubt.thumbnail, self._words(doubt), self._tip(doubt))
        self._shows = False
        count = self.sheet.count()
        if row >= 0 and count:
            self.sheet.setCurrentRow(min(row, count - 1))
        self._show_state()

    def _show_state(self) -> None:
        controller = self._controller
        count, found = len(controller.doubts), controller.found
        self.search.setEnabled(controller.is_running or self._predict.model is not None)
        for button in (self.accept, self.keep):
            button.setVisible(bool(count))
        if controller.is_running:
            text = self.tr("Running the model over what is labelled…")
        elif count:
            text = (
                self.tr("%d regions where the model is sure of another class.") % count
                if count > 1
                else self.tr("1 region where the model is sure of another class.")
            )
        elif self._predict.model is None:
            text = self.tr("Choose a model first: it is asked what it thinks of the labels.")
        elif found is not None and not found.images and not found.problems:
            text = self.tr(
                "No image has labels that somebody looked at. Approve or correct some first."
            )
        elif found is not None:
            text = self.tr("No label is in doubt any more, in %d images.") % found.images
        else:
            text = self.tr(
                "The chosen model is run over all labels that somebody looked at. "
                "Regions where it is sure of another class are likely errors, the largest first."
            )
        if found is not None and found.problems and not controller.is_running:
            text += "\n" + self.tr("Left out: %s") % " ".join(found.problems[:3])
        self.state.setText(text)

    def _words(self, doubt: Doubt) -> str:
        return f"{doubt.labelled} → {doubt.predicted}?\n{doubt.error.confidence:.0%}, " + (
            self.tr("%s px") % f"{doubt.error.pixels:,}"
        )

    def _tip(self, doubt: Doubt) -> str:
        return self.tr("%s: labelled %s, the model says %s") % (
            doubt.key,
            doubt.labelled,
            doubt.predicted,
        )

    def _on_row(self, _row: int) -> None:
        if not self._shows:
            self._with_current(self._controller.open)

    def _on_key(self, key: int) -> None:
        decide = self._controller.accept if key == _ACCEPT else self._controller.keep
        self._with_current(decide)

    def _on_region_opened(self) -> None:
        # An image that opens takes the keys; whoever walks through the list wants them here.
        if self.isVisible():
            QTimer.singleShot(0, self.sheet, self.sheet.setFocus)

    def _with_current(self, act: Callable[[Doubt], None]) -> None:
        row = self.sheet.currentRow()
        if 0 <= row < len(self._controller.doubts):
            act(self._controller.doubts[row])
