"""Work off the GUI thread."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot


class Job(QObject):
    """Runs ``function(cancelled)`` on a thread pool.

    The function gets plain values, never touches Qt objects of the GUI thread, and polls
    ``cancelled.is_set()`` where it takes long. One of the signals is emitted on the thread that
    made the job; neither after ``cancel()``.

    Signals:
        succeeded: The function's return value.
        failed: The exception it raised.
        progressed: (done, total) as reported through ``report``.
    """

    succeeded = Signal(object)
    failed = Signal(Exception)
    progressed = Signal(int, int)
    _ended = Signal(object, object)  # (result, error), from the pool's thread
    _reported = Signal(int, int)

    def __init__(self, function: Callable[[threading.Event], object], parent: QObject) -> None:
        super().__init__(parent)  # the parent keeps the job alive while the thread runs
        self._function = function
        self._cancelled = threading.Event()
        self._ended.connect(self._deliver)
        self._reported.connect(self._deliver_progress)

    def start(self, pool: QThreadPool) -> None:
        """Queue the job."""
        pool.start(_Runnable(self))

    def cancel(self) -> None:
        """Ask the function to stop; nothing is delivered from now on."""
        self._cancelled.set()

    def report(self, done: int, total: int) -> None:
        """Report progress; may be called from the function."""
        self._reported.emit(done, total)

    def run(self) -> None:
        """Run the function on the calling thread."""
        try:
            self._ended.emit(self._function(self._cancelled), None)
        except Exception as error:  # carried to the GUI thread, see _deliver
            self._ended.emit(None, error)

    # Checked on the thread that calls cancel(), so a late result cannot slip through.
    @Slot(object, object)
    def _deliver(self, result: object, error: Exception | None) -> None:
        if not self._cancelled.is_set():
            if error is None:
                self.succeeded.emit(result)
            else:
                self.failed.emit(error)
        self.deleteLater()

    @Slot(int, int)
    def _deliver_progress(self, done: int, total: int) -> None:
        if not self._cancelled.is_set():
            self.progressed.emit(done, total)


class _Runnable(QRunnable):
    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def run(self) -> None:
        self._job.run()


def thread_pool(parent: QObject, threads: int) -> QThreadPool:
    """Return a pool of its own with this many threads."""
    pool = QThreadPool(parent)
    pool.setMaxThreadCount(threads)
    return pool
