"""Which commands are possible now, and tool tips that say why one is not."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QObject

from segstudio.controllers.error_words import told
from segstudio.controllers.export import ExportController
from segstudio.controllers.predict import PredictController
from segstudio.controllers.predict_all import PredictAllController
from segstudio.controllers.replace import ReplaceController
from segstudio.controllers.workspace import Workspace
from segstudio.document.document import Document
from segstudio.tools.names import ToolName
from segstudio.ui.actions import Actions, set_tool_tip

_VIEWING: Final = ("fit", "full_size", "zoom_in", "zoom_out")
_GOING: Final = (
    "history",
    "train",
    "statistics",
    "compare_labels",
    "label_errors",
    "next",
    "previous",
    "next_unreviewed",
)
_EDITING: Final = (
    *ToolName,
    "smaller",
    "larger",
    "rule",
    "swap",
    "copy_previous",
    "interpolate",
    "replace_all",
    "approve",
    "unapprove",
    "flag",
    "save",
)


class Availability(QObject):
    """Enables the actions that are possible, whenever that changes.

    Args:
        actions: The actions.
        notes: What is to be said of an action beside its name.
        workspace: What is open.
        predict: Whether there is a model, and it runs.
        predict_all: Whether a model runs on all images.
        export: Whether an export runs.
        replace: Whether classes are being replaced.
        parent: The window.
    """

    def __init__(
        self,
        actions: Actions,
        notes: Mapping[str, str],
        workspace: Workspace,
        predict: PredictController,
        predict_all: PredictAllController,
        export: ExportController,
        replace: ReplaceController,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._actions, self._notes, self._workspace = actions, notes, workspace
        self._predict, self._predict_all, self._export = predict, predict_all, export
        workspace.document_changed.connect(self._on_document_changed)
        for changed in (
            workspace.project_changed,
            workspace.read_only_changed,
            workspace.image_opening,
            workspace.image_failed,
            predict.models_changed,
            predict.running_changed,
            predict_all.running_changed,
            export.running_changed,
            replace.running_changed,
        ):
            changed.connect(self.refresh)
        self._reason = workspace.read_only  # that the tool tips tell
        for name in {*notes, *_EDITING}:
            self._explain(name)
        self.refresh()

    def refresh(self) -> None:
        """Enable what is possible now."""
        workspace, predict = self._workspace, self._predict
        has_project = workspace.project is not None
        has_document = workspace.document is not None
        may_write = workspace.read_only is None
        can_edit = has_document and may_write
        can_run = can_edit and predict.model is not None
        self._enable(_VIEWING, has_document)
        self._enable(_EDITING, can_edit)
        self._explain_editing()
        self._enable(_GOING, has_project)
        # An export decides splits, which the project keeps.
        self._enable(("export",), has_project and may_write and not self._export.is_running)
        self._enable(("import", "edit_classes", "splits"), has_project and may_write)
        self._enable(("run",), can_run and not predict.is_running)
        self._enable(
            ("run_all",),
            has_project and predict.model is not None and not self._predict_all.is_running,
        )
        self._enable(("heat", "next_uncertain"), can_run)
        self._show_history()

    def _enable(self, names: tuple[str, ...], is_possible: bool) -> None:
        for name in names:
            self._actions[name].setEnabled(is_possible)

    def _on_document_changed(self, document: Document | None) -> None:
        if document is not None:
            document.history_changed.connect(self._show_history)
        self.refresh()

    def _explain_editing(self) -> None:
        """Let the tool tips follow why nothing can be edited; every image comes by here."""
        reason = self._workspace.read_only
        if reason is not self._reason:
            self._reason = reason
            for name in _EDITING:
                self._explain(name)

    def _explain(self, name: str) -> None:
        """Let a tool tip say why its command is off, else what it does."""
        action, reason = self._actions[name], self._workspace.read_only
        text = action.text().replace("&&", "&")
        set_tool_tip(action, text, told(reason) if reason else self._notes.get(name, ""))

    def _show_history(self) -> None:
        document = self._workspace.document
        undo = document.history.undo_name if document else None
        redo = document.history.redo_name if document else None
        for name, verb, edit in (
            ("undo", self.tr("Undo"), undo),
            ("redo", self.tr("Redo"), redo),
        ):
            action = self._actions[name]
            action.setEnabled(edit is not None and self._workspace.read_only is None)
            # A class name is part of the text, and a single ampersand would mark a key.
            action.setText(f"{verb} {edit}".replace("&", "&&") if edit else verb)
            set_tool_tip(action, f"{verb} {edit}" if edit else verb)
        for name in ("undo", "redo", "run", "export", "import"):
            self._explain(name)
