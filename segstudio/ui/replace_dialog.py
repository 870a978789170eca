"""Asks which class to replace by which in all images, and says first how much that is."""

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from segstudio.controllers.replace import Count, Outcome, ReplaceController
from segstudio.controllers.toolbox import Toolbox
from segstudio.controllers.workspace import Workspace
from segstudio.ui.thin_progress import thin_progress

_SWATCH = 12


class ReplaceDialog(QDialog):
    """Two classes, the count of what would change, and the button that does it.

    It blocks nothing: the window can be used while it is open.
    """

    def __init__(
        self,
        replace: ReplaceController,
        workspace: Workspace,
        toolbox: Toolbox,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._replace = replace
        self._workspace = workspace
        self._toolbox = toolbox
        self._count: Count | None = None
        self.setWindowTitle(self.tr("Replace a class in all images"))
        self.source = self._class_box(self.tr("Class to replace"))
        self.target = self._class_box(self.tr("Class to put there"))
        self.found = QLabel()
        self.found.setWordWrap(True)
        self.found.setMinimumWidth(360)
        # Two lines from the start: a window that grows while it counts would move its buttons.
        self.found.setMinimumHeight(2 * self.found.fontMetrics().lineSpacing() + 4)
        self.found.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._progress = thin_progress()
        self.go = QPushButton(self.tr("Replace"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self.reject)
        self.go.clicked.connect(self._on_go)
        layout = QGridLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setVerticalSpacing(8)
        layout.addWidget(QLabel(self.tr("Replace")), 0, 0)
        layout.addWidget(self.source, 0, 1)
        layout.addWidget(QLabel(self.tr("by")), 1, 0)
        layout.addWidget(self.target, 1, 1)
        layout.addWidget(self.found, 2, 0, 1, 2)
        layout.addWidget(self._progress, 3, 0, 1, 2)
        layout.addWidget(buttons, 4, 0, 1, 2)
        layout.setColumnStretch(1, 1)
        self.source.currentIndexChanged.connect(self._begin_count)
        self.target.currentIndexChanged.connect(self._show)
        replace.counted.connect(self._on_counted)
        replace.progressed.connect(self._on_progressed)
        replace.running_changed.connect(self._show)
        workspace.project_changed.connect(self.reject)

    def showEvent(self, event: QShowEvent) -> None:
        """List the classes as they are now, and count."""
        label_set = self._workspace.label_set
        chosen = self._toolbox.class_index
        other = next((i for i in range(len(label_set) - 1, -1, -1) if i != chosen), 0)
        for box, index in ((self.source, other), (self.target, chosen)):
            box.blockSignals(True)
            box.clear()
            for item in label_set:
                swatch = QPixmap(_SWATCH, _SWATCH)
                swatch.fill(QColor(*item.color))
                box.addItem(QIcon(swatch), item.name)
            box.setCurrentIndex(index)
            box.blockSignals(False)
        self._begin_count()
        super().showEvent(event)

    def done(self, result: int) -> None:
        """Stop counting."""
        if not self._replace.is_changing:
            self._replace.cancel()
        super().done(result)

    def _class_box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setIconSize(QSize(_SWATCH, _SWATCH))
        return box

    def _begin_count(self) -> None:
        self._count = None
        self._replace.count(self.source.currentIndex())
        self._show()

    def _on_counted(self, count: Count) -> None:
        self._count = count
        self._show()

    def _on_progressed(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def _on_go(self) -> None:
        source, target = self.source.currentIndex(), self.target.currentIndex()
        self.accept()
        self._replace.replace(source, target)

    def _show(self) -> None:
        source, target, count = self.source.currentIndex(), self.target.currentIndex(), self._count
        is_locked = source in self._toolbox.locked
        self._progress.setVisible(count is None)
        self.go.setEnabled(
            bool(count and count.pixels)
            and source != target
            and not is_locked
            and not self._replace.is_changing
        )
        if is_locked:
            text = self.tr("This class is locked. Open its lock in the list of classes first.")
        elif count is None:
            text = self.tr("Counting…")
        elif not count.pixels:
            text = self.tr("No image has any of this class.")
        else:
            images = (
                self.tr("%d images") % count.images if count.images != 1 else self.tr("1 image")
            )
            text = self.tr("%s pixels in %s would change. It can be undone.") % (
                f"{count.pixels:,}",
                images,
            )
        self.found.setText(text)


def replaced_text(outcome: Outcome) -> str:
    """Return what a replacement in all images did, as a sentence or two.

    Args:
        outcome: What it did.
    """
    translate = QCoreApplication.translate
    count = len(outcome.changed)
    images = (
        translate("ReplaceDialog", "%d images") % count
        if count != 1
        else translate("ReplaceDialog", "1 image")
    )
    if outcome.is_undo:
        text = translate("ReplaceDialog", "%s: taken back in %s.") % (outcome.name, images)
    else:
        text = translate("ReplaceDialog", "%s: %s changed.") % (outcome.name, images)
    if outcome.was_stopped:
        text += " " + translate("ReplaceDialog", "It was stopped before the last one.")
    if outcome.left_out:
        names = ", ".join(outcome.left_out[:3]) + ("…" if len(outcome.left_out) > 3 else "")
        text += " " + translate("ReplaceDialog", "Left as they are: %s.") % names
    return text
