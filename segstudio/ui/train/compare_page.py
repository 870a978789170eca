"""Old and new model side by side: numbers, pictures, and the choice between them."""

from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.comparison import Comparison, JudgedModel
from segstudio.core.comparison import Difference
from segstudio.core.label_set import LabelSet
from segstudio.ui.theme import ACCENT, Theme
from segstudio.ui.thin_progress import thin_progress
from segstudio.ui.train.empty_state import EmptyState
from segstudio.ui.train.flicker_view import FlickerView

_BETTER: Final = "#009e73"
_WORSE: Final = "#d55e00"
_SHADE: Final = 0.5  # opacity of a cell of the confusion matrix that holds all pixels of its row


class ComparePage(QWidget):
    """Shows a comparison and asks which model to use.

    Signals:
        promote_requested: The user wants the new model.
        keep_requested: The user keeps the old one.
        compare_requested: The user wants the comparison made.
        new_requested: The user wants to train.
    """

    promote_requested = Signal()
    keep_requested = Signal()
    compare_requested = Signal()
    new_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.compare = QPushButton(self.tr("Compare with the chosen model"))
        self.compare.clicked.connect(self.compare_requested)
        self.promote = QPushButton(self.tr("Use the new model"))
        self.promote.clicked.connect(self.promote_requested)
        self.keep = QPushButton(self.tr("Keep the old one"))
        self.keep.clicked.connect(self.keep_requested)
        theme.keep_icon(self.promote, "trophy")
        theme.keep_icon(self.compare, "scales")
        buttons = QHBoxLayout()
        for button in (self.compare, self.promote, self.keep):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.table = _Table()
        self.pictures = FlickerView(theme)
        self.confusions = _Confusions()
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self.table, self.tr("Classes"))
        tabs.addTab(self.pictures, self.tr("Pictures"))
        tabs.addTab(self.confusions, self.tr("What is taken for what"))
        self.tabs = tabs
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.summary)
        layout.addLayout(buttons)
        layout.addWidget(tabs, 1)
        self.empty = EmptyState(
            self.tr("When a run is finished, its model is compared with the chosen one here."),
            self.tr("Train a network"),
        )
        self.empty.wanted.connect(self.new_requested)
        self.progress = thin_progress()
        layout.addWidget(self.progress)
        layout.addWidget(self.empty, 1)
        layout.addStretch(0)
        self.show_nothing(can_compare=False)

    def show_nothing(self, *, can_compare: bool) -> None:
        """Say what will be here."""
        self.summary.setText(
            self.tr("Compare the new model with the one that is chosen, on images of their own.")
        )
        self.summary.setVisible(can_compare)
        self.empty.setVisible(not can_compare)
        self.compare.setVisible(can_compare)
        for part in (self.promote, self.keep, self.tabs, self.progress):
            part.hide()

    def show_read_only(self, reason: str) -> None:
        """Let no model be taken over where nothing can be written; empty lets it again."""
        self.promote.setEnabled(not reason)
        self.promote.setToolTip(reason)

    def show_progress(self, done: int, total: int) -> None:
        """Say how far the comparison is."""
        for part in (self.compare, self.empty, self.promote, self.keep, self.tabs):
            part.hide()
        self.summary.show()
        self.summary.setText(self.tr("Running both models on the images that judge…"))
        self.progress.show()
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show both models."""
        self.summary.setText(self._summary_of(comparison))
        for part in (self.compare, self.empty, self.progress):
            part.hide()
        self.summary.show()
        self.promote.show()
        self.keep.setVisible(comparison.old is not None)
        self.tabs.show()
        self.table.show_rows(comparison.rows, has_old=comparison.old is not None)
        self.pictures.show_images(comparison.images)
        self.confusions.show_models(
            [model for model in (comparison.old, comparison.new) if model], comparison.label_set
        )

    def _summary_of(self, comparison: Comparison) -> str:
        count = comparison.count
        images = self.tr("1 image") if count == 1 else self.tr("%d images") % count
        where = (
            self.tr("on %s that neither was trained on") % images
            if comparison.old
            else self.tr("on %s that it was not trained on") % images
        )
        lines = []
        mean = comparison.rows[0]
        if comparison.old is not None:
            lines.append(_verdict(mean, where))
        elif mean.new is not None:
            lines.append(self.tr("Mean IoU %.3f %s.") % (mean.new, where))
        for title, model in ((self.tr("old"), comparison.old), (self.tr("new"), comparison.new)):
            if model is not None:
                lines.append(
                    self.tr("%s: %s, %.1f MB, %.0f ms an image")
                    % (title, model.name, model.megabytes, model.milliseconds)
                )
        if comparison.unknown:
            lines.append(self.tr("The old model does not know %s.") % ", ".join(comparison.unknown))
        if count == 1:
            lines.append(
                self.tr("A single image tells little: approve more of those that are set aside.")
            )
        elif count < 10:
            lines.append(self.tr("So few images tell little; more of them narrow the interval."))
        return "\n".join(lines)


def _verdict(mean: Difference, where: str) -> str:
    translate = QCoreApplication.translate
    if mean.difference is None:
        return translate("ComparePage", "There is nothing to compare %s.") % where
    if mean.low is None or mean.high is None:
        return translate("ComparePage", "Mean IoU changes by %+.3f %s.") % (mean.difference, where)
    sure = (
        translate("ComparePage", "Surely better")
        if mean.is_sure and mean.difference > 0
        else translate("ComparePage", "Surely worse")
        if mean.is_sure
        else translate("ComparePage", "No sure difference")
    )
    return translate("ComparePage", "%s: mean IoU %+.3f (95 %% interval %+.3f to %+.3f) %s.") % (
        sure,
        mean.difference,
        mean.low,
        mean.high,
        where,
    )


class _Table(QTableWidget):
    def __init__(self) -> None:
        super().__init__(0, 5)
        self.setHorizontalHeaderLabels(
            [
                self.tr("class"),
                self.tr("old IoU"),
                self.tr("new IoU"),
                self.tr("difference"),
                self.tr("95 % interval"),
            ]
        )
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setStretchLastSection(True)

    def show_rows(self, rows: tuple[Difference, ...], *, has_old: bool) -> None:
        for column in (1, 3, 4):
            self.setColumnHidden(column, not has_old)
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            interval = (
                self.tr("%+.3f to %+.3f") % (row.low, row.high)
                if row.low is not None and row.high is not None
                else ""
            )
            cells = (row.name, _score(row.old), _score(row.new), _signed(row), interval)
            for column, text in enumerate(cells):
                cell = QTableWidgetItem(text)
                if column:
                    cell.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                if column == 3 and row.is_sure and row.difference is not None:
                    cell.setForeground(QColor(_BETTER if row.difference > 0 else _WORSE))
                self.setItem(place, column, cell)


class _Confusions(QWidget):
    """The confusion matrix of either model, each row in per cent of the true pixels."""

    def __init__(self) -> None:
        super().__init__()
        self._models: list[JudgedModel] = []
        self._label_set = LabelSet()
        self.which = QComboBox()
        self.which.currentIndexChanged.connect(self._show)
        self.table = QTableWidget()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.which)
        layout.addWidget(self.table)

    def show_models(self, models: list[JudgedModel], label_set: LabelSet) -> None:
        self._models, self._label_set = models, label_set
        self.which.clear()
        self.which.addItems([model.name for model in models])
        self.which.setCurrentIndex(len(models) - 1)

    def _show(self, place: int) -> None:
        if not 0 <= place < len(self._models):
            return
        names = list(self._label_set.names)
        counts = self._models[place].confusion
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        self.table.setRowCount(len(names))
        self.table.setColumnCount(len(names) + 1)
        self.table.setVerticalHeaderLabels([self.tr("true %s") % name for name in names])
        self.table.setHorizontalHeaderLabels([*names, self.tr("none of these")])
        for row in range(counts.shape[0]):
            for column in range(counts.shape[1]):
                cell = QTableWidgetItem(f"{shares[row, column]:.1%}")
                cell.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                cell.setToolTip(f"{int(counts[row, column]):,}")
                shade = QColor(ACCENT if row == column else _WORSE)
                shade.setAlphaF(_SHADE * float(shares[row, column]))
                cell.setBackground(shade)
                self.table.setItem(row, column, cell)
        self.table.resizeColumnsToContents()


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _signed(row: Difference) -> str:
    return "-" if row.difference is None else f"{row.difference:+.3f}"
