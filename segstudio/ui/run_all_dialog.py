"""Asks what running a model on all images may change, and lists where labels and answers differ."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.core.merge import Disagreement, MergeRule


class RunAllDialog(QDialog):
    """Three rules, of which none touches what the user corrected.

    Signals:
        chosen: (MergeRule, whether to ask about images again that the model has answered).
    """

    chosen = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Run on all images"))
        self.rules = {
            MergeRule.FILL: QRadioButton(self.tr("Fill what is not labelled yet")),
            MergeRule.UNREVIEWED: QRadioButton(self.tr("Replace what nobody has looked at")),
            MergeRule.COMPARE: QRadioButton(
                self.tr("Change nothing, list where labels and model differ")
            ),
        }
        self.rules[MergeRule.FILL].setChecked(True)
        note = QLabel(
            self.tr(
                "Pixels that you corrected and images that you approved always stay as they are."
            )
        )
        note.setWordWrap(True)
        self.again = QCheckBox(self.tr("Run again on images that this model has run on"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton(self.tr("Run"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(8)
        for button in self.rules.values():
            layout.addWidget(button)
        layout.addWidget(self.again)
        layout.addWidget(note)
        layout.addWidget(buttons)
        self.accepted.connect(self._on_accepted)

    def _on_accepted(self) -> None:
        rule = next(rule for rule, button in self.rules.items() if button.isChecked())
        self.chosen.emit(rule, self.again.isChecked())


class DisagreementList(QDialog):
    """The images whose labels differ from a model's answer, the worst first.

    Signals:
        image_chosen: Key of the image to open.
    """

    image_chosen = Signal(str)

    def __init__(
        self, disagreements: dict[str, Disagreement], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Where labels and model differ"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.images = QListWidget()
        self.images.setAccessibleName(self.windowTitle())
        for key, found in sorted(disagreements.items(), key=lambda row: -row[1].share):
            text = self.tr("%s    %s of the labelled pixels") % (key, f"{found.share:.1%}")
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, key)
            self.images.addItem(item)
        self.images.itemActivated.connect(
            lambda item: self.image_chosen.emit(item.data(Qt.ItemDataRole.UserRole))
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.addWidget(QLabel(self.tr("Choose an image to look at it.")))
        layout.addWidget(self.images)
        layout.addWidget(buttons)
        self.resize(420, 360)
