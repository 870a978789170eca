"""The windows about the quality of labels; each is made when it is first wanted."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from segstudio.controllers.label_comparison import LabelComparisonController
from segstudio.controllers.statistics import StatisticsController
from segstudio.controllers.workspace import Workspace
from segstudio.ui.theme import Theme


class QualityWindows(QObject):
    """Opens them, and ends what they started.

    Args:
        workspace: What is open.
        theme: Colours and icons.
        window: The main window.
    """

    def __init__(self, workspace: Workspace, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._workspace, self._theme, self._window = workspace, theme, window
        self.statistics = StatisticsController(workspace, self)
        self.comparison = LabelComparisonController(workspace, self)
        self.statistics_dialog: QDialog | None = None
        self.compare_dialog: QDialog | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being counted or compared."""
        return not self.statistics.is_running and not self.comparison.is_running

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

    def shut_down(self) -> None:
        """End the threads."""
        self.statistics.shut_down()
        self.comparison.shut_down()


def _show(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
