"""The tables about classes: how much there is of each, what a change would touch, what was done."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from segstudio.core.class_census import Census, Counted
from segstudio.core.class_change import ClassChange, Operation
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.storage.class_change_log import StoredChange
from segstudio.ui.class_forms import swatch_icon
from segstudio.ui.class_words import changed_text

_ICON: Final = QSize(12, 12)
_UNKNOWN: Final = "…"  # until it is counted


class _Table(QTableWidget):
    """Rows of text that is only read; the first column takes the room that is left."""

    def __init__(self, selects: QAbstractItemView.SelectionMode) -> None:
        super().__init__()
        self.setSelectionMode(selects)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setIconSize(_ICON)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def name_columns(self, first: str, *others: str) -> None:
        """Set the names of the columns; the first is also what the table is called."""
        self.setColumnCount(1 + len(others))
        self.setHorizontalHeaderLabels([first, *others])
        self.setAccessibleName(first)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def fill(self, row: int, *cells: QTableWidgetItem) -> None:
        """Set the cells of a row."""
        for column, cell in enumerate(cells):
            self.setItem(row, column, cell)


class ClassTable(_Table):
    """All classes, of which some can be chosen, and how much there is of each."""

    def __init__(self) -> None:
        super().__init__(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.name_columns(self.tr("Classes"), self.tr("Images"), self.tr("Pixels"))

    @property
    def chosen(self) -> tuple[int, ...]:
        """The class indices that are chosen."""
        return tuple(sorted({index.row() for index in self.selectedIndexes()}))

    def show_classes(self, label_set: LabelSet) -> None:
        """List the classes; those that are chosen stay so, else the last one is."""
        chosen = [index for index in self.chosen if index < len(label_set)]
        self.blockSignals(True)
        self.setRowCount(len(label_set))
        for row, item in enumerate(label_set):
            self.setItem(row, 0, _name(item))
        self.clearSelection()
        for row in chosen or [len(label_set) - 1]:
            self.selectRow(row)
        self.blockSignals(False)

    def show_census(self, census: Census | None) -> None:
        """Show how much there is of each class, or that it is being counted."""
        for row in range(self.rowCount()):
            images = pixels = _UNKNOWN
            if census is not None:
                images, pixels = f"{census.images([row]):,}", f"{int(census.pixels[row]):,}"
            self.setItem(row, 1, _number(images))
            self.setItem(row, 2, _number(pixels))


class AffectedTable(_Table):
    """The classes whose pixels a change would touch, and what they become; hidden without any."""

    def __init__(self) -> None:
        super().__init__(QAbstractItemView.SelectionMode.NoSelection)
        self.name_columns(
            self.tr("Class"), self.tr("Images"), self.tr("Pixels"), self.tr("Becomes")
        )

    def show_change(
        self, change: ClassChange | None, operation: Operation | None, counted: Counted
    ) -> None:
        """Show what a change would touch, as far as it is counted.

        Args:
            change: What the operation makes of the classes, or None if it cannot be done.
            operation: What is asked for.
            counted: What is known.
        """
        affected = () if change is None else change.affected
        self.setRowCount(len(affected))
        self.setVisible(bool(affected))
        if change is None:
            return
        for row, index in enumerate(affected):
            images = pixels = _UNKNOWN
            if change.split is not None:
                becomes = change.after[change.split.target].name
                if (found := counted.touched(change, operation)) is not None:
                    images, pixels = f"{found[0]:,}", f"{found[1]:,}"
            else:
                place, census = change.table[index], counted.census
                unlabelled = place == IGNORE_INDEX
                becomes = self.tr("unlabelled") if unlabelled else change.after[place].name
                if census is not None:
                    images = f"{census.images([index]):,}"
                    pixels = f"{int(census.pixels[index]):,}"
            name = _name(change.before[index])
            self.fill(row, name, _number(images), _number(pixels), QTableWidgetItem(becomes))


class ChangeLogTable(_Table):
    """What was done to the classes, the newest first."""

    def __init__(self) -> None:
        super().__init__(QAbstractItemView.SelectionMode.NoSelection)
        self.name_columns(
            self.tr("What was done"), self.tr("When"), self.tr("Images"), self.tr("Pixels")
        )

    def show_changes(self, changes: tuple[StoredChange, ...]) -> None:
        """List changes, which come the oldest first."""
        self.setRowCount(len(changes))
        for row, stored in enumerate(reversed(changes)):
            text = QTableWidgetItem(stored.text)
            text.setToolTip(plain_tip(changed_text(stored)))
            numbers = stored.report
            self.fill(
                row,
                text,
                QTableWidgetItem(stored.name[:16].replace(".", ":")),
                _number(f"{numbers.images:,}" if numbers.images else ""),
                _number(f"{numbers.pixels:,}" if numbers.pixels else ""),
            )


def plain_tip(text: str) -> str:
    """Return a tool tip: these guess whether they hold markup, and a class name never does."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _name(item: LabelClass) -> QTableWidgetItem:
    cell = QTableWidgetItem(item.name)
    cell.setIcon(swatch_icon(item.color))
    return cell


def _number(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
