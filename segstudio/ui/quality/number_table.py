"""A table of numbers, as wide as the window, in the order of any of its columns."""

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPalette, QPixmap
from PySide6.QtWidgets import QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from segstudio.core.label_statistics import Cell, NumberTable
from segstudio.ui.theme import ACCENT

_WIDEST = 260  # pixels; longer names are cut, and told by the tool tip
_MOST_HEAT = 150  # of 255: text stays readable on it
_PICTURE_RATIO = 2.0
_MOST_PICTURE = 50e6  # pixels of a picture; one of very many classes gets fewer for each


class NumberTableView(QTableWidget):
    """Shows a ``NumberTable``; a click on a title sorts by that column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = NumberTable((), ()), frozenset[int](), False
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setMaximumSectionSize(_WIDEST)

    def show_table(
        self, table: NumberTable, shares: frozenset[int] = frozenset(), *, heat: bool = False
    ) -> None:
        """Show a table.

        Args:
            table: The numbers.
            shares: Columns shown in per cent.
            heat: Whether cells are shaded by their share of the largest number.
        """
        self._shown = table, shares, heat
        self.setSortingEnabled(False)
        self.setRowCount(len(table.rows))
        self.setColumnCount(len(table.header))
        self.setHorizontalHeaderLabels(list(table.header))
        largest = max((_number(cell) for row in table.rows for cell in row[1:]), default=0)
        for place, row in enumerate(table.rows):
            for column, cell in enumerate(row):
                item = _Item(cell, is_share=column in shares)
                if heat and column and largest:
                    color = QColor(ACCENT)
                    color.setAlpha(round(_MOST_HEAT * max(_number(cell), 0) / largest))
                    item.setBackground(QBrush(color))
                self.setItem(place, column, item)
        self.setSortingEnabled(not heat)

    def picture(self) -> QPixmap:
        """Return all of the table, also what there is no room for, with twice the pixels."""
        table, shares, heat = self._shown
        whole = NumberTableView()
        whole.setFrameShape(QFrame.Shape.NoFrame)
        whole.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole.show_table(table, shares, heat=heat)
        whole.ensurePolished()
        whole.resizeColumnsToContents()
        head = whole.horizontalHeader()
        whole.resize(head.length(), head.sizeHint().height() + whole.verticalHeader().length())
        size = whole.size()
        ratio = min(_PICTURE_RATIO, math.sqrt(_MOST_PICTURE / (size.width() * size.height())))
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self.palette().color(QPalette.ColorRole.Base))
        whole.render(pixmap)
        return pixmap


class _Item(QTableWidgetItem):
    """A cell that is sorted by what it means, not by how it is written."""

    def __init__(self, cell: Cell, *, is_share: bool) -> None:
        super().__init__(_text(cell, is_share=is_share))
        # File and class names are data, never markup.
        self.setToolTip(self.text().replace("&", "&amp;").replace("<", "&lt;"))
        self._cell = cell
        if not isinstance(cell, str):
            self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        if not isinstance(other, _Item) or isinstance(self._cell, str):
            return self.text().casefold() < other.text().casefold()
        return _number(self._cell) < _number(other._cell)


def _number(cell: Cell) -> float:
    # What is not defined comes before all numbers.
    return -1.0 if isinstance(cell, str) or math.isnan(cell) else float(cell)


def _text(cell: Cell, *, is_share: bool) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and math.isnan(cell):
        return "-"
    if is_share:
        return f"{cell:.2%}"
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:.3f}" if abs(cell) <= 1 else f"{cell:,.1f}"
