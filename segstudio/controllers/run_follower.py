"""Follow a training run: what it tells, and whether its process lives."""

from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.followed_runs import Look, Pace, add_known, look_at
from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.user_error import as_user_error
from segstudio.core.run_history import History
from segstudio.storage.event_tail import EventTail
from segstudio.storage.processes import ProcessMark
from segstudio.storage.training_runs import TrainingRun

_POLL_MS: Final = 300


class RunFollower(QObject):
    """Looks at one run again and again while its process lives.

    Args:
        pool: Where it looks.
        parent: Its owner.

    Attributes:
        run: The run that is followed, or None.
        mark: The process that trains it, or None if there is none.
        history: What happened in it.
        pace: How it gets on.
        is_alive: Whether its process ran when it was looked at last.
        is_exporting: Whether it makes a model of what it has trained.
        log_end: What its trainer printed last, once that has ended.
        exit_code: How that ended, where it was started here; negative: by a signal of the system.

    Signals:
        looked: (has_news, has_ended): it was looked at; whether the run has told something, and
            whether its process has ended since the look before.
        failed: A ``SegStudioError``: it could not be looked at.
    """

    looked = Signal(bool, bool)
    failed = Signal(object)

    def __init__(self, pool: Pool, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = pool
        self._timer = QTimer(self, singleShot=True, interval=_POLL_MS)
        self._timer.timeout.connect(self._look)
        self._job: Job | None = None
        self._tail: EventTail | None = None
        self._clear()

    def _clear(self) -> None:
        self._tail = None
        self.run: TrainingRun | None = None
        self.mark: ProcessMark | None = None
        self.history = History()
        self.pace = Pace()
        self.is_alive = self.is_exporting = False
        self.log_end = ""
        self.exit_code: int | None = None

    @property
    def is_elsewhere(self) -> bool:
        """Whether the run is, or was last, trained on another computer."""
        return self.mark is not None and not self.mark.is_here

    def follow(self, run: TrainingRun, mark: ProcessMark | None) -> None:
        """Follow a run from its beginning, or go on with the one that is followed.

        Args:
            run: The run.
            mark: The process that trains it now, or None.
        """
        if run != self.run or self._tail is None:
            self._tail = EventTail(run.events)
            self.history = History()
        self.run, self.mark = run, mark
        self._timer.start(0)

    def forget(self) -> None:
        """Follow no run."""
        self.stop()
        self._clear()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    @Slot()
    def _look(self) -> None:
        run, tail, mark = self.run, self._tail, self.mark
        if run is None or tail is None or self._job is not None:
            return
        self._job = Job(lambda _cancelled: look_at(run, mark, tail), self)
        self._job.succeeded.connect(self._on_looked)
        self._job.failed.connect(self._on_look_failed)
        self._job.start(self._pool)

    @Slot(object)
    def _on_looked(self, look: Look) -> None:
        self._job = None
        for event in look.events:
            self._take(event)
        self.log_end, self.exit_code = look.log_end, look.exit_code
        if look.has_more:
            self._timer.start(0)
            return
        was_alive = self.is_alive
        # What another computer's process has told as its end counts before its silence does.
        self.is_alive = look.is_alive and not (self.is_elsewhere and self.history.ending)
        if self.is_alive:
            self._timer.start(_POLL_MS)
        self.looked.emit(bool(look.events), was_alive and not self.is_alive)

    @Slot(object)
    def _on_look_failed(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(as_user_error(error))

    def _take(self, event: dict[str, Any]) -> None:
        add_known(self.history, event)
        kind = event["event"]
        self.is_exporting = kind == "exporting"
        if kind == "step":
            self.pace = Pace(
                float(event.get("progress") or 0),
                event.get("images_per_s"),
                event.get("remaining_s"),
            )
        elif kind == "finished":
            self.pace = Pace(1.0, self.pace.images_per_s, 0.0)
