"""Changes the classes of the project: says first what would change, and takes changes back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from segstudio.controllers.class_changes import ClassChangeController
from segstudio.controllers.error_words import as_sentence
from segstudio.controllers.workspace import Workspace
from segstudio.core.class_census import Census, Counted, SplitCount
from segstudio.core.class_change import ChangeKind, Operation, Split, planned
from segstudio.core.region import Region
from segstudio.ui.class_forms import (
    ClassForm,
    ColorForm,
    OrderForm,
    RenameForm,
    SplitForm,
    TargetForm,
    plain_label,
)
from segstudio.ui.class_tables import AffectedTable, ChangeLogTable, ClassTable, plain_tip
from segstudio.ui.class_words import effect_text, missing_text
from segstudio.ui.thin_progress import thin_progress

_SOON_MS: Final = 300


class ClassDialog(QDialog):
    """The classes, what to do with those that are chosen, what that would change, what was done.

    It blocks nothing: the window can be used while it is open.

    Args:
        changes: Changes the classes.
        workspace: The open project.
        selection: Returns what is selected in the open image, or None.
        parent: The window.
    """

    def __init__(
        self,
        changes: ClassChangeController,
        workspace: Workspace,
        selection: Callable[[], Region | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._changes = changes
        self._workspace = workspace
        self._selection = selection
        self._counted = Counted()
        self.setWindowTitle(self.tr("Classes of the project"))
        self.classes = ClassTable()
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("What to do"))
        self._pages = QStackedWidget()
        self.forms: dict[ChangeKind, ClassForm] = {}
        self._add_forms()
        self.effect = plain_label()
        self.effect.setMinimumWidth(340)
        self.rows = AffectedTable()
        self._progress = thin_progress()
        self.go = QPushButton(self.tr("Change the classes"))
        self.log = ChangeLogTable()
        self.undo = QPushButton(self.tr("Undo the last change"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.undo, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        self._build(buttons)
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._count_split)
        self._connect()

    @property
    def chosen(self) -> tuple[int, ...]:
        """The class indices that are chosen in the list."""
        return self.classes.chosen

    @property
    def operation(self) -> Operation | None:
        """The change that is asked for, or None while something is missing."""
        return self.forms[self.kind.currentData()].operation()

    def choose(self, kind: ChangeKind, class_index: int) -> None:
        """Show the dialog with one class and what to do with it."""
        self.show()
        self.raise_()
        self.classes.selectRow(class_index)
        self.kind.setCurrentIndex(self.kind.findData(kind))

    def showEvent(self, event: QShowEvent) -> None:
        """List the classes as they are now, and count their pixels."""
        self._begin()
        super().showEvent(event)

    def done(self, result: int) -> None:
        """Stop counting."""
        if not self._changes.is_changing:
            self._changes.cancel()
        super().done(result)

    # --- Building

    def _add_forms(self) -> None:
        for kind, text, form in (
            (ChangeKind.RENAME, self.tr("Rename"), RenameForm()),
            (ChangeKind.RECOLOR, self.tr("Change the colour"), ColorForm()),
            (ChangeKind.REORDER, self.tr("Change the order"), OrderForm()),
            (ChangeKind.MERGE, self.tr("Merge"), TargetForm(self.tr("Merge into"))),
            (ChangeKind.SPLIT, self.tr("Split"), SplitForm()),
            (
                ChangeKind.DELETE,
                self.tr("Delete"),
                TargetForm(self.tr("Its pixels become"), self.tr("unlabelled")),
            ),
        ):
            self.forms[kind] = form
            self.kind.addItem(text, kind)
            self._pages.addWidget(form)
            form.changed.connect(self._show_effect)

    def _build(self, buttons: QDialogButtonBox) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setHorizontalSpacing(16)
        layout.setVerticalSpacing(8)
        layout.addWidget(self.classes, 0, 0, 6, 1)
        layout.addWidget(self.kind, 0, 1)
        layout.addWidget(self._pages, 1, 1)
        layout.addWidget(self.effect, 2, 1)
        layout.addWidget(self.rows, 3, 1)
        layout.addWidget(self._progress, 4, 1)
        layout.addWidget(self.go, 5, 1, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(QLabel(self.tr("What was done to the classes")), 6, 0, 1, 2)
        layout.addWidget(self.log, 7, 0, 1, 2)
        layout.addWidget(buttons, 8, 0, 1, 2)
        layout.setRowStretch(1, 2)
        layout.setRowStretch(3, 3)
        layout.setRowStretch(7, 2)
        layout.setColumnStretch(0, 2)
        layout.setColumnStretch(1, 3)
        self.resize(780, 600)

    def _connect(self) -> None:
        self.classes.itemSelectionChanged.connect(self._show_forms)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.go.clicked.connect(self._on_go)
        self.undo.clicked.connect(self._changes.undo)
        self._changes.counts.counted.connect(self._on_counted)
        self._changes.counts.split_counted.connect(self._on_split_counted)
        self._changes.progressed.connect(self._on_progressed)
        self._changes.running_changed.connect(lambda _running: self._show_effect())
        self._changes.changes_changed.connect(self._show_log)
        self._workspace.label_set_changed.connect(self._on_classes_changed)
        self._workspace.document_changed.connect(lambda _document: self._count_if_needed())
        self._workspace.labelled_changed.connect(self._count_if_needed)

    # --- Showing

    def _begin(self) -> None:
        self._counted = replace(self._counted, census=None)
        self._show_classes()
        self._show_log()
        self._changes.count()

    def _on_classes_changed(self) -> None:
        if self.isVisible():
            self._counted = replace(self._counted, census=None)
            self._show_classes()

    def _count_if_needed(self) -> None:
        """Count when a project was opened again after a change."""
        idle = not self._changes.is_running and self._workspace.document is not None
        if self.isVisible() and self._counted.census is None and idle:
            self._changes.count()

    def _show_classes(self) -> None:
        self.classes.show_classes(self._workspace.label_set)
        self.classes.show_census(self._counted.census)
        self._show_forms()

    def _show_forms(self) -> None:
        for form in self.forms.values():
            form.blockSignals(True)
            form.show_classes(self._workspace.label_set, self.chosen)
            form.blockSignals(False)
        self._show_effect()

    def _on_kind(self) -> None:
        self._pages.setCurrentIndex(self.kind.currentIndex())
        self._show_effect()

    def _show_effect(self) -> None:
        operation = self.operation
        change, problem = None, ""
        if operation is None:
            problem = missing_text(ChangeKind(self.kind.currentData()))
        else:
            try:
                change = planned(operation, self._workspace.label_set)
            except ValueError as error:
                problem = as_sentence(error)
        counted = self._counted.split
        is_split = change is not None and change.split is not None
        if is_split and (counted is None or counted.split != operation):
            self._soon.start()
        may = change is not None and self._workspace.read_only is None
        self.go.setEnabled(may and not self._changes.is_changing)
        last = self._changes.undoable
        self.undo.setEnabled(last is not None and not self._changes.is_changing)
        self._progress.setVisible(self._changes.is_running)
        text = problem if change is None else effect_text(change, operation, self._counted)
        self.effect.setText(text)
        self.rows.show_change(change, operation, self._counted)

    def _show_log(self) -> None:
        self.log.show_changes(self._changes.changes)
        last = self._changes.undoable
        self.undo.setEnabled(last is not None and not self._changes.is_changing)
        self.undo.setToolTip(plain_tip(last.text) if last is not None else "")

    # --- Doing

    def _count_split(self) -> None:
        operation = self.operation
        if isinstance(operation, Split) and operation.at_most is not None:
            self._changes.count_split(operation)

    def _on_counted(self, census: Census) -> None:
        self._counted = replace(self._counted, census=census)
        self.classes.show_census(census)
        self._show_effect()

    def _on_split_counted(self, count: SplitCount) -> None:
        self._counted = replace(self._counted, split=count)
        self._show_effect()
        self._count_if_needed()

    def _on_progressed(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def _on_go(self) -> None:
        operation = self.operation
        self._counted = replace(self._counted, split=None)
        if isinstance(operation, Split) and operation.at_most is None:
            selection = self._selection()
            if selection is None:
                self.effect.setText(
                    self.tr(
                        "Nothing is selected in the open image. Select what is to be split off, "
                        "with the magic wand (W) say, and press the button again."
                    )
                )
                return
            self._changes.split_selected(operation.class_index, operation.name, selection)
        elif operation is not None:
            self._changes.change(operation)
