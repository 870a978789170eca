"""What to train: a few choices, and an expert page for the rest."""

from html import escape
from typing import Any, Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.trainer_process import INSTALL_COMMAND
from segstudio.controllers.training_plan import Plan
from segstudio.core.network_choices import NETWORKS, NetworkChoice
from segstudio.core.training_request import (
    FROM_IMAGENET,
    FROM_SCRATCH,
    ImageChoice,
    TrainingRequest,
)
from segstudio.storage.lineage import Trainable
from segstudio.ui.theme import Theme

_MINUTES: Final = 10
_EPOCHS: Final = 50


class ExpertError(ValueError):
    """What was typed on the expert page cannot be read; the message says what."""


class _Expert(NamedTuple):
    option: str
    title: str
    example: str
    kind: type


class RequestForm(QWidget):
    """Asks for network, start, images and time; everything else is left to the trainer.

    Signals:
        train_requested: A ``TrainingRequest``.
        preview_requested: A ``TrainingRequest`` whose settings are to be shown, not trained.
        mistyped: A sentence about what was typed.
    """

    train_requested = Signal(object)
    preview_requested = Signal(object)
    mistyped = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._trainable: Trainable | None = None
        self._is_busy, self._read_only = False, ""
        self.missing = _Missing(theme)
        self.networks = QComboBox()
        for row in NETWORKS:
            self.networks.addItem(row.title, row)
        self.networks.setToolTip(self.tr("unet-mini is fast and keeps fine detail: start with it"))
        self.networks.currentIndexChanged.connect(self._show_starts)
        self.starts = QComboBox()
        self.images = QComboBox()
        for choice, title in (
            (ImageChoice.ALL, self.tr("Everything that was looked at")),
            (ImageChoice.APPROVED, self.tr("Approved images only")),
            (ImageChoice.CORRECTED, self.tr("Corrected images only")),
        ):
            self.images.addItem(title, choice)
        self.images.setToolTip(
            self.tr("What a model said and nobody has corrected or approved never trains")
        )
        self._choices = QWidget()
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("Network"), self.networks)
        form.addRow(self.tr("Start from"), self.starts)
        form.addRow(self.tr("Images"), self.images)
        form.addRow(self.tr("Train for"), self._build_budget())
        self.train = QPushButton(self.tr("Train"))
        self.train.setDefault(True)
        theme.keep_icon(self.train, "graduation-cap")
        self.train.clicked.connect(self._on_train)
        self.preview = QPushButton(self.tr("Show settings"))
        self.preview.setToolTip(
            self.tr("What the trainer would choose, why, and how long it would take")
        )
        self.preview.clicked.connect(self._on_preview)
        buttons = QHBoxLayout()
        buttons.addWidget(self.train)
        buttons.addWidget(self.preview)
        buttons.addStretch(1)
        self.reason = _plain_label()
        self.plan = QLabel()
        self.plan.setWordWrap(True)
        self.plan.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inner = QVBoxLayout(self._choices)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addLayout(form)
        inner.addWidget(self._build_expert_page())
        inner.addLayout(buttons)
        inner.addWidget(self.reason)
        inner.addWidget(self.plan)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.missing)
        layout.addWidget(self._choices)
        layout.addStretch(1)
        self._show_starts()
        self.show_missing(())
        self._show_text(
            self.tr(
                "Everything else is decided from your images: crop, batch, classes, how images are "
                "varied. Show settings tells what, why, and how long it takes here."
            )
        )

    def show_missing(self, packages: tuple[str, ...]) -> None:
        """Say how to install what training needs, if something is missing."""
        self.missing.show_packages(packages)
        self._choices.setVisible(not packages)
        self._show_buttons()

    def show_model(self, trainable: Trainable | None) -> None:
        """Offer to go on from the chosen model, if its checkpoint is there."""
        self._trainable = trainable
        self._show_starts()

    def show_waiting(self) -> None:
        """Say that the settings are being found out."""
        self._show_text(self.tr("Looking at the images and timing a step on this computer…"))

    def show_problem(self, sentence: str) -> None:
        """Say why what was asked for cannot be done."""
        self._show_text(sentence)

    def show_plan(self, plan: Plan) -> None:
        """Show what a training would do, each setting with its reason."""
        muted = self._theme.muted.name()
        lines = [f"<p><b>{escape(plan.summary)}</b></p>"]
        for name, value, why in plan.settings:
            reason = f'<br><span style="color:{muted}">{escape(why)}</span>' if why else ""
            told = f"<b>{escape(name)}</b> &nbsp;{escape(value)}{reason}"
            lines.append(f'<p style="margin:6px 0">{told}</p>')
        lines += [f"<p>{escape(note)}</p>" for note in plan.notes]
        self.plan.setTextFormat(Qt.TextFormat.RichText)
        self.plan.setText("".join(lines))

    def _show_text(self, text: str) -> None:
        self.plan.setTextFormat(Qt.TextFormat.PlainText)
        self.plan.setText(text)

    def set_busy(self, *, is_busy: bool) -> None:
        """Allow no second run beside the one that trains."""
        self._is_busy = is_busy
        self._show_buttons()

    def show_read_only(self, reason: str) -> None:
        """Say why nothing can be trained in this project; empty if it can."""
        self._read_only = reason
        self._show_buttons()

    def _show_buttons(self) -> None:
        can_train = self.missing.isHidden() and not self._read_only
        self.train.setEnabled(can_train and not self._is_busy)
        self.preview.setEnabled(can_train)
        self.train.setToolTip(
            self._read_only
            or (self.tr("Another run trains: see Progress") if self._is_busy else "")
        )
        self.reason.setText(self._read_only)
        self.reason.setVisible(bool(self._read_only))

    def request(self) -> TrainingRequest:
        """Return what is asked for; raises ExpertError."""
        row: NetworkChoice = self.networks.currentData()
        weights, network, backbone = FROM_SCRATCH, row.network, row.backbone
        if isinstance(self.starts.currentData(), Trainable):
            # Weights fit only the network that they belong to.
            start: Trainable = self.starts.currentData()
            weights, network, backbone = str(start.checkpoint), start.network, start.backbone
        elif self.starts.currentData() == FROM_IMAGENET:
            weights = FROM_IMAGENET
        by_time = self.by_time.isChecked()
        return TrainingRequest(
            network=network,
            backbone=backbone,
            weights=weights,
            images=ImageChoice(self.images.currentData()),
            minutes=float(self.minutes.value()) if by_time else None,
            epochs=None if by_time else self.epochs.value(),
            expert=self._expert_options(),
        )

    def _build_budget(self) -> QWidget:
        self.by_time = QRadioButton()
        self.by_epochs = QRadioButton()
        group = QButtonGroup(self)
        self.minutes = QSpinBox()
        self.minutes.setRange(1, 24 * 60)
        self.minutes.setValue(_MINUTES)
        self.minutes.setSuffix(self.tr(" min"))
        self.epochs = QSpinBox()
        self.epochs.setRange(1, 100_000)
        self.epochs.setValue(_EPOCHS)
        self.epochs.setSuffix(self.tr(" epochs"))
        budget = QWidget()
        row = QHBoxLayout(budget)
        row.setContentsMargins(0, 0, 0, 0)
        for button, box, name in (
            (self.by_time, self.minutes, self.tr("By time")),
            (self.by_epochs, self.epochs, self.tr("By epochs")),
        ):
            button.setAccessibleName(name)
            group.addButton(button)
            button.toggled.connect(box.setEnabled)
            box.setEnabled(False)
            row.addWidget(button)
            row.addWidget(box)
        row.addStretch(1)
        self.by_time.setChecked(True)
        return budget

    def _build_expert_page(self) -> QWidget:
        rows = (
            _Expert("crop", self.tr("Crop, height and width"), "256 256", tuple),
            _Expert("batch", self.tr("Batch, crops a step"), "4", int),
            _Expert("lr", self.tr("Learning rate"), "0.001", float),
            _Expert("loss", self.tr("Loss"), "ce+dice", str),
            _Expert("class-weights", self.tr("Class weights"), "log", str),
            _Expert("correction-weight", self.tr("Weight of corrected pixels"), "3", float),
            _Expert("schedule", self.tr("Learning rate falls"), "poly", str),
            _Expert("patience", self.tr("End after epochs without gain"), "20", int),
            _Expert("seed", self.tr("Seed"), "0", int),
            _Expert("device", self.tr("Device"), "auto", str),
        )
        page = QWidget()
        self.is_expert = QCheckBox(self.tr("Expert"))
        self.is_expert.setToolTip(
            self.tr("What is left empty, the trainer decides from your images")
        )
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.expert: dict[str, QLineEdit] = {}
        self._expert_rows = rows
        for row in rows:
            edit = QLineEdit()
            edit.setPlaceholderText(self.tr("decided for you (such as %s)") % row.example)
            form.addRow(row.title, edit)
            self.expert[row.option] = edit
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.is_expert)
        layout.addWidget(inner)
        inner.hide()
        self.is_expert.toggled.connect(inner.setVisible)
        return page

    def _expert_options(self) -> dict[str, Any]:
        if not self.is_expert.isChecked():
            return {}
        options: dict[str, Any] = {}
        for row in self._expert_rows:
            text = self.expert[row.option].text().strip()
            if not text:
                continue
            try:
                options[row.option] = (
                    [int(part) for part in text.replace("x", " ").split()]
                    if row.kind is tuple
                    else row.kind(text)
                )
            except ValueError as error:
                raise ExpertError(
                    self.tr("%s cannot be “%s”. Write it like %s, or leave it empty.")
                    % (row.title, text, row.example)
                ) from error
        return options

    def _show_starts(self) -> None:
        row: NetworkChoice = self.networks.currentData()
        before = self.starts.currentIndex()
        self.starts.clear()
        self.starts.addItem(self.tr("Scratch"), FROM_SCRATCH)
        if row.has_imagenet:
            self.starts.addItem(self.tr("ImageNet"), FROM_IMAGENET)
        if self._trainable is not None:
            self.starts.addItem(self.tr("This model: %s") % self._trainable.name, self._trainable)
            if before <= 0:  # what there is already learns fastest
                self.starts.setCurrentIndex(self.starts.count() - 1)
        self.starts.setToolTip(
            self.tr("A model goes on with its own network, whatever is chosen above")
            if self._trainable
            else self.tr("A model that was trained in this project can be trained further")
        )

    def _on_train(self) -> None:
        self._send(self.train_requested)

    def _on_preview(self) -> None:
        self._send(self.preview_requested)

    def _send(self, signal: Any) -> None:  # noqa: ANN401 - a bound signal has no public type
        try:
            request = self.request()
        except ExpertError as error:
            self.mistyped.emit(str(error))
        else:
            signal.emit(request)


class _Missing(QWidget):
    """Says what training needs that is not installed, and the command to be copied."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.words = _plain_label()
        self.command = QLineEdit(INSTALL_COMMAND)
        self.command.setReadOnly(True)
        self.command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        copy = QPushButton(self.tr("Copy"))
        theme.keep_icon(copy, "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.command.text()))
        row = QHBoxLayout()
        row.addWidget(self.command, 1)
        row.addWidget(copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.words)
        layout.addLayout(row)

    def show_packages(self, packages: tuple[str, ...]) -> None:
        self.setVisible(bool(packages))
        self.words.setText(
            self.tr(
                "Training needs PyTorch, which is not installed here (missing: %s).\n\n"
                "Run this command in a terminal, where segstudio is installed, and start "
                "segstudio again:"
            )
            % ", ".join(packages)
        )


def _plain_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
