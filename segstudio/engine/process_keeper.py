"""Keeps one process that runs models: starts it, starts another after it died, ends it."""

from typing import Final

from segstudio.engine.answers import Runtime, runtime_of
from segstudio.engine.channel import (
    BadAnswerError,
    ProcessDiedError,
    ProcessHungError,
    WorkerProcess,
)
from segstudio.engine.loaded import LoadedModel
from segstudio.errors import WorkerError

_START_LIMIT: Final = 60.0
_REINSTALL: Final = "Install the program again, or see what segstudio doctor says"


class Cancelled(Exception):
    """The prediction was taken back, or the worker was closed."""


class ProcessKeeper:
    """The process of a worker, with what it has loaded.

    Only ``kill`` and ``identifier`` may be used on any thread; the rest with the worker's lock.

    Args:
        memory_limit: Bytes that the process may take; None for all that there are.

    Attributes:
        held: What the process has loaded; None in a fresh one.
        is_bound: Whether the process may read no other model.
        is_closed: Whether there will be no process any more.
    """

    def __init__(self, memory_limit: int | None) -> None:
        self._memory_limit = memory_limit
        self._process: WorkerProcess | None = None
        self._runtime: Runtime | None = None  # None until the process is ready
        self.held: LoadedModel | None = None
        self.is_bound = False
        self.is_closed = False

    @property
    def identifier(self) -> int | None:
        """The system's number of the process, or None if there is none."""
        process = self._process
        return process.identifier if process else None

    @property
    def is_running(self) -> bool:
        """Whether there is a process, and it is alive."""
        return self._process is not None and self._process.is_running

    def running(self) -> WorkerProcess:
        """Return the process, started if need be; it may not be ready yet.

        Raises:
            Cancelled: If it was closed meanwhile.
            WorkerError: If it was closed before, or the system starts no process.
        """
        if self.is_closed:
            raise WorkerError("the process that runs models was closed")
        if self._process is None or not self._process.is_running:
            self.drop()
            try:
                self._process = WorkerProcess(self._memory_limit)
            except OSError as error:
                raise WorkerError(
                    f"the process that runs models could not be started ({error.strerror})"
                ) from error
            if self.is_closed:  # meanwhile, by another thread, which saw no process to kill
                self.drop()
                raise Cancelled
        return self._process

    def ready(self) -> tuple[WorkerProcess, Runtime]:
        """Return the process once it answers, and what it runs models with.

        Raises:
            Cancelled: If it was closed meanwhile.
            WorkerError: If it does not start.
        """
        process = self.running()
        if self._runtime is None:
            try:
                self._runtime = runtime_of(process.greeting(_START_LIMIT))
            except (ProcessDiedError, ProcessHungError, BadAnswerError, ValueError) as error:
                if self.is_closed:
                    raise Cancelled from error
                lines = process.log().split("\n") if isinstance(error, ProcessDiedError) else []
                last = next((line.strip() for line in reversed(lines) if line.strip()), str(error))
                self.drop()
                raise WorkerError(
                    f"the process that runs models did not start ({last[:300]})", hint=_REINSTALL
                ) from error
        return process, self._runtime

    def settle(self, limit: float) -> None:
        """Wait until a run that was taken back has stopped; after ``limit`` seconds, end it."""
        process = self._process
        if process is not None and not process.settle(limit):
            self.restart()
        elif process is not None:
            process.pixels.release()

    def restart(self) -> None:
        """Start a fresh process, so that it is ready when the next call comes."""
        self.drop()
        if not self.is_closed:
            self.running()

    def drop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.close()
        self._process = self._runtime = self.held = None
        self.is_bound = False

    def kill(self) -> None:
        """End the process at once and for good; ``drop`` cleans up."""
        self.is_closed = True
        process = self._process
        if process is not None:
            process.kill()
