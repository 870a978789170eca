"""The open project and the open image: opening, saving, classes."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.images import ImageOpener
from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.loader import Request
from segstudio.controllers.projects import ProjectOpener
from segstudio.controllers.saver import Saver
from segstudio.controllers.session import Session, Unsaved
from segstudio.controllers.sessions import Sessions
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.work_clock import WorkClock
from segstudio.core.history import Edit, EditKind, Histories, History
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import difference_patch
from segstudio.core.shown_images import ShownImages
from segstudio.core.snapshot import Snapshot
from segstudio.core.splits import SplitRule, Splits
from segstudio.document.document import Document
from segstudio.errors import SegStudioError
from segstudio.storage.assets import user_sample_folder
from segstudio.storage.class_change_log import StoredChange
from segstudio.storage.ledger import note_sitting
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.predicted import note_predicted
from segstudio.storage.project import Opened, Project, open_path
from segstudio.storage.recovery import Recovery
from segstudio.storage.review import keep_noted, withdraw_approval
from segstudio.storage.sample import sample_project

_IDLE_SAVE_MS: Final = 3000


class Workspace(QObject):
    """Holds the open project and document; every change of either goes through here.

    Saving is automatic: 3 s after the last edit, when another image is opened, and in ``flush``.
    A label map that could not be saved stays in memory and is tried again. Edits that are not saved
    yet stand in a journal, which is replayed when the project is opened after a crash.

    A project that is open in another program, or that may not be written, is shown ``read_only``:
    whatever would change it does nothing.

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
        approval_withdrawn: The key of an image whose labels a model has replaced.
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
    approval_withdrawn = Signal(str)
    files_changed = Signal(str)
    changes_settled = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.keys: tuple[str, ...] = ()
        self.list = ShownImages(())
        self.labelled: set[str] = set()
        self.document: Document | None = None
        self.current_key: str | None = None
        self._projects = ProjectOpener(self)
        self._projects.opened.connect(self.set_opened)
        self._projects.failed.connect(self._on_open_failed)
        self._projects.labelled_found.connect(self._on_labelled_found)
        self._changing: SegStudioError | None = None
        self._visited = Histories()
        self.clock = WorkClock(self)
        self._saver = Saver(self)
        self._sessions = Sessions(self._saver, self._visited, self)
        self._sessions.begun.connect(self._on_begun)
        self._sessions.failed.connect(self._on_failed)
        self._images = ImageOpener(self._visited, self)
        self._images.previewed.connect(self.image_previewed)
        self._images.opened.connect(self._on_image_opened)
        self._images.failed.connect(self._on_image_failed)
        self._idle = QTimer(self, singleShot=True, interval=_IDLE_SAVE_MS)
        self._idle.timeout.connect(self.save)
        self._saver.saved.connect(self._on_saved)
        self._saver.changed.connect(self.save_state_changed)
        self._saver.failed.connect(self.failed)
        self._saver.conflicted.connect(self.mask_conflicted)
        self._saver.journal_failed.connect(self.save)
        self._saver.replaced.connect(self._on_replaced)

    @property
    def saved_at(self) -> datetime | None:
        """When a label map was last saved, or None."""
        return self._saver.saved_at

    @property
    def save_error(self) -> SegStudioError | None:
        """Why the last label map could not be saved, or None if it was."""
        return self._saver.error

    @property
    def journaled(self) -> int:
        """Sequence of the last edit that killing this process does not lose."""
        session = self._sessions.current
        return session.journal.written if session and session.journal else 0

    @property
    def edited(self) -> int:
        """Sequence of the last edit that was made."""
        session = self._sessions.current
        return session.sequence if session else 0

    @property
    def read_only(self) -> SegStudioError | None:
        """Why the open project cannot be changed, or None if it can."""
        session = self._sessions.current
        return self._changing or (session.read_only if session else None)

    @property
    def label_set(self) -> LabelSet:
        """The classes of the open project; empty without one."""
        return self.project.label_set if self.project else LabelSet()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being opened."""
        is_beginning = self._sessions.is_beginning
        return self._projects.is_idle and not is_beginning and self._images.is_idle

    @property
    def read_ahead(self) -> set[str]:
        """The images that are in memory already, to be opened at once."""
        return self._images.in_memory

    @property
    def has_unsaved_work(self) -> bool:
        """Whether some label map is not on disk."""
        return bool(self.unsaved_keys) or bool(self.document and self.document.is_modified)

    @property
    def unsaved_keys(self) -> tuple[str, ...]:
        """The images whose label maps are being saved, or could not be."""
        return self._saver.unsaved_keys

    def open(self, path: Path, *, project_folder: Path | None = None) -> None:
        """Open an image, a folder or a project in the background."""
        self._projects.open(path, lambda: open_path(path, project_folder=project_folder))

    def open_sample(self) -> None:
        """Open the sample project, copying it to the user's folder first."""
        self._projects.open(user_sample_folder(), sample_project)

    def set_opened(self, opened: Opened) -> None:
        """Show a project that is already read, once its journal is replayed."""
        if self._changing is not None:
            self.failed.emit(self._changing)
        else:
            self._show_opened(opened, is_other=True)

    def _show_opened(self, opened: Opened, *, is_other: bool) -> None:
        self.project_opening.emit()
        self._leave_document()
        self._sessions.forget()
        self._images.forget_ahead()
        self._visited.clear()
        self.current_key = None
        self.project, self.keys = opened.project, opened.keys
        self.list = ShownImages(opened.keys)
        self.labelled = set()
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
        """Open an image of the project; the document comes by signal."""
        project, session = self.project, self._sessions.current
        is_current = key == self.current_key and (self.document or not self._images.is_idle)
        if project is None or session is None or is_current or self._changing is not None:
            return
        self._leave_document()
        self.current_key = key
        self.image_opening.emit(key)
        unsaved = self._saver.unsaved(project.mask_path(key))
        self._images.open(Request(project, session, key, unsaved))

    def neighbour(self, distance: int) -> str | None:
        """Return the image that lies ``distance`` further in ``list`` than the open one."""
        return None if self.current_key is None else self.list.beside(self.current_key, distance)

    def step(self, distance: int) -> None:
        """Open the image that lies ``distance`` further in the list, if there is one."""
        key = self.neighbour(distance)
        if key is not None:
            self.open_image(key)

    def set_label_set(self, label_set: LabelSet) -> None:
        """Change the classes and keep them in the project."""
        if self.project is None or self.read_only or label_set == self.project.label_set:
            return
        self.project = self.project.with_label_set(label_set)
        self.label_set_changed.emit()
        self._save_project()

    def show_label_set(self, label_set: LabelSet) -> None:
        """Show classes that somebody else keeps in the project."""
        if self.project is not None:
            self.project = self.project.with_label_set(label_set)
            self.label_set_changed.emit()

    @property
    def unsettled_keys(self) -> tuple[str, ...]:
        """The images whose labels are not on disk, or are there twice, in a conflict."""
        return (*self.unsaved_keys, *self._saver.conflicted_keys)

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
        self._changing = reason
        self.read_only_changed.emit()
        return session

    def end_change(self, project: Project, done: StoredChange | None = None) -> None:
        """Open the project again, with the image that was open.

        Args:
            project: As it is now.
            done: What was done to its classes, or None if they are as they were.
        """
        self._changing = None
        if done is not None:
            self.classes_moved.emit(done)
        opened = Opened(project, self.keys, self.current_key or self.keys[0])
        self._show_opened(opened, is_other=False)

    def set_project(self, project: Project) -> None:
        """Take over a project whose splits an export decided; its classes must be the same."""
        if self.project is not None and project.folder == self.project.folder:
            self.project = self.project.with_splits(dict(project.splits))

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
        return self._changing is not None

    @property
    def has_begun(self) -> bool:
        """Whether a project is open, and its masks can be read and written."""
        return self.project is not None and self._sessions.current is not None

    @property
    def mask_store(self) -> MaskStore:
        """The masks of the open project, for those who write on the ``save_pool``."""
        assert self._sessions.current is not None
        return self._sessions.current.store

    @property
    def save_pool(self) -> Pool:
        """The one thread on which masks are written."""
        return self._saver.pool

    def change_mask(
        self,
        key: str,
        change: Callable[[LabelMap, History], bool],
        *,
        size: tuple[int, int] | None = None,
    ) -> Job:
        """Return a job for ``save_pool`` that changes a saved mask; see ``Saver.change``."""
        assert self.project is not None
        assert self._sessions.current is not None
        return self._saver.change(self.project, self._sessions.current, key, change, size)

    def note_changed(self, key: str) -> None:
        """Note that the saved mask of an image that is not open was changed, or made."""
        self.forget_history(key)
        if key not in self.labelled:
            self.labelled.add(key)
            self.labelled_changed.emit()

    def forget_history(self, key: str) -> None:
        """Take what can be undone in an image from its file, for the mask was changed there."""
        self._visited.take(key)
        self.files_changed.emit(key)

    def freeze_splits(self) -> Project | None:
        """Decide for every labelled image whether it trains or judges, and keep that for good.

        Returns:
            The project with these splits, or None if there is none that may be edited.
        """
        if self.project is None or self.read_only is not None:
            return None
        try:
            splits = self.project.decided_splits(self.labelled & set(self.keys))
        except SegStudioError as error:
            self.failed.emit(error)
            return None
        self.set_splits(splits, self.project.split_rule)
        return self.project

    def set_splits(self, splits: Splits, rule: SplitRule) -> None:
        """Keep which images train and which judge, and how those to come are divided."""
        if self.project is None or self.read_only is not None:
            return
        if splits != self.project.splits or rule != self.project.split_rule:
            self.project = self.project.with_splits(splits, rule)
            self._save_project()

    def when_saved(self, function: Callable[[], None]) -> None:
        """Save, and call ``function`` on this thread once everything until now is written."""
        self.save()
        job = Job(lambda _cancelled: None, self)
        job.succeeded.connect(lambda _none: function())
        job.start(self._saver.pool)

    def save(self) -> None:
        """Hand the label map, if it changed, to the saver's thread; try failed saves again."""
        self._save(is_leaving=False)

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

    def save_prediction(
        self,
        key: str,
        class_map: LabelMap,
        model: Path | None = None,
        mean_uncertainty: float | None = None,
    ) -> None:
        """Keep what a model said about an image, beside the label map.

        Args:
            key: Image key.
            class_map: (H, W) uint8, in the project's classes.
            model: The model's file, or None if that is not known.
            mean_uncertainty: How unsure it is on average, 0 to 1, or None if that is not known.
        """
        document = self.document
        is_current = document is not None and document.key == key
        noted = document.noted if document is not None and is_current else None
        withdrawn = document is not None and is_current and not document.is_approved

        def write(project: Project) -> None:
            # First what the user looked at: it is told from what the prediction before this said.
            if is_current:
                keep_noted(project, key, noted)
            if withdrawn:
                withdraw_approval(project, key)
            project.write_prediction(key, class_map)
            note_predicted(project, key, model, mean_uncertainty)

        self.write(write, key)
        if withdrawn:
            self.approval_withdrawn.emit(key)

    def note_looked(self) -> None:
        """Note in the ledger that the user looked at the open image, and found it right."""
        document = self.document
        self.clock.note()
        sitting = self.clock.sitting()
        if document is not None and sitting is not None:
            key, snapshot = document.key, document.snapshot()
            self.write(lambda project: note_sitting(project, key, snapshot.pixels(), sitting), key)

    def write(self, function: Callable[[Project], None], key: str = "") -> Job | None:
        """Run ``function(project)`` after all that was to be written before.

        Args:
            function: Runs on the thread that saves.
            key: The image whose files it writes, to be told to others; empty for none.

        Returns:
            The job, whose failure is told already, or None in a project that is read-only.
        """
        if self.project is None or self.read_only is not None:
            return None
        project = self.project
        job = Job(lambda _cancelled: function(project), self)
        job.failed.connect(self._on_failed)
        if key:
            job.succeeded.connect(lambda _none: self._tell_changed(project, key))
        job.start(self._saver.pool)
        return job

    def flush(self) -> None:
        """Save everything and wait until it is on disk or has failed."""
        if self.document is not None:
            self.document.end_gesture()
        self.save()
        self._saver.wait()

    def shut_down(self) -> None:
        """Stop all threads; ``flush`` first."""
        self._idle.stop()
        self._sessions.cancel()
        self._images.shut_down()
        self._projects.shut_down()
        self._saver.shut_down()

    @Slot(object, object)
    def _on_open_failed(self, path: Path, error: Exception) -> None:
        self.open_failed.emit(path, as_user_error(error))

    @Slot(object, object)
    def _on_labelled_found(self, project: Project, keys: set[str]) -> None:
        if self.project is not None and project.folder == self.project.folder:
            self.labelled |= keys
            self.labelled_changed.emit()

    @Slot(object, object)
    def _on_begun(self, opened: Opened, recovery: Recovery) -> None:
        session = self._sessions.current
        assert session is not None
        if session.settled:
            self.project = opened.project.with_label_set(session.project.label_set)
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

    def _save(self, *, is_leaving: bool) -> None:
        self._idle.stop()
        document, project, session = self.document, self.project, self._sessions.current
        if document is not None and project is not None and session and document.is_modified:
            if document.in_gesture:
                self._idle.start()
            else:
                history = document.history
                self._saver.add(
                    Unsaved(
                        session,
                        project,
                        document.key,
                        # Nobody writes any more into one that is left: it needs no copy.
                        Snapshot(document.label_map, will_change=False)
                        if is_leaving
                        else document.snapshot(),
                        History(edits=history.edits, done=history.done),
                        session.sequence,
                        self.clock.sitting(),
                    )
                )
                document.mark_saved()
        self._saver.save_all()
        self.save_state_changed.emit()

    def _leave_document(self) -> None:
        self._images.cancel()
        document = self.document
        if document is None:
            return
        document.end_gesture()
        self._save(is_leaving=True)
        if len(document.history):
            self._visited.keep(document.key, document.history)
        self.document = None
        self.document_changed.emit(None)
        document.deleteLater()

    def _save_project(self) -> None:
        project = self.project
        if project is not None:
            job = Job(lambda _cancelled: project.save(), self)
            job.failed.connect(self._on_failed)
            job.start(self._saver.pool)

    @Slot(object)
    def _on_image_opened(self, document: Document) -> None:
        document.mask_changed.connect(self._on_mask_changed)
        document.edited.connect(self._on_edited)
        document.history_changed.connect(self._unpack_near)
        self.document = document
        self.clock.begin(document)
        self.document_changed.emit(document)
        self.save_state_changed.emit()
        self._read_beside(document)

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
    def _on_mask_changed(self) -> None:
        self._idle.start()
        self.save_state_changed.emit()

    @Slot(object, object)
    def _on_edited(self, kind: EditKind, edit: Edit) -> None:
        session = self._sessions.current
        if session is not None and self.document is not None:
            session.record(self.document.key, self.document.size, kind, edit)
            self._visited.trim(beside=self.document.history.size)

    @Slot()
    def _unpack_near(self) -> None:
        if self.document is not None:
            self._images.unpack(self.document.history.near())

    def _tell_changed(self, project: Project, key: str) -> None:
        if self.project is not None and project.folder == self.project.folder:
            self.files_changed.emit(key)

    @Slot(object)
    def _on_saved(self, unsaved: Unsaved) -> None:
        if unsaved.session is self._sessions.current:
            self.labelled.add(unsaved.key)
            self.labelled_changed.emit()
            self.files_changed.emit(unsaved.key)
            if self.document is None or not self.document.is_modified:
                self._saver.forget_journals(unsaved.session)
        self.save_state_changed.emit()

    @Slot(str)
    def _on_replaced(self, key: str) -> None:
        """Show the mask that is now in the file, as an edit that can be undone."""
        document, project = self.document, self.project
        if document is None or project is None or document.key != key:
            self.forget_history(key)
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
