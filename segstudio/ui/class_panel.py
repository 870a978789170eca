"""The list of classes: choose, add, rename, recolour, show and hide."""

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.class_changes import ClassChangeController
from segstudio.controllers.error_words import told, translated
from segstudio.controllers.toolbox import Toolbox
from segstudio.controllers.workspace import Workspace
from segstudio.core.class_change import ChangeKind, Recolor, Rename
from segstudio.core.class_marks import ClassMarks
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.errors import SegStudioError
from segstudio.storage.class_change_log import StoredChange
from segstudio.ui.theme import Theme

_VISIBLE, _LOCK, _COLOR, _NAME, _KEY = range(5)
_SWATCH: Final = 16
_COLUMN: Final = 28
_ROW: Final = 24
_FEWEST: Final = 6  # rows for which there is room, whether there are classes for them or not
_Index = QModelIndex | QPersistentModelIndex


class _ClassModel(QAbstractTableModel):
    """One row a class: eye, lock, colour, name, key."""

    renamed = Signal(int, str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.label_set = LabelSet()
        self.hidden: frozenset[int] = frozenset()
        self.locked: frozenset[int] = frozenset()
        self.is_read_only = False

    def set_label_set(self, label_set: LabelSet) -> None:
        if len(label_set) == len(self.label_set):
            self.label_set = label_set
            self.refresh()  # a reset would take the open name editor away
        else:
            self.beginResetModel()
            self.label_set = label_set
            self.endResetModel()

    def set_hidden(self, hidden: frozenset[int]) -> None:
        self.hidden = hidden
        self.refresh()

    def set_locked(self, locked: frozenset[int]) -> None:
        if locked != self.locked:
            self.locked = locked
            self.refresh()

    def refresh(self) -> None:
        if len(self.label_set):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.label_set) - 1, _KEY))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.label_set)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else 5

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_editable = index.column() == _NAME and not self.is_read_only
        return flags | Qt.ItemFlag.ItemIsEditable if is_editable else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        row, column = index.row(), index.column()
        item = self.label_set[row]
        match column, role:
            case 0, Qt.ItemDataRole.DecorationRole:
                return self._theme.icon("eye-slash" if row in self.hidden else "eye")
            case 0, Qt.ItemDataRole.ToolTipRole:
                return self.tr("Show or hide this class")
            case 1, Qt.ItemDataRole.DecorationRole:
                return (
                    self._theme.icon("lock")
                    if row in self.locked
                    else self._theme.faint_icon("lock-open")
                )
            case 1, Qt.ItemDataRole.ToolTipRole:
                return self.tr("Protect this class from being painted over")
            case 2, Qt.ItemDataRole.DecorationRole:
                return swatch(item.color)
            case 2, Qt.ItemDataRole.ToolTipRole:
                return self.tr("Change the colour")
            case 3, Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return item.name
            case 4, Qt.ItemDataRole.DisplayRole:
                return str(row) if row < 10 else None
            case 4, Qt.ItemDataRole.ForegroundRole:
                return self._theme.muted
            case 4, Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignCenter
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ANN401
        if index.column() != _NAME or role != Qt.ItemDataRole.EditRole:
            return False
        self.renamed.emit(index.row(), str(value).strip())
        return True


