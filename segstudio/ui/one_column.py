"""A list with one column, for any number of rows."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget


def one_column(parent: QWidget, row_height: int) -> QTableView:
    """Return a list with one column.

    A table, not a list view: that one asks for every row before it draws the first.

    Args:
        parent: Its parent.
        row_height: Of each row, pixels.
    """
    view = QTableView(parent)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys stay with the canvas
    view.setShowGrid(False)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.horizontalHeader().hide()
    view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    rows = view.verticalHeader()
    rows.hide()
    rows.setMinimumSectionSize(min(rows.minimumSectionSize(), row_height))
    rows.setDefaultSectionSize(row_height)
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    return view
