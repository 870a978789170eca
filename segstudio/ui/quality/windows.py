"""The windows about the quality of labels; each is made when it is first wanted."""

from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QDockWidget, QMainWindow

from segstudio.controllers.label_comparison import LabelComparisonController
from segstudio.controllers.label_errors import LabelErrorsController
from segstudio.controllers.predict import PredictController
from segstudio.controllers.statistics import StatisticsController
from segstudio.controllers.workspace import Workspace
from segstudio.ui.theme import Theme

_WIDTH: Final = 400


class QualityWindows(QObject):
    """Opens them, and ends what they started.

    Args:
        workspace: What is open.
        predict: Knows the chosen model.
        theme: Colours and icons.
        window: The main window.
    """

    def __init__(
        self,
        workspace: Workspace,
        predict: PredictController,
        theme: Theme,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._workspace, self._predict = workspace, predict
        self._theme, self._window = theme, window
        self.statistics = StatisticsController(workspace, self)
        self.comparison = LabelComparisonController(workspace, self)
        self.errors = LabelErrorsController(workspace, self)
        self.errors_dock: QDockWidget | None = None
        self.statistics_dialog: QDialog | None = None
        self.compare_dialog: QDialog | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being counted or compared."""
        return not any(work.is_running for work in (self.statistics, self.comparison, self.errors))

    def show_statistics(self) -> None:
        """Show the statistics of the project."""
        if self.statistics_dialog is None:
            # With it the library of charts is loaded, which takes half a second.
            from segstudio.ui.quality.statistics_dialog import StatisticsDialog

            self.statistics_dialog = StatisticsDialog(
                self.statistics, self._workspace, self._theme, self._window
            )
        _show(self.statistics_dialog)

    def show_comparison(self) -> None:
        """Show the window that compares label sets."""
        if self.compare_dialog is None:
            from segstudio.ui.quality.compare_dialog import CompareDialog

            self.compare_dialog = CompareDialog(self.comparison, self._workspace, self._window)
        _show(self.compare_dialog)

    def toggle_errors(self) -> None:
        """Show the panel of likely label errors, or hide it."""
        if self.errors_dock is None:
            from segstudio.ui.quality.errors_dock import ErrorsDock

            self.errors_dock = ErrorsDock(self.errors, self._predict, self._theme, self._window)
            self._window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.errors_dock)
            self._window.resizeDocks([self.errors_dock], [_WIDTH], Qt.Orientation.Horizontal)
        else:
            self.errors_dock.setVisible(self.errors_dock.isHidden())

    def shut_down(self) -> None:
        """End the threads."""
        self.statistics.shut_down()
        self.comparison.shut_down()
        self.errors.shut_down()


def _show(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
