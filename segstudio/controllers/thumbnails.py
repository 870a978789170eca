"""Small pictures for the image list, made in the background."""

import threading
from collections import OrderedDict
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from segstudio.controllers.jobs import LATER, Job, Pool
from segstudio.errors import SegStudioError
from segstudio.storage.images import read_thumbnail
from segstudio.storage.project import Project

_KEPT: Final = 1000
_LONGEST_HOLD: Final = 10  # seconds


class Thumbnails(QObject):
    """Makes thumbnails on request and keeps the last thousand.

    Args:
        size: Longer side in device pixels.

    Signals:
        ready: The key of an image whose thumbnail is there, or that turned out damaged.
    """

    ready = Signal(str)

    def __init__(self, size: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._pool = Pool(1, self, nice=LATER)
        self._project: Project | None = None
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._damaged: dict[str, SegStudioError] = {}
        self._wanted: set[str] = set()
        self._may_work = threading.Event()
        self._may_work.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being made."""
        return not self._wanted

    def set_project(self, project: Project | None) -> None:
        """Forget everything and serve another project."""
        for job in self.findChildren(Job):
            job.cancel()
        self._project = project
        self._images.clear()
        self._damaged.clear()
        self._wanted.clear()
        self.go_on()

    def hold(self) -> None:
        """Begin no more for now: the user waits for something that needs the processor."""
        self._may_work.clear()

    def go_on(self) -> None:
        """Make what was asked for."""
        self._may_work.set()

    def image(self, key: str) -> QImage | None:
        """Return the thumbnail, or None; then it is made, unless the image is damaged."""
        if key in self._images:
            self._images.move_to_end(key)
            return self._images[key]
        if key not in self._wanted and key not in self._damaged and self._project is not None:
            self._request(self._project, key)
        return None

    def damage(self, key: str) -> SegStudioError | None:
        """Return why the image cannot be opened, or None if it can or is not known yet."""
        return self._damaged.get(key)

    def shut_down(self) -> None:
        """Stop the thread."""
        self.set_project(None)
        self._pool.shut_down()

    def _request(self, project: Project, key: str) -> None:
        self._wanted.add(key)

        def make(cancelled: threading.Event) -> QImage | None:
            self._may_work.wait(_LONGEST_HOLD)
            return None if cancelled.is_set() else _thumbnail(project, key, self._size)

        job = Job(make, self)
        job.succeeded.connect(lambda image: self._on_made(key, image))
        job.failed.connect(lambda error: self._on_failed(key, error))
        job.start(self._pool)

    def _on_made(self, key: str, image: QImage) -> None:
        self._wanted.discard(key)
        self._images[key] = image
        while len(self._images) > _KEPT:
            self._images.popitem(last=False)
        self.ready.emit(key)

    def _on_failed(self, key: str, error: Exception) -> None:
        self._wanted.discard(key)
        if isinstance(error, SegStudioError):
            self._damaged[key] = error
        self.ready.emit(key)


def _thumbnail(project: Project, key: str, size: int) -> QImage:
    pixels = read_thumbnail(project.image_path(key), size)
    height, width = pixels.shape[:2]
    # The copy owns its pixels; the QImage on the array does not.
    return QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()
