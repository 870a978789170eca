"""Settings of a training that are decided for the user, for those who decide them themselves."""

from typing import Any, Final, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

_PAIRS: Final = frozenset({"crop", "scale"})


class ExpertError(ValueError):
    """What was typed on the expert page cannot be read; the message says what."""


class _Row(NamedTuple):
    option: str
    title: str
    example: str
    kind: type


class ExpertPage(QWidget):
    """One line for each setting; what is left empty, the trainer decides.

    Attributes:
        is_expert: Shows the lines, and lets them count.
        edits: The lines, by the names of the trainer's options.

    Signals:
        changed: Something else would be asked of the trainer.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = (
            _Row("crop", self.tr("Crop, height and width"), "256 256", int),
            _Row("batch", self.tr("Batch, crops a step"), "4", int),
            _Row("lr", self.tr("Learning rate"), "0.001", float),
            _Row("loss", self.tr("Loss"), "ce+dice", str),
            _Row("class-weights", self.tr("Class weights"), "log", str),
            _Row("correction-weight", self.tr("Weight of corrected pixels"), "3", float),
            _Row("flip", self.tr("Mirrored"), "both", str),
            _Row("rotate", self.tr("Turned, degrees at most"), "15", float),
            _Row("scale", self.tr("Size, smallest and largest"), "0.5 2", float),
            _Row("schedule", self.tr("Learning rate falls"), "poly", str),
            _Row("patience", self.tr("End after epochs without gain"), "20", int),
            _Row("seed", self.tr("Seed"), "0", int),
            _Row("device", self.tr("Device"), "auto", str),
        )
        self.is_expert = QCheckBox(self.tr("Expert"))
        self.is_expert.setToolTip(
            self.tr("What is left empty, the trainer decides from your images")
        )
        lines = QWidget()
        form = QFormLayout(lines)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.edits: dict[str, QLineEdit] = {}
        for row in self._rows:
            edit = QLineEdit()
            edit.setPlaceholderText(self.tr("decided for you (such as %s)") % row.example)
            edit.textChanged.connect(self.changed)
            form.addRow(row.title, edit)
            self.edits[row.option] = edit
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.is_expert)
        layout.addWidget(lines)
        lines.hide()
        self.is_expert.toggled.connect(lines.setVisible)
        self.is_expert.toggled.connect(self.changed)

    def options(self) -> dict[str, Any]:
        """Return the options that were typed; raises ExpertError."""
        if not self.is_expert.isChecked():
            return {}
        options: dict[str, Any] = {}
        for row in self._rows:
            text = self.edits[row.option].text().strip()
            if not text:
                continue
            try:
                options[row.option] = (
                    [row.kind(part) for part in text.replace("x", " ").split()]
                    if row.option in _PAIRS
                    else row.kind(text)
                )
            except ValueError as error:
                raise ExpertError(
                    self.tr("%s cannot be “%s”. Write it like %s, or leave it empty.")
                    % (row.title, text, row.example)
                ) from error
        return options
