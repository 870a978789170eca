"""The steps that were done to the open image; a click goes back to one, or forward again."""

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.history_steps import HistorySteps
from segstudio.controllers.workspace import Workspace
from segstudio.core.history import History
from segstudio.document.document import Document
from segstudio.ui.one_column import one_column
from segstudio.ui.theme import Theme

_ROW: Final = 24
_HEIGHT: Final = 200
_SOON_MS: Final = 30
_Index = QModelIndex | QPersistentModelIndex


class _Steps(QAbstractTableModel):
    """One row an edit, oldest first, behind one for the image before all of them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._done = 0

    def show(self, history: History) -> None:
        self.beginResetModel()
        self._names = tuple(edit.name for edit in history.edits)
        self._done = history.done
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._names) + 1

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[row - 1] if row else self.tr("Before these steps")
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("Click to undo back to here") if row < self._done else None
        if role == Qt.ItemDataRole.ForegroundRole and (row > self._done or row == 0):
            return self._theme.muted
        return None


class HistoryDock(QDockWidget):
    """Lists what can be undone and redone in the open image, and where in it we are.

    Args:
        workspace: Whose document it is about.
        steps: Goes where the user wants to.
        theme: Colours.
        window: The window; it stands at its right side, hidden until it is asked for.
    """

    def __init__(
        self, workspace: Workspace, steps: HistorySteps, theme: Theme, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._workspace, self._steps, self._window = workspace, steps, window
        self.setWindowTitle(self.tr("History"))
        self.setObjectName("history")
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self._model = _Steps(theme, self)
        self.view = one_column(self, _ROW)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setWordWrap(False)
        self.view.setModel(self._model)
        self.view.clicked.connect(lambda index: steps.go_to(index.row()))
        self._empty = QLabel(
            self.tr(
                "What you change in the labels of this image will be listed here. "
                "Click a step to go back to it, or forward again."
            )
        )
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(8, 0, 8, 8)
        layout.addWidget(self._empty)
        layout.addWidget(self.view)
        self.setWidget(holder)
        # A jump takes many steps, and each says that something changed.
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._show_steps)
        workspace.document_changed.connect(self._on_document_changed)
        workspace.read_only_changed.connect(self._start_soon)
        theme.changed.connect(self._start_soon)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
        self.hide()

    def toggle(self) -> None:
        """Show the list, or hide it."""
        self.setVisible(self.isHidden())
        if not self.isHidden():
            self._window.resizeDocks([self], [_HEIGHT], Qt.Orientation.Vertical)

    def sizeHint(self) -> QSize:
        """Return a size that leaves the other panels their room."""
        return QSize(super().sizeHint().width(), _HEIGHT)

    def showEvent(self, event: QShowEvent) -> None:
        """List what happened while it was hidden."""
        super().showEvent(event)
        self._show_steps()

    def _on_document_changed(self, document: Document | None) -> None:
        if document is not None:
            document.history_changed.connect(self._start_soon)
        self._start_soon()

    def _start_soon(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _show_steps(self) -> None:
        document = self._workspace.document
        history = document.history if document is not None else History()
        self._empty.setVisible(not len(history))
        self.view.setVisible(bool(len(history)))
        self.view.setEnabled(self._workspace.read_only is None)
        self._model.show(history)
        index = self._model.index(history.done, 0)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)
