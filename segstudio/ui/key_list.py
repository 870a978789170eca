"""All commands with their keys, to be searched and run: F1."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

_ACTION_ROLE = Qt.ItemDataRole.UserRole


class KeyList(QDialog):
    """Lists commands, their keys and what the mouse does; typing narrows the list.

    Enter or a double click runs a command. It blocks nothing.

    Args:
        actions: The commands of the window.
        notes: What to say of an action beside its name, by its object name.
        parent: The window.
    """

    def __init__(
        self, actions: Iterable[QAction], notes: dict[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys and commands"))
        self._actions = tuple(actions)
        self._notes = notes
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.rows = QTreeWidget()
        self.rows.setRootIsDecorated(False)
        self.rows.setAlternatingRowColors(True)
        self.rows.setHeaderLabels([self.tr("Command"), self.tr("Keys"), self.tr("What it does")])
        self.rows.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.rows)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._run_first)
        self.rows.itemActivated.connect(self._run)

    def sizeHint(self) -> QSize:
        """Return a size that shows keys beside names."""
        return QSize(760, 560)

    def showEvent(self, event: QShowEvent) -> None:
        """List the commands as they are now: undo changes its name."""
        self.rows.clear()
        for action in self._actions:
            if action.text():
                keys = ", ".join(
                    key.toString(QKeySequence.SequenceFormat.NativeText)
                    for key in action.shortcuts()
                )
                name = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
                note = self._notes.get(action.objectName(), "")
                item = QTreeWidgetItem([name.removesuffix("…"), keys, note])
                item.setToolTip(2, note)
                item.setData(0, _ACTION_ROLE, action)
                self.rows.addTopLevelItem(item)
        for name, keys in self._held_keys():
            self.rows.addTopLevelItem(QTreeWidgetItem([name, keys, ""]))
        self.search.clear()
        self.search.setFocus()
        super().showEvent(event)

    def _held_keys(self) -> tuple[tuple[str, str], ...]:
        """Return what is no command of a menu."""
        return (
            (self.tr("Choose a class"), self.tr("0 to 9")),
            (self.tr("Pick the class under the pointer"), self.tr("Alt+click")),
            (self.tr("Hide the overlay while held"), "V"),
            (self.tr("Zoom at the pointer"), self.tr("wheel, pinch")),
            (self.tr("Pan"), self.tr("Space+drag, middle drag")),
            (self.tr("Brush or superpixel size"), self.tr("Ctrl+wheel")),
            (self.tr("Finish an outline or a selection"), self.tr("Enter, double click")),
            (self.tr("Take back the last corner"), self.tr("Backspace")),
            (self.tr("Give up what is begun"), self.tr("Esc")),
        )

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self.rows.topLevelItemCount()):
            item = self.rows.topLevelItem(row)
            if item is not None:
                all_text = " ".join(item.text(column) for column in range(3)).casefold()
                item.setHidden(not all(word in all_text for word in words))

    def _run_first(self) -> None:
        items = (self.rows.topLevelItem(row) for row in range(self.rows.topLevelItemCount()))
        first = next((item for item in items if item is not None and not item.isHidden()), None)
        if first is not None and self.search.text():
            self._run(first)

    def _run(self, item: QTreeWidgetItem) -> None:
        action = item.data(0, _ACTION_ROLE)
        if isinstance(action, QAction) and action.isEnabled():
            self.accept()
            action.trigger()
