"""Connects what the user sets about the view with the canvas, and keeps it from image to image."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QToolButton, QWidget, QWidgetAction

from segstudio.controllers.changes import ChangeCount
from segstudio.controllers.workspace import Workspace
from segstudio.document.document import Document
from segstudio.ui.actions import Actions, set_tool_tip
from segstudio.ui.canvas.canvas import Canvas
from segstudio.ui.canvas.layers import OverlayStyle
from segstudio.ui.display_panel import DisplayPanel
from segstudio.ui.status import StatusBar
from segstudio.ui.theme import Theme

_COMPARING = ("changes", "split")


class ViewOptions(QObject):
    """Display, outlines, marks of changes, and the split view.

    Args:
        workspace: Whose document is shown.
        canvas: Where.
        actions: Has "outlines", "changes" and "split".
        status: Tells how many pixels were changed.
        theme: Icons.
        parent: The window.

    Attributes:
        panel: Behind the button.
        button: For a tool bar.
    """

    def __init__(
        self,
        workspace: Workspace,
        canvas: Canvas,
        actions: Actions,
        status: StatusBar,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._actions = canvas, actions
        self._document: Document | None = None
        self._count = ChangeCount(self)
        self._count.counted.connect(status.show_changes)
        self.panel = DisplayPanel(theme)
        self.panel.display_changed.connect(lambda display: canvas.set_look(display=display))
        self.panel.style_changed.connect(
            lambda style: actions["outlines"].setChecked(style is OverlayStyle.OUTLINES)
        )
        self.button = self._make_button(theme, parent)
        actions["outlines"].toggled.connect(self._on_outlines)
        actions["changes"].toggled.connect(self._on_changes)
        actions["split"].toggled.connect(lambda checked: canvas.set_look(is_split=checked))
        workspace.document_changed.connect(self._on_document_changed)
        self._show_comparable()

    def _make_button(self, theme: Theme, parent: QWidget) -> QToolButton:
        button = QToolButton()
        button.setToolTip(self.tr("Display: brightness, contrast, channels, outlines"))
        button.setAccessibleName(self.tr("Display"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        theme.keep_icon(button, "sliders")
        menu = QMenu(parent)
        holder = QWidgetAction(menu)
        holder.setDefaultWidget(self.panel)
        menu.addAction(holder)
        button.setMenu(menu)
        return button

    def _on_outlines(self, checked: bool) -> None:
        style = OverlayStyle.OUTLINES if checked else OverlayStyle.FILLED
        self.panel.show_style(style)
        self._canvas.set_look(style=style)

    def _on_changes(self, checked: bool) -> None:
        self._canvas.set_look(shows_changes=checked)
        self._count.set_wanted(checked)

    def _on_document_changed(self, document: Document | None) -> None:
        self._document = document
        self._count.set_document(document)
        if document is not None:
            document.prediction_changed.connect(self._show_comparable)
            self.panel.set_channels(
                document.values.shape[2], are_colors=document.values.shape[2] == 3
            )
        self._show_comparable()

    def _show_comparable(self) -> None:
        document = self._document
        has_prediction = document is not None and document.prediction is not None
        for name in _COMPARING:
            action = self._actions[name]
            action.setEnabled(has_prediction)
            note = "" if has_prediction else self.tr("Run a model on this image first.")
            set_tool_tip(action, action.text(), note)
