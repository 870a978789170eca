"""One worker process and the wires to it, seen from the process that started it.

Questions and answers are JSON objects over a pipe of their own; pixels go through shared memory.
The answers come from a process that a hostile model may have taken over, so they are read with
limits, checked, and never unpickled.
"""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, Final, TypeAlias

from segstudio.engine.pixels import SharedPixels

Answer: TypeAlias = dict[str, Any]

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many of how many parts are done."""

MAX_MESSAGE: Final = 4 * 2**20
"""Bytes of one message; the longest carries a model card."""

_MODULE: Final = "segstudio.engine.worker_process"
_POLL: Final = 0.02
_MAX_WAITING: Final = 64
_MAX_STEPS: Final = 100_000
_MAX_LOG: Final = 64 * 2**10


class ProcessDiedError(Exception):
    """The process ended by itself; the text says how."""


class ProcessHungError(Exception):
    """The process did not answer in time and was killed."""


class BadAnswerError(Exception):
    """The process answered with something that makes no sense and was killed."""


class RunCancelled(Exception):
    """The question was taken back."""


class WorkerProcess:
    """A running worker process.

    Its working folder is empty, its output is caught, and it leaves when this process does.

    Args:
        memory_limit: Bytes that it may take for itself, or None.

    Attributes:
        pixels: The memory shared with it.
    """

    def __init__(self, memory_limit: int | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="segstudio-worker-"))
        (self._folder / "empty").mkdir()
        self.pixels = SharedPixels.create(self._folder)
        ours, theirs = Pipe()
        self._connection = ours
        try:
            self._process = _spawn(self._folder, theirs, self.pixels, memory_limit)
        except BaseException:
            ours.close()
            self.pixels.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        finally:
            theirs.close()
        self._inbox: queue.Queue[bytes | None] = queue.Queue(_MAX_WAITING)
        self._listener = threading.Thread(
            target=_listen, args=(ours, self._inbox), name="segstudio-worker-pipe", daemon=True
        )
        self._listener.start()
        self._number = 0
        self._unsettled: int | None = None  # the question that was taken back and still runs

    @property
    def is_running(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def identifier(self) -> int:
        """Number by which the system knows the process."""
        return self._process.pid

    def greeting(self, limit: float) -> Answer:
        """Wait until the process is ready and return what it says about itself; ask only once.

        Raises:
            ProcessDiedError: If it ended instead.
            ProcessHungError: If that takes more than ``limit`` seconds.
            BadAnswerError: If it says something else.
        """
        return self._answer(0, limit, None, None)

    def ask(
        self,
        question: Mapping[str, object],
        *,
        limit: float,
        cancelled: threading.Event | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """Send a question and wait for its answer.

        Args:
            question: JSON values.
            limit: Seconds without a word until the process counts as hung.
            cancelled: Takes the question back when it is set.
            progress: Told how far the process is.

        Raises:
            RunCancelled: If ``cancelled`` was set, within a tenth of a second; the process may
                still be at it, so ``settle`` before the next question.
            ProcessDiedError: If the process ended instead of answering.
            ProcessHungError: If it did not answer in time.
            BadAnswerError: If it answered nonsense.
        """
        self._number += 1
        self._send({**question, "id": self._number})
        return self._answer(self._number, limit, cancelled, progress)

    def settle(self, limit: float) -> bool:
        """Wait for the end of a question that was taken back.

        Args:
            limit: Seconds that the process has, before it is killed.

        Returns:
            Whether the process is ready for the next question.
        """
        number = self._unsettled
        if number is None:
            return self.is_running
        deadline = time.monotonic() + limit
        while (rest := deadline - time.monotonic()) > 0:
            try:
                raw = self._inbox.get(timeout=rest)
            except queue.Empty:
                break
            if raw is None:
                self._inbox.put(None)
                return False
            try:
                answer = self._parsed(raw, number)
            except BadAnswerError:
                return False
            if "done" not in answer:
                self._unsettled = None
                return True
        self._end()
        return False

    def log_size(self) -> int:
        """Return how many bytes the process has printed so far."""
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def log(self, start: int = 0) -> str:
        """Return what the process printed from byte ``start`` on; long texts are cut."""
        try:
            with self._log.open("rb") as file:
                file.seek(start)
                return file.read(_MAX_LOG).decode("utf-8", "replace")
        except OSError:
            return ""

    def kill(self) -> None:
        """End the process at once; safe to call from any thread, and more than once."""
        self._process.kill()

    def close(self) -> None:
        """End the process and give everything back; for the thread that asks the questions."""
        self._end()
        while self._listener.is_alive():
            while not self._inbox.empty():  # room for what it still holds
                self._inbox.get_nowait()
            self._listener.join(0.01)
        self._connection.close()
        self.pixels.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _send(self, message: Mapping[str, object]) -> None:
        try:
            self._connection.send_bytes(json.dumps(message).encode("ascii"))
        except OSError as error:
            raise ProcessDiedError(self._how_it_died()) from error

    def _answer(
        self,
        number: int,
        limit: float,
        cancelled: threading.Event | None,
        progress: Progress | None,
    ) -> Answer:
        deadline = time.monotonic() + limit
        so_far = 0
        while True:
            if cancelled is not None and cancelled.is_set():
                self._unsettled = number
                with contextlib.suppress(ProcessDiedError):
                    self._send({"do": "cancel", "id": number})
                raise RunCancelled
            rest = deadline - time.monotonic()
            if rest <= 0:
                self._end()
                raise ProcessHungError
            try:
                raw = self._inbox.get(timeout=rest if cancelled is None else min(rest, _POLL))
            except queue.Empty:
                continue
            if raw is None:
                self._inbox.put(None)  # every later question gets the same answer
                raise ProcessDiedError(self._how_it_died())
            answer = self._parsed(raw, number)
            if "done" not in answer:
                return answer
            so_far = self._next_step(answer, so_far)
            if progress is not None:
                progress(so_far, answer["total"])
            deadline = time.monotonic() + limit

    def _parsed(self, raw: bytes, number: int) -> Answer:
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or answer.get("id") != number:
            self._end()
            raise BadAnswerError
        return answer

    def _next_step(self, answer: Answer, so_far: int) -> int:
        # Only steps forward to a near end count, or a process could hold the caller for ever.
        match answer:
            case {"done": int(done), "total": int(total)} if so_far < done < total <= _MAX_STEPS:
                return done
        self._end()
        raise BadAnswerError

    def _how_it_died(self) -> str:
        code = self._wait(2)
        if code is None:
            return "it closed its pipe"
        if code >= 0:
            return f"exit code {code}" if code < 256 else f"code 0x{code & 0xFFFFFFFF:08X}"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return f"signal {name}, often for lack of memory" if name == "SIGKILL" else f"signal {name}"

    def _end(self) -> None:
        self.kill()
        self._wait(2)  # a process stuck in a driver may outlive this

    def _wait(self, limit: float) -> int | None:
        try:
            return self._process.wait(limit)
        except subprocess.TimeoutExpired:
            return None


def _spawn(
    folder: Path, theirs: Connection, pixels: SharedPixels, memory_limit: int | None
) -> subprocess.Popen[bytes]:
    start: dict[str, object] = {"folder": str(folder), "memory_limit": memory_limit}
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        os.set_handle_inheritable(theirs.fileno(), True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [theirs.fileno()]})
        options = {"startupinfo": startup, "creationflags": subprocess.CREATE_NO_WINDOW}
        start |= {"pipe": theirs.fileno()}
    else:
        # A session of its own: Ctrl+C in the terminal is for the parent to handle.
        inherited = (theirs.fileno(), pixels.descriptor)
        options = {"pass_fds": inherited, "start_new_session": True}
        start |= {"pipe": theirs.fileno(), "pixels": pixels.descriptor}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            # -P: no module of the user's is imported from the current folder.
            [sys.executable, "-P", "-m", _MODULE, json.dumps(start)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(),
            cwd=folder / "empty",
            **options,
        )


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    # onnxruntime reports on itself to its maker unless told otherwise before it is loaded. Nothing
    # leaves the user's computer.
    environment["ORT_DISABLE_TELEMETRY"] = "1"
    # A model's own notes must not set how it is run.
    environment.pop("ORT_LOAD_CONFIG_FROM_MODEL", None)
    # numpy's threads would be there before the process can be confined.
    environment["OPENBLAS_NUM_THREADS"] = "1"
    root = str(Path(__file__).resolve().parents[2])
    # A source checkout is not on the path of a new process. An installed package is; adding its
    # folder again would put it before the standard library.
    if root not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        earlier = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([root, earlier] if earlier else [root])
    return environment


def _listen(connection: Connection, inbox: "queue.Queue[bytes | None]") -> None:
    # A thread of its own, because a process that sends half a message would block its reader.
    try:
        while True:
            inbox.put(connection.recv_bytes(MAX_MESSAGE))
    except (EOFError, OSError):
        inbox.put(None)
