"""The panel behind the Display button: how image and overlay look, never what they are."""

from dataclasses import asdict, replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from segstudio.core.display import Display
from segstudio.ui.canvas.layers import OverlayStyle
from segstudio.ui.theme import Theme

_COLORS = 3


class DisplayPanel(QWidget):
    """Sliders that act at once, kept from image to image until the program ends.

    Signals:
        display_changed: The ``Display`` of the image.
        style_changed: The ``OverlayStyle``.
    """

    display_changed = Signal(object)
    style_changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display = Display()
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(16, 12, 16, 12)
        self._layout.setHorizontalSpacing(12)
        self._layout.setVerticalSpacing(8)
        self._layout.setColumnMinimumWidth(1, 160)
        self._layout.setColumnMinimumWidth(2, 40)
        self.brightness, self._brightness_text = self._add_slider(self.tr("Brightness"), 100)
        self.contrast, self._contrast_text = self._add_slider(self.tr("Contrast"), 100)
        # A slider of powers of two: as much of it for darker as for brighter.
        self.gamma, self._gamma_text = self._add_slider(self.tr("Gamma"), 100)
        self.channel = QComboBox()
        self.channel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._add_row(self.tr("Channel"), self.channel)
        self.stretch = QCheckBox(self.tr("Stretch to the values that occur"))
        self.stretch.setToolTip(
            self.tr("For dark and 16-bit images: 0.35 % of the pixels may be black or white")
        )
        self.stretch.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._add_row("", self.stretch)
        self.reset = QPushButton(self.tr("Reset"))
        self.reset.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.keep_icon(self.reset, "arrow-counter-clockwise")
        self._add_row("", self.reset)
        note = QLabel(self.tr("For your eyes only: files and models get the image as it is."))
        note.setWordWrap(True)
        self._layout.addWidget(note, self._layout.rowCount(), 0, 1, 3)
        self._layout.setRowMinimumHeight(self._layout.rowCount(), 8)
        self.style_box = QComboBox()
        self.style_box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.style_box.addItem(self.tr("Filled"), OverlayStyle.FILLED)
        self.style_box.addItem(self.tr("Outlines"), OverlayStyle.OUTLINES)
        self._add_row(self.tr("Classes"), self.style_box)
        self.brightness.valueChanged.connect(lambda value: self._set(brightness=value))
        self.contrast.valueChanged.connect(lambda value: self._set(contrast=value))
        self.gamma.valueChanged.connect(lambda value: self._set(gamma=2 ** (value / 50)))
        self.channel.activated.connect(lambda row: self._set(channel=row - 1 if row else None))
        self.stretch.toggled.connect(lambda checked: self._set(is_stretched=checked))
        self.reset.clicked.connect(self._reset)
        self.style_box.activated.connect(
            lambda row: self.style_changed.emit(self.style_box.itemData(row))
        )
        self.set_channels(_COLORS)
        self._show()

    @property
    def display(self) -> Display:
        """What is set."""
        return self._display

    def set_channels(self, count: int, *, are_colors: bool = True) -> None:
        """Offer the channels of the open image."""
        with QSignalBlocker(self.channel):
            self.channel.clear()
            self.channel.addItem(self.tr("All"))
            colors = (self.tr("Red"), self.tr("Green"), self.tr("Blue"))
            for index in range(count):
                number = self.tr("Channel %d") % (index + 1)
                self.channel.addItem(colors[index] if are_colors else number)
        self._show()

    def show_style(self, style: OverlayStyle) -> None:
        """Follow a choice that was made elsewhere."""
        self.style_box.setCurrentIndex(self.style_box.findData(style))

    def _set(self, **changes: Any) -> None:  # noqa: ANN401 - as different as the fields are
        self._display = replace(self._display, **changes)
        self._show()
        self.display_changed.emit(self._display)

    def _reset(self) -> None:
        self._set(**asdict(Display()))

    def _show(self) -> None:
        display = self._display
        texts = {
            self.brightness: (
                display.brightness,
                self._brightness_text,
                f"{display.brightness:+d}",
            ),
            self.contrast: (display.contrast, self._contrast_text, f"{display.contrast:+d}"),
            self.gamma: (self.gamma.value(), self._gamma_text, f"{display.gamma:.2f}"),
        }
        if display.gamma == 1:
            texts[self.gamma] = (0, self._gamma_text, "1.00")
        for slider, (value, label, text) in texts.items():
            with QSignalBlocker(slider):
                slider.setValue(value)
            label.setText(text)
        with QSignalBlocker(self.stretch):
            self.stretch.setChecked(display.is_stretched)
        last = self.channel.count() - 1
        self.channel.setCurrentIndex(
            0 if display.channel is None else min(display.channel + 1, last)
        )
        self.reset.setEnabled(display != Display())

    def _add_slider(self, name: str, limit: int) -> tuple[QSlider, QLabel]:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(-limit, limit)
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.setAccessibleName(name)
        text = QLabel()
        text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = self._layout.rowCount()
        self._layout.addWidget(QLabel(name), row, 0)
        self._layout.addWidget(slider, row, 1)
        self._layout.addWidget(text, row, 2)
        return slider, text

    def _add_row(self, name: str, widget: QWidget) -> None:
        row = self._layout.rowCount()
        self._layout.addWidget(QLabel(name), row, 0)
        self._layout.addWidget(widget, row, 1, 1, 2)
