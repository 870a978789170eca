"""The options of the active tool, in the upper tool bar."""

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum, StrEnum
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSlider,
    QSpinBox,
    QToolBar,
    QWidget,
)

from segstudio.controllers.toolbox import MAX_BRUSH, MAX_CELL, MIN_BRUSH, MIN_CELL, Toolbox
from segstudio.core.brush import BrushShape
from segstudio.core.paint_rule import PaintRule
from segstudio.core.reshape import Reshaping
from segstudio.tools.options import Extent, FillMode, Leaves, ToolOptions
from segstudio.tools.table import TOOLS
from segstudio.ui.tool_options import SparingBar, caption

_GAP: Final = 4  # between the parts of one option
_END: Final = 8  # behind an option
_FRAME: Final = 24  # of the bar, and of the bars beside it


class _Spared(IntEnum):
    """What a narrow window leaves out, in this order."""

    NOTHING = 0
    SLIDERS = 1
    CAPTIONS = 2


class OptionBar(QToolBar):
    """Shows the options that the active tool reads, and only those.

    Where the window is too narrow for them, the sliders give way to their number boxes, and then
    the captions, which the tool tips repeat. Where that is not enough for every tool, the bars
    beside it become compact. What does not fit then either moves to the bar's menu.

    Args:
        toolbox: Has the options.
        beside: The other bars in the row.
        parent: The window.
    """

    def __init__(self, toolbox: Toolbox, beside: Sequence[SparingBar], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Tool options"))
        self._window = parent
        self._toolbox = toolbox
        self._beside = beside
        self._editors: dict[str, tuple[QAction, Callable[[Any], None]]] = {}
        self._holders: dict[str, QWidget] = {}
        self._sparable: list[tuple[_Spared, QWidget]] = []
        self._add_number(
            "size",
            self.tr("Size"),
            self.tr("Brush size in image pixels ([ and ], Ctrl+wheel)"),
            (MIN_BRUSH, MAX_BRUSH, 200),
            " px",
        )
        self._add_choice(
            "shape",
            "",
            self.tr("Shape of the brush"),
            {BrushShape.ROUND: self.tr("Round"), BrushShape.SQUARE: self.tr("Square")},
        )
        self._add_choice(
            "leaves",
            self.tr("Leaves"),
            self.tr(
                "What the eraser leaves: the background, or pixels of which nothing is said and "
                "from which no model learns"
            ),
            {
                Leaves.BACKGROUND: self.tr("Background"),
                Leaves.NOTHING: self.tr("Unlabelled"),
            },
        )
        self._add_switch(
            "uses_pressure",
            self.tr("Pressure"),
            self.tr("A pen's pressure scales the brush; a mouse always presses fully"),
        )
        self._add_choice(
            "fill_mode",
            "",
            self.tr("What a click fills"),
            {
                FillMode.REGION: self.tr("Region"),
                FillMode.HOLES: self.tr("Its holes"),
            },
        )
        self._add_switch(
            "by_color",
            self.tr("By colour"),
            self.tr("Fill only pixels whose colour is near that of the clicked one"),
        )
        self._add_number(
            "tolerance",
            self.tr("Tolerance"),
            self.tr("How far each colour channel may differ (drag sideways with the wand)"),
            (0, 255, 128),
        )
        self._add_switch(
            "diagonal",
            self.tr("Diagonal"),
            self.tr("Pixels that touch by a corner are connected"),
        )
        self._add_choice(
            "reshaping",
            "",
            self.tr("What a click does to the region under the pointer"),
            {
                Reshaping.GROW: self.tr("Grow"),
                Reshaping.SHRINK: self.tr("Shrink"),
                Reshaping.SMOOTH: self.tr("Smooth"),
                Reshaping.ISLANDS: self.tr("Remove islands"),
                Reshaping.HOLES: self.tr("Fill holes"),
            },
        )
        self._add_number(
            "amount",
            self.tr("Amount"),
            self.tr("Image pixels; islands and holes: up to this many pixels squared"),
            (1, 200, 50),
            " px",
        )
        self._add_number(
            "cell_size",
            self.tr("Size"),
            self.tr("Usual width of a superpixel in image pixels ([ and ], Ctrl+wheel)"),
            (MIN_CELL, MAX_CELL, 100),
            " px",
        )
        self._add_number(
            "compactness",
            self.tr("Compactness"),
            self.tr(
                "Low: superpixels follow every edge of the image. High: they are almost squares"
            ),
            (1, 40, 40),
        )
        self._add_choice(
            "extent",
            self.tr("Of"),
            self.tr("What a click chooses"),
            {
                Extent.REGION: self.tr("The region"),
                Extent.CLASS: self.tr("The whole class"),
            },
        )
        self._add_choice(
            "rule",
            self.tr("Over"),
            self.tr("What may be painted over (L); classes with a lock are always kept"),
            {
                PaintRule.EVERYTHING: self.tr("Everything"),
                PaintRule.CLICKED_CLASS: self.tr("Clicked class"),
                PaintRule.UNLABELLED: self.tr("Unlabelled"),
            },
        )
        toolbox.changed.connect(self._show)
        parent.installEventFilter(self)
        self._fit_beside()
        self._show()

    def _add_number(
        self, name: str, text: str, tip: str, limits: tuple[int, int, int], unit: str = ""
    ) -> None:
        least, most, daily = limits  # the slider ends where hands seldom go; the box takes the rest
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(least, daily)
        slider.setFixedWidth(100)
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box = QSpinBox()
        box.setRange(least, most)
        box.setSuffix(unit)
        box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        box.setKeyboardTracking(False)
        box.editingFinished.connect(box.clearFocus)
        box.setAccessibleName(text)
        for part in (slider, box):
            part.setToolTip(tip)
            part.valueChanged.connect(lambda value: self._set(name, value))

        def show(value: int) -> None:
            with QSignalBlocker(slider), QSignalBlocker(box):
                slider.setValue(value)
                box.setValue(value)

        words = caption(text)
        self._sparable += [(_Spared.CAPTIONS, words), (_Spared.SLIDERS, slider)]
        self._add(name, (words, slider, box), show)

    def _add_choice(self, name: str, text: str, tip: str, words: dict[Any, str]) -> None:
        box = QComboBox()
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box.setToolTip(tip)
        box.setAccessibleName(text or tip)
        values: list[StrEnum] = list(words)
        box.addItems(list(words.values()))
        box.activated.connect(lambda row: self._set(name, values[row]))
        parts: tuple[QWidget, ...] = (box,)
        if text:
            words_before = caption(text)
            self._sparable.append((_Spared.CAPTIONS, words_before))
            parts = (words_before, box)
        self._add(name, parts, lambda value: box.setCurrentIndex(values.index(value)))

    def _add_switch(self, name: str, text: str, tip: str) -> None:
        box = QCheckBox(text)
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box.setToolTip(tip)
        box.clicked.connect(lambda checked: self._set(name, checked))
        self._add(name, (box,), box.setChecked)

    def _add(self, name: str, parts: tuple[QWidget, ...], show: Callable[[Any], None]) -> None:
        holder = QWidget()
        holder.setObjectName(name)
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(0, 0, _END, 0)
        layout.setSpacing(_GAP)
        for part in parts:
            layout.addWidget(part)
        self._editors[name] = (self.addWidget(holder), show)
        self._holders[name] = holder

    def _set(self, name: str, value: object) -> None:
        self._toolbox.set_option(**{name: value})

    def _show(self) -> None:
        options: ToolOptions = self._toolbox.options
        used = set(TOOLS[self._toolbox.tool].options)
        if "by_color" in used and not options.by_color:
            used.discard("tolerance")  # it would set nothing, and the bar is short of room
        if not self._toolbox.has_background:
            used.discard("leaves")
        for name, (action, show) in self._editors.items():
            show(getattr(options, name))
            action.setVisible(name in used)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the width of the window."""
        if event.type() == QEvent.Type.Resize:
            self._fit_beside()
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Leave out as little as the room allows."""
        shown = [name for name, (action, _show) in self._editors.items() if action.isVisible()]
        room = self._window.width() - sum(bar.sizeHint().width() for bar in self._beside) - _FRAME
        for spared in _Spared:
            self._spare(spared)
            if self._width_of(shown) <= room:
                return

    def _fit_beside(self) -> None:
        """Make the bars beside this one compact if some tool's options would not fit else.

        Whatever tool is active, so that nothing jumps when another one is taken up.
        """
        self._spare(_Spared.CAPTIONS)
        needed = max(self._width_of(row.options) for row in TOOLS.values())
        room = self._window.width() - sum(bar.full_width for bar in self._beside) - _FRAME
        for bar in self._beside:
            bar.set_compact(is_compact=needed > room)

    def _spare(self, spared: _Spared) -> None:
        for rank, part in self._sparable:
            part.setVisible(rank > spared)

    def _width_of(self, names: Iterable[str]) -> int:
        return sum(self._holders[name].sizeHint().width() + _GAP for name in names)
