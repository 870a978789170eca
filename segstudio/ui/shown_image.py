"""Shows the open image on its page, from its first picture on, or why it cannot be shown."""

from PySide6.QtCore import QObject

from segstudio.controllers.error_words import told
from segstudio.controllers.thumbnails import Thumbnails
from segstudio.controllers.workspace import Workspace
from segstudio.core.pyramid import ReducedImage
from segstudio.document.document import Document
from segstudio.errors import SegStudioError
from segstudio.ui.canvas.canvas import Canvas
from segstudio.ui.messages import MessageBar
from segstudio.ui.pages import Pages


class ShownImage(QObject):
    """Follows the workspace from image to image.

    Args:
        workspace: Opens images.
        canvas: Shows them.
        pages: Has the page of the canvas, and that of problems.
        thumbnails: Wait while an image is opened.
        messages: Notices about the image before are taken away.
        parent: Keeps it alive.
    """

    def __init__(
        self,
        workspace: Workspace,
        canvas: Canvas,
        pages: Pages,
        thumbnails: Thumbnails,
        messages: MessageBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._pages = canvas, pages
        self._thumbnails, self._messages = thumbnails, messages
        workspace.document_changed.connect(self._on_document_changed)
        workspace.image_opening.connect(self._on_opening)
        workspace.image_previewed.connect(self._on_previewed)
        workspace.image_failed.connect(self._on_failed)

    def _on_document_changed(self, document: Document | None) -> None:
        if document is not None:
            self._thumbnails.go_on()
            self._pages.show_canvas()
            self._canvas.setFocus()
        self._canvas.set_document(document)

    def _on_opening(self, _key: str) -> None:
        self._thumbnails.hold()
        self._messages.hide_notice()
        self._canvas.show_first(None)

    def _on_previewed(self, _key: str, reduced: ReducedImage) -> None:
        self._pages.show_canvas()
        self._canvas.show_first(reduced)

    def _on_failed(self, _key: str, error: SegStudioError) -> None:
        self._thumbnails.go_on()
        self._pages.show_problem(told(error))
