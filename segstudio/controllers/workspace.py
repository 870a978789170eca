"""The open project and the open image."""

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from segstudio.controllers.autosave import Autosave
from segstudio.controllers.images import ImageOpener
from segstudio.controllers.jobs import Job
from segstudio.controllers.loader import Request
from segstudio.controllers.project_store import ProjectStore
from segstudio.controllers.projects import ProjectOpener
from segstudio.controllers.saver import Saver
from segstudio.controllers.session import Session
from segstudio.controllers.sessions import Sessions
from segstudio.controllers.user_error import as_user_error
from segstudio.core.history import Histories
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import difference_patch
from segstudio.core.shown_images import ShownImages
from segstudio.document.document import Document
from segstudio.errors import SegStudioError
from segstudio.storage.assets import user_sample_folder
from segstudio.storage.class_change_log import StoredChange
from segstudio.storage.opening import Opened, open_path
from segstudio.storage.project import Project
from segstudio.storage.recovery import Recovery
from segstudio.storage.sample import sample_project


class Workspace(QObject):
    """Opens projects and images, one at a time.

    A project that is open in another program, or that may not be written, is shown ``read_only``:
    whatever would change it does nothing.

    Attributes:
        store: The open project; its classes, splits and files are changed through this.
        autosave: Brings the open document to the disk.
        list: The images that are shown, in their order.
        current_key: The image that is open or being opened, or None.
        locked: The class indices that nobody writes over, as the toolbox has them.

    Signals:
        project_opening: A project is about to be shown.
        other_project_opened: Another project is open; comes before ``project_changed``.
        project_changed: Another project is open, or the same one anew.
        read_only_changed: Whether the project may be edited changed.
        open_failed: (path, SegStudioError) for something that cannot be opened.
        labelled_changed: ``labelled`` changed.
        label_set_changed: The classes of the project changed.
        classes_moved: A ``StoredChange`` is done: what is noted of classes by their index is to
            follow it. ``label_set`` is that of before until ``project_changed``, which comes next.
        image_opening: An image key; its document follows, or ``image_failed``.
        image_previewed: (key, ReducedImage): how the image looks whose document follows.
        document_changed: The new ``Document``, or None.
        image_failed: (key, SegStudioError) for an image that cannot be opened.
        save_state_changed: Something was edited, saved, or could not be saved.
        failed: A ``SegStudioError`` to tell the user.
        recovered: A ``Recovery`` that brought back edits after a crash.
        mask_conflicted: (key, MaskChangedError): somebody else changed a mask; both are kept.
        files_changed: The key of an image whose mask, prediction or review was written.
        changes_settled: The ``StoredChange``s of classes that a crash interrupted; they are done.
    """

    project_opening = Signal()
    other_project_opened = Signal()
    project_changed = Signal()
    read_only_changed = Signal()
    open_failed = Signal(object, object)
    labelled_changed = Signal()
    label_set_changed = Signal()
    classes_moved = Signal(object)
    image_opening = Signal(str)
    image_previewed = Signal(str, object)
    document_changed = Signal(object)
    image_failed = Signal(str, object)
    save_state_changed = Signal()
    failed = Signal(object)
    recovered = Signal(object)
    mask_conflicted = Signal(str, object)
    files_changed = Signal(str)
    changes_settled = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.list = ShownImages(())
        self.current_key: str | None = None
        self.locked: frozenset[int] = frozenset()
        self._next_key: str | None = None  # once the edit that the open image expects is made
        self._projects = ProjectOpener(self)
        self._projects.opened.connect(self.set_opened)
        self._projects.failed.connect(self._on_open_failed)
        self._visited = Histories()
        self._saver = Saver(self)
        self._sessions = Sessions(self._saver, self._visited, self)
        self._sessions.begun.connect(self._on_begun)
        self._sessions.failed.connect(self._on_failed)
        self._images = ImageOpener(self._visited, self)
        self._images.previewed.connect(self.image_previewed)
        self._images.opened.connect(self._on_image_opened)
        self._images.failed.connect(self._on_image_failed)
        self._saver.failed.connect(self.failed)
        self._saver.conflicted.connect(self.mask_conflicted)
        self._saver.replaced.connect(self._on_replaced)
        self.store = ProjectStore(self._saver, self._sessions, self._visited, self)
        self.store.labelled_changed.connect(self.labelled_changed)
        self.store.label_set_changed.connect(self.label_set_changed)
        self.store.files_changed.connect(self.files_changed)
        self.store.failed.connect(self.failed)
        self._projects.labelled_found.connect(self.store.note_labelled)
        self.autosave = Autosave(self.store, self._saver, self._sessions, self._visited, self)
        self.autosave.state_changed.connect(self.save_state_changed)

    @property
    def project(self) -> Project | None:
        """The open project, with its classes and splits as they are now; or None."""
        return self.store.project

    @property
    def keys(self) -> tuple[str, ...]:
        """All images of the open project."""
        return self.store.keys

    @property
    def labelled(self) -> set[str]:
        """The images that have a mask."""
        return self.store.labelled

    @property
    def document(self) -> Document | None:
        """The open image, or None."""
        return self.autosave.document

    @property
    def read_only(self) -> SegStudioError | None:
        """Why the open project cannot be changed, or None if it can."""
        return self.store.read_only

    @property
    def label_set(self) -> LabelSet:
        """The classes of the open project; empty without one."""
        return self.store.label_set

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being opened."""
        is_beginning = self._sessions.is_beginning
        is_leaving = self._next_key is not None
        is_idle = self._projects.is_idle and self._images.is_idle
        return is_idle and not is_beginning and not is_leaving

    @property
    def read_ahead(self) -> set[str]:
        """The images that are in memory already, to be opened at once."""
        return self._images.in_memory

    @property
    def has_unsaved_work(self) -> bool:
        """Whether some label map is not on disk."""
        return self.autosave.has_unsaved_work

    def open(self, path: Path, *, project_folder: Path | None = None) -> None:
        """Open an image, a folder or a project in the background."""
        self._projects.open(path, lambda: open_path(path, project_folder=project_folder))

    def open_sample(self) -> None:
        """Open the sample project, copying it to the user's folder first."""
        self._projects.open(user_sample_folder(), sample_project)

    def set_opened(self, opened: Opened) -> None:
        """Show a project that is already read, once its journal is replayed."""
        if self.store.changing is not None:
            self.failed.emit(self.store.changing)
        else:
            self._show_opened(opened, is_other=True)

    def _show_opened(self, opened: Opened, *, is_other: bool) -> None:
        self.project_opening.emit()
        self._leave_document()
        self._sessions.forget()
        self._images.forget_ahead()
        self._visited.clear()
        self.current_key = None
        self.store.show(opened)
        self.list = ShownImages(opened.keys)
        self._saver.saved_at = None
        if is_other:
            self.other_project_opened.emit()
        self.project_changed.emit()
        self.label_set_changed.emit()
        self._projects.find_labelled(opened.project)
        self._sessions.begin(opened)

    def try_editing(self, *, take_over: bool = False) -> None:
        """Ask again whether a project that is read-only may be edited now.

        Args:
            take_over: Edit it even if another computer seems to have it open. What both save is
                kept beside each other; see ``mask_conflicted``.
        """
        may_ask = self.read_only is not None and not self.is_changing
        if self.project is not None and may_ask:
            opened = Opened(self.project, self.keys, self.current_key or self.keys[0])
            self._leave_document()
            self.current_key = None
            self._sessions.begin(opened, take_over=take_over)

    def open_image(self, key: str) -> None:
        """Open an image of the project; the document comes by signal.

        An edit of the open image that the user has confirmed is made before it is left.
        """
        self._next_key = None
        project, session = self.project, self._sessions.current
        is_current = key == self.current_key and (self.document or not self._images.is_idle)
        if project is None or session is None or is_current or self.is_changing:
            return
        if self.document is not None and self.document.expects_edit:
            self._next_key = key
            return
        self._leave_document()
        self.current_key = key
        self.image_opening.emit(key)
        unsaved = self._saver.unsaved(project.mask_path(key))
        self._images.open(Request(project, session, key, unsaved))

    def neighbour(self, distance: int) -> str | None:
        """Return the image that lies ``distance`` further in ``list`` than the open one."""
        key = self._next_key or self.current_key
        return None if key is None else self.list.beside(key, distance)

    def step(self, distance: int) -> None:
        """Open the image that lies ``distance`` further in the list, if there is one."""
        key = self.neighbour(distance)
        if key is not None:
            self.open_image(key)

    def begin_change(self, reason: SegStudioError) -> Session:
        """Close the open image, so that all masks can be changed on the saver's thread.

        Everything must be saved. Nothing can be opened or edited until ``end_change``.

        Args:
            reason: What is told to who wants to edit meanwhile.
        """
        session = self._sessions.current
        assert session is not None
        self._leave_document()
        self._visited.clear()
        self._saver.forget_journals(session)
        self.store.changing = reason
        self.read_only_changed.emit()
        return session

    def end_change(self, project: Project, done: StoredChange | None = None) -> None:
        """Open the project again, with the image that was open.

        Args:
            project: As it is now.
            done: What was done to its classes, or None if they are as they were.
        """
        self.store.changing = None
        if done is not None:
            self.classes_moved.emit(done)
        opened = Opened(project, self.keys, self.current_key or self.keys[0])
        self._show_opened(opened, is_other=False)

    def mask_reader(self, key: str) -> Callable[[], LabelMap | None]:
        """Return what reads an image's newest label map on any thread; None if it has none.

        The label map may be that of the open image: to be read only.
        """
        project, document = self.project, self.document
        assert project is not None
        unsaved = self._saver.unsaved(project.mask_path(key))
        if document is not None and document.key == key:
            return lambda: document.label_map
        if unsaved is not None:
            return unsaved.snapshot.pixels
        return lambda: project.read_any_mask(key)

    @property
    def is_changing(self) -> bool:
        """Whether all masks are being changed, so that nothing can be opened for a while."""
        return self.store.changing is not None

    def save(self) -> None:
        """Hand the label map, if it changed, to the saver's thread; try failed saves again."""
        self.autosave.save()

    def flush(self) -> None:
        """Save everything and wait until it is on disk or has failed."""
        self.autosave.flush()

    def discard_recovered(self) -> None:
        """Take back the edits that were recovered; each image's undo brings them again."""
        name, document = self.tr("Discard recovered edits"), self.document
        open_image = (document.key, document.label_map) if document is not None else None
        without = self._sessions.discard_recovered(name, open_image)
        if document is not None and without is not None:
            document.apply(name, difference_patch(document.label_map, without))

    def accept_recovered(self) -> None:
        """Forget how the recovered images were before."""
        self._sessions.accept_recovered()

    def keep_mine(self, key: str) -> None:
        """Save our label map over a mask that somebody else changed; theirs goes to the history."""
        if self.project is not None:
            self._saver.keep_mine(self.project.mask_path(key))

    def take_theirs(self, key: str) -> None:
        """Leave a mask that somebody else changed, and show it; ours stays in a file beside it."""
        if self.project is not None:
            self._saver.take_theirs(self.project.mask_path(key))

    def shut_down(self) -> None:
        """Stop all threads; ``flush`` first."""
        self.autosave.stop()
        self._sessions.cancel()
        self._images.shut_down()
        self._projects.shut_down()
        self._saver.shut_down()

    @Slot(object, object)
    def _on_open_failed(self, path: Path, error: Exception) -> None:
        self.open_failed.emit(path, as_user_error(error))

    @Slot(object, object)
    def _on_begun(self, opened: Opened, recovery: Recovery) -> None:
        session = self._sessions.current
        assert session is not None
        if session.settled:
            self.store.project = opened.project.with_label_set(session.project.label_set)
            self.other_project_opened.emit()  # its classes are others than those shown until now
            self.project_changed.emit()
            self.label_set_changed.emit()
            self.changes_settled.emit(session.settled)
        self.read_only_changed.emit()
        self._saver.save_all()
        self.open_image(opened.first)
        if session.read_only is None:
            self._saver.sweep(opened.project)
        if session.journal_error is not None:
            self.failed.emit(session.journal_error)
        for problem in recovery.problems:
            self.failed.emit(problem)
        if recovery.masks:
            self.recovered.emit(recovery)

    def _leave_document(self) -> None:
        self._next_key = None
        self._images.cancel()
        document = self.document
        if document is not None:
            self.autosave.leave()
            self.document_changed.emit(None)
            document.deleteLater()

    @Slot(object)
    def _on_image_opened(self, document: Document) -> None:
        self.autosave.begin(document)
        document.history_changed.connect(self._unpack_near)
        self.document_changed.emit(document)
        # Later: whoever makes the edit is still at it.
        later = Qt.ConnectionType.QueuedConnection
        document.edit_arrived.connect(self._on_edit_arrived, later)
        self.save_state_changed.emit()
        self._read_beside(document)

    @Slot()
    def _on_edit_arrived(self) -> None:
        if self._next_key is not None:
            self.open_image(self._next_key)

    @Slot(str, object)
    def _on_image_failed(self, key: str, error: Exception) -> None:
        self.image_failed.emit(key, as_user_error(error))

    def _read_beside(self, document: Document) -> None:
        project, session = self.project, self._sessions.current
        if project is None or session is None or self.document is not document:
            return
        beside = [key for key in (self.neighbour(1), self.neighbour(-1)) if key is not None]
        height, width = document.size
        self._images.read_beside(project, session, beside, height * width)

    @Slot()
    def _unpack_near(self) -> None:
        if self.document is not None:
            self._images.unpack(self.document.history.near())

    @Slot(str)
    def _on_replaced(self, key: str) -> None:
        """Show the mask that is now in the file, as an edit that can be undone."""
        document, project = self.document, self.project
        if document is None or project is None or document.key != key:
            self.store.forget_history(key)
            return
        height, width = document.size

        def read(_cancelled: threading.Event) -> LabelMap | None:
            return project.read_mask(key, height, width)

        def show(label_map: LabelMap | None) -> None:
            if label_map is not None and self.document is document:
                document.apply(
                    self.tr("Take the other mask"), difference_patch(document.label_map, label_map)
                )

        job = Job(read, self)
        job.succeeded.connect(show)
        job.failed.connect(self._on_failed)
        job.start(self._saver.pool)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(as_user_error(error))
