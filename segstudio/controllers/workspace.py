"""The open project and the open image: opening, saving, classes."""

import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.core.history import DEFAULT_LIMIT, History
from segstudio.core.label_map import LabelMap, RgbImage, unlabelled
from segstudio.core.label_set import LabelSet
from segstudio.document.document import Document
from segstudio.errors import SegStudioError
from segstudio.storage.assets import user_sample_folder
from segstudio.storage.images import read_image
from segstudio.storage.project import Opened, Project, open_path
from segstudio.storage.sample import sample_project

_IDLE_SAVE_MS: Final = 3000
_RETRY_SAVE_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Loaded:
    key: str
    image: RgbImage
    label_map: LabelMap
    prediction: LabelMap | None


@dataclass(frozen=True, slots=True)
class _Unsaved:
    """A label map on its way to the disk."""

    project: Project
    key: str
    label_map: LabelMap


@dataclass(frozen=True, slots=True)
class _Visited:
    """The history of an image that is not open now, and the label map it belongs to."""

    history: History
    checksum: int


class Workspace(QObject):
    """Holds the open project and document; every change of either goes through here.

    Saving is automatic: 3 s after the last edit, when another image is opened, and in ``flush``.
    A label map that could not be saved stays in memory and is tried again.

    Signals:
        project_changed: Another project is open.
        open_failed: (path, SegStudioError) for something that cannot be opened.
        labelled_changed: ``labelled`` changed.
        label_set_changed: The classes of the project changed.
        image_opening: An image key; its document follows, or ``image_failed``.
        document_changed: The new ``Document``, or None.
        image_failed: (key, SegStudioError) for an image that cannot be opened.
        save_state_changed: Something was edited, saved, or could not be saved.
        failed: A ``SegStudioError`` to tell the user.
    """

    project_changed = Signal()
    open_failed = Signal(object, object)
    labelled_changed = Signal()
    label_set_changed = Signal()
    image_opening = Signal(str)
    document_changed = Signal(object)
    image_failed = Signal(str, object)
    save_state_changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.keys: tuple[str, ...] = ()
        self.labelled: set[str] = set()
        self.document: Document | None = None
        self.current_key: str | None = None
        self.saved_at: datetime | None = None
        self.save_error: SegStudioError | None = None
        self._open_job: Job | None = None
        self._load_job: Job | None = None
        self._load_pool = Pool(2, self)
        # One thread, so that two saves of the same file cannot overtake each other.
        self._save_pool = Pool(1, self)
        self._unsaved: dict[Path, _Unsaved] = {}  # by mask file: keys repeat between projects
        self._saving: set[int] = set()  # ids of the _Unsaved that the saver's thread has
        self._visited: dict[str, _Visited] = {}
        self._idle = QTimer(self, singleShot=True, interval=_IDLE_SAVE_MS)
        self._idle.timeout.connect(self.save)
        self._retry = QTimer(self, singleShot=True, interval=_RETRY_SAVE_MS)
        self._retry.timeout.connect(self.save)

    @property
    def label_set(self) -> LabelSet:
        """The classes of the open project; empty without one."""
        return self.project.label_set if self.project else LabelSet()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being opened."""
        return self._open_job is None and self._load_job is None

    @property
    def has_unsaved_work(self) -> bool:
        """Whether some label map is not on disk."""
        return bool(self._unsaved) or bool(self.document and self.document.is_modified)

    @property
    def unsaved_keys(self) -> tuple[str, ...]:
        """The images whose label maps are being saved, or could not be."""
        return tuple(unsaved.key for unsaved in self._unsaved.values())

    def open(self, path: Path, *, project_folder: Path | None = None) -> None:
        """Open an image, a folder or a project in the background."""
        self._open_in_background(path, lambda: open_path(path, project_folder=project_folder))

    def open_sample(self) -> None:
        """Open the sample project, copying it to the user's folder first."""
        self._open_in_background(user_sample_folder(), sample_project)

    def set_opened(self, opened: Opened) -> None:
        """Show a project that is already read."""
        self._leave_document()
        self._visited.clear()
        self.current_key = None
        self.project, self.keys = opened.project, opened.keys
        self.labelled = set()
        self.saved_at = None
        self.project_changed.emit()
        self.label_set_changed.emit()
        self._find_labelled(opened.project)
        self.open_image(opened.first)

    def open_image(self, key: str) -> None:
        """Open an image of the project; the document comes by signal."""
        is_current = key == self.current_key and (self.document or self._load_job)
        if self.project is None or is_current:
            return
        self._leave_document()
        self.current_key = key
        self.image_opening.emit(key)
        project = self.project
        unsaved = self._unsaved.get(project.mask_path(key))

        def load(_cancelled: threading.Event) -> _Loaded:
            image = read_image(project.image_path(key))
            height, width = image.shape[:2]
            label_map = unsaved.label_map if unsaved else project.read_mask(key, height, width)
            return _Loaded(
                key,
                image,
                unlabelled(height, width) if label_map is None else label_map.copy(),
                project.read_prediction(key, height, width),
            )

        job = Job(load, self)
        job.succeeded.connect(self._on_loaded)
        job.failed.connect(self._on_load_failed)
        self._load_job = job
        job.start(self._load_pool)

    def step(self, distance: int) -> None:
        """Open the image that lies ``distance`` further in the list, if there is one."""
        if self.current_key is None:
            return
        place = self.keys.index(self.current_key) + distance
        if 0 <= place < len(self.keys):
            self.open_image(self.keys[place])

    def set_label_set(self, label_set: LabelSet) -> None:
        """Change the classes and keep them in the project."""
        if self.project is None or label_set == self.project.label_set:
            return
        self.project = self.project.with_label_set(label_set)
        self.label_set_changed.emit()
        self._save_project()

    def set_project(self, project: Project) -> None:
        """Take over a project whose splits an export decided; its classes must be the same."""
        if self.project is not None and project.folder == self.project.folder:
            self.project = self.project.with_splits(dict(project.splits))

    def save(self) -> None:
        """Hand the label map, if it changed, to the saver's thread; try failed saves again."""
        self._idle.stop()
        self._retry.stop()
        document, project = self.document, self.project
        if document is not None and project is not None and document.is_modified:
            if document.in_gesture:
                self._idle.start()
            else:
                self._unsaved[project.mask_path(document.key)] = _Unsaved(
                    project, document.key, document.label_map.copy()
                )
                document.mark_saved()
        for unsaved in self._unsaved.values():
            if id(unsaved) not in self._saving:
                self._start_saving(unsaved)
        self.save_state_changed.emit()

    def save_prediction(self, key: str, class_map: LabelMap) -> None:
        """Keep what a model said about an image, beside the label map."""
        if self.project is not None:
            project = self.project
            job = Job(lambda _cancelled: project.write_prediction(key, class_map), self)
            job.failed.connect(self._on_failed)
            job.start(self._save_pool)

    def flush(self) -> None:
        """Save everything and wait until it is on disk or has failed."""
        if self.document is not None:
            self.document.end_gesture()
        self.save()
        self._save_pool.wait()

    def shut_down(self) -> None:
        """Stop all threads; ``flush`` first."""
        self._idle.stop()
        self._retry.stop()
        for job in (self._open_job, self._load_job):
            if job is not None:
                job.cancel()
        for pool in (self._load_pool, self._save_pool):
            pool.shut_down()

    def _open_in_background(self, path: Path, read: Callable[[], Opened]) -> None:
        if self._open_job is not None:
            self._open_job.cancel()
        job = Job(lambda _cancelled: read(), self)
        job.succeeded.connect(self._on_opened)
        job.failed.connect(lambda error: self._on_open_failed(path, error))
        self._open_job = job
        job.start(self._load_pool)

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self._open_job = None
        self.set_opened(opened)

    def _on_open_failed(self, path: Path, error: Exception) -> None:
        self._open_job = None
        self.open_failed.emit(path, as_user_error(error))

    def _find_labelled(self, project: Project) -> None:
        def found(labelled: set[str]) -> None:
            if project.folder == (self.project and self.project.folder):
                self.labelled |= labelled
                self.labelled_changed.emit()

        job = Job(lambda _cancelled: project.labelled_keys(), self)
        job.succeeded.connect(found)
        job.start(self._load_pool)

    def _leave_document(self) -> None:
        if self._load_job is not None:
            self._load_job.cancel()
            self._load_job = None
        document = self.document
        if document is None:
            return
        document.end_gesture()
        self.save()
        if len(document.history):
            self._visited[document.key] = _Visited(
                document.history, zlib.crc32(document.label_map.tobytes())
            )
            self._forget_old_histories()
        self.document = None
        self.document_changed.emit(None)
        document.deleteLater()

    def _forget_old_histories(self) -> None:
        held = sum(visited.history.size for visited in self._visited.values())
        while held > DEFAULT_LIMIT and len(self._visited) > 1:
            held -= self._visited.pop(next(iter(self._visited))).history.size

    def _start_saving(self, unsaved: _Unsaved) -> None:
        def write(_cancelled: threading.Event) -> None:
            unsaved.project.write_mask(unsaved.key, unsaved.label_map)

        self._saving.add(id(unsaved))
        job = Job(write, self)
        job.succeeded.connect(lambda _result: self._on_saved(unsaved))
        job.failed.connect(lambda error: self._on_save_failed(unsaved, error))
        job.start(self._save_pool)

    def _save_project(self) -> None:
        project = self.project
        if project is not None:
            job = Job(lambda _cancelled: project.save(), self)
            job.failed.connect(self._on_failed)
            job.start(self._save_pool)

    @Slot(object)
    def _on_loaded(self, loaded: _Loaded) -> None:
        self._load_job = None
        visited = self._visited.pop(loaded.key, None)
        # A history fits only the pixels it was made on; the mask may have been changed outside.
        fits = visited and visited.checksum == zlib.crc32(loaded.label_map.tobytes())
        document = Document(
            key=loaded.key,
            image=loaded.image,
            label_map=loaded.label_map,
            history=visited.history if visited and fits else None,
            prediction=loaded.prediction,
            parent=self,
        )
        document.mask_changed.connect(self._on_mask_changed)
        self.document = document
        self.document_changed.emit(document)
        self.save_state_changed.emit()

    @Slot(object)
    def _on_load_failed(self, error: Exception) -> None:
        self._load_job = None
        if self.current_key is not None:
            self.image_failed.emit(self.current_key, as_user_error(error))

    @Slot()
    def _on_mask_changed(self) -> None:
        self._idle.start()
        self.save_state_changed.emit()

    def _on_saved(self, unsaved: _Unsaved) -> None:
        self._saving.discard(id(unsaved))
        path = unsaved.project.mask_path(unsaved.key)
        if self._unsaved.get(path) is unsaved:  # else a newer one is on its way
            del self._unsaved[path]
        self.saved_at = datetime.now()
        self.save_error = None
        if unsaved.project.folder == (self.project and self.project.folder):
            self.labelled.add(unsaved.key)
            self.labelled_changed.emit()
        self.save_state_changed.emit()

    def _on_save_failed(self, unsaved: _Unsaved, error: Exception) -> None:
        self._saving.discard(id(unsaved))
        self._retry.start()
        self.save_error = as_user_error(error)
        self.save_state_changed.emit()
        self.failed.emit(self.save_error)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(as_user_error(error))


def as_user_error(error: Exception) -> SegStudioError:
    """Return an error fit for the window; what we did not foresee gets a sentence around it."""
    if isinstance(error, SegStudioError):
        return error
    return SegStudioError(
        f"Something went wrong inside segstudio ({type(error).__name__}: {error})",
        hint="Your labels are safe; please report this",
    )
