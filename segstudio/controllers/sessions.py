"""Beginning the session of a project: its lock, and the edits that a crash left in the journal."""

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.jobs import Job
from segstudio.controllers.saver import Saver
from segstudio.controllers.session import Session, Unsaved
from segstudio.core.history import Histories, History
from segstudio.core.label_map import LabelMap
from segstudio.core.snapshot import Snapshot
from segstudio.storage.opening import Opened
from segstudio.storage.project import Project
from segstudio.storage.recovery import RecoveredMask, Recovery, discarded


class Sessions(QObject):
    """Begins one session after another, and keeps what they recovered until the user decides.

    Args:
        saver: Writes what is recovered.
        visited: Gets the histories of what is recovered.

    Attributes:
        current: The session of the open project; None until it has begun.

    Signals:
        begun: (Opened, Recovery): ``current`` is the session of this project.
        failed: An exception; the project cannot be used.
    """

    begun = Signal(object, object)
    failed = Signal(object)

    def __init__(self, saver: Saver, visited: Histories, parent: QObject) -> None:
        super().__init__(parent)
        self._saver, self._visited = saver, visited
        self._job: Job | None = None
        self._recovered: dict[str, RecoveredMask] = {}
        self.current: Session | None = None

    @property
    def is_beginning(self) -> bool:
        """Whether a session has yet to begin."""
        return self._job is not None

    def begin(self, opened: Opened, *, take_over: bool = False) -> None:
        """Begin the session of a project in the background; there is none until then.

        Args:
            opened: The project.
            take_over: Edit it even if another computer seems to have it open.
        """
        self.cancel()
        self.current = None
        session = self._saver.new_session(opened.project, take_over=take_over)
        job = Job(lambda _cancelled: session.begin(), self)
        job.succeeded.connect(lambda recovery: self._on_begun(session, opened, recovery))
        job.failed.connect(self._on_failed)
        self._job = job
        # On the saver's thread: what another session of this project still saves comes first.
        job.start(self._saver.pool)

    def cancel(self) -> None:
        """Begin no session."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def forget(self) -> None:
        """Leave the session, for another project is open; the saver ends it."""
        self.current = None
        self._recovered.clear()

    def accept_recovered(self) -> None:
        """Forget how the recovered images were before."""
        self._recovered.clear()

    def discard_recovered(
        self, name: str, open_image: tuple[str, LabelMap] | None
    ) -> LabelMap | None:
        """Take back the edits that were recovered, in images that are not open.

        Args:
            name: Of the edit that takes them back, in each image's history.
            open_image: Key and label map of the open image.

        Returns:
            The open image's label map without the edits; None if it has none of them.
        """
        without: LabelMap | None = None
        for key, mask in self._recovered.items():
            self._visited.take(key)
            if open_image is not None and open_image[0] == key:
                without = discarded(mask, open_image[1])
            elif self.current is not None:
                self._saver.discard(self.current, mask, name)
        self._recovered.clear()
        return without

    def _on_begun(self, session: Session, opened: Opened, recovery: Recovery) -> None:
        self._job = None
        self.current = session
        for mask in recovery.masks:
            self._take(session, opened.project, mask)
        self.begun.emit(opened, recovery)

    def _take(self, session: Session, project: Project, mask: RecoveredMask) -> None:
        self._saver.add(
            Unsaved(
                session,
                project,
                mask.key,
                Snapshot(mask.label_map, will_change=False),
                History(edits=mask.history.edits, done=mask.history.done),
                session.sequence,
            )
        )
        self._visited.keep(mask.key, mask.history)
        self._recovered[mask.key] = mask

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(error)
