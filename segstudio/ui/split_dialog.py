"""Which images train, validate and test: shows it, groups images, moves them, keeps it."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.error_words import as_sentence, told
from segstudio.controllers.splits import SplitController, SplitView
from segstudio.controllers.workspace import Workspace
from segstudio.core.image_groups import Grouping
from segstudio.core.splits import TEST, TRAIN, VALIDATION, GroupRow, SplitRule
from segstudio.errors import SegStudioError
from segstudio.ui.thin_progress import thin_progress

_SOON_MS: Final = 300
_NAME, _IMAGES, _SPLIT, _RUNS = range(4)
_Index = QModelIndex | QPersistentModelIndex


class _GroupModel(QAbstractTableModel):
    """One row a group: name, images, where it goes, the runs that used it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.groups: Sequence[GroupRow] = ()
        self._heads = (self.tr("Group"), self.tr("Images"), self.tr("Goes to"), self.tr("Used by"))
        self._words = {
            TRAIN: self.tr("training"),
            VALIDATION: self.tr("validation"),
            TEST: self.tr("test"),
            "": self.tr("not decided yet"),
        }

    def set_groups(self, groups: Sequence[GroupRow]) -> None:
        self.beginResetModel()
        self.groups = groups
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.groups)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._heads)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401 - Qt's signature
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        group = self.groups[index.row()]
        match index.column(), role:
            case 0, Qt.ItemDataRole.DisplayRole:
                return group.name
            case 1, Qt.ItemDataRole.DisplayRole:
                return f"{len(group.keys):,}"
            case 1, Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case 2, Qt.ItemDataRole.DisplayRole:
                return ", ".join(
                    self._words[split] for split in self._words if split in group.splits
                )
            case 3, Qt.ItemDataRole.DisplayRole:
                return self._used_by(group)
            case 3, Qt.ItemDataRole.ToolTipRole:
                return "<br>".join(group.runs)  # names of runs are dates
        return None

    def _used_by(self, group: GroupRow) -> str:
        if not group.runs:
            return ""
        last = group.runs[-1]
        more = len(group.runs) - 1
        return self.tr("%s and %d more") % (last, more) if more else last


