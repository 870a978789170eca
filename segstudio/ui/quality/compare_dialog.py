"""The window that compares the labels of a project with others of the same images."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.error_words import told
from segstudio.controllers.label_comparison import (
    CompareRequest,
    LabelComparison,
    LabelComparisonController,
)
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_statistics import NumberTable
from segstudio.errors import SegStudioError
from segstudio.formats.binary import Positive
from segstudio.storage.atomic_write import atomic_write
from segstudio.storage.contact_sheet import contact_sheet
from segstudio.ui.quality.comparison_tables import ComparisonTables, columns_of_shares
from segstudio.ui.quality.number_table import NumberTableView
from segstudio.ui.quality.picture_sheet import PictureSheet
from segstudio.ui.quality.saving import Write, ask_path, saved_text, write_numbers

_SIZE: Final = (900, 680)


class CompareDialog(QDialog):
    """Asks with what to compare, and shows what came out; it blocks nothing.

    Args:
        controller: Compares.
        workspace: What is open.
    """

    def __init__(
        self,
        controller: LabelComparisonController,
        workspace: Workspace,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._comparison: LabelComparison | None = None
        self.setWindowTitle(self.tr("Compare label sets"))
        self.resize(*_SIZE)
        self._make_question()
        self._make_answer()
        self._numbers = QPushButton(self.tr("Save numbers…"))
        self._numbers.clicked.connect(self._ask_numbers)
        self._sheet = QPushButton(self.tr("Save contact sheet…"))
        self._sheet.clicked.connect(self._ask_sheet)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self._numbers, self._sheet):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.state = QLabel()
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(160, 8)
        self._progress.hide()
        row = QHBoxLayout()
        row.addWidget(self._progress)
        row.addWidget(self.state, 1)
        row.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(self._question)
        layout.addWidget(self.summary)
        layout.addWidget(self.tabs, 1)
        layout.addStretch(0)
        layout.addLayout(row)
        controller.compared.connect(self._show)
        controller.progressed.connect(self._show_progress)
        controller.running_changed.connect(self._on_running_changed)
        controller.failed.connect(self._show_error)
        workspace.project_changed.connect(self._on_project_changed)
        self._words = ComparisonTables(self)
        self._show_nothing()

    def done(self, result: int) -> None:
        """Stop comparing."""
        self._controller.cancel()
        super().done(result)

    def compare(self) -> None:
        """Compare with what is chosen, or stop doing so."""
        if self._controller.is_running:
            self._controller.cancel()
            return
        is_folder = bool(self.source.currentData())
        # Qt keeps the text of an enumeration of texts, not which one it is.
        said = self.positive.currentData()
        self._controller.compare(
            CompareRequest(
                Path(self.folder.text().strip()) if is_folder else None,
                self.only_approved.isChecked(),
                Positive(said) if is_folder and said else None,
            )
        )

    def save_numbers(self, path: Path) -> None:
        """Write the table that shows as CSV."""
        table = self._table()
        if table is not None:
            self._write(path, lambda path: write_numbers(path, table))

    def save_sheet(self, path: Path) -> None:
        """Write the contact sheet as PNG."""
        comparison = self._comparison
        if comparison is not None:
            pictures = [
                (item.picture, f"{item.agreement.share:.1%}  {item.agreement.key}")
                for item in comparison.sheet
            ]
            self._write(path, lambda path: atomic_write(path, contact_sheet(pictures)))

    def _make_question(self) -> None:
        self.source = QComboBox()
        self.source.setAccessibleName(self.tr("Compare with"))
        self.source.addItem(self.tr("The predictions of this project"), False)
        self.source.addItem(self.tr("Another project, label set or folder of masks"), True)
        self.folder = QLineEdit()
        self.folder.setAccessibleName(self.tr("Folder"))
        self.folder.setPlaceholderText(self.tr("A folder with labels of the same images"))
        self.folder.returnPressed.connect(self.compare)
        self._browse = QPushButton(self.tr("Browse…"))
        self._browse.setAutoDefault(False)
        self._browse.clicked.connect(self._on_browse)
        self.positive = QComboBox()
        self.positive.setAccessibleName(self.tr("Black and white masks"))
        self.positive.addItem(self.tr("Values are class numbers"), None)
        self.positive.addItem(self.tr("White is the object"), Positive.LIGHT)
        self.positive.addItem(self.tr("Black is the object"), Positive.DARK)
        self.positive.setToolTip(self.tr("What black and white masks mean"))
        self.only_approved = QCheckBox(self.tr("Approved images only"))
        self.go = QPushButton(self.tr("Compare"))
        self.go.clicked.connect(self.compare)
        self._question = QGridLayout()
        self._question.setHorizontalSpacing(8)
        self._question.addWidget(QLabel(self.tr("Compare these labels with")), 0, 0)
        self._question.addWidget(self.source, 0, 1)
        self._question.addWidget(self.only_approved, 0, 2)
        self._question.addWidget(self.go, 0, 3)
        self._question.addWidget(self.folder, 1, 0, 1, 2)
        self._question.addWidget(self._browse, 1, 2)
        self._question.addWidget(self.positive, 1, 3)
        self._question.setColumnStretch(1, 1)
        self.source.currentIndexChanged.connect(self._show_question)
        self.folder.textChanged.connect(self._show_question)

    def _make_answer(self) -> None:
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sheet = PictureSheet()
        self.sheet.itemClicked.connect(self._on_picture)
        self.sheet.itemActivated.connect(self._on_picture)
        self.classes = NumberTableView()
        self.confusion = NumberTableView()
        self.images = NumberTableView()
        self.images.itemActivated.connect(self._on_image)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.sheet, self.tr("What differs most"))
        self.tabs.addTab(self.classes, self.tr("Classes"))
        self.tabs.addTab(self.confusion, self.tr("What is taken for what"))
        self.tabs.addTab(self.images, self.tr("Images"))
        self.tabs.currentChanged.connect(self._show_buttons)

    def _show(self, comparison: LabelComparison) -> None:
        self._comparison = comparison
        agreement = comparison.agreement
        self.summary.setText(self._words.summary(comparison))
        self.tabs.setVisible(agreement is not None)
        self.sheet.clear()
        for item in comparison.sheet:
            share = f"{item.agreement.share:.1%}"
            tip = self.tr("%s: %s of the pixels differ; click to open it") % (
                item.agreement.key,
                share,
            )
            self.sheet.add(item.picture, f"{share}\n{item.agreement.key}", tip)
        self.tabs.setTabEnabled(0, bool(comparison.sheet))
        if agreement is not None:
            self.classes.show_table(self._words.classes(comparison, agreement))
            table = self._words.confusion(comparison, agreement)
            self.confusion.show_table(table, columns_of_shares(table), heat=True)
            self.images.show_table(self._words.images(agreement), frozenset({1}))
        self._show_buttons()

    def _table(self) -> NumberTable | None:
        comparison = self._comparison
        if comparison is None or comparison.agreement is None:
            return None
        match self.tabs.currentWidget():
            case self.classes:
                return self._words.classes(comparison, comparison.agreement)
            case self.confusion:
                return self._words.confusion(comparison, comparison.agreement)
            case _:
                return self._words.images(comparison.agreement)

    def _show_nothing(self) -> None:
        self._comparison = None
        self.summary.setText(
            self.tr(
                "Two people's labels, or labels and predictions: where do they differ, "
                "and by how much? Pixels that have labels in both are compared."
            )
        )
        self.tabs.hide()
        self._show_question()
        self._show_buttons()

    def _show_question(self) -> None:
        is_folder = bool(self.source.currentData())
        for widget in (self.folder, self._browse, self.positive):
            widget.setVisible(is_folder)
        has_folder = bool(self.folder.text().strip())
        self.go.setEnabled(self._controller.is_running or not is_folder or has_folder)

    def _show_buttons(self) -> None:
        comparison = self._comparison
        self._numbers.setEnabled(self._table() is not None)
        self._sheet.setEnabled(comparison is not None and bool(comparison.sheet))

    def _show_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        self.state.setText(self.tr("%d of %d images") % (done, total))

    def _on_running_changed(self, is_running: bool) -> None:
        self.go.setText(self.tr("Stop") if is_running else self.tr("Compare"))
        self._progress.setVisible(is_running)
        self._progress.setRange(0, 0)
        self.state.setText("")
        self._show_question()

    def _show_error(self, error: SegStudioError) -> None:
        self._show_nothing()
        self.summary.setText(told(error))

    def _on_project_changed(self) -> None:
        self._show_nothing()
        self.reject()

    def _on_browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder with labels"))
        if folder:
            self.folder.setText(folder)

    def _on_picture(self) -> None:
        comparison, row = self._comparison, self.sheet.currentRow()
        if comparison is not None and 0 <= row < len(comparison.sheet):
            self._controller.open_image(comparison.sheet[row].agreement.key)

    def _on_image(self, item: QTableWidgetItem) -> None:
        first = self.images.item(item.row(), 0)
        if first is not None:
            self._controller.open_image(first.text())

    def _ask_numbers(self) -> None:
        name = self.tabs.tabText(self.tabs.currentIndex())
        path = ask_path(self, self.tr("Save numbers"), name, ".csv")
        if path is not None:
            self.save_numbers(path)

    def _ask_sheet(self) -> None:
        path = ask_path(self, self.tr("Save contact sheet"), self.tr("contact sheet"), ".png")
        if path is not None:
            self.save_sheet(path)

    def _write(self, path: Path, write: Write) -> None:
        self.state.setText(saved_text(path, write))
