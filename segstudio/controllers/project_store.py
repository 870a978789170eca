"""The open project as it lies in its folder, and the one thread that writes there."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.saver import Saver
from segstudio.controllers.sessions import Sessions
from segstudio.controllers.user_error import as_user_error
from segstudio.core.history import Histories, History
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import SplitRule, Splits
from segstudio.errors import SegStudioError
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.opening import Opened
from segstudio.storage.project import Project


class ProjectStore(QObject):
    """Holds the open project; its classes, splits and files are changed through here.

    A project that is open in another program, or that may not be written, is ``read_only``:
    whatever would change it does nothing.

    Args:
        saver: Owns the thread that writes.
        sessions: Know whether the project may be written.
        visited: What can be undone in images that were open before.

    Attributes:
        project: With its classes and splits as they are now; None if no project is open.
        keys: All images.
        labelled: Keys of the images that have a mask.
        changing: Why nothing can be opened or edited for a while, or None.

    Signals:
        label_set_changed: The classes of the project changed.
        labelled_changed: ``labelled`` changed.
        files_changed: The key of an image whose mask, prediction or review was written.
        failed: A ``SegStudioError`` to tell the user.
    """

    label_set_changed = Signal()
    labelled_changed = Signal()
    files_changed = Signal(str)
    failed = Signal(object)

    def __init__(
        self, saver: Saver, sessions: Sessions, visited: Histories, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._saver, self._sessions, self._visited = saver, sessions, visited
        self.project: Project | None = None
        self.keys: tuple[str, ...] = ()
        self.labelled: set[str] = set()
        self.changing: SegStudioError | None = None

    @property
    def read_only(self) -> SegStudioError | None:
        """Why the project cannot be changed, or None if it can."""
        session = self._sessions.current
        return self.changing or (session.read_only if session else None)

    def may_write(self, refuse: Callable[[SegStudioError], None]) -> bool:
        """Return whether the project can be changed; if not, ``refuse`` is told why."""
        reason = self.read_only
        if reason is not None:
            refuse(reason)
        return reason is None

    @property
    def has_begun(self) -> bool:
        """Whether a project is open, and its masks can be read and written."""
        return self.project is not None and self._sessions.current is not None

    @property
    def label_set(self) -> LabelSet:
        """The classes of the project; empty without one."""
        return self.project.label_set if self.project else LabelSet()

    @property
    def masks(self) -> MaskStore:
        """The masks of the project, for those who write on the ``pool``."""
        assert self._sessions.current is not None
        return self._sessions.current.store

    @property
    def pool(self) -> Pool:
        """The one thread on which files of the project are written."""
        return self._saver.pool

    def show(self, opened: Opened) -> None:
        """Hold another project, or the same one anew."""
        self.project, self.keys = opened.project, opened.keys
        self.labelled = set()

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

    def set_project(self, project: Project) -> None:
        """Take over a project whose splits an export decided; its classes must be the same."""
        if self._is_of(project):
            assert self.project is not None
            self.project = self.project.with_splits(dict(project.splits))

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

    @Slot(object, object)
    def note_labelled(self, project: Project, keys: Collection[str]) -> None:
        """Note that images of a project have a mask."""
        if self._is_of(project):
            self.labelled.update(keys)
            self.labelled_changed.emit()

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
        job.start(self.pool)
        return job

    def change_mask(
        self,
        key: str,
        change: Callable[[LabelMap, History], bool],
        *,
        size: tuple[int, int] | None = None,
    ) -> Job:
        """Return a job for the ``pool`` that changes a saved mask; see ``Saver.change``."""
        assert self.project is not None
        assert self._sessions.current is not None
        return self._saver.change(self.project, self._sessions.current, key, change, size)

    def note_saved(self, key: str) -> None:
        """Note that the mask of an image was written."""
        self.labelled.add(key)
        self.labelled_changed.emit()
        self.files_changed.emit(key)

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

    def _save_project(self) -> None:
        project = self.project
        if project is not None:
            job = Job(lambda _cancelled: project.save(), self)
            job.failed.connect(self._on_failed)
            job.start(self.pool)

    def _tell_changed(self, project: Project, key: str) -> None:
        if self._is_of(project):
            self.files_changed.emit(key)

    def _is_of(self, project: Project) -> bool:
        return self.project is not None and project.folder == self.project.folder

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(as_user_error(error))
