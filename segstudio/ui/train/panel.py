"""The train panel: what to train, how it goes, what came out."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QScrollArea, QTabWidget, QWidget

from segstudio.controllers.predict import PredictController
from segstudio.controllers.training import TrainingController
from segstudio.controllers.training_plan import TrainingPlan
from segstudio.core.training_request import TrainingRequest
from segstudio.storage.lineage import trainable
from segstudio.ui.theme import Theme
from segstudio.ui.train.progress_page import ProgressPage
from segstudio.ui.train.request_form import RequestForm


class TrainPanel(QTabWidget):
    """Holds the pages, and shows the one that matters.

    Args:
        training: Runs the trainer.
        plan: Says what a training would do.
        predict: Knows the chosen model.
        theme: Colours and icons.
    """

    def __init__(
        self,
        training: TrainingController,
        plan: TrainingPlan,
        predict: PredictController,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._plan = plan
        self._predict = predict
        self.setDocumentMode(True)
        self.form = RequestForm(theme)
        self.progress = ProgressPage(training, theme)
        self.addTab(_scrolled(self.form), self.tr("New"))
        self.addTab(self.progress, self.tr("Progress"))
        self.form.train_requested.connect(self._on_train)
        self.form.preview_requested.connect(self._on_preview)
        self.form.mistyped.connect(self.form.plan.setText)
        self.progress.report_requested.connect(_open_file)
        plan.planned.connect(self.form.plan.setText)
        plan.failed.connect(lambda error: self.form.plan.setText(error.sentence))
        training.changed.connect(self._show_state)
        predict.models_changed.connect(self._show_model)
        predict.model_loaded.connect(lambda _model: self._show_model())
        self.form.show_missing(training.missing)
        self._show_model()
        self._show_state()
        if training.run is not None:
            self.setCurrentWidget(self.progress)

    def _on_train(self, request: TrainingRequest) -> None:
        self._training.start(request)
        if self._training.is_busy:
            self.setCurrentWidget(self.progress)

    def _on_preview(self, request: TrainingRequest) -> None:
        self.form.plan.setText(self.tr("Looking at the images…"))
        self._plan.ask(request)

    def _show_state(self) -> None:
        self.form.set_busy(is_busy=self._training.is_busy)

    def _show_model(self) -> None:
        project, model = self._training.project, self._predict.model
        known = project is not None and model is not None and model.origin == "project"
        self.form.show_model(
            trainable(project, model.path) if known and project and model else None
        )


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(widget)
    return area


def _open_file(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
