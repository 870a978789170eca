"""The window of statistics: bars and tables about the whole project."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.error_words import told
from segstudio.controllers.statistics import ProjectStatistics, StatisticsController
from segstudio.controllers.workspace import Workspace
from segstudio.errors import SegStudioError
from segstudio.ui.quality.charts import BarChart
from segstudio.ui.quality.number_table import NumberTableView
from segstudio.ui.quality.saving import Write, ask_path, saved_text, write_numbers, write_picture
from segstudio.ui.quality.statistics_views import StatisticsViews, View
from segstudio.ui.theme import Theme

_SIZE: Final = (860, 640)


class StatisticsDialog(QDialog):
    """Counts when it shows; it blocks nothing.

    Args:
        statistics: Counts.
        workspace: What is open.
        theme: Colours.
    """

    def __init__(
        self,
        statistics: StatisticsController,
        workspace: Workspace,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._statistics = statistics
        self.setWindowTitle(self.tr("Statistics"))
        self.resize(*_SIZE)
        self.pages = {
            name: StatisticsPage(theme)
            for name in ("classes", "sizes", "together", "review", "corrections")
        }
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        titles = (
            self.tr("Classes"),
            self.tr("Region sizes"),
            self.tr("Classes together"),
            self.tr("Review"),
            self.tr("Corrections"),
        )
        for page, title in zip(self.pages.values(), titles, strict=True):
            self.tabs.addTab(page, title)
        self.state = QLabel()
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(160, 8)
        self.count = QPushButton(self.tr("Count again"))
        self.count.clicked.connect(self._on_count)
        self.picture = QPushButton(self.tr("Save picture…"))
        self.picture.clicked.connect(self._ask_picture)
        self.numbers = QPushButton(self.tr("Save numbers…"))
        self.numbers.clicked.connect(self._ask_numbers)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.count, self.picture, self.numbers):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self._progress)
        row.addWidget(self.state, 1)
        row.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(row)
        self._views = StatisticsViews(self)
        statistics.counted.connect(self._show)
        statistics.progressed.connect(self._show_progress)
        statistics.running_changed.connect(self._on_running_changed)
        statistics.failed.connect(self._show_error)
        self.tabs.currentChanged.connect(self._show_buttons)
        workspace.project_changed.connect(self.reject)
        self._show_nothing()

    @property
    def page(self) -> "StatisticsPage":
        """The page that shows."""
        page = self.tabs.currentWidget()
        assert isinstance(page, StatisticsPage)
        return page

    def showEvent(self, event: QShowEvent) -> None:
        """Count."""
        super().showEvent(event)
        if not event.spontaneous():
            self._statistics.count()

    def done(self, result: int) -> None:
        """Stop counting."""
        self._statistics.cancel()
        super().done(result)

    def save_picture(self, path: Path) -> None:
        """Write what is drawn as PNG."""
        self._write(path, lambda path: write_picture(path, self.page.picture()))

    def save_numbers(self, path: Path) -> None:
        """Write the table as CSV."""
        view = self.page.view
        if view is not None:
            self._write(path, lambda path: write_numbers(path, view.table))

    def _show(self, statistics: ProjectStatistics) -> None:
        nothing = self.tr("Nothing is labelled yet. Numbers come with the first labels.")
        is_empty = not statistics.labels.images
        views, pages = self._views, self.pages
        pages["classes"].show_views(() if is_empty else views.classes(statistics), nothing)
        counting = nothing if is_empty else self.tr("The regions are being counted…")
        pages["sizes"].show_views(() if is_empty else views.sizes(statistics), counting)
        pages["together"].show_views(() if is_empty else views.together(statistics), nothing)
        pages["review"].show_views(views.review(statistics), nothing)
        untouched = self.tr(
            "Nothing was corrected yet. Each image notes how long it was worked on, "
            "and what differs from the model's answer."
        )
        pages["corrections"].show_views(views.corrections(statistics), untouched)
        self._show_buttons()

    def _show_nothing(self) -> None:
        for page in self.pages.values():
            page.show_views((), self.tr("Counting…"))
        self._show_buttons()

    def _show_buttons(self) -> None:
        has_view = self.page.view is not None
        self.picture.setEnabled(has_view)
        self.numbers.setEnabled(has_view)

    def _on_count(self) -> None:
        if self._statistics.is_running:
            self._statistics.cancel()
        else:
            self._statistics.count()

    def _on_running_changed(self, is_running: bool) -> None:
        self.count.setText(self.tr("Stop counting") if is_running else self.tr("Count again"))
        self._progress.setVisible(is_running)
        self._progress.setRange(0, 0)
        self.state.setText("")

    def _show_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        self.state.setText(self.tr("%d of %d images") % (done, total))

    def _show_error(self, error: SegStudioError) -> None:
        self.state.setText(told(error))

    def _file_name(self) -> str:
        view = self.page.view
        tab = self.tabs.tabText(self.tabs.currentIndex())
        return f"{tab} - {view.name}".replace("/", "-") if view else tab

    def _ask_picture(self) -> None:
        path = ask_path(self, self.tr("Save picture"), self._file_name(), ".png")
        if path is not None:
            self.save_picture(path)

    def _ask_numbers(self) -> None:
        path = ask_path(self, self.tr("Save numbers"), self._file_name(), ".csv")
        if path is not None:
            self.save_numbers(path)

    def _write(self, path: Path, write: Write) -> None:
        self.state.setText(saved_text(path, write))


class StatisticsPage(QWidget):
    """A sentence, a chart and a table; a list chooses between several."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._views: tuple[View, ...] = ()
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.which = QComboBox()
        self.which.setAccessibleName(self.tr("What to show"))
        self.which.setMaxVisibleItems(30)
        self.which.currentIndexChanged.connect(self._show)
        self.chart = BarChart(theme)
        self.table = NumberTableView()
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.addWidget(self.chart)
        self.parts.addWidget(self.table)
        self.parts.setChildrenCollapsible(False)
        self.parts.setSizes([320, 200])
        row = QHBoxLayout()
        row.addWidget(self.summary, 1)
        row.addWidget(self.which)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.parts, 1)
        layout.addStretch(0)

    @property
    def view(self) -> View | None:
        """What shows, or None if there is nothing."""
        place = self.which.currentIndex()
        return self._views[place] if 0 <= place < len(self._views) else None

    def show_views(self, views: tuple[View, ...], nothing: str) -> None:
        """Show views to choose from, or a sentence if there are none."""
        chosen = self.which.currentText()
        self._views = views
        self.which.blockSignals(True)
        self.which.clear()
        self.which.addItems([view.name for view in views])
        self.which.setCurrentIndex(max(self.which.findText(chosen), 0) if views else -1)
        self.which.blockSignals(False)
        self.which.setVisible(len(views) > 1)
        self.parts.setVisible(bool(views))
        if views:
            self._show()
        else:
            self.summary.setText(nothing)

    def picture(self) -> QPixmap:
        """Return the chart, or the table where there is none."""
        view = self.view
        return self.chart.picture() if view is not None and view.bars else self.table.picture()

    def _show(self) -> None:
        view = self.view
        if view is None:
            return
        self.summary.setText(view.summary)
        self.chart.setVisible(view.bars is not None)
        if view.bars is not None:
            self.chart.show_bars(view.bars)
        self.table.show_table(view.table, view.shares, heat=view.heat)
