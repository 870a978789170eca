"""The upper tool bar: model, run, opacity; the options of the tools are in ``option_bar``."""

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolBar,
    QToolButton,
    QWidget,
)

from segstudio.controllers.predict import PredictController
from segstudio.engine.catalog import shown_names

_OPACITY: Final = (90, 60)  # pixels: width of the slider, usual and compact


class SparingBar(QToolBar):
    """A tool bar that does with less room in a narrow window, without hiding a thing in a menu."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_compact = False
        self._full_width = 0

    @property
    def full_width(self) -> int:
        """The width it would like to have, pixels."""
        if not self._is_compact:
            self._full_width = self.sizeHint().width()
        return self._full_width

    def set_compact(self, *, is_compact: bool) -> None:
        """Take little room, or as much as it likes; what is left of it is always shown."""
        if is_compact != self._is_compact:
            self._full_width = self.full_width
            self._is_compact = is_compact
            self._arrange(is_compact=is_compact)
        layout = self.layout()
        if layout is not None:
            layout.invalidate()  # its parts tell it of their new widths later
        self.setMinimumWidth(self.sizeHint().width())

    def _arrange(self, *, is_compact: bool) -> None:
        raise NotImplementedError


class ModelBar(SparingBar):
    """Chooses the model and runs it."""

    def __init__(self, predict: PredictController, run: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Model"))
        self._predict = predict
        self.models = QComboBox()
        self.models.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.models.setMinimumWidth(140)
        self.models.setMaximumWidth(280)
        self.models.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.models.setToolTip(self.tr("Model"))
        self.models.setAccessibleName(self.tr("Model"))
        self.models.activated.connect(self._on_activated)
        self._run = QToolButton()
        self._run.setDefaultAction(run)
        self._run.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addWidget(self.models)
        self.addWidget(self._run)
        predict.models_changed.connect(self._show_models)
        self._show_models()

    def _arrange(self, *, is_compact: bool) -> None:
        style = Qt.ToolButtonStyle
        self._run.setToolButtonStyle(
            style.ToolButtonIconOnly if is_compact else style.ToolButtonTextBesideIcon
        )

    def _show_models(self) -> None:
        self.models.clear()
        models = self._predict.models
        for model, name in zip(models, shown_names(models), strict=True):
            self.models.addItem(name)
            self.models.setItemData(
                self.models.count() - 1, str(model.path), Qt.ItemDataRole.ToolTipRole
            )
        if not self._predict.models:
            self.models.addItem(self.tr("No models found"))
        self.models.setEnabled(bool(self._predict.models))
        if self._predict.model is not None:
            self.models.setCurrentIndex(self._predict.models.index(self._predict.model))

    def _on_activated(self, row: int) -> None:
        if row < len(self._predict.models):
            self._predict.choose(self._predict.models[row])


class ViewBar(SparingBar):
    """Sets the opacity of the overlay and the zoom.

    Signals:
        opacity_changed: 0..1.
    """

    opacity_changed = Signal(float)

    def __init__(self, actions: list[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("View"))
        self.setIconSize(QSize(20, 20))
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(50)
        self.opacity.setFixedWidth(_OPACITY[0])
        self.opacity.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.opacity.setToolTip(self.tr("Opacity of the overlay (hold V to hide it)"))
        self.opacity.setAccessibleName(self.tr("Opacity"))
        self.opacity.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        self._caption = self.addWidget(caption(self.tr("Opacity")))
        self.addWidget(self.opacity)
        self.addSeparator()
        self.addActions(actions)

    def _arrange(self, *, is_compact: bool) -> None:
        self._caption.setVisible(not is_compact)
        self.opacity.setFixedWidth(_OPACITY[is_compact])


def caption(text: str) -> QLabel:
    """Return the name of what stands right of it in a tool bar."""
    label = QLabel(text)
    label.setContentsMargins(4, 0, 4, 0)
    return label
