"""Changing the classes of the whole project, and taking that back."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.background import Work
from segstudio.controllers.class_counts import ClassCounts
from segstudio.controllers.error_words import translated
from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.mask_colors import MaskColors
from segstudio.controllers.workspace import Workspace
from segstudio.core.class_change import (
    ClassChange,
    Delete,
    Merge,
    Operation,
    Recolor,
    Rename,
    Reorder,
    Split,
    planned,
    undone,
)
from segstudio.core.class_names import undoable
from segstudio.core.class_regions import regions_touching
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import Region, region_patch
from segstudio.errors import SegStudioError
from segstudio.storage.class_change_log import StoredChange, dated, new_change, read_changes
from segstudio.storage.class_changes import ChangeStopped, make_change
from segstudio.storage.project import Project


class ClassChangeController(Work):
    """Changes classes in all images, and takes the last changes back.

    What changes names and colours only is done at once; mask files follow colours by and by. What
    changes pixels closes the open image, goes through all masks on the thread that saves, and opens
    the project again: nothing that was read before it is left in memory.

    Args:
        workspace: The open project.
        is_busy: Whether somebody else reads or writes many masks, so that no change may begin.

    Attributes:
        changes: What was done to the classes of the project, the oldest first.
        colors: Gives mask files the colours of the classes.
        counts: Tells how much of each class there is.

    Signals:
        changes_changed: ``changes`` is another list.
        finished: The ``StoredChange`` that is done.
        stopped: A change was stopped; everything is as it was.
    """

    changes_changed = Signal()
    finished = Signal(object)
    stopped = Signal()

    def __init__(
        self,
        workspace: Workspace,
        is_busy: Callable[[], bool] = lambda: False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._is_busy = is_busy
        self._pool = Pool(1, self)
        self._is_changing = False
        self._stop = threading.Event()
        self.changes: tuple[StoredChange, ...] = ()
        self.colors = MaskColors(workspace, self)
        self.colors.failed.connect(self.failed)
        self.counts = ClassCounts(workspace, self)
        self.counts.running_changed.connect(self.tell_running)
        self.counts.progressed.connect(self.progressed)
        self.counts.failed.connect(self.failed)
        workspace.project_changed.connect(self._on_project_changed)

    @property
    def is_running(self) -> bool:
        """Whether classes are being counted or changed."""
        return self._is_changing or self.counts.is_running

    @property
    def is_changing(self) -> bool:
        """Whether masks are being changed."""
        return self._is_changing

    @property
    def undoable(self) -> StoredChange | None:
        """The change that can be taken back next, or None."""
        last = undoable(dated(self.changes))
        if last is None:
            return None
        return next(stored for stored in self.changes if stored.name == last.name)

    def count(self) -> None:
        """Count the pixels of all classes in all images, unless these are being changed."""
        if not self._is_changing:
            self.counts.count()

    def count_split(self, split: Split) -> None:
        """Count what splitting small regions off would change, unless classes are being changed."""
        if not self._is_changing:
            self.counts.count_split(split)

    def change(self, operation: Operation) -> None:
        """Change the classes; ``finished``, ``stopped`` or ``failed`` tells what came of it."""
        label_set = self._workspace.label_set
        try:
            change = planned(operation, label_set)
        except ValueError as error:
            self.failed.emit(
                SegStudioError(self.tr("The classes stay as they are: %s") % translated(str(error)))
            )
            return
        self._begin(change, self._text(operation, label_set))

    def split_selected(self, class_index: int, name: str, selection: Region) -> None:
        """Give the regions of a class that a selection of the open image touches a new class."""
        document = self._workspace.document
        if document is None:
            return
        label_map, revision = document.label_map, document.revision
        split = Split(class_index, name)

        def find(_cancelled: threading.Event) -> Region | None:
            return regions_touching(label_map, class_index, selection)

        def take(region: Region | None) -> None:
            label_set = self._workspace.label_set
            if self._workspace.document is not document or document.revision != revision:
                return  # left or edited meanwhile
            if region is None:
                self.failed.emit(
                    SegStudioError(
                        self.tr("The selection touches no pixel of %s")
                        % label_set[class_index].name,
                        hint=self.tr("Select what is to be split off, with the magic wand say"),
                    )
                )
                return
            self.change(split)
            new = self._workspace.label_set.index_of(name)
            if new is not None and self._workspace.label_set != label_set:
                patch: MaskPatch | None = region_patch(document.label_map, region, new)
                document.apply(self._text(split, label_set), patch)

        job = Job(find, self)
        job.succeeded.connect(take)
        job.failed.connect(self.tell_failed)
        job.start(self._pool)

    def undo(self) -> None:
        """Take the last change back; pixels that were painted since stay."""
        last = self.undoable
        if last is None:
            return
        try:
            change = undone(last.name, last.change, self._workspace.label_set)
        except ValueError as error:
            self.failed.emit(
                SegStudioError(self.tr("It cannot be undone: %s") % translated(str(error)))
            )
            return
        self._begin(change, self.tr("Undo: %s") % last.text)

    def cancel(self) -> None:
        """Stop: what was changed already is changed back."""
        if self._is_changing:
            self._stop.set()
        else:
            self.counts.cancel()

    def shut_down(self) -> None:
        """Stop, and wait for the thread; a change that has begun is finished or taken back."""
        self.counts.shut_down()
        self._stop.set()
        self.colors.stop()
        self._pool.shut_down()

    # --- Changing

    def _begin(self, change: ClassChange, text: str) -> None:
        if self._is_changing or not self._workspace.store.has_begun:
            return
        if not self._workspace.store.may_write(self.failed.emit):
            return
        if self._is_busy():
            self.failed.emit(
                SegStudioError(
                    self.tr("The classes cannot be changed while other work reads the labels"),
                    hint=self.tr("Wait until it is done, or stop it"),
                )
            )
            return
        self.counts.cancel()  # that of the change is told anew
        if change.changes_pixels:
            self._is_changing = True
            self._stop = threading.Event()
            self.tell_running()
            self._workspace.autosave.when_saved(lambda: self._change_pixels(change, text))
        else:
            self._change_names(change, text)

    def _change_names(self, change: ClassChange, text: str) -> None:
        project = self._workspace.project
        assert project is not None
        self.colors.stop()  # with the colours before
        self._workspace.store.show_label_set(change.after)

        def write(project: Project) -> StoredChange:
            before = project.with_label_set(change.before)
            stored = new_change(before, change, text)
            return make_change(before, store, stored)[1]

        store = self._workspace.store.masks
        self._run(lambda: write(project), self._on_names_changed, self._on_names_failed)

    def _change_pixels(self, change: ClassChange, text: str) -> None:
        workspace, project = self._workspace, self._workspace.project
        if (
            project is None
            or workspace.autosave.unsettled_keys
            or project.label_set != change.before
        ):
            self._is_changing = False
            self.tell_running()
            self.failed.emit(
                SegStudioError(
                    self.tr("The classes stay as they are: some labels are not saved yet"),
                    hint=self.tr("Try again when everything is saved"),
                )
            )
            return
        session = workspace.begin_change(
            SegStudioError(
                self.tr("The classes of the project are being changed"),
                hint=self.tr("Wait until that is done, or stop it"),
            )
        )
        stop = self._stop

        def run() -> tuple[Project, StoredChange]:
            stored = new_change(project, change, text)
            return make_change(
                project, session.store, stored, progress=job.report, cancelled=stop.is_set
            )

        job = self._run(run, self._on_changed, lambda error: self._on_failed(project, error))
        job.progressed.connect(self.progressed)

    def _run(
        self,
        function: Callable[[], object],
        succeeded: Callable[..., None],
        failed: Callable[[Exception], None] | None = None,
    ) -> Job:
        job = Job(lambda _cancelled: function(), self)
        job.succeeded.connect(succeeded)
        job.failed.connect(failed or self.tell_failed)
        job.start(self._workspace.store.pool)
        return job

    def _on_names_changed(self, stored: StoredChange) -> None:
        self._add(stored)
        self.colors.follow()
        self.finished.emit(stored)

    def _on_names_failed(self, error: Exception) -> None:
        self.colors.follow()  # what was left when it began
        self.tell_failed(error)

    def _on_changed(self, changed: tuple[Project, StoredChange]) -> None:
        project, stored = changed
        self._end(project, stored)
        self.finished.emit(stored)

    def _on_failed(self, project: Project, error: Exception) -> None:
        self._end(project)
        if isinstance(error, ChangeStopped):
            self.stopped.emit()
        else:
            self.tell_failed(error)

    def _end(self, project: Project, done: StoredChange | None = None) -> None:
        self._is_changing = False
        self.tell_running()
        self._workspace.end_change(project, done)

    # --- Knowing

    @Slot()
    def _on_project_changed(self) -> None:
        self.counts.cancel()
        self.changes = ()
        self.changes_changed.emit()
        project = self._workspace.project
        if project is None:
            return

        def take(changes: list[StoredChange]) -> None:
            current = self._workspace.project
            if current is not None and current.folder == project.folder:
                self.changes = tuple(changes)
                self.changes_changed.emit()

        job = Job(lambda _cancelled: read_changes(project), self)
        job.succeeded.connect(take)
        job.failed.connect(lambda _error: None)  # told by the session, which is read-only then
        job.start(self._pool)

    def _add(self, stored: StoredChange) -> None:
        self.changes = (*self.changes, stored)
        self.changes_changed.emit()

    def _text(self, operation: Operation, label_set: LabelSet) -> str:
        """Return what an operation does, in words."""

        def names(indices: tuple[int, ...]) -> str:
            return ", ".join(label_set[index].name for index in indices)

        match operation:
            case Rename(index, name):
                return self.tr("Rename %s to %s") % (label_set[index].name, name)
            case Recolor(index, _):
                return self.tr("Another colour for %s") % label_set[index].name
            case Reorder():
                return self.tr("Change the order of the classes")
            case Merge(sources, target):
                return self.tr("Merge %s into %s") % (names(sources), label_set[target].name)
            case Delete(sources, None):
                return self.tr("Delete %s") % names(sources)
            case Delete(sources, target):
                assert target is not None
                return self.tr("Delete %s, which become %s") % (
                    names(sources),
                    label_set[target].name,
                )
            case Split(index, name, _):
                return self.tr("Split %s off %s") % (name, label_set[index].name)
