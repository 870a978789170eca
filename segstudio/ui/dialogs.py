"""The dialogs that menus open; each is made when it is first asked for."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from segstudio.controllers.export import ExportController
from segstudio.controllers.import_labels import ImportController
from segstudio.controllers.replace import ReplaceController
from segstudio.controllers.splits import SplitController
from segstudio.controllers.toolbox import Toolbox
from segstudio.controllers.workspace import Workspace

if TYPE_CHECKING:
    from segstudio.ui.export_dialog import ExportDialog
    from segstudio.ui.import_dialog import ImportDialog
    from segstudio.ui.replace_dialog import ReplaceDialog
    from segstudio.ui.split_dialog import SplitDialog


class Dialogs:
    """Makes them.

    Args:
        workspace: What is open.
        toolbox: Has the chosen class.
        export: Exports labels.
        imports: Imports labels.
        splits: Divides the images.
        replace_all: Replaces classes in all images.
        window: Whose dialogs these are.
    """

    def __init__(
        self,
        workspace: Workspace,
        toolbox: Toolbox,
        export: ExportController,
        imports: ImportController,
        splits: SplitController,
        replace_all: ReplaceController,
        window: QWidget,
    ) -> None:
        self._workspace, self._toolbox, self._window = workspace, toolbox, window
        self._export, self._imports = export, imports
        self._splits, self._replace_all = splits, replace_all

    @cached_property
    def export(self) -> "ExportDialog":
        """Asks for the format and the folder of an export."""
        from segstudio.ui.export_dialog import ExportDialog

        dialog = ExportDialog(self._workspace, self._window)
        dialog.chosen.connect(self._export.run)
        return dialog

    @cached_property
    def imports(self) -> "ImportDialog":
        """Looks at label files and imports them."""
        from segstudio.ui.import_dialog import ImportDialog

        return ImportDialog(self._imports, self._workspace, self._window)

    @cached_property
    def splits(self) -> "SplitDialog":
        """Shows and changes which images train, validate and test."""
        from segstudio.ui.split_dialog import SplitDialog

        return SplitDialog(self._splits, self._workspace, self._window)

    @cached_property
    def replace_all(self) -> "ReplaceDialog":
        """Replaces a class in all images."""
        from segstudio.ui.replace_dialog import ReplaceDialog

        return ReplaceDialog(self._replace_all, self._workspace, self._toolbox, self._window)