class SplitDialog(QDialog):
    """The shares, the rule for groups with its groups, and what to do with those chosen.

    Nothing is written until "Keep"; it blocks nothing meanwhile.
    """

    def __init__(
        self, splits: SplitController, workspace: Workspace, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._splits = splits
        self._workspace = workspace
        self._is_showing = False
        self._is_fresh = True
        self.setWindowTitle(self.tr("Training, validation and test images"))
        self._form = QFormLayout()
        self.counts = QLabel()
        self.counts.setWordWrap(True)
        self.validation, self.test = self._share(), self._share()
        self.grouping = QComboBox()
        for grouping, text in (
            (Grouping.IMAGE, self.tr("Each image goes its own way")),
            (Grouping.FOLDER, self.tr("Images of a folder stay together")),
            (Grouping.SEQUENCE, self.tr("Same name before the last number stays together")),
            (Grouping.PATTERN, self.tr("A regular expression tells the group")),
        ):
            self.grouping.addItem(text, grouping.value)
        self.grouping.setToolTip(
            self.tr(
                "Frames of one video or slices of one stack look alike: a model that trains on "
                "some of them and is judged by others looks better than it is."
            )
        )
        self.pattern = QLineEdit()
        self.pattern.setPlaceholderText(r"^(.*?)_")
        self.pattern.setToolTip(
            self.tr("The first part in parentheses is the group, or else all that is found")
        )
        self._model = _GroupModel(self)
        self.groups = QTableView()
        self.groups.setModel(self._model)
        self._dress(self.groups)
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing() + 4)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.moves = {
            TRAIN: QPushButton(self.tr("Training")),
            VALIDATION: QPushButton(self.tr("Validation")),
            TEST: QPushButton(self.tr("Test")),
        }
        self.divide = QPushButton(self.tr("Divide by these rules"))
        self.anew = QCheckBox(self.tr("Also images that are decided, but for those a run used"))
        self._progress = thin_progress()
        self._progress.setRange(0, 0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.keep = buttons.addButton(self.tr("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._build(buttons)
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._set_rule)
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        """Show the splits as they are."""
        self._is_fresh = True
        self._soon.stop()
        self._splits.begin()
        super().showEvent(event)

    def done(self, result: int) -> None:
        """Keep the draft, or drop it."""
        if result:
            self._splits.keep()
        else:
            self._splits.cancel()
        super().done(result)

    # --- Building

    def _share(self) -> QSpinBox:
        box = QSpinBox()
        box.setRange(0, 90)
        box.setSuffix(" %")
        return box

    def _dress(self, view: QTableView) -> None:
        view.setAccessibleName(self.tr("Groups of images"))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(24)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((_IMAGES, 72), (_SPLIT, 150), (_RUNS, 190)):
            header.resizeSection(column, width)

    def _build(self, buttons: QDialogButtonBox) -> None:
        form = self._form
        form.addRow(self.tr("Groups"), self.grouping)
        form.addRow(self.tr("Regular expression"), self.pattern)
        shares = QHBoxLayout()
        shares.addWidget(self.validation)
        shares.addWidget(QLabel(self.tr("choose the best model while training")))
        shares.addStretch(1)
        form.addRow(self.tr("Validation"), shares)
        tests = QHBoxLayout()
        tests.addWidget(self.test)
        tests.addWidget(QLabel(self.tr("only judge finished models")))
        tests.addStretch(1)
        form.addRow(self.tr("Test"), tests)
        divide = QHBoxLayout()
        divide.addWidget(self.divide)
        divide.addWidget(self.anew)
        divide.addStretch(1)
        move = QHBoxLayout()
        move.addWidget(QLabel(self.tr("Move the chosen groups to")))
        for button in self.moves.values():
            move.addWidget(button)
        move.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(form)
        layout.addLayout(divide)
        layout.addWidget(self.counts)
        layout.addWidget(self.groups, 1)
        layout.addLayout(move)
        layout.addWidget(self._progress)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self.resize(720, 620)

    def _connect(self) -> None:
        for changed in (
            self.validation.valueChanged,
            self.test.valueChanged,
            self.grouping.currentIndexChanged,
            self.pattern.textChanged,
        ):
            changed.connect(self._on_edited)
        for split, button in self.moves.items():
            button.clicked.connect(lambda _checked=False, split=split: self._move(split))
        self.divide.clicked.connect(lambda: self._splits.divide(anew=self.anew.isChecked()))
        self.groups.selectionModel().selectionChanged.connect(lambda *_: self._show_possible())
        self._splits.viewed.connect(self._show)
        self._splits.running_changed.connect(self._progress.setVisible)
        self._splits.running_changed.connect(lambda _running: self._show_possible())
        self._splits.failed.connect(self._on_failed)
        self._workspace.project_changed.connect(self.reject)
        self._progress.hide()

    # --- Showing

    def _show(self, view: SplitView) -> None:
        self._is_showing = True
        if self._is_fresh:  # later the fields are ahead of what is shown, while the user types
            rule = view.rule
            self.validation.setValue(round(100 * rule.validation))
            self.test.setValue(round(100 * rule.test))
            self.grouping.setCurrentIndex(self.grouping.findData(rule.grouping.value))
            self.pattern.setText(rule.pattern)
        self._is_showing = self._is_fresh = False
        self._show_pattern()
        self._model.set_groups(view.groups)
        self.counts.setText(self._count_text(view))
        self.note.setText(self._note_text(view))
        self._show_possible()

    def _count_text(self, view: SplitView) -> str:
        total = max(sum(view.images.values()), 1)
        parts = [
            f"{word} {view.images[split]:,} ({view.images[split] / total:.0%})"
            for split, word in (
                (TRAIN, self.tr("Training")),
                (VALIDATION, self.tr("Validation")),
                (TEST, self.tr("Test")),
            )
        ]
        if undecided := view.images[""]:
            parts.append(self.tr("not decided yet %s") % f"{undecided:,}")
        return "   ".join((*parts, self.tr("in %s groups") % f"{len(view.groups):,}"))

    def _note_text(self, view: SplitView) -> str:
        notes = []
        if view.divided:
            groups = (
                self.tr("%s groups train and judge at once") % f"{view.divided:,}"
                if view.divided != 1
                else self.tr("1 group trains and judges at once")
            )
            notes.append(self.tr("%s: models will look better than they are.") % groups)
        if view.used:
            notes.append(
                self.tr("%s images were used by training runs and stay where they are.")
                % f"{view.used:,}"
                if view.used != 1
                else self.tr("1 image was used by training runs and stays where it is.")
            )
        if len(view.groups) == 1 and sum(view.images.values()) > 1:
            notes.append(self.tr("All images are one group, so none is left to judge models."))
        if view.images[""] and not notes:
            notes.append(self.tr("What is not decided is decided when it first trains or judges."))
        return " ".join(notes)

    def _show_pattern(self) -> None:
        self._form.setRowVisible(self.pattern, self.grouping.currentData() == Grouping.PATTERN)

    def _show_possible(self) -> None:
        may = self._workspace.read_only is None and not self._splits.is_running
        may = may and not self._soon.isActive()
        chosen = self.groups.selectionModel().hasSelection()
        for button in self.moves.values():
            button.setEnabled(may and chosen)
        self.divide.setEnabled(may)
        self.keep.setEnabled(may)

    def _on_failed(self, error: SegStudioError) -> None:
        self.note.setText(told(error))

    # --- Doing

    def _rule(self) -> SplitRule:
        """Return the rule that is set; raises ValueError with what is wrong about it."""
        return SplitRule(
            self.validation.value() / 100,
            self.test.value() / 100,
            Grouping(self.grouping.currentData()),
            self.pattern.text(),
        )

    def _on_edited(self) -> None:
        if not self._is_showing:
            self._show_pattern()
            self.keep.setEnabled(False)  # until it is known to be right
            self._soon.start()

    def _set_rule(self) -> None:
        try:
            rule = self._rule()
        except ValueError as error:
            self.note.setText(as_sentence(error))
            return
        self._splits.set_rule(rule)

    def _move(self, split: str) -> None:
        rows = {index.row() for index in self.groups.selectionModel().selectedRows()}
        keys = [key for row in rows for key in self._model.groups[row].keys]
        self._splits.move(keys, split)
