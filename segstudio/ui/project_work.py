"""What is done with a project as a whole: training on it, and looking after its labels."""

from pathlib import PurePosixPath

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMainWindow

from segstudio.controllers.comparison import ComparisonController
from segstudio.controllers.followed_runs import RunState
from segstudio.controllers.labelling_queue import LabellingQueue
from segstudio.controllers.predict import PredictController
from segstudio.controllers.review import ReviewController
from segstudio.controllers.training import TrainingController
from segstudio.controllers.training_plan import TrainingPlan
from segstudio.controllers.workspace import Workspace
from segstudio.errors import SegStudioError, UnreviewedError
from segstudio.ui.messages import MessageBar
from segstudio.ui.quality.windows import QualityWindows
from segstudio.ui.theme import Theme
from segstudio.ui.train.dock import TrainDock


class ProjectWork(QObject):
    """Makes these parts; the window does so when the first project opens, and opens sooner itself.

    Args:
        workspace: What is open.
        predict: Knows the models.
        review: Knows what is approved.
        theme: Colours and icons.
        window: The main window.

    Signals:
        failed: A ``SegStudioError`` to tell the user.
    """

    failed = Signal(object)

    def __init__(
        self,
        workspace: Workspace,
        predict: PredictController,
        review: ReviewController,
        theme: Theme,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self.training = TrainingController(workspace, self)
        self.training_plan = TrainingPlan(workspace, self)
        self.comparison = ComparisonController(workspace, self)
        self.queue = LabellingQueue(workspace, review, self)
        self.quality = QualityWindows(workspace, predict, theme, window)
        self.train_dock = TrainDock(
            self.training, self.training_plan, self.comparison, self.queue, predict, theme, window
        )
        for part in (self.training, self.training_plan, self.comparison, self.queue):
            part.failed.connect(self.failed)

    def report_to(self, messages: MessageBar) -> None:
        """Tell in the bar what went wrong, with the next step, and that a training has ended."""

        def show(error: SegStudioError) -> None:
            if not isinstance(error, UnreviewedError):
                messages.show_error(error)
                return
            key, name = error.key, PurePosixPath(error.key).name
            messages.show_error(
                error, self.tr("Open %s") % name, lambda: self._workspace.open_image(key)
            )

        self.failed.connect(show)
        # Once the panel has heard of it, too.
        self.training.ended.connect(
            lambda _run: QTimer.singleShot(0, self, lambda: self._tell_end(messages))
        )

    def _tell_end(self, messages: MessageBar) -> None:
        if not self.train_dock.shows_comparison:
            messages.show_notice(
                self.tr("The training has finished."),
                self.tr("Look at the new model"),
                self.train_dock.show_comparison,
            )

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being counted or compared."""
        return self.quality.is_idle

    @property
    def uses_all_labels(self) -> bool:
        """Whether something reads the labels of many images, in the classes as they are.

        A run that trains does not: it has labels of its own.
        """
        return self.training.state is RunState.PREPARING or self.queue.is_running

    def shut_down(self) -> None:
        """End the threads."""
        for part in (
            self.training,
            self.training_plan,
            self.comparison,
            self.queue,
            self.quality,
        ):
            part.shut_down()
