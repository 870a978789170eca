"""The upper tool bar: model, run, opacity; the options of the tools are in ``option_bar``."""

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


class ModelBar(QToolBar):
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
        button = QToolButton()
        button.setDefaultAction(run)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addWidget(self.models)
        self.addWidget(button)
        predict.models_changed.connect(self._show_models)
        self._show_models()

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


class ViewBar(QToolBar):
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
        self.opacity.setFixedWidth(90)
        self.opacity.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.opacity.setToolTip(self.tr("Opacity of the overlay (hold V to hide it)"))
        self.opacity.setAccessibleName(self.tr("Opacity"))
        self.opacity.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        self.addWidget(caption(self.tr("Opacity")))
        self.addWidget(self.opacity)
        self.addSeparator()
        self.addActions(actions)


def caption(text: str) -> QLabel:
    """Return the name of what stands right of it in a tool bar."""
    label = QLabel(text)
    label.setContentsMargins(4, 0, 4, 0)
    return label
