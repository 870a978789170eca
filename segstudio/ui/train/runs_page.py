"""The runs of a project: curves over one another, what their settings differ in, notes, models."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.followed_runs import FollowedRun
from segstudio.controllers.training import TrainingController
from segstudio.core.training_request import FROM_IMAGENET, FROM_SCRATCH
from segstudio.storage.training_runs import TrainingRun
from segstudio.ui.theme import Theme
from segstudio.ui.train.curves import CurvesView
from segstudio.ui.train.empty_state import EmptyState

_OWN_TO_EACH: Final = frozenset({"data", "seed", "cache_mib", "version"})


class RunsPage(QWidget):
    """Lists the runs, the newest first; those that are selected are drawn over one another.

    Args:
        training: Knows the runs.
        theme: Colours and icons.

    Signals:
        report_requested: The path of a report to be opened.
        run_requested: A ``TrainingRun`` to be shown by itself.
        model_requested: The path of a project's model to go back to.
        new_requested: The user wants to train.
    """

    report_requested = Signal(Path)
    run_requested = Signal(object)
    model_requested = Signal(object)
    new_requested = Signal()

    def __init__(
        self, training: TrainingController, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._runs: tuple[FollowedRun, ...] = ()
        self.table = QTableWidget(0, 5)
        self.table.setHorizontalHeaderLabels(
            [
                self.tr("run"),
                self.tr("network"),
                self.tr("mIoU"),
                self.tr("model"),
                self.tr("note"),
            ]
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setMaximumHeight(200)
        self.table.itemSelectionChanged.connect(self._show_selected)
        self.show_run = QPushButton(self.tr("Show"))
        self.show_run.clicked.connect(self._on_show)
        self.report = QPushButton(self.tr("Report"))
        self.report.clicked.connect(self._on_report)
        self.use_model = QPushButton(self.tr("Go back to its model"))
        self.use_model.clicked.connect(self._on_use_model)
        theme.keep_icon(self.report, "file-text")
        theme.keep_icon(self.use_model, "clock-counter-clockwise")
        buttons = QHBoxLayout()
        for button in (self.show_run, self.report, self.use_model):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.note = QLineEdit()
        self.note.setPlaceholderText(self.tr("A note about the selected run"))
        self.note.editingFinished.connect(self._on_noted)
        self.differences = QLabel()
        self.differences.setTextFormat(Qt.TextFormat.PlainText)
        self.differences.setWordWrap(True)
        self.curves = CurvesView(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.table)
        layout.addLayout(buttons)
        layout.addWidget(self.note)
        layout.addWidget(self.differences)
        layout.addWidget(self.curves, 1)
        self.empty = EmptyState(
            self.tr(
                "Every training is kept here, with its curves beside those of others, "
                "its settings, your notes and its model."
            ),
            self.tr("Train a network"),
        )
        self.empty.wanted.connect(self.new_requested)
        layout.addWidget(self.empty, 1)
        training.histories_read.connect(self._show_runs)
        training.runs_changed.connect(self._read_again)
        training.ended.connect(lambda _run: self._read_again())
        training.changed.connect(self._show_buttons)
        self._noted: TrainingRun | None = None  # whose note shows
        self._show_selected()

    def showEvent(self, event: object) -> None:
        """Read the runs, which may have changed meanwhile."""
        self._training.read_histories()

    def _read_again(self) -> None:
        if self.isVisible():
            self._training.read_histories()

    def _show_runs(self, runs: tuple[FollowedRun, ...]) -> None:
        kept = {run.run for run in self._selected()}
        self._runs = runs
        self.table.blockSignals(True)
        self.table.setRowCount(len(runs))
        for row, run in enumerate(runs):
            best = run.history.best
            start = run.history.starts[0] if run.history.starts else None
            texts = (
                run.run.name,
                str(start.recipe["network"]) if start else "-",
                f"{best.mean_iou:.3f}" if best and best.mean_iou is not None else "-",
                run.model.stem if run.model else "-",
                run.note,
            )
            for column, text in enumerate(texts):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.table.clearSelection()
        self.table.blockSignals(False)
        mode = QAbstractItemView.SelectionMode.MultiSelection
        self.table.setSelectionMode(mode)
        for row, run in enumerate(runs):
            if run.run in kept or (not kept and row < 2):
                self.table.selectRow(row)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._show_selected()

    def _selected(self) -> list[FollowedRun]:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return [self._runs[row] for row in rows if row < len(self._runs)]

    def _show_selected(self) -> None:
        parts = (self.table, self.show_run, self.report, self.use_model, self.note)
        for part in (*parts, self.differences, self.curves):
            part.setVisible(bool(self._runs))
        self.empty.setVisible(not self._runs)
        selected = self._selected()
        one = selected[0] if len(selected) == 1 else None
        self._show_buttons()
        self.report.setEnabled(one is not None and one.run.report.is_file())
        self.use_model.setEnabled(one is not None and one.model is not None)
        self.note.setEnabled(one is not None)
        noted = one.run if one else None
        if noted != self._noted or not self.note.isModified():  # else it is being written
            self._noted = noted
            self.note.setText(one.note if one else "")
        self.differences.setText(self._differences_of(selected))
        self.curves.show_runs([(run.run.name, run.history) for run in selected])

    def _show_buttons(self) -> None:
        is_busy = self._training.is_busy
        self.show_run.setEnabled(len(self._selected()) == 1 and not is_busy)
        self.show_run.setToolTip(
            self.tr("A run trains, and is followed until it ends") if is_busy else ""
        )

    def _differences_of(self, runs: Sequence[FollowedRun]) -> str:
        recipes = [run.history.starts[0].recipe for run in runs if run.history.starts]
        if len(runs) == 1:
            return self._about(runs[0])
        if len(recipes) < 2:
            return self.tr("Select several runs to see what their settings differ in.")
        lines = [f"{name}: {' | '.join(values)}" for name, values in differing(recipes)]
        return "\n".join(lines) or self.tr("Their settings are the same.")

    def _about(self, run: FollowedRun) -> str:
        """Return where a run comes from, and what became of it."""
        lines = []
        if run.history.starts:
            weights = str(run.history.starts[0].recipe.get("weights", "none"))
            lines.append(
                {
                    FROM_SCRATCH: self.tr("Began from scratch."),
                    FROM_IMAGENET: self.tr("Began from ImageNet."),
                }.get(weights)
                or self.tr("Went on from the run of %s.") % _run_of(weights)
            )
        if run.model is not None and run.lineage is not None:
            lines.append(
                self.tr("Its model was taken over as %s, in place of %s.")
                % (run.model.stem, run.lineage.parent)
                if run.lineage.parent
                else self.tr("Its model was taken over as %s.") % run.model.stem
            )
        elif run.run.model.is_file():
            lines.append(self.tr("Its model was not taken over; Show and Compare still offer it."))
        return "\n".join(lines)

    def _on_show(self) -> None:
        self.run_requested.emit(self._selected()[0].run)

    def _on_report(self) -> None:
        self.report_requested.emit(self._selected()[0].run.report)

    def _on_use_model(self) -> None:
        self.model_requested.emit(self._selected()[0].model)

    def _on_noted(self) -> None:
        selected = self._selected()
        self.note.setModified(False)
        if len(selected) == 1 and self.note.text() != selected[0].note:
            self._training.write_note(selected[0].run, self.note.text())


def differing(recipes: Sequence[Mapping[str, Any]]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the settings that recipes differ in, each with its values as text.

    Args:
        recipes: Two or more, as ``Recipe.to_json`` gives them. Where the data lies, and the seed,
            are left out.
    """
    flat = [dict(_flat(recipe)) for recipe in recipes]
    names = dict.fromkeys(name for recipe in flat for name in recipe)
    rows = [(name, tuple(recipe.get(name, "-") for recipe in flat)) for name in names]
    return [(name, values) for name, values in rows if len(set(values)) > 1]


def _flat(recipe: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in recipe.items():
        if not prefix and name in _OWN_TO_EACH:
            continue
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{name} ")
        elif name == "weights" and value not in ("none", "imagenet"):
            pairs.append((prefix + name, _run_of(str(value))))
        else:
            pairs.append((prefix + name, str(value)))
    return pairs


def _run_of(checkpoint: str) -> str:
    """Return the name of the run that a checkpoint is of: .../runs/NAME/run/best.pt."""
    return "".join(Path(checkpoint).parts[-3:-2]) or checkpoint