class ClassPanel(QWidget):
    """Edits the label set of the workspace and chooses the class to paint.

    Signals:
        hidden_changed: Frozen set of the class indices that are not shown.
        edit_requested: (ChangeKind, class index): the user wants to change a class in all images.
        failed: A ``SegStudioError`` to tell the user.
    """

    hidden_changed = Signal(object)
    edit_requested = Signal(object, int)
    failed = Signal(object)

    def __init__(
        self,
        workspace: Workspace,
        toolbox: Toolbox,
        changes: ClassChangeController,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._toolbox = toolbox
        self._changes = changes
        self._hidden = ClassMarks()
        self._just_added: int | None = None  # its first name is no change of the classes
        self._model = _ClassModel(theme, self)
        self._model.renamed.connect(self._on_renamed)
        self.view = QTableView()
        self.view.setModel(self._model)
        self._dress_view()
        self.view.clicked.connect(self._on_clicked)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self._add = QPushButton(self.tr("Add class"))
        self._add.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.keep_icon(self._add, "plus")
        self._add.clicked.connect(self.add_class)
        self._empty = QLabel(self.tr("The classes of your project will be listed here."))
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._empty)
        layout.addWidget(self.view)
        layout.addWidget(self._add)
        workspace.label_set_changed.connect(self._on_label_set_changed)
        workspace.read_only_changed.connect(self._on_label_set_changed)
        workspace.other_project_opened.connect(self._hide_background)
        workspace.classes_moved.connect(self._on_classes_moved)
        toolbox.changed.connect(self._select_chosen)
        toolbox.changed.connect(lambda: self._model.set_locked(toolbox.locked))
        toolbox.class_chosen.connect(self._show_chosen)
        theme.changed.connect(self._model.refresh)
        self._on_label_set_changed()

    @property
    def hidden(self) -> frozenset[int]:
        """The class indices that are not shown."""
        return self._hidden.indices

    def sizeHint(self) -> QSize:
        """Return the size at which all classes are seen."""
        around = self._column.contentsMargins()
        rows = max(self._model.rowCount(), _FEWEST) * _ROW + 2 * self.view.frameWidth()
        below = self._column.spacing() + self._add.sizeHint().height()
        height = around.top() + rows + below + around.bottom()
        return QSize(super().sizeHint().width(), height)

    def add_class(self) -> None:
        """Add a class with a free name, choose it and let the user type its name."""
        if (reason := self._workspace.read_only) is not None:
            self.failed.emit(reason)
            return
        names = self._workspace.label_set.names
        number = len(names)
        while (name := self.tr("class %d") % number) in names:
            number += 1
        try:
            self._workspace.store.set_label_set(self._workspace.label_set.added(name))
        except ValueError as error:
            self.failed.emit(
                SegStudioError(self.tr("No class was added: %s") % translated(str(error)))
            )
            return
        row = self._just_added = len(names)
        self._toolbox.choose_class(row)
        self.view.edit(self._model.index(row, _NAME))

    def toggle(self, class_index: int) -> None:
        """Show a class that is hidden, hide one that is shown."""
        self._hide(self._hidden.toggled(class_index))

    def recolor(self, class_index: int, color: Color) -> None:
        """Give a class another colour."""
        if color != self._workspace.label_set[class_index].color:
            self._changes.change(Recolor(class_index, color))

    def _dress_view(self) -> None:
        view = self.view
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys stay with the canvas
        view.setShowGrid(False)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setIconSize(QSize(_SWATCH, _SWATCH))
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.verticalHeader().setMinimumSectionSize(_ROW)
        view.verticalHeader().setDefaultSectionSize(_ROW)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = view.horizontalHeader()
        header.hide()
        header.setMinimumSectionSize(_COLUMN)
        for column in (_VISIBLE, _LOCK, _COLOR, _KEY):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, _COLUMN)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)

    def _hide_background(self) -> None:
        # The background covers most of an image; drawn, it would only grey it.
        background = self._workspace.label_set.background_index
        self._hide(ClassMarks(frozenset() if background is None else frozenset({background})))

    def _on_classes_moved(self, done: StoredChange) -> None:
        self._hide(self._hidden.following(done.name, done.change))

    def _hide(self, hidden: ClassMarks) -> None:
        self._hidden = hidden
        self._model.set_hidden(hidden.indices)
        self.hidden_changed.emit(hidden.indices)

    def _on_label_set_changed(self) -> None:
        has_project = self._workspace.project is not None
        self._empty.setVisible(not has_project)
        self.view.setVisible(has_project)
        reason = self._workspace.read_only
        self._model.is_read_only = reason is not None
        self._add.setEnabled(has_project and reason is None)
        self._add.setToolTip(told(reason) if reason else "")
        self._model.set_label_set(self._workspace.label_set)
        self.updateGeometry()
        self._select_chosen()

    def _select_chosen(self) -> None:
        row = self._toolbox.class_index
        if row < self._model.rowCount() and self.view.currentIndex().row() != row:
            index = self._model.index(row, _NAME)
            self.view.setCurrentIndex(index)
            self.view.selectRow(row)
            self.view.scrollTo(index)

    def _show_chosen(self, class_index: int) -> None:
        # What is painted must be seen. The background stays as it is: painted over a class, it
        # shows by what it takes away.
        background = self._workspace.label_set.background_index
        if class_index in self.hidden and class_index != background:
            self.toggle(class_index)

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == _VISIBLE:
            self.toggle(index.row())
            self.view.selectRow(self._toolbox.class_index)
        elif index.column() == _LOCK:
            self._toolbox.toggle_lock(index.row())
            self.view.selectRow(self._toolbox.class_index)
        elif index.column() == _COLOR:
            self._ask_color(index.row())
            self.view.selectRow(self._toolbox.class_index)
        else:
            self._toolbox.choose_class(index.row())

    def _ask_color(self, class_index: int) -> None:
        if (reason := self._workspace.read_only) is not None:
            self.failed.emit(reason)
            return
        item = self._workspace.label_set[class_index]
        title = self.tr("Colour of %s") % item.name
        chosen = QColorDialog.getColor(QColor(*item.color), self, title)
        if chosen.isValid():
            self.recolor(class_index, Color(chosen.red(), chosen.green(), chosen.blue()))

    def _on_renamed(self, class_index: int, name: str) -> None:
        if name == self._workspace.label_set[class_index].name:
            return
        label_set = self._workspace.label_set
        try:
            renamed = label_set.renamed(class_index, name)
        except ValueError as error:
            self.failed.emit(
                SegStudioError(self.tr("The class keeps its name: %s") % translated(str(error)))
            )
            return
        if class_index == self._just_added:
            self._workspace.store.set_label_set(renamed)
        else:
            self._changes.change(Rename(class_index, name))
        self._just_added = None

    def _show_menu(self, place: QPoint) -> None:
        row = self.view.rowAt(place.y())
        if row < 0 or self._model.is_read_only:
            return
        self.menu(row).popup(self.view.viewport().mapToGlobal(place))

    def menu(self, class_index: int) -> QMenu:
        """Return what can be done with a class."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction(self.tr("Rename"))
        rename.triggered.connect(lambda: self.view.edit(self._model.index(class_index, _NAME)))
        color = menu.addAction(self.tr("Change the colour…"))
        color.triggered.connect(lambda: self._ask_color(class_index))
        menu.addSeparator()
        for kind, text in (
            (ChangeKind.MERGE, self.tr("Merge…")),
            (ChangeKind.SPLIT, self.tr("Split…")),
            (ChangeKind.REORDER, self.tr("Change the order…")),
            (ChangeKind.DELETE, self.tr("Delete…")),
        ):
            menu.addAction(text).triggered.connect(
                lambda _checked=False, kind=kind: self.edit_requested.emit(kind, class_index)
            )
        return menu


def swatch(color: Color) -> QIcon:
    """Return a rounded square of a class colour, the same whether selected or not."""
    pixmap = QPixmap(_SWATCH * 2, _SWATCH * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(*color))
    painter.setPen(QColor(128, 128, 128, 160))
    painter.drawRoundedRect(1, 1, _SWATCH - 2, _SWATCH - 2, 3, 3)
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt tints it with the selection
    return icon
