"""What controllers have in common that work in the background."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.user_error import as_user_error

Report = Callable[[int, int], None]
"""Told (done, total); may be called on any thread."""


class Work(QObject):
    """Tells whether it runs, how far it is, and what went wrong.

    Signals:
        running_changed: Whether it runs.
        progressed: (done, total) images.
        failed: A ``SegStudioError`` to tell the user.
    """

    running_changed = Signal(bool)
    progressed = Signal(int, int)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told_running = False

    @property
    def is_running(self) -> bool:
        """Whether the user would wait for it."""
        raise NotImplementedError

    def tell_running(self) -> None:
        """Emit ``running_changed`` if it has; to be called after whatever changes it."""
        if self.is_running != self._told_running:
            self._told_running = self.is_running
            self.running_changed.emit(self._told_running)

    def tell_failed(self, error: Exception) -> None:
        """Emit ``failed``."""
        self.failed.emit(as_user_error(error))


class BackgroundWork(Work):
    """Runs one job at a time on a thread of its own: the last one that was asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = Pool(1, self)
        self._job: Job | None = None

    @property
    def is_running(self) -> bool:
        """Whether a job runs."""
        return self._job is not None

    def cancel(self) -> None:
        """Give up the job; nothing is heard of it any more."""
        self._drop_job()
        self.tell_running()

    def shut_down(self) -> None:
        """Give up the job, and wait until its thread has ended."""
        self.cancel()
        self._pool.shut_down()

    def _start(
        self,
        function: Callable[[threading.Event, Report], object],
        succeeded: Callable[[Any], None],
        *,
        when: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        """Start a job in place of the one that runs.

        Args:
            function: Called with the event that cancels it, and with what reports its progress.
            succeeded: Called with what it returned. It may start another job: to those who listen,
                the work then goes on.
            when: Calls what it is given once the job may begin; None for now.
        """
        self._drop_job()
        job = Job(lambda cancelled: function(cancelled, job.report), self)
        job.progressed.connect(self.progressed)
        job.succeeded.connect(partial(self._on_job_succeeded, succeeded))
        job.failed.connect(self._on_job_failed)
        self._job = job
        self.tell_running()
        begin = partial(job.start, self._pool)
        if when is None:
            begin()
        else:
            when(begin)

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _on_job_succeeded(self, succeeded: Callable[[Any], None], result: object) -> None:
        self._job = None
        succeeded(result)
        self.tell_running()

    def _on_job_failed(self, error: Exception) -> None:
        self._job = None
        self.tell_running()
        self.tell_failed(error)
