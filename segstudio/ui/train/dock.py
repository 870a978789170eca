"""The place of the train panel in the window; the panel is made when it first shows."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow

from segstudio.controllers.comparison import ComparisonController
from segstudio.controllers.labelling_queue import LabellingQueue
from segstudio.controllers.predict import PredictController
from segstudio.controllers.training import TrainingController
from segstudio.controllers.training_plan import TrainingPlan
from segstudio.ui.theme import Theme

if TYPE_CHECKING:
    from segstudio.ui.train.panel import TrainPanel

_WIDTH: Final = 440


class TrainDock(QDockWidget):
    """Holds the train panel, left of the image; hidden until it is asked for.

    Args:
        training: Runs the trainer.
        plan: Says what a training would do.
        comparison: Compares models and promotes them.
        queue: Finds what to label next.
        predict: Knows the models.
        theme: Colours and icons.
        window: The window.
    """

    def __init__(
        self,
        training: TrainingController,
        plan: TrainingPlan,
        comparison: ComparisonController,
        queue: LabellingQueue,
        predict: PredictController,
        theme: Theme,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Train"))
        self.setObjectName("train")
        self._parts = (training, plan, comparison, queue, predict, theme)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self)
        self.hide()

    def toggle(self) -> None:
        """Show the panel, or hide it."""
        self.setVisible(self.isHidden())

    @property
    def shows_comparison(self) -> bool:
        """Whether the user sees the new model beside the old one."""
        panel = self._panel()
        return panel is not None and panel.compare.isVisible()

    def show_comparison(self) -> None:
        """Show the panel with the shown run's model beside the chosen one."""
        self.show()
        if panel := self._panel():
            panel.show_comparison()

    def _panel(self) -> "TrainPanel | None":
        from segstudio.ui.train.panel import TrainPanel

        panel = self.widget()
        return panel if isinstance(panel, TrainPanel) else None

    def showEvent(self, event: QShowEvent) -> None:
        """Make the panel, which loads the library of curves."""
        if self.widget() is None:
            from segstudio.ui.train.panel import TrainPanel

            self.setWidget(TrainPanel(*self._parts))
            window = self.parent()
            if isinstance(window, QMainWindow):
                window.resizeDocks([self], [_WIDTH], Qt.Orientation.Horizontal)
        super().showEvent(event)
