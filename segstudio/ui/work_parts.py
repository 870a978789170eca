"""The tool bars and panels around the page: hidden until there is something to work on."""

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QStatusBar,
    QToolBar,
    QToolButton,
    QWidget,
)

from segstudio.tools.names import ToolName
from segstudio.ui.actions import Actions
from segstudio.ui.theme import COMPACT, MORE, Theme

_LEAST_PANEL: Final = 180  # pixels: shows an eye, a lock, a colour and most of a name


class _ToolColumn(QToolBar):
    """The tools one above the other, closer together where the window is low."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._full_height = 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Move the tools together, or apart again."""
        super().resizeEvent(event)
        if not self.property(COMPACT):
            self._full_height = self.sizeHint().height()
        is_compact = self.height() < self._full_height
        if is_compact != bool(self.property(COMPACT)):
            self.setProperty(COMPACT, is_compact)
            for part in (self, *self.findChildren(QToolButton)):  # the style looks again
                self.style().unpolish(part)
                self.style().polish(part)
                QApplication.sendEvent(part, QEvent(QEvent.Type.StyleChange))


class WorkParts:
    """Places bars and panels in the window.

    Args:
        window: Where.
        actions: Has the tools, undo, redo and the history.
        bars: The tool bars at the top, from left to right.
        classes: The panel of classes.
        images: The panel of images.
        status: The status bar.
        theme: Icons.
    """

    def __init__(
        self,
        window: QMainWindow,
        actions: Actions,
        bars: Sequence[QToolBar],
        classes: QWidget,
        images: QWidget,
        status: QStatusBar,
        theme: Theme,
    ) -> None:
        self._window = window
        self._theme = theme
        self._num_classes = 0
        for bar in bars:
            self._add_bar(bar, Qt.ToolBarArea.TopToolBarArea)
        tools = self._tool_bar(actions)
        self._add_bar(tools, Qt.ToolBarArea.LeftToolBarArea)
        translate = QCoreApplication.translate
        self._docks = [
            self._add_dock("classes", translate("WorkParts", "Classes"), classes),
            self._add_dock("images", translate("WorkParts", "Images"), images),
        ]
        window.setStatusBar(status)
        self._parts: tuple[QWidget, ...] = (*self._docks, tools, *bars, status)
        for part in self._parts:
            part.hide()

    @property
    def toggles(self) -> list[QAction]:
        """What shows and hides each panel."""
        return [dock.toggleViewAction() for dock in self._docks]

    def show(self) -> None:
        """Show them all."""
        for part in self._parts:
            part.show()
        self._window.resizeDocks(self._docks, [260, 260], Qt.Orientation.Horizontal)

    def draw_unseen(self) -> Iterator[None]:
        """Draw them one after another while they are hidden, and yield after each.

        What the first drawing takes, styles, fonts and icons, is half of what shows them then.
        """
        for part in self._parts:
            if part.isHidden():
                part.grab()
            yield

    def fit_classes(self, count: int) -> None:
        """Give the list of classes more height when it gets longer, up to half of the window.

        Args:
            count: How many classes there are now.
        """
        is_first, is_longer = not self._num_classes, count > self._num_classes
        self._num_classes = count
        classes = self._docks[0]
        wanted = min(classes.sizeHint().height(), self._window.height() // 2)
        if is_first or (is_longer and classes.height() < wanted):
            room = sum(dock.height() for dock in self._docks)
            self._window.resizeDocks(
                self._docks, [wanted, max(room - wanted, wanted)], Qt.Orientation.Vertical
            )

    def show_images(self) -> None:
        """Show the panel of images, if it was hidden."""
        self._docks[1].show()

    def _tool_bar(self, actions: Actions) -> QToolBar:
        tools = [actions[name] for name in ToolName]
        bar = _ToolColumn(QCoreApplication.translate("WorkParts", "Tools"), self._window)
        bar.addActions(tools)
        bar.addSeparator()
        bar.addActions([actions[name] for name in ("undo", "redo", "history")])
        group = QActionGroup(self._window)
        for tool in tools:
            group.addAction(tool)
        return bar

    def _add_bar(self, bar: QToolBar, area: Qt.ToolBarArea) -> None:
        bar.setObjectName(bar.windowTitle())
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        self._window.addToolBar(area, bar)
        more = bar.findChild(QToolButton, MORE)
        if isinstance(more, QToolButton):
            is_column = area == Qt.ToolBarArea.LeftToolBarArea
            self._theme.keep_icon(more, "caret-double-down" if is_column else "caret-double-right")
            more.setToolTip(QCoreApplication.translate("WorkParts", "More"))

    def _add_dock(self, name: str, title: str, panel: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(name)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        # Else the canvas, in a small window with the train panel, leaves no room for names.
        panel.setMinimumWidth(max(panel.minimumSizeHint().width(), _LEAST_PANEL))
        dock.setWidget(panel)
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        return dock
