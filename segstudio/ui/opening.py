"""Opening images, folders and models: asked for, dropped on the window, or failed."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from segstudio.controllers.predict import PredictController
from segstudio.controllers.workspace import Workspace
from segstudio.errors import SegStudioError, StorageError
from segstudio.ui.messages import MessageBar


class Opening(QObject):
    """Asks the user what to open, and offers another way where something cannot be opened.

    Args:
        workspace: Opens images, folders and projects.
        predict: Takes models.
        messages: Says what could not be opened.
        window: Whose dialogs these are.
    """

    def __init__(
        self,
        workspace: Workspace,
        predict: PredictController,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._workspace, self._predict = workspace, predict
        self._messages, self._window = messages, window
        workspace.open_failed.connect(self._on_failed)

    def ask_images(self) -> None:
        """Ask for a folder of images, and open it."""
        folder = self._ask_folder(self.tr("Open a folder of images"))
        if folder is not None:
            self._workspace.open(folder)

    def ask_model(self) -> None:
        """Ask for a model file, and add it to the models."""
        file, _filter = QFileDialog.getOpenFileName(
            self._window, self.tr("Add a model"), "", self.tr("ONNX models (*.onnx)")
        )
        if file:
            self._predict.add_model(Path(file))

    def open_dropped(self, paths: Sequence[Path]) -> None:
        """Open the images or folder that were dropped; add models to the dropdown."""
        models = [path for path in paths if path.suffix.lower() == ".onnx"]
        for path in models:
            self._predict.add_model(path)
        others = [path for path in paths if path not in models]
        if others:
            self._workspace.open(others[0])

    def _ask_folder(self, title: str) -> Path | None:
        folder = QFileDialog.getExistingDirectory(self._window, title)
        return Path(folder) if folder else None

    def _ask_label_folder(self, images: Path) -> None:
        folder = self._ask_folder(self.tr("Choose an empty folder for the labels"))
        if folder is not None:
            self._workspace.open(images, project_folder=folder)

    def _on_failed(self, path: Path, error: SegStudioError) -> None:
        if isinstance(error, StorageError):
            self._messages.show_error(
                error, self.tr("Choose a folder…"), lambda: self._ask_label_folder(path)
            )
        else:
            self._messages.show_error(error, self.tr("Open images…"), self.ask_images)
