"""What the window shows about models beside the open image: dialogs, the heat map, all images."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from segstudio.controllers.error_words import stopped
from segstudio.controllers.predict import CardQuestion, PredictController
from segstudio.controllers.predict_all import AllOutcome, PredictAllController
from segstudio.controllers.uncertainty import UncertaintyController
from segstudio.controllers.workspace import Workspace
from segstudio.core.merge import MergeRule
from segstudio.core.uncertainty import UncertainRegion
from segstudio.engine.answers import GpuMemoryError
from segstudio.engine.crash_notes import CrashedBeforeError
from segstudio.errors import SegStudioError
from segstudio.ui.canvas.canvas import Canvas
from segstudio.ui.job_bar import JobBar
from segstudio.ui.messages import MessageBar
from segstudio.ui.model_dialog import ModelDialog
from segstudio.ui.run_all_dialog import DisagreementList, RunAllDialog


class InferenceUi(QObject):
    """Connects the controllers of models to the parts of the window that show them."""

    def __init__(
        self,
        workspace: Workspace,
        predict: PredictController,
        canvas: Canvas,
        messages: MessageBar,
        jobs: JobBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._predict = predict
        self._canvas = canvas
        self._messages = messages
        self._jobs = jobs
        self._window = window
        self.all = PredictAllController(workspace, predict, self)
        self.uncertainty = UncertaintyController(predict, self)
        self.run_all_dialog = RunAllDialog(window)
        self.model_dialog: ModelDialog | None = None
        self.disagreements: DisagreementList | None = None
        self.run_all_dialog.chosen.connect(lambda rule, again: self.all.run(rule, again=again))
        predict.card_needed.connect(self._on_card_needed)
        predict.failed.connect(self._on_failed)
        self.all.failed.connect(messages.show_error)
        self.all.running_changed.connect(self._on_all_running_changed)
        self.all.progressed.connect(jobs.set_progress)
        self.all.finished.connect(self._on_all_finished)
        self.uncertainty.changed.connect(canvas.set_uncertainty)
        self.uncertainty.region_chosen.connect(self._on_region)
        self.uncertainty.nothing_found.connect(
            lambda: messages.show_notice(self.tr("The model is sure everywhere in this image."))
        )

    @property
    def is_idle(self) -> bool:
        """Whether nothing that the user would wait for is under way."""
        return not self.all.is_running and self.uncertainty.is_idle

    def ask_run_all(self) -> None:
        """Ask what running the model on all images may change."""
        self.run_all_dialog.show()

    def shut_down(self) -> None:
        """Stop everything."""
        self.all.shut_down()
        self.uncertainty.shut_down()
        if self.model_dialog is not None:
            self.model_dialog.reject()

    def _on_card_needed(self, question: CardQuestion) -> None:
        if self.model_dialog is not None:
            self.model_dialog.reject()
        dialog = ModelDialog(question, self._predict, self._workspace.label_set, self._window)
        dialog.destroyed.connect(self._forget_model_dialog)
        self.model_dialog = dialog
        dialog.show()

    def _forget_model_dialog(self) -> None:
        self.model_dialog = None

    def _on_failed(self, error: SegStudioError) -> None:
        if isinstance(error, CrashedBeforeError):
            self._messages.show_error(error, self.tr("Try it again"), self._predict.try_again)
        elif isinstance(error, GpuMemoryError):
            run_on_cpu = self._predict.run_on_cpu
            self._messages.show_error(error, self.tr("Run it on the CPU"), run_on_cpu)
        else:
            self._messages.show_error(error)

    def _on_all_running_changed(self, is_running: bool) -> None:
        model = self._predict.model
        if is_running and model is not None:
            name = self.tr("Running %s on all images") % model.name
            self._jobs.begin(name, self.all.cancel, self.tr("images"))
        else:
            self._jobs.end()

    def _on_all_finished(self, outcome: AllOutcome) -> None:
        if outcome.rule is MergeRule.COMPARE:
            self._show_disagreements(outcome)
            return
        words = [self.tr("%d images changed") % outcome.changed]
        if outcome.skipped:
            words.append(self.tr("%d left out, approved or done before") % outcome.skipped)
        if outcome.failed:
            words.append(self.tr("%d failed") % outcome.failed)
        if outcome.was_stopped:
            words.append(self.tr("stopped; run again to go on"))
        self._messages.show_notice(stopped(", ".join(words)))

    def _show_disagreements(self, outcome: AllOutcome) -> None:
        if not outcome.disagreements:
            self._messages.show_notice(self.tr("Labels and model agree in all images."))
            return
        self.disagreements = DisagreementList(outcome.disagreements, self._window)
        self.disagreements.image_chosen.connect(self._workspace.open_image)
        self.disagreements.show()

    def _on_region(self, region: UncertainRegion, number: int, count: int) -> None:
        self._canvas.show_rect(region.rect)
        self._messages.show_notice(
            self.tr("Uncertain region %d of %d, %s pixels.") % (number, count, f"{region.pixels:,}")
        )
