"""The bar that tells why a project cannot be changed, for as long as it cannot."""

from PySide6.QtWidgets import QWidget

from segstudio.controllers.error_words import told
from segstudio.controllers.workspace import Workspace
from segstudio.storage.locks import ProjectLockedError
from segstudio.ui.messages import Choice, MessageBar
from segstudio.ui.theme import Theme


class ReadOnlyBar(MessageBar):
    """Stays while the project is read-only, and asks again on request."""

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._workspace = workspace
        self._close.hide()
        workspace.read_only_changed.connect(self._follow)
        workspace.project_changed.connect(self._follow)

    def _follow(self) -> None:
        reason = self._workspace.read_only
        if reason is None or self._workspace.is_changing:  # that passes, and the job bar tells it
            self.hide()
            return
        text = self.tr("Read only: %s You can look at everything, but change nothing.")
        try_again = Choice(self.tr("Try again"), self._workspace.try_editing)
        if isinstance(reason, ProjectLockedError) and reason.may_be_taken:
            take = Choice(
                self.tr("Edit anyway"), lambda: self._workspace.try_editing(take_over=True)
            )
            self.show_question(text % told(reason), try_again, take)
        else:
            self.show_question(text % told(reason), try_again)
