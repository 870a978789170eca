"""Changes the classes of the project: says first what would change, and takes changes back."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from segstudio.controllers.class_changes import ClassChangeController
from segstudio.controllers.error_words import as_sentence
from segstudio.controllers.workspace import Workspace
from segstudio.core.class_census import Census, SplitCount
from segstudio.core.class_change import ChangeKind, ClassChange, Operation, Split, planned
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.region import Region
from segstudio.storage.class_change_log import StoredChange
from segstudio.ui.class_forms import (
    ClassForm,
    ColorForm,
    OrderForm,
    RenameForm,
    SplitForm,
    TargetForm,
    plain_label,
    swatch_icon,
)
from segstudio.ui.class_words import changed_text
from segstudio.ui.thin_progress import thin_progress

_SOON_MS: Final = 300
_ICON: Final = QSize(12, 12)


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
        self._census: Census | None = None
        self._split_count: SplitCount | None = None
        self.setWindowTitle(self.tr("Classes of the project"))
        self.classes = _table(self.tr("Classes"), (self.tr("Images"), self.tr("Pixels")))
        self.classes.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("What to do"))
        self._pages = QStackedWidget()
        self.forms: dict[ChangeKind, ClassForm] = {}
        self._add_forms()
        self.effect = plain_label()
        self.effect.setMinimumWidth(340)
        self.rows = _table(
            self.tr("Class"), (self.tr("Images"), self.tr("Pixels"), self.tr("Becomes"))
        )
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._progress = thin_progress()
        self.go = QPushButton(self.tr("Change the classes"))
        self.log = _table(
            self.tr("What was done"), (self.tr("When"), self.tr("Images"), self.tr("Pixels"))
        )
        self.log.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
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
        return tuple(sorted({index.row() for index in self.classes.selectedIndexes()}))

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
        self._changes.counted.connect(self._on_counted)
        self._changes.split_counted.connect(self._on_split_counted)
        self._changes.progressed.connect(self._on_progressed)
        self._changes.running_changed.connect(lambda _running: self._show_effect())
        self._changes.changes_changed.connect(self._show_log)
        self._workspace.label_set_changed.connect(self._on_classes_changed)
        self._workspace.document_changed.connect(lambda _document: self._count_if_needed())
        self._workspace.labelled_changed.connect(self._count_if_needed)

    # --- Showing

    def _begin(self) -> None:
        self._census = None
        self._show_classes()
        self._show_log()
        self._changes.count()

    def _on_classes_changed(self) -> None:
        if self.isVisible():
            self._census = None
            self._show_classes()

    def _count_if_needed(self) -> None:
        """Count when a project was opened again after a change."""
        idle = not self._changes.is_running and self._workspace.document is not None
        if self.isVisible() and self._census is None and idle:
            self._changes.count()

    def _show_classes(self) -> None:
        label_set = self._workspace.label_set
        chosen = [index for index in self.chosen if index < len(label_set)]
        self.classes.blockSignals(True)
        self.classes.setRowCount(len(label_set))
        for row, item in enumerate(label_set):
            name = _cell(item.name)
            name.setIcon(swatch_icon(item.color))
            self.classes.setItem(row, 0, name)
        self.classes.clearSelection()
        for row in chosen or [len(label_set) - 1]:
            self.classes.selectRow(row)
        self.classes.blockSignals(False)
        self._show_numbers()
        self._show_forms()

    def _show_numbers(self) -> None:
        for row in range(self.classes.rowCount()):
            images = pixels = "…"
            if self._census is not None:
                images = f"{self._census.images([row]):,}"
                pixels = f"{int(self._census.pixels[row]):,}"
            self.classes.setItem(row, 1, _number(images))
            self.classes.setItem(row, 2, _number(pixels))

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
            problem = self._what_is_missing()
        else:
            try:
                change = planned(operation, self._workspace.label_set)
            except ValueError as error:
                problem = as_sentence(error)
        counted = self._split_count
        is_split = change is not None and change.split is not None
        if is_split and (counted is None or counted.split != operation):
            self._soon.start()
        may = change is not None and self._workspace.read_only is None
        self.go.setEnabled(may and not self._changes.is_changing)
        last = self._changes.undoable
        self.undo.setEnabled(last is not None and not self._changes.is_changing)
        self._progress.setVisible(self._changes.is_running)
        self.effect.setText(problem if change is None else self._effect(change, operation))
        self._show_rows(change)

    def _what_is_missing(self) -> str:
        kind = self.kind.currentData()
        if kind == ChangeKind.REORDER:  # Qt gives back plain text
            return self.tr("Drag the classes, or move the chosen one up or down.")
        if kind == ChangeKind.SPLIT:
            return self.tr("Choose one class on the left, and name the new one.")
        if kind in (ChangeKind.MERGE, ChangeKind.DELETE):
            return self.tr("Choose one class or several on the left.")
        return self.tr("Choose one class on the left.")

    def _effect(self, change: ClassChange, operation: Operation | None) -> str:
        if change.kind is ChangeKind.RENAME:
            return self.tr("No pixel changes. Exports get the new name; models follow it.")
        if change.kind is ChangeKind.RECOLOR:
            return self.tr("No pixel changes. Mask files and exports get the new colour.")
        if change.kind is ChangeKind.REORDER:
            return self.tr(
                "No pixel gets another class. The numbers of classes in mask files change."
            )
        if isinstance(operation, Split) and operation.at_most is None:
            return self.tr(
                "Only the open image changes: regions that the selection touches get the new class."
            )
        found = self._numbers(change)
        if found is None:
            return self.tr("Counting…")
        images, pixels = found
        if not pixels:
            return self.tr("No image has any of it: only the list of classes changes.")
        return self.tr("%s pixels in %s get another class. It can be undone.") % (
            f"{pixels:,}",
            self.tr("%s images") % f"{images:,}" if images != 1 else self.tr("1 image"),
        )

    def _numbers(self, change: ClassChange) -> tuple[int, int] | None:
        """Return how many images and pixels would change, or None until that is counted."""
        if change.split is not None:
            counted = self._split_count
            if counted is None or counted.split != self.operation:
                return None
            return counted.images, counted.pixels
        if self._census is None:
            return None
        affected = list(change.affected)
        return self._census.images(affected), int(self._census.pixels[affected].sum())

    def _show_rows(self, change: ClassChange | None) -> None:
        affected = () if change is None else change.affected
        self.rows.setRowCount(len(affected))
        self.rows.setVisible(bool(affected))
        if change is None:
            return
        for row, index in enumerate(affected):
            images = pixels = "…"
            if change.split is not None:
                becomes = change.after[change.split.target].name
                if (found := self._numbers(change)) is not None:
                    images, pixels = f"{found[0]:,}", f"{found[1]:,}"
            else:
                place = change.table[index]
                unlabelled = place == IGNORE_INDEX
                becomes = self.tr("unlabelled") if unlabelled else change.after[place].name
                if self._census is not None:
                    images = f"{self._census.images([index]):,}"
                    pixels = f"{int(self._census.pixels[index]):,}"
            name = _cell(change.before[index].name)
            name.setIcon(swatch_icon(change.before[index].color))
            for column, cell in enumerate((name, _number(images), _number(pixels), _cell(becomes))):
                self.rows.setItem(row, column, cell)

    def _show_log(self) -> None:
        changes = self._changes.changes[::-1]
        self.log.setRowCount(len(changes))
        for row, stored in enumerate(changes):
            text = _cell(stored.text)
            text.setToolTip(_plain(self._report(stored)))
            numbers = stored.report
            for column, cell in enumerate(
                (
                    text,
                    _cell(stored.name[:16].replace(".", ":")),
                    _number(f"{numbers.images:,}" if numbers.images else ""),
                    _number(f"{numbers.pixels:,}" if numbers.pixels else ""),
                )
            ):
                self.log.setItem(row, column, cell)
        last = self._changes.undoable
        self.undo.setEnabled(last is not None and not self._changes.is_changing)
        self.undo.setToolTip(_plain(last.text) if last is not None else "")

    def _report(self, stored: StoredChange) -> str:
        return changed_text(stored)

    # --- Doing

    def _count_split(self) -> None:
        operation = self.operation
        if isinstance(operation, Split) and operation.at_most is not None:
            self._changes.count_split(operation)

    def _on_counted(self, census: Census) -> None:
        self._census = census
        self._show_numbers()
        self._show_effect()

    def _on_split_counted(self, count: SplitCount) -> None:
        self._split_count = count
        self._show_effect()
        self._count_if_needed()

    def _on_progressed(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def _on_go(self) -> None:
        operation = self.operation
        self._split_count = None
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


def _table(first: str, others: tuple[str, ...]) -> QTableWidget:
    table = QTableWidget(0, 1 + len(others))
    table.setHorizontalHeaderLabels([first, *others])
    table.setAccessibleName(first)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setIconSize(_ICON)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def _cell(text: str) -> QTableWidgetItem:
    return QTableWidgetItem(text)


def _number(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


def _plain(text: str) -> str:
    # Tool tips guess whether they hold markup; a class name never does.
    return text.replace("&", "&amp;").replace("<", "&lt;")
