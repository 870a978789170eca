"""Work off the GUI thread."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from shiboken6 import isValid

from segstudio.errors import SegStudioError

SOON: Final = 0
"""``nice`` of threads whose work the user waits for before he can do anything else."""

MEANWHILE: Final = 5
"""``nice`` of threads whose work is seen when it is there; that of a training, too."""

LATER: Final = 10
"""``nice`` of threads whose work nobody waits for."""


class Job(QObject):
    """One run of ``function(cancelled)`` on a pool's thread.

    The function gets plain values, never touches Qt objects, and polls ``cancelled.is_set()``
    where it takes long. One of the signals is emitted on the GUI thread; neither after
    ``cancel()``.

    Signals:
        succeeded: The function's return value.
        failed: The exception it raised.
        progressed: (done, total) as reported through ``report``.
    """

    succeeded = Signal(object)
    failed = Signal(Exception)
    progressed = Signal(int, int)

    def __init__(self, function: Callable[[threading.Event], object], parent: QObject) -> None:
        super().__init__(parent)
        self._function = function
        self._cancelled = threading.Event()
        self._pool: Pool | None = None

    def start(self, pool: "Pool", *, must_run: bool = False) -> None:
        """Queue the job.

        Args:
            pool: Runs it.
            must_run: Whether it is done even if the pool is shut down before it has begun: the user
                has asked for something that is to outlast the window.
        """
        self._pool = pool
        pool.submit(self, self._function, self._cancelled, must_run=must_run)

    def cancel(self) -> None:
        """Ask the function to stop; nothing is delivered from now on."""
        self._cancelled.set()

    def report(self, done: int, total: int) -> None:
        """Report progress; may be called from the function."""
        if self._pool is not None:
            self._pool.report(self, done, total)

    def deliver(self, result: object, error: Exception | None) -> None:
        """Tell how the run ended; called by the pool, on the GUI thread."""
        # Checked on the thread that calls cancel(), so a late result cannot slip through.
        if not self._cancelled.is_set():
            if error is None:
                self.succeeded.emit(result)
            else:
                self.failed.emit(error)
        self.deleteLater()

    def deliver_progress(self, done: int, total: int) -> None:
        """Tell how far the run is; called by the pool, on the GUI thread."""
        if not self._cancelled.is_set():
            self.progressed.emit(done, total)


class _Mailbox(QObject):
    """Carries what threads have to tell to the GUI thread.

    It has no parent, and whoever may still emit holds it: Qt does not allow an object to be deleted
    while another thread is inside one of its signals, and a pool may die before its threads do.
    """

    ended = Signal(object, object, object)  # (job, result, error)
    reported = Signal(object, int, int)  # (job, done, total)


class Pool(QObject):
    """Threads that run jobs, first come, first served.

    Nothing of a pool that was deleted is delivered any more, nor begun.

    Args:
        threads: How many jobs may run at a time.
        nice: How far its threads stand back for the GUI thread, which must not wait for a
            processor: ``SOON``, ``MEANWHILE`` or ``LATER``.
    """

    def __init__(self, threads: int, parent: QObject, *, nice: int = MEANWHILE) -> None:
        super().__init__(parent)
        self._executor = ThreadPoolExecutor(threads, initializer=_stand_back, initargs=(nice,))
        self._running: set[Future[None]] = set()
        self._owed: dict[Future[None], Callable[[], object]] = {}
        self._mailbox = _Mailbox()
        self._mailbox.ended.connect(self._on_ended)
        self._mailbox.reported.connect(self._on_reported)
        self.destroyed.connect(partial(self._executor.shutdown, wait=False, cancel_futures=True))

    def submit(
        self,
        job: Job,
        function: Callable[[threading.Event], object],
        cancelled: threading.Event,
        *,
        must_run: bool,
    ) -> None:
        """Queue a job; use ``Job.start``."""
        mailbox = self._mailbox

        def run() -> None:
            if cancelled.is_set():
                mailbox.ended.emit(job, None, None)
                return
            try:
                result = function(cancelled)
            except Exception as error:  # carried to the GUI thread
                mailbox.ended.emit(job, None, error)
            else:
                mailbox.ended.emit(job, result, None)

        self._running = {future for future in self._running if not future.done()}
        self._owed = {future: owed for future, owed in self._owed.items() if not future.done()}
        future = self._executor.submit(run)
        self._running.add(future)
        if must_run:
            self._owed[future] = lambda: None if cancelled.is_set() else function(cancelled)

    def report(self, job: Job, done: int, total: int) -> None:
        """Pass a job's progress on to the GUI thread."""
        self._mailbox.reported.emit(job, done, total)

    def wait(self) -> None:
        """Block until every queued job has run, and deliver how they ended."""
        wait(self._running)
        QCoreApplication.sendPostedEvents(self)

    def shut_down(self) -> None:
        """Drop jobs that have not begun, wait for the others, end the threads.

        Those that must run are run here and now; nobody is told any more how they end.
        """
        self._executor.shutdown(cancel_futures=True)
        owed = [run for future, run in self._owed.items() if future.cancelled()]
        self._owed.clear()
        for run in owed:
            with contextlib.suppress(SegStudioError, OSError):
                run()

    @Slot(object, object, object)
    def _on_ended(self, job: Job, result: object, error: Exception | None) -> None:
        if isValid(job):  # else its parent is gone, and with it all who wait for it
            job.deliver(result, error)

    @Slot(object, int, int)
    def _on_reported(self, job: Job, done: int, total: int) -> None:
        if isValid(job):
            job.deliver_progress(done, total)


def _stand_back(nice: int) -> None:
    if sys.platform == "linux":  # elsewhere this would be the priority of the whole program
        own = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(own + nice, 19))
