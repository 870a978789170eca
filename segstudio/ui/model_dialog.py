"""Asks how a model of another tool is meant: one picture for each way, and its classes."""

from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.error_words import translated
from segstudio.controllers.predict import CardQuestion, PredictController
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.label_set import LabelSet
from segstudio.core.model_contract import Fit
from segstudio.engine.card_file import ForeignCard

_PICTURE: Final = QSize(168, 128)
_MAX_PICTURES: Final = 12
_NEW, _IGNORE = "new", "ignore"


class ModelDialog(QDialog):
    """Shows what each guess gives on the open image; the user chooses the one that looks right.

    Args:
        question: The model and its guesses.
        predict: Makes the previews, and keeps the answer.
        label_set: The project's classes.
        parent: The window.
    """

    def __init__(
        self,
        question: CardQuestion,
        predict: PredictController,
        label_set: LabelSet,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._question = question
        self._predict = predict
        self._label_set = label_set
        self._guesses = list(question.guesses[:_MAX_PICTURES])
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("How is this model meant?"))
        self.pictures = QListWidget()
        self.pictures.setViewMode(QListView.ViewMode.IconMode)
        self.pictures.setResizeMode(QListView.ResizeMode.Adjust)
        self.pictures.setMovement(QListView.Movement.Static)
        self.pictures.setIconSize(_PICTURE)
        self.pictures.setGridSize(QSize(_PICTURE.width() + 24, _PICTURE.height() + 64))
        self.pictures.setWordWrap(True)
        self.pictures.setAccessibleName(self.tr("Ways in which the model may be meant"))
        self.fit = QComboBox()
        for fit, text in (
            (Fit.TILE, self.tr("in parts of its size")),
            (Fit.LETTERBOX, self.tr("whole, scaled to fit")),
            (Fit.STRETCH, self.tr("whole, stretched")),
        ):
            self.fit.addItem(text, fit)
        self.classes = QTableWidget(0, 2)
        self.classes.setHorizontalHeaderLabels(
            [self.tr("Class of the model"), self.tr("Class of the project")]
        )
        self.classes.horizontalHeader().setStretchLastSection(True)
        self.classes.setColumnWidth(0, 150)
        self.classes.verticalHeader().hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton(
            self.tr("Use it like this"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._build(buttons)
        self._items = [self._item(guess) for guess in self._guesses]
        predict.previewed.connect(self._on_previewed)
        self.pictures.currentRowChanged.connect(self._on_chosen)
        self.fit.activated.connect(self._on_fit)
        self.accepted.connect(self._on_accepted)
        self.finished.connect(predict.end_previews)
        self.pictures.setCurrentRow(0)
        self._ask_all = QTimer(self, singleShot=True, interval=0)
        self._ask_all.timeout.connect(self._ask_for_pictures)
        self._ask_all.start()

    @property
    def card(self) -> ForeignCard:
        """The guess that is chosen, with what was changed about it."""
        return self._guesses[max(self.pictures.currentRow(), 0)]

    @property
    def choice(self) -> dict[str, str | None]:
        """Model class -> project class, or None to ignore it, where that is not its own name."""
        chosen: dict[str, str | None] = {}
        for row, name in enumerate(self.card.label_set.names):
            box = self.classes.cellWidget(row, 1)
            value = box.currentData() if isinstance(box, QComboBox) else _NEW
            if value == _IGNORE:
                chosen[name] = None
            elif isinstance(value, int) and self._label_set[value].name != name:
                chosen[name] = self._label_set[value].name
        return chosen

    def _build(self, buttons: QDialogButtonBox) -> None:
        words = QLabel(
            self.tr(
                "%s comes from another tool, and its file does not say how it takes images. "
                "Choose the picture whose colours fit the image best; it is asked only once."
            )
            % self._question.path.name
        )
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        form = QFormLayout()
        if self._guesses[0].contract.fixed_size is not None:
            form.addRow(self.tr("Larger images run"), self.fit)
        side = QVBoxLayout()
        side.addLayout(form)
        side.addWidget(self.classes, 1)
        middle = QHBoxLayout()
        middle.addWidget(self.pictures, 3)
        middle.addLayout(side, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(12)
        layout.addWidget(words)
        layout.addLayout(middle, 1)
        layout.addWidget(buttons)
        self.resize(1040, 560)  # three pictures beside one another

    def _item(self, guess: ForeignCard) -> QListWidgetItem:
        contract = guess.contract
        item = QListWidgetItem(
            self.tr("pixels: %s\noutput: %s") % (translated(guess.reason), contract.output)
        )
        item.setToolTip(
            self.tr("%s, output %s: %s")
            % (contract.colors.value.upper(), contract.output, contract.kind.value)
        )
        blank = QPixmap(_PICTURE)
        blank.fill(self.palette().mid().color())
        item.setIcon(QIcon(blank))
        self.pictures.addItem(item)
        return item

    def _ask_for_pictures(self) -> None:
        for guess in self._guesses:
            self._predict.preview(self._question.path, guess)

    def _on_previewed(self, card: ForeignCard, image: RgbImage, class_map: LabelMap | None) -> None:
        if card not in self._guesses:
            return
        item = self._items[self._guesses.index(card)]
        if class_map is None:
            item.setText(self.tr("does not run: %s") % translated(card.reason))
            return
        ratio = self.devicePixelRatio()
        picture = _picture(image, class_map, card.label_set, ratio)
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)  # untinted: its colours are to be judged
        item.setIcon(icon)

    def _on_chosen(self, _row: int) -> None:
        card = self.card
        self.fit.setCurrentIndex(self.fit.findData(card.contract.fit))
        names = card.label_set.names
        self.classes.setRowCount(len(names))
        for row, name in enumerate(names):
            item = QTableWidgetItem(name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.classes.setItem(row, 0, item)
            self.classes.setCellWidget(row, 1, self._class_box(name))

    def _class_box(self, name: str) -> QComboBox:
        box = QComboBox()
        same = self._label_set.index_of(name)
        if same is None:
            box.addItem(self.tr("add it"), _NEW)
        for index, item in enumerate(self._label_set):
            box.addItem(item.name, index)
        box.addItem(self.tr("ignore"), _IGNORE)
        if same is not None:
            box.setCurrentIndex(box.findData(same))
        return box

    def _on_fit(self, _index: int) -> None:
        row = max(self.pictures.currentRow(), 0)
        card = self._guesses[row]
        # Qt keeps the text of an enumeration of texts, not which one it is.
        contract = replace(card.contract, fit=Fit(self.fit.currentData()))
        self._guesses[row] = replace(card, contract=contract)
        self._predict.preview(self._question.path, self._guesses[row])

    def _on_accepted(self) -> None:
        confirm = partial(self._predict.confirm, self._question.path, self.card, self.choice)
        confirm()


def _picture(image: RgbImage, class_map: LabelMap, label_set: LabelSet, ratio: float) -> QPixmap:
    """Return an image with half-transparent classes over it, sharp on a screen of this ratio.

    The background stays as it is. All pictures are of one size, so that they stand in columns.
    """
    colors = label_set.palette[class_map]
    mixed = (image.astype(np.uint16) + colors) // 2
    if label_set.background_index is not None:
        mixed = np.where((class_map == label_set.background_index)[..., None], image, mixed)
    pixels = np.ascontiguousarray(mixed, np.uint8)
    height, width = pixels.shape[:2]
    picture = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
    framed = QPixmap(_PICTURE * ratio)
    framed.fill(Qt.GlobalColor.transparent)
    ways = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    scaled = picture.scaled(framed.size(), *ways)
    painter = QPainter(framed)
    left = (framed.width() - scaled.width()) // 2
    painter.drawImage(left, framed.height() - scaled.height(), scaled)
    painter.end()
    framed.setDevicePixelRatio(ratio)
    return framed
