"""Opening one image of the project after another, and reading those beside it beforehand."""

import threading
from collections.abc import Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.loader import Loaded, Loader, Request
from segstudio.controllers.session import Session
from segstudio.core.history import Edit, Histories
from segstudio.document.document import Document
from segstudio.storage.project import Project

_AHEAD_MS: Final = 300  # after an image is shown, until those beside it are read


class ImageOpener(QObject):
    """Makes documents of images.

    Args:
        visited: What can be undone in images that were open before.
        parent: Owns the documents.

    Signals:
        previewed: (key, ReducedImage): how the image looks whose document follows.
        opened: The ``Document`` of the image that was asked for last.
        failed: (key, exception) for an image that cannot be opened.
    """

    previewed = Signal(str, object)
    opened = Signal(object)
    failed = Signal(str, object)

    def __init__(self, visited: Histories, parent: QObject) -> None:
        super().__init__(parent)
        self._visited = visited
        self._pool = Pool(1, self)
        self._loader = Loader(self)
        self._loader.previewed.connect(self.previewed)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self.failed)
        self._beside: tuple[Project, Session, list[str], int] | None = None
        self._ahead = QTimer(self, singleShot=True, interval=_AHEAD_MS)
        self._ahead.timeout.connect(self._read_ahead)

    @property
    def is_idle(self) -> bool:
        """Whether no image is being opened."""
        return self._loader.is_idle

    @property
    def in_memory(self) -> set[str]:
        """The images that were read ahead."""
        return self._loader.in_memory

    def open(self, request: Request) -> None:
        """Open an image; the last one that was asked for."""
        self._loader.load(request)

    def read_beside(
        self, project: Project, session: Session, keys: list[str], open_pixels: int
    ) -> None:
        """Read images ahead in a moment, unless ``cancel`` is called before.

        Args:
            project: Where the images are.
            session: Where their masks are.
            keys: The images, the likeliest to be opened first.
            open_pixels: Pixels of the open image: together with it they must fit into memory.
        """
        self._beside = project, session, keys, open_pixels
        self._ahead.start()

    def cancel(self) -> None:
        """Open nothing, and read nothing ahead; what was read stays in memory."""
        self._ahead.stop()
        self._loader.cancel()

    def forget_ahead(self) -> None:
        """Drop the images that were read ahead."""
        self._loader.forget_ahead()

    def unpack(self, edits: Iterable[Edit]) -> None:
        """Decompress edits that would be undone or redone next, while the user thinks about it."""
        for edit in edits:
            if not edit.is_plain:
                Job(partial(_unpack, edit), self).start(self._pool)

    def shut_down(self) -> None:
        """Stop and wait for the threads."""
        self._ahead.stop()
        self._loader.shut_down()
        self._pool.shut_down()

    @Slot(object)
    def _on_loaded(self, loaded: Loaded) -> None:
        request, picture, mask = loaded.request, loaded.picture, loaded.mask
        visited = self._visited.take(request.key)
        # A history fits only the pixels it was made on; the mask may have been changed outside.
        history = visited if mask.history_fits else None
        document = Document(
            key=request.key,
            image=picture.image,
            label_map=mask.label_map,
            history=history or mask.history,
            read_only=request.session.read_only is not None,
            prediction=mask.prediction,
            noted=mask.noted,
            is_approved=mask.is_approved,
            reduced=picture.reduced,
            values=picture.values,
            parent=self.parent(),
        )
        self.opened.emit(document)

    @Slot()
    def _read_ahead(self) -> None:
        if self._beside is not None:
            self._loader.read_ahead(*self._beside)


def _unpack(edit: Edit, _cancelled: threading.Event) -> None:
    edit.unpack()
