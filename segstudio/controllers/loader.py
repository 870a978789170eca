"""Reading an image and its mask off the GUI thread, and the images beside it beforehand."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.jobs import SOON, Job, Pool
from segstudio.controllers.session import Session, Unsaved
from segstudio.core.display import Values
from segstudio.core.history import History
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.memory import copied
from segstudio.core.pyramid import ReducedImage, sampled
from segstudio.core.review import ReviewMap
from segstudio.errors import SegStudioError
from segstudio.storage.images import decode_image, read_pixel_count, read_reduced
from segstudio.storage.project import Project
from segstudio.storage.review import read_noted, read_review

_AHEAD_PIXELS: Final = 80_000_000
"""Pixels of the open image and of those read ahead; beyond, memory counts more than time."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to open.

    Attributes:
        project: Where the image is.
        session: Where its mask is.
        key: Image key.
        unsaved: Its label map, if that is still on its way to the disk.
    """

    project: Project
    session: Session
    key: str
    unsaved: Unsaved | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded image, the same reduced if it is large, and the values of a deep one."""

    image: RgbImage
    reduced: ReducedImage | None
    values: Values | None = None


@dataclass(frozen=True, slots=True)
class Mask:
    """What the disk, or the way to it, holds about an image.

    Attributes:
        label_map: (H, W) uint8, nobody else's.
        history: What can be undone, as it lies beside it.
        history_fits: Whether the mask is the one that this session knows.
        prediction: What a model last said, or None.
        noted: What the user looked at before that, or None.
        is_approved: Whether the user has approved the image.
    """

    label_map: LabelMap
    history: History
    history_fits: bool
    prediction: LabelMap | None
    noted: ReviewMap | None
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that a document is made of."""

    request: Request
    picture: Picture
    mask: Mask


class Loader(QObject):
    """Loads one image at a time, the last one asked for.

    A large JPEG file is decoded twice at once, reduced and whole, so that it can be seen and its
    mask be read long before it can be edited.

    Signals:
        previewed: (key, ReducedImage), where the whole image takes a while.
        loaded: The ``Loaded`` image.
        failed: (key, exception).
    """

    previewed = Signal(str, object)
    loaded = Signal(object)
    failed = Signal(str, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._images = Pool(2, self, nice=SOON)
        self._masks = Pool(1, self, nice=SOON)
        self._request: Request | None = None
        self._jobs: list[Job] = []
        self._preview: ReducedImage | None = None
        self._picture: Picture | None = None
        self._mask: Mask | None = None
        self._ahead: dict[str, _Ahead] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nothing that was asked for is being loaded."""
        return self._request is None

    @property
    def in_memory(self) -> set[str]:
        """The images that were read ahead."""
        return {key for key, ahead in self._ahead.items() if ahead.picture is not None}

    def load(self, request: Request) -> None:
        """Load an image; what was being loaded is given up."""
        self.cancel()
        self._request = request
        ahead = self._ahead.pop(request.key, None)
        if ahead is not None and ahead.picture is not None:
            self._take_picture(request, ahead.picture)
        elif ahead is not None and ahead.is_running:
            ahead.taken_by = request
            self._begin_preview(request)
        else:
            self._begin(request)

    def cancel(self) -> None:
        """Give up what is being loaded."""
        self._request = self._preview = self._picture = self._mask = None
        for job in self._jobs:
            job.cancel()
        self._jobs.clear()

    def read_ahead(self, project: Project, session: Session, keys: list[str], room: int) -> None:
        """Read these images and their masks, in this order, and forget others that were read.

        Args:
            project: Where the images are.
            session: Where their masks are.
            keys: Image keys.
            room: Pixels of the open image, which count too.
        """
        for key in self._ahead.keys() - set(keys):
            self._ahead.pop(key).job.cancel()
        session.store.forget_ahead(keys)
        limit = (_AHEAD_PIXELS - room) // max(len(keys), 1)
        for key in keys:
            if key not in self._ahead:
                self._read_one_ahead(project, session, key, limit)

    def forget_ahead(self) -> None:
        """Forget the images that were read ahead."""
        for ahead in self._ahead.values():
            ahead.job.cancel()
        self._ahead.clear()

    def shut_down(self) -> None:
        """End the threads."""
        self.cancel()
        self.forget_ahead()
        self._images.shut_down()
        self._masks.shut_down()

    def _begin(self, request: Request) -> None:
        self._decode(request)
        self._begin_preview(request)

    def _decode(self, request: Request) -> None:
        path = request.project.image_path(request.key)
        self._start(
            self._images,
            lambda _cancelled: _decoded(path, lambda: self._preview is not None),
            lambda picture: self._take_picture(request, picture),
        )

    def _begin_preview(self, request: Request) -> None:
        path = request.project.image_path(request.key)
        # What is wrong with the file, the one that decodes all of it will tell.
        job = Job(lambda _cancelled: read_reduced(path), self)
        job.succeeded.connect(lambda reduced: self._take_preview(request, reduced))
        self._jobs.append(job)
        job.start(self._masks)

    def _take_preview(self, request: Request, reduced: ReducedImage | None) -> None:
        if self._request is not request or reduced is None or self._picture is not None:
            return
        self._preview = reduced
        self.previewed.emit(request.key, reduced)
        self._read_mask(request, reduced.height, reduced.width)

    def _take_picture(self, request: Request, picture: Picture) -> None:
        if self._request is not request:
            return
        self._picture = picture
        if self._preview is None:
            self._read_mask(request, *picture.image.shape[:2])
        self._end_if_complete(request)

    def _read_mask(self, request: Request, height: int, width: int) -> None:
        def take(mask: Mask) -> None:
            self._mask = mask
            self._end_if_complete(request)

        self._start(self._masks, lambda _cancelled: _read_mask(request, height, width), take)

    def _end_if_complete(self, request: Request) -> None:
        picture, mask = self._picture, self._mask
        if self._request is request and picture is not None and mask is not None:
            if self._preview is not None:
                picture = replace(picture, reduced=self._preview)
            self.cancel()
            self.loaded.emit(Loaded(request, picture, mask))

    def _start(
        self,
        pool: Pool,
        function: Callable[[threading.Event], object],
        take: Callable[[Any], None],
    ) -> None:
        request = self._request
        assert request is not None

        def fail(error: Exception) -> None:
            self.cancel()
            self.failed.emit(request.key, error)

        job = Job(function, self)
        job.succeeded.connect(take)
        job.failed.connect(fail)
        self._jobs.append(job)
        job.start(pool)

    def _read_one_ahead(self, project: Project, session: Session, key: str, limit: int) -> None:
        path = project.image_path(key)

        def read(cancelled: threading.Event) -> Picture | None:
            if cancelled.is_set() or read_pixel_count(path) > limit:
                return None
            picture = _decoded(path)
            with suppress(SegStudioError):  # what is wrong with a mask counts when it is opened
                session.store.read_ahead(project, key, *picture.image.shape[:2])
            return picture

        def take(picture: Picture | None) -> None:
            ahead.is_running = False
            ahead.picture = picture
            request = ahead.taken_by
            if request is None or request is not self._request:
                return
            if picture is None:  # too large to be read ahead
                self._decode(request)
            else:
                self._take_picture(request, picture)

        def fail(error: Exception) -> None:
            ahead.is_running = False
            if ahead.taken_by is not None and ahead.taken_by is self._request:
                self.cancel()
                self.failed.emit(key, error)

        ahead = _Ahead(Job(read, self))
        self._ahead[key] = ahead
        ahead.job.succeeded.connect(take)
        ahead.job.failed.connect(fail)
        ahead.job.start(self._images)


@dataclass(slots=True, eq=False)
class _Ahead:
    """An image that is read ahead; ``taken_by`` is who waits for it by now."""

    job: Job
    is_running: bool = True
    picture: Picture | None = None
    taken_by: Request | None = None


def _decoded(path: Path, is_seen: Callable[[], bool] = lambda: False) -> Picture:
    """Return a picture; reduced, too, unless somebody else has it by then: ``is_seen``."""
    decoded = decode_image(path)
    return Picture(decoded.image, None if is_seen() else sampled(decoded.image), decoded.values)


def _read_mask(request: Request, height: int, width: int) -> Mask:
    project, store, key = request.project, request.session.store, request.key
    prediction = project.read_prediction(key, height, width)
    noted = read_noted(project, key, height, width)
    is_approved = read_review(project, key).is_approved
    if request.unsaved is not None:
        label_map, history = copied(request.unsaved.snapshot.pixels()), request.unsaved.history
        fits = True
    else:
        known = store.fingerprint(key)
        stored = store.read(project, key, height, width)
        label_map, history, fits = stored.label_map, stored.history, known == stored.fingerprint
    for edit in history.near():
        edit.unpack()
    return Mask(label_map, history, fits, prediction, noted, is_approved)
