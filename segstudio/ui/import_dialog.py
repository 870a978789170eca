"""Asks for label files, shows what they hold, and which class becomes which."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from segstudio.controllers.error_words import told, told_again
from segstudio.controllers.import_labels import Found, ImportController
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_map import RgbImage
from segstudio.core.palette import Color
from segstudio.errors import SegStudioError
from segstudio.formats.binary import Positive
from segstudio.formats.import_labels import Fate, ImportReport, Row
from segstudio.formats.table import FORMATS
from segstudio.ui.format_words import format_title

_SWATCH: Final = 12
_UNLABELLED: Final = object()


class ImportDialog(QDialog):
    """Where from, what was found, the classes, and the button that imports.

    It is in the way of the window while it is open: an import changes masks that could be painted.
    """

    def __init__(
        self, controller: ImportController, workspace: Workspace, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._workspace = workspace
        self._source: Path | None = None
        self._found: Found | None = None
        self.setModal(True)
        self.setWindowTitle(self.tr("Import labels"))
        self.resize(620, 640)
        self._place = QLabel(self._invitation())
        self._place.setTextFormat(Qt.TextFormat.PlainText)
        self._place.setWordWrap(True)
        folder = QPushButton(self.tr("Folder…"))
        file = QPushButton(self.tr("File…"))
        folder.clicked.connect(self._ask_folder)
        file.clicked.connect(self._ask_file)
        self.formats = QComboBox()
        self.formats.setAccessibleName(self.tr("Format"))
        self.formats.activated.connect(self._look_again)
        self.positive = QComboBox()
        self.positive.setAccessibleName(self.tr("Black and white masks"))
        self.positive.addItem(self.tr("Values are class numbers"), None)
        self.positive.addItem(self.tr("White is the object"), Positive.LIGHT)
        self.positive.addItem(self.tr("Black is the object"), Positive.DARK)
        self.positive.activated.connect(self._look_again)
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self._previews = QHBoxLayout()
        self._previews.setSpacing(8)
        self.classes = QTableWidget(0, 2)
        self.classes.setHorizontalHeaderLabels(
            [self.tr("Class in the files"), self.tr("becomes in this project")]
        )
        self.classes.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.classes.verticalHeader().hide()
        self.classes.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.classes.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.replace_masks = QCheckBox(
            self.tr("Replace masks that are there (they stay in the history)")
        )
        self.told = QPlainTextEdit()
        self.told.setReadOnly(True)
        self.told.setMinimumHeight(60)
        self.told.setAccessibleName(self.tr("What is left out"))
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(8)
        self.go = QPushButton(self.tr("Import"))
        self.go.clicked.connect(self._on_go)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._buttons.addButton(self.go, QDialogButtonBox.ButtonRole.ActionRole)
        self._buttons.rejected.connect(self.reject)
        self._details: list[QWidget] = []
        self._lay_out(folder, file)
        controller.looked.connect(self._on_looked)
        controller.failed.connect(self._on_failed)
        controller.running_changed.connect(self._show_state)
        controller.progressed.connect(self._on_progressed)
        controller.imported.connect(self._on_imported)
        self._clear()

    def look(self, source: Path) -> None:
        """Find out what a folder or a file holds, and show it."""
        self._source = source
        self._place.setText(str(source))
        self.positive.setCurrentIndex(0)
        self._look(None)

    def done(self, result: int) -> None:
        """Stop what is under way, and forget what was found."""
        self._controller.cancel()
        self._controller.forget()
        self._clear()
        super().done(result)

    @property
    def mapping(self) -> dict[str, str | None]:
        """The chosen class of the project for each class of the files."""
        chosen: dict[str, str | None] = {}
        for place in range(self.classes.rowCount()):
            box, item = self.classes.cellWidget(place, 1), self.classes.item(place, 0)
            if isinstance(box, QComboBox) and item is not None:
                data = box.currentData()
                chosen[item.text()] = None if data is _UNLABELLED else data
        return chosen

    def _lay_out(self, folder: QPushButton, file: QPushButton) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setVerticalSpacing(8)
        source = QHBoxLayout()
        source.setSpacing(8)
        source.addWidget(self._place, 1)
        source.addWidget(folder)
        source.addWidget(file)
        layout.addLayout(source, 0, 0, 1, 2)
        format_label, binary_label = QLabel(self.tr("Format")), QLabel(self.tr("Masks"))
        layout.addWidget(format_label, 1, 0)
        layout.addWidget(self.formats, 1, 1)
        layout.addWidget(binary_label, 2, 0)
        layout.addWidget(self.positive, 2, 1)
        layout.addWidget(self.summary, 3, 0, 1, 2)
        layout.addLayout(self._previews, 4, 0, 1, 2)
        layout.addWidget(self.classes, 5, 0, 1, 2)
        layout.addWidget(self.replace_masks, 6, 0, 1, 2)
        layout.addWidget(self.told, 7, 0, 1, 2)
        layout.addWidget(self._progress, 8, 0, 1, 2)
        layout.addWidget(self._buttons, 9, 0, 1, 2)
        layout.setColumnStretch(1, 1)
        layout.setRowStretch(5, 2)
        layout.setRowStretch(7, 1)
        self._binary = [binary_label, self.positive]
        self._details = [format_label, self.formats, self.classes, self.replace_masks]

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of label files"))
        if folder:
            self.look(Path(folder))

    def _ask_file(self) -> None:
        file, _filter = QFileDialog.getOpenFileName(
            self,
            self.tr("Label file, or archive of label files"),
            "",
            self.tr("Label files and archives (*.zip *.json *.xml)"),
        )
        if file:
            self.look(Path(file))

    def _look_again(self) -> None:
        self._look(self.formats.currentData())

    def _look(self, format_name: str | None) -> None:
        if self._source is None:
            return
        self._found = None
        self._progress.setRange(0, 0)
        self.summary.setText(self.tr("Looking…"))
        # Qt keeps the text of an enumeration of texts, not which one it is.
        said = self.positive.currentData()
        self._controller.look(self._source, format_name, Positive(said) if said else None)
        self._show_state()

    def _on_looked(self, found: Found) -> None:
        self._found = found
        plan = found.plan
        self.formats.clear()
        others = [row for row in FORMATS.values() if row not in found.formats]
        for row in (*found.formats, *others):
            self.formats.addItem(format_title(row), row.name)
        splits = ", ".join(f"{name} {len(items)}" for name, items in plan.dataset.splits.items())
        parts = [
            self.tr("%s with labels (%s).") % (self._images(len(plan.matches)), splits),
            self.tr("%s of them are in this project.")
            % self._images(len(plan.matches) - plan.copies),
        ]
        if plan.copies:
            parts.append(self.tr("%s will be copied into it.") % self._images(plan.copies))
        if found.labelled:
            parts.append(self.tr("%s have a mask already.") % self._images(found.labelled))
        self.summary.setText(" ".join(parts))
        self._show_previews(found.previews)
        self._show_classes(found)
        self.told.setPlainText("\n".join(_line(row) for row in plan.rows))
        self._show_state()

    def _on_failed(self, error: SegStudioError) -> None:
        self._found = None
        self.summary.setText(told(error))
        if self._source is not None and not self.formats.count():
            for row in FORMATS.values():
                self.formats.addItem(format_title(row), row.name)
            self.formats.setCurrentIndex(-1)
        self._show_state()

    def _on_go(self) -> None:
        self._controller.run(self.mapping, replace_masks=self.replace_masks.isChecked())

    def _on_progressed(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def _on_imported(self, report: ImportReport) -> None:
        self._found = None
        self._source = None
        self.formats.clear()
        self._place.setText(self._invitation())
        counts = report.counts
        parts = [self.tr("%s imported.") % self._images(counts[Fate.IMPORTED])]
        if counts[Fate.SAME]:
            parts.append(self.tr("%s had these labels already.") % self._images(counts[Fate.SAME]))
        if counts[Fate.KEPT]:
            parts.append(self.tr("%s kept their own mask.") % self._images(counts[Fate.KEPT]))
        if counts[Fate.LEFT_OUT]:
            parts.append(self.tr("%s left out, see below.") % self._images(counts[Fate.LEFT_OUT]))
        self._show_previews(())
        self.summary.setText(" ".join(parts))
        self.told.setPlainText("\n".join(_line(row) for row in report.rows))
        self._show_state()

    def _show_previews(self, previews: tuple[RgbImage, ...]) -> None:
        while (item := self._previews.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for pixels in previews:
            height, width = pixels.shape[:2]
            image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
            label = QLabel()
            label.setPixmap(QPixmap.fromImage(image))
            self._previews.addWidget(label)
        if previews:
            self._previews.addStretch(1)

    def _show_classes(self, found: Found) -> None:
        plan = found.plan
        own = plan.project.label_set
        self.classes.setRowCount(len(plan.dataset.label_set))
        for place, item in enumerate(plan.dataset.label_set):
            shown = QTableWidgetItem(_swatch(item.color), item.name)
            self.classes.setItem(place, 0, shown)
            box = QComboBox()
            box.setAccessibleName(item.name)
            for label_class in own:
                box.addItem(_swatch(label_class.color), label_class.name, label_class.name)
            if own.index_of(item.name) is None:
                text = self.tr("%s (new class)") % item.name
                box.addItem(_swatch(item.color), text, item.name)
            box.addItem(self.tr("unlabelled"), _UNLABELLED)
            target = plan.mapping[item.name]
            names = [box.itemData(row) for row in range(box.count())]
            box.setCurrentIndex(len(names) - 1 if target is None else names.index(target))
            self.classes.setCellWidget(place, 1, box)

    def _show_state(self, _is_running: bool = False) -> None:
        is_looking = not self._controller.is_idle and not self._controller.is_running
        is_running = self._controller.is_running
        has_found = self._found is not None
        for widget in self._details:
            widget.setVisible(has_found)
            widget.setEnabled(not is_running)
        # Another format may be the right one where the first could not be read.
        self._details[0].setVisible(bool(self.formats.count()))
        self.formats.setVisible(bool(self.formats.count()))
        row = FORMATS.get(self.formats.currentData() or "")
        for widget in self._binary:
            widget.setVisible(has_found and row is not None and row.asks_positive)
        self.told.setVisible(bool(self.told.toPlainText()))
        self._progress.setVisible(is_looking or is_running)
        self.go.setEnabled(
            self._found is not None and bool(self._found.plan.matches) and not is_running
        )

    def _clear(self) -> None:
        self._found = None
        self._source = None
        self.formats.clear()
        self.classes.setRowCount(0)
        self.told.clear()
        self._show_previews(())
        self.summary.clear()
        self.replace_masks.setChecked(False)
        self._place.setText(self._invitation())
        self._show_state()

    def _invitation(self) -> str:
        return self.tr("Choose a folder of label files, or one file: a ZIP archive, JSON or XML.")

    def _images(self, count: int) -> str:
        return self.tr("%d images") % count if count != 1 else self.tr("1 image")


def _line(row: Row) -> str:
    reason = told_again(row.reason)
    return f"{row.name}: {reason}" if row.name else reason


def _swatch(color: Color) -> QIcon:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
