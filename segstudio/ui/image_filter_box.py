"""Search, filter and sort of the image list."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.image_list import ImageList
from segstudio.controllers.review import ReviewController
from segstudio.controllers.workspace import Workspace
from segstudio.core.image_filter import MEASURES, ImageFilter, ImageSort
from segstudio.core.palette import Color
from segstudio.core.review import ReviewState
from segstudio.ui.class_panel import swatch
from segstudio.ui.elided_label import ElidedLabel
from segstudio.ui.review_states import STATE_COLORS, state_name
from segstudio.ui.theme import Theme

_TYPING_MS: Final = 150
_POPUP_WIDTH: Final = 280
_MOST_PIXELS: Final = 2_000_000_000
_DAY: Final = 24 * 3600  # seconds


class ImageFilterBox(QWidget):
    """A search line, a button that opens the other choices, and what is left out by them.

    Signals:
        done: The user is done typing and wants the keys back on the image.
    """

    done = Signal()

    def __init__(
        self,
        workspace: Workspace,
        images: ImageList,
        review: ReviewController,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._images = images
        # One search for a word, not for each of its letters.
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._on_typed)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search names and notes"))
        self.search.setClearButtonEnabled(True)
        self.search.textEdited.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._on_return)
        self.popup = _Popup(workspace, images, review, self)
        self.button = QToolButton()
        self.button.setToolTip(self.tr("Filter and sort"))
        self.button.setCheckable(True)
        theme.keep_icon(self.button, "funnel")
        self.button.clicked.connect(self._open)
        self.summary = ElidedLabel()
        self.clear = QPushButton(self.tr("Clear filters"))
        self.clear.setFlat(True)
        self.clear.clicked.connect(images.clear)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.search, 1)
        row.addWidget(self.button)
        below = QHBoxLayout()
        below.setSpacing(4)
        below.addWidget(self.summary, 1)
        below.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addLayout(below)
        images.filter_changed.connect(self._show_filter)
        images.changed.connect(self._show_filter)
        workspace.label_set_changed.connect(self._show_filter)
        self._show_filter()

    def _open(self) -> None:
        self.popup.adjustSize()
        corner = self.button.mapToGlobal(QPoint(self.button.width(), self.button.height() + 2))
        self.popup.move(corner - QPoint(self.popup.width(), 0))
        self.popup.show()
        self._show_filter()

    def _on_typed(self) -> None:
        self._images.set_wanted(replace(self._images.wanted, text=self.search.text()))

    def _on_return(self) -> None:
        self._typing.stop()
        self._on_typed()
        self.done.emit()

    def _show_filter(self) -> None:
        wanted = self._images.wanted
        if not self._typing.isActive() and self.search.text() != wanted.text:
            self.search.setText(wanted.text)
        is_plain = wanted == ImageFilter(text=wanted.text)
        self.button.setChecked(not is_plain)
        # An empty list has a button of its own in its middle.
        self.clear.setVisible(wanted.hides and bool(self._images.images.keys))
        parts = self._parts(wanted)
        self.summary.setVisible(bool(parts))
        self.summary.set_text(", ".join(parts))

    def _parts(self, wanted: ImageFilter) -> list[str]:
        """Return in words what is shown, and in which order."""
        parts = []
        if wanted.hides:
            shown, total = len(self._images.images.keys), len(self._workspace.keys)
            parts.append(self.tr("%s of %s shown") % (f"{shown:,}", f"{total:,}"))
        parts += [state_name(state) for state in ReviewState if state in wanted.states]
        if wanted.class_index is not None:
            parts.append(self.tr("with %s") % self._class_name(wanted.class_index))
        if wanted.sort is not ImageSort.NAME or wanted.is_reversed:
            by = sort_names()[wanted.sort]
            if wanted.sort is ImageSort.AREA:
                by = self.tr("area of %s") % self._class_name(wanted.area_class)
            parts.append(self.tr("by %s") % by)
        if wanted.least is not None:
            parts.append(_least_text(wanted))
        return parts

    def _class_name(self, class_index: int) -> str:
        label_set = self._workspace.label_set
        return label_set[class_index].name if class_index < len(label_set) else str(class_index)


class _Popup(QFrame):
    """The choices: states, a class, the order."""

    def __init__(
        self,
        workspace: Workspace,
        images: ImageList,
        review: ReviewController,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFixedWidth(_POPUP_WIDTH)
        self._workspace = workspace
        self._images = images
        self._review = review
        self._labels: dict[QWidget, QLabel] = {}
        self.states = {state: QCheckBox() for state in ReviewState}
        self.holds = _choice(self._on_chosen)
        self.sort = _choice(self._on_chosen)
        for sort, name in sort_names().items():
            self.sort.addItem(name[:1].upper() + name[1:], sort)
        self.area = _choice(self._on_chosen)
        self.least = QSpinBox()
        self.least.setSpecialValueText(self.tr("any"))
        self.least.setGroupSeparatorShown(True)
        self.least.setKeyboardTracking(False)  # one search for a number, not for each digit
        self.least.valueChanged.connect(self._on_chosen)
        self.is_reversed = QCheckBox(self.tr("The other way round"))
        self.is_reversed.clicked.connect(self._on_chosen)
        layout = QGridLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setVerticalSpacing(8)
        layout.setHorizontalSpacing(8)
        row = 0
        for state, box in self.states.items():
            box.setIconSize(QSize(10, 10))
            color = STATE_COLORS[state]
            box.setIcon(swatch(Color(color.red(), color.green(), color.blue())))
            box.clicked.connect(self._on_chosen)
            layout.addWidget(box, row, 0, 1, 2)
            row += 1
        for text, widget in (
            (self.tr("With class"), self.holds),
            (self.tr("Sort by"), self.sort),
            (self.tr("of class"), self.area),
            (self.tr("At least"), self.least),
        ):
            label = QLabel(text)
            label.setBuddy(widget)
            layout.addWidget(label, row, 0)
            layout.addWidget(widget, row, 1)
            self._labels[widget] = label
            row += 1
        layout.addWidget(self.is_reversed, row, 1)
        layout.setColumnStretch(1, 1)
        workspace.label_set_changed.connect(self._fill_classes)
        images.filter_changed.connect(self._show_filter)
        review.changed.connect(self._show_counts)
        self._fill_classes()
        self._show_counts()

    def _fill_classes(self) -> None:
        for choice in (self.holds, self.area):
            choice.clear()
        self.holds.addItem(self.tr("Any"), None)
        for index, item in enumerate(self._workspace.label_set):
            for choice in (self.holds, self.area):
                choice.addItem(swatch(item.color), item.name, index)
        self._show_filter()

    def _show_filter(self) -> None:
        wanted = self._images.wanted
        for state, box in self.states.items():
            box.setChecked(state in wanted.states)
        for choice, value in (
            (self.holds, wanted.class_index),
            (self.sort, wanted.sort),
            (self.area, wanted.area_class),
        ):
            choice.setCurrentIndex(max(choice.findData(value), 0))
        self.is_reversed.setChecked(wanted.is_reversed)
        self._show_least(wanted)
        for widget, is_shown in (
            (self.area, wanted.sort is ImageSort.AREA),
            (self.least, wanted.sort in MEASURES),
        ):
            widget.setVisible(is_shown)
            self._labels[widget].setVisible(is_shown)
        if self.isVisible():
            self.adjustSize()

    def _show_least(self, wanted: ImageFilter) -> None:
        is_date = wanted.sort is ImageSort.DATE
        is_share = wanted.sort is ImageSort.UNCERTAINTY
        self._labels[self.least].setText(self.tr("In the last") if is_date else self.tr("At least"))
        unit = self.tr("days") if is_date else "%" if is_share else self.tr("pixels")
        self.least.blockSignals(True)
        self.least.setSuffix(f" {unit}")
        self.least.setRange(0, 100 if is_share else _MOST_PIXELS)
        self.least.setValue(_least_number(wanted))
        self.least.blockSignals(False)

    def _show_counts(self) -> None:
        for state, count in self._review.counts().items():
            name = state_name(state)
            self.states[state].setText(f"{name[:1].upper()}{name[1:]} ({count:,})")

    def _on_chosen(self) -> None:
        wanted, sort = self._images.wanted, ImageSort(self.sort.currentData())
        least = wanted.least
        if sort is not wanted.sort:
            least = None  # it was about something else
        elif self.least.value() != _least_number(wanted):
            least = _least(sort, self.least.value())
        self._images.set_wanted(
            replace(
                wanted,
                states=frozenset(state for state, box in self.states.items() if box.isChecked()),
                class_index=self.holds.currentData(),
                sort=sort,
                area_class=self.area.currentData() or 0,
                least=least,
                is_reversed=self.is_reversed.isChecked(),
            )
        )


def _least(sort: ImageSort, number: int) -> float | None:
    """Return what the user asks for with a number of per cent, pixels or days."""
    if not number:
        return None
    match sort:
        case ImageSort.UNCERTAINTY:
            return number / 100
        case ImageSort.DATE:
            return time.time() - number * _DAY
        case _:
            return float(number)


def _least_number(wanted: ImageFilter) -> int:
    """Return the number that asks for it; 0 for none."""
    if wanted.least is None:
        return 0
    match wanted.sort:
        case ImageSort.UNCERTAINTY:
            return round(wanted.least * 100)
        case ImageSort.DATE:
            return max(round((time.time() - wanted.least) / _DAY), 1)
        case _:
            return round(wanted.least)


def _least_text(wanted: ImageFilter) -> str:
    translate = QCoreApplication.translate
    number = _least_number(wanted)
    match wanted.sort:
        case ImageSort.UNCERTAINTY:
            return translate("ImageFilterBox", "at least %s %%") % f"{number:,}"
        case ImageSort.DATE if number == 1:
            return translate("ImageFilterBox", "changed in the last day")
        case ImageSort.DATE:
            return translate("ImageFilterBox", "changed in the last %s days") % f"{number:,}"
        case _ if number == 1:
            return translate("ImageFilterBox", "at least 1 pixel")
        case _:
            return translate("ImageFilterBox", "at least %s pixels") % f"{number:,}"


def sort_names() -> dict[ImageSort, str]:
    """Return what the orders are called, in lower case."""
    translate = QCoreApplication.translate
    return {
        ImageSort.NAME: translate("ImageSort", "name"),
        ImageSort.STATE: translate("ImageSort", "review state"),
        ImageSort.UNCERTAINTY: translate("ImageSort", "uncertainty of the model"),
        ImageSort.DISAGREEMENT: translate("ImageSort", "pixels changed from the prediction"),
        ImageSort.AREA: translate("ImageSort", "area"),
        ImageSort.DATE: translate("ImageSort", "date of the last change"),
    }


def _choice(changed: Callable[[], Any]) -> QComboBox:
    """Return a list to choose from that long names do not widen."""
    choice = QComboBox()
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(8)
    choice.setMaxVisibleItems(16)
    choice.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
    choice.activated.connect(lambda _index: changed())
    return choice
