"""The train panel: what to train, how it goes, what came out."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QScrollArea, QTabWidget, QWidget

from segstudio.controllers.comparison import ComparisonController
from segstudio.controllers.error_words import told
from segstudio.controllers.labelling_queue import LabellingQueue
from segstudio.controllers.predict import PredictController
from segstudio.controllers.training import TrainingController
from segstudio.controllers.training_plan import TrainingPlan
from segstudio.core.training_request import TrainingRequest
from segstudio.errors import SegStudioError
from segstudio.storage.lineage import read_lineage, trainable
from segstudio.storage.training_runs import TrainingRun
from segstudio.ui.theme import Theme
from segstudio.ui.train.compare_page import ComparePage
from segstudio.ui.train.progress_page import ProgressPage
from segstudio.ui.train.queue_page import QueuePage
from segstudio.ui.train.request_form import RequestForm
from segstudio.ui.train.runs_page import RunsPage


class TrainPanel(QTabWidget):
    """Holds the pages, and shows the one that matters.

    Args:
        training: Runs the trainer.
        plan: Says what a training would do.
        comparison: Compares models and promotes them.
        queue: Finds what to label next.
        predict: Knows the chosen model.
        theme: Colours and icons.
    """

    def __init__(
        self,
        training: TrainingController,
        plan: TrainingPlan,
        comparison: ComparisonController,
        queue: LabellingQueue,
        predict: PredictController,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._plan = plan
        self._comparison = comparison
        self._predict = predict
        self.setDocumentMode(True)
        self.form = RequestForm(theme)
        self.progress = ProgressPage(training, theme)
        self.addTab(_scrolled(self.form), self.tr("New"))
        self.compare = ComparePage(theme)
        self.runs = RunsPage(training, theme)
        self.addTab(self.progress, self.tr("Progress"))
        self.addTab(self.compare, self.tr("Compare"))
        self.queue = QueuePage(queue, training, predict, theme)
        self.addTab(self.runs, self.tr("Runs"))
        self.addTab(self.queue, self.tr("Label next"))
        self.form.train_requested.connect(self._on_train)
        self.form.preview_requested.connect(self._on_preview)
        self.form.mistyped.connect(self.form.show_problem)
        self.progress.report_requested.connect(_open_file)
        plan.planned.connect(self.form.show_plan)
        plan.failed.connect(lambda error: self.form.show_problem(told(error)))
        training.failed.connect(self._on_refused)
        training.changed.connect(self._show_state)
        training.ended.connect(self._on_ended)
        training.run_changed.connect(self._show_comparison)
        comparison.progressed.connect(self.compare.show_progress)
        comparison.compared.connect(self.compare.show_comparison)
        comparison.failed.connect(lambda _error: self._show_comparison())
        comparison.promoted.connect(self._on_promoted)
        self.compare.compare_requested.connect(self._on_compare)
        self.compare.promote_requested.connect(self._on_promote)
        self.compare.keep_requested.connect(self._on_kept)
        for page in (self.progress, self.compare, self.runs):
            page.new_requested.connect(lambda: self.setCurrentIndex(0))
        self.runs.report_requested.connect(_open_file)
        self.runs.run_requested.connect(self._on_run_requested)
        self.runs.model_requested.connect(predict.choose_path)
        predict.models_changed.connect(self._show_model)
        predict.model_loaded.connect(lambda _model: self._show_model())
        self.form.show_missing(training.missing)
        self._show_model()
        self._show_state()
        self._show_comparison()
        if training.run is not None:
            self.setCurrentWidget(self.progress)

    def _on_train(self, request: TrainingRequest) -> None:
        self._training.start(request)
        if self._training.is_busy:
            self.setCurrentWidget(self.progress)

    def _on_preview(self, request: TrainingRequest) -> None:
        self.form.show_waiting()
        self._plan.ask(request)

    def show_comparison(self) -> None:
        """Show the shown run's model beside the chosen one, and compare them if need be."""
        self.setCurrentWidget(self.compare)
        last = self._comparison.last
        if not self._comparison.is_running and (last is None or last.run != self._training.run):
            self._on_compare()

    def _on_ended(self, _run: TrainingRun) -> None:
        # Whoever decides about parts goes on doing so: their keys mean other things elsewhere.
        if self.currentWidget() is not self.queue or not self.queue.has_parts:
            self.setCurrentWidget(self.compare)
        self._on_compare()

    def _on_compare(self) -> None:
        run = self._training.run
        if run is not None and run.model.is_file():
            self._comparison.compare(run, self._old_model(run))

    def _old_model(self, run: TrainingRun) -> Path | None:
        """Return the chosen model, or the one whose place it took if it is the run's own."""
        model = self._predict.model
        lineage = read_lineage(model.path) if model is not None else None
        if model is None or lineage is None or lineage.run != run.name:
            return model.path if model else None
        names = {other.name: other.path for other in self._predict.models}
        return names.get(lineage.parent)

    def _on_promote(self) -> None:
        comparison, project = self._comparison.last, self._training.project
        if comparison is not None and project is not None:
            old = comparison.old.name if comparison.old else ""
            self._comparison.promote(comparison.run, project.name, old)

    def _on_promoted(self, path: Path) -> None:
        self._predict.choose_path(path)
        self._show_comparison()
        # The loop goes on: what this model does not know is what to label next.
        self.setCurrentWidget(self.queue)

    def _on_kept(self) -> None:
        self.setCurrentWidget(self.queue)

    def _on_refused(self, error: SegStudioError) -> None:
        """Go back to what was asked for, if a training did not even begin."""
        if self._training.run is None and self.currentWidget() is self.progress:
            self.setCurrentIndex(0)
            self.form.show_problem(told(error))

    def _on_run_requested(self, run: TrainingRun) -> None:
        self._training.show(run)
        self.setCurrentWidget(self.progress)

    def _show_comparison(self) -> None:
        run, last = self._training.run, self._comparison.last
        if last is not None and last.run == run:
            self.compare.show_comparison(last)
        else:
            self.compare.show_nothing(can_compare=run is not None and run.model.is_file())

    def _show_state(self) -> None:
        self.form.set_busy(is_busy=self._training.is_busy)
        error = self._training.read_only
        no_images = "" if self._training.project else self.tr("Open images first.")
        self.form.show_read_only(told(error) if error else no_images)
        self.compare.show_read_only(told(error) if error else "")
        self.runs.note.setReadOnly(error is not None)

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
    # Nobody looks for a button to the right of the panel.
    bar = area.verticalScrollBar().sizeHint().width()
    area.setMinimumWidth(widget.minimumSizeHint().width() + bar)
    return area


def _open_file(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
