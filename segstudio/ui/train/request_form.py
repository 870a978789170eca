"""What to train: a few choices, and an expert page for the rest."""

from html import escape
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

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
from segstudio.ui.train.expert_page import ExpertError, ExpertPage
from segstudio.ui.train.not_installed import NotInstalled

_MINUTES: Final = 10
_EPOCHS: Final = 50
# What to start from, besides FROM_SCRATCH and FROM_IMAGENET.
_THIS_MODEL: Final = "model"  # if there is one
_OPEN: Final = "open"  # nothing was chosen for this network


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
        self._start = _THIS_MODEL
        self._is_busy, self._read_only = False, ""
        self._awaits_plan = self._shows_plan = False
        self.missing = NotInstalled(theme)
        self.networks = QComboBox()
        for row in NETWORKS:
            self.networks.addItem(row.title, row)
        self.networks.setToolTip(self.tr("unet-mini is fast and keeps fine detail: start with it"))
        self.networks.currentIndexChanged.connect(self._on_network)
        self.starts = QComboBox()
        self.starts.activated.connect(self._on_start)
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
        self.expert_page = ExpertPage()
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
        inner.addWidget(self.expert_page)
        inner.addLayout(buttons)
        inner.addWidget(self.reason)
        inner.addWidget(self.plan)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.missing)
        layout.addWidget(self._choices)
        layout.addStretch(1)
        self._show_starts()
        for chosen in (
            *(box.currentIndexChanged for box in (self.networks, self.starts, self.images)),
            *(box.valueChanged for box in (self.minutes, self.epochs)),
            self.expert_page.changed,
            self.by_time.toggled,
        ):
            chosen.connect(self._outdate_plan)
        self.show_missing(())
        self._show_text(
            self.tr(
                "Everything else is decided from your images: crop, batch, classes, how images are "
                "varied. “Show settings” lists all of it with the reasons, and says how long it "
                "takes on this computer."
            )
        )

    def show_missing(self, packages: tuple[str, ...]) -> None:
        """Say how to install what training needs, if something is missing."""
        self.missing.show_packages(packages)
        self._choices.setVisible(not packages)
        self._show_buttons()

    def show_model(self, trainable: Trainable | None) -> None:
        """Offer to go on from the chosen model, if its checkpoint is there."""
        if trainable == self._trainable:
            return
        self._trainable = trainable
        if self._start == _OPEN and self._is_models_network():
            self._start = _THIS_MODEL
        if self._start == _THIS_MODEL:
            self._choose_models_network()
        self._show_starts()

    def show_waiting(self) -> None:
        """Say that the settings are being found out."""
        self._show_text(self.tr("Looking at the images and timing a step on this computer…"))
        self._awaits_plan = True

    def show_problem(self, sentence: str) -> None:
        """Say why what was asked for cannot be done."""
        self._show_text(sentence)

    def show_plan(self, plan: Plan) -> None:
        """Show what a training would do, each setting with its reason, if that is still wanted."""
        if not self._awaits_plan:
            return
        muted = self._theme.muted.name()
        lines = [f"<p><b>{escape(plan.summary)}</b></p>"]
        for name, value, why in plan.settings:
            reason = f'<br><span style="color:{muted}">{escape(why)}</span>' if why else ""
            told = f"<b>{escape(name)}</b> &nbsp;{escape(value)}{reason}"
            lines.append(f'<p style="margin:6px 0">{told}</p>')
        lines += [f"<p>{escape(note)}</p>" for note in plan.notes]
        self.plan.setTextFormat(Qt.TextFormat.RichText)
        self.plan.setText("".join(lines))
        self._awaits_plan, self._shows_plan = False, True

    def _outdate_plan(self) -> None:
        """Take away settings that are those of other choices."""
        if self._awaits_plan or self._shows_plan:
            self._show_text(
                self.tr("Your choices have changed. Press “Show settings” to see the new settings.")
            )

    def _show_text(self, text: str) -> None:
        self._awaits_plan = self._shows_plan = False
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
            expert=self.expert_page.options(),
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

    def _on_network(self) -> None:
        """Leave the model that cannot be trained further as another network."""
        if self._start == _THIS_MODEL and self._trainable and not self._is_models_network():
            self._start = _OPEN
        self._show_starts()

    def _on_start(self) -> None:
        """Keep what the user chose, whatever models come and go."""
        data = self.starts.currentData()
        self._start = _THIS_MODEL if isinstance(data, Trainable) else str(data)
        if self._start == _THIS_MODEL:
            self._choose_models_network()

    def _is_models_network(self) -> bool:
        row: NetworkChoice = self.networks.currentData()
        model = self._trainable
        return model is not None and (row.network, row.backbone) == (model.network, model.backbone)

    def _choose_models_network(self) -> None:
        for place in range(self.networks.count()):
            row: NetworkChoice = self.networks.itemData(place)
            model = self._trainable
            if model and (row.network, row.backbone) == (model.network, model.backbone):
                self.networks.setCurrentIndex(place)

    def _show_starts(self) -> None:
        row: NetworkChoice = self.networks.currentData()
        self.starts.clear()
        self.starts.addItem(self.tr("Scratch"), FROM_SCRATCH)
        if row.has_imagenet:
            self.starts.addItem(self.tr("ImageNet"), FROM_IMAGENET)
        if self._trainable is not None:
            self.starts.addItem(self.tr("This model: %s") % self._trainable.name, self._trainable)
        wanted = {
            FROM_SCRATCH: 0,
            FROM_IMAGENET: 1 if row.has_imagenet else 0,
            _OPEN: 0,
            # What there is already learns fastest.
            _THIS_MODEL: self.starts.count() - 1 if self._trainable else 0,
        }
        self.starts.setCurrentIndex(wanted[self._start])
        self.starts.setToolTip(
            self.tr("A model goes on with its own network")
            if self._trainable
            else self.tr("A model that was trained in this project can be trained further")
        )

    def _on_train(self) -> None:
        self._send(self.train_requested)
        if self._start != _THIS_MODEL:  # what comes of this training is what to go on from
            self._start = _OPEN

    def _on_preview(self) -> None:
        self._send(self.preview_requested)

    def _send(self, signal: Any) -> None:  # noqa: ANN401 - a bound signal has no public type
        try:
            request = self.request()
        except ExpertError as error:
            self.mistyped.emit(str(error))
        else:
            signal.emit(request)


def _plain_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
