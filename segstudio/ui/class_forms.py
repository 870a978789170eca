"""What a change of classes needs to be told: one small form for each kind of change."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from segstudio.core.class_change import Delete, Merge, Operation, Recolor, Rename, Reorder, Split
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color

_SWATCH: Final = 12
_MOST_PIXELS: Final = 10_000_000


class ClassForm(QWidget):
    """Asks for what one kind of change needs besides the chosen classes.

    Signals:
        changed: Another answer was given.
    """

    changed = Signal()

    def show_classes(self, label_set: LabelSet, chosen: Sequence[int]) -> None:
        """Show the classes as they are, and which of them the change is about."""
        raise NotImplementedError

    def operation(self) -> Operation | None:
        """Return the change that is asked for, or None while something is missing."""
        raise NotImplementedError


class RenameForm(ClassForm):
    """Another name."""

    def __init__(self) -> None:
        super().__init__()
        self._index: int | None = None
        self.name = QLineEdit()
        self.name.textChanged.connect(self.changed)
        layout = _form(self)
        layout.addRow(self.tr("New name"), self.name)

    def show_classes(self, label_set: LabelSet, chosen: Sequence[int]) -> None:
        """See ``ClassForm``."""
        index = chosen[0] if len(chosen) == 1 else None
        if index != self._index or index is None:
            self.name.setText("" if index is None else label_set[index].name)
        self._index = index
        self.name.setEnabled(index is not None)

    def operation(self) -> Operation | None:
        """See ``ClassForm``."""
        name = self.name.text().strip()
        return Rename(self._index, name) if self._index is not None and name else None


class ColorForm(ClassForm):
    """Another colour."""

    def __init__(self) -> None:
        super().__init__()
        self._index: int | None = None
        self.color = Color(0, 0, 0)
        self.button = QPushButton()
        self.button.clicked.connect(self._ask)
        layout = _form(self)
        layout.addRow(self.tr("New colour"), self.button)

    def show_classes(self, label_set: LabelSet, chosen: Sequence[int]) -> None:
        """See ``ClassForm``."""
        self._index = chosen[0] if len(chosen) == 1 else None
        self.button.setEnabled(self._index is not None)
        if self._index is not None:
            self.set_color(label_set[self._index].color)

    def set_color(self, color: Color) -> None:
        """Choose a colour."""
        self.color = color
        self.button.setIcon(swatch_icon(color))
        self.button.setText(color.hex)
        self.changed.emit()

    def operation(self) -> Operation | None:
        """See ``ClassForm``."""
        return None if self._index is None else Recolor(self._index, self.color)

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(*self.color), self, self.tr("New colour"))
        if chosen.isValid():
            self.set_color(Color(chosen.red(), chosen.green(), chosen.blue()))


class OrderForm(ClassForm):
    """Another order, by dragging or with two buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("New order of the classes"))
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setIconSize(QSize(_SWATCH, _SWATCH))
        self.list.model().rowsMoved.connect(self.changed)
        self.up = QPushButton(self.tr("Up"))
        self.down = QPushButton(self.tr("Down"))
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        buttons = QVBoxLayout()
        buttons.addWidget(self.up)
        buttons.addWidget(self.down)
        buttons.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)

    def show_classes(self, label_set: LabelSet, chosen: Sequence[int]) -> None:
        """See ``ClassForm``."""
        self.list.clear()
        for index, item in enumerate(label_set):
            row = QListWidgetItem(swatch_icon(item.color), item.name)
            row.setData(Qt.ItemDataRole.UserRole, index)
            self.list.addItem(row)
        if chosen:
            self.list.setCurrentRow(chosen[0])

    def operation(self) -> Operation | None:
        """See ``ClassForm``."""
        order = tuple(
            self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())
        )
        return None if order == tuple(range(len(order))) else Reorder(order)

    def _move(self, distance: int) -> None:
        row = self.list.currentRow()
        if row >= 0 and 0 <= row + distance < self.list.count():
            self.list.insertItem(row + distance, self.list.takeItem(row))
            self.list.setCurrentRow(row + distance)
            self.changed.emit()


class TargetForm(ClassForm):
    """The class that the chosen ones become.

    Args:
        text: What stands before it.
        nothing: What it is called to become no class; empty if that cannot be chosen.
    """

    def __init__(self, text: str, nothing: str = "") -> None:
        super().__init__()
        self._nothing = nothing
        self._chosen: tuple[int, ...] = ()
        self.target = QComboBox()
        self.target.setIconSize(QSize(_SWATCH, _SWATCH))
        self.target.currentIndexChanged.connect(self.changed)
        _form(self).addRow(text, self.target)

    def show_classes(self, label_set: LabelSet, chosen: Sequence[int]) -> None:
        """See ``ClassForm``."""
        before = self.target.currentData()
        self._chosen = tuple(chosen)
        self.target.blockSignals(True)
        self.target.clear()
        if self._nothing:
            self.target.addItem(self._nothing, -1)
        for index, item in enumerate(label_set):
            if index not in self._chosen:
                self.target.addItem(swatch_icon(item.color), item.name, index)
        self.target.setCurrentIndex(max(self.target.findData(before), 0))
        self.target.blockSignals(False)

    def operation(self) -> Operation | None:
        """See ``ClassForm``."""
        target = self.target.currentData()
        if not self._chosen or target is None:
            return None
        if not self._nothing:
            return Merge(self._chosen, target)
        return Delete(self._chosen, None if target < 0 else target)


class SplitForm(ClassForm):
    """A new class, and which regions it gets."""

    def __init__(self) -> None:
        super().__init__()
        self._index: int | None = None
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Name of the new class"))
        self.name.textChanged.connect(self.changed)
        self.selected = QRadioButton(self.tr("Regions that the selection touches"))
        self.selected.setToolTip(
            self.tr("Select something with the magic wand, superpixels, polygon or cut-out first")
        )
        self.small = QRadioButton(self.tr("Small regions, in all images, of up to"))
        self.selected.setChecked(True)
        self.at_most = QSpinBox()
        self.at_most.setRange(1, _MOST_PIXELS)
        self.at_most.setValue(50)
        self.at_most.setSuffix(self.tr(" pixels"))
        self.at_most.setAccessibleName(self.tr("Largest region, in pixels"))
        for changed in (self.selected.toggled, self.at_most.valueChanged):
            changed.connect(self.changed)
        small = QHBoxLayout()
        small.addWidget(self.small)
        small.addWidget(self.at_most)
        small.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.name)
        layout.addWidget(self.selected)
        layout.addLayout(small)
        layout.addStretch(1)

    def show_classes(self, label_set: LabelSet, chosen: Sequence[int]) -> None:
        """See ``ClassForm``."""
        self._index = chosen[0] if len(chosen) == 1 else None

    def operation(self) -> Operation | None:
        """See ``ClassForm``."""
        name = self.name.text().strip()
        if self._index is None or not name:
            return None
        at_most = self.at_most.value() if self.small.isChecked() else None
        return Split(self._index, name, at_most)


def swatch_icon(color: Color) -> QIcon:
    """Return a small square of a class colour."""
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(QColor(*color))
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt tints it with the selection
    return icon


def _form(widget: QWidget) -> QFormLayout:
    layout = QFormLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    return layout


def plain_label(text: str = "") -> QLabel:
    """Return a label of several lines that takes no text for markup."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
