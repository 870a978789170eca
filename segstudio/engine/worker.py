"""Running models in a process that may die.

onnxruntime can be killed by a malformed model, one long kernel cannot be cancelled, and a GPU
driver can take its process with it. So none of it runs in the process that holds the user's work.
"""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from segstudio.core.label_map import RgbImage
from segstudio.engine.answers import Runtime
from segstudio.engine.card_file import ForeignCard
from segstudio.engine.channel import Progress, RunCancelled
from segstudio.engine.client import ModelClient
from segstudio.engine.confine import usual_memory_limit
from segstudio.engine.crash_notes import CrashNotes
from segstudio.engine.loaded import (
    ForeignModelError,
    LoadedModel,
    Prediction,
    RunSettings,
    check_model_file,
)
from segstudio.engine.process_keeper import Cancelled, ProcessKeeper
from segstudio.engine.provider import Provider
from segstudio.errors import SegStudioError

__all__ = ["Cancelled", "ForeignModelError", "LoadedModel", "Prediction", "RunSettings", "Worker"]

_LOCK_POLL_SECONDS: Final = 0.02


class Worker:
    """Loads and runs one model at a time in a worker process.

    All methods may be called from any thread; one question is worked on at a time. If the process
    dies, the call that was waiting raises, and the next one starts a new process.

    Args:
        load_limit: Seconds that loading a model may take.
        run_limit: Seconds that a model may run without progress.
        cancel_limit: Seconds that a cancelled run has to stop, before its process is killed.
        memory_limit: Bytes that the process may take; 0 for most of what the computer has. Only
            Linux keeps to it.
        crash_notes: Remembers models that crash, and refuses them the next time.
        share: Among how many workers the processor is divided.
    """

    def __init__(
        self,
        *,
        load_limit: float = 60.0,
        run_limit: float = 60.0,
        cancel_limit: float = 2.0,
        memory_limit: int = 0,
        crash_notes: CrashNotes | None = None,
        share: int = 1,
    ) -> None:
        self._notes = crash_notes
        self._cancel_limit = cancel_limit
        self._lock = threading.Lock()
        self._keeper = ProcessKeeper(memory_limit or usual_memory_limit())
        self._client = ModelClient(
            self._keeper,
            load_limit=load_limit,
            run_limit=run_limit,
            # 0 lets onnxruntime decide.
            threads=0 if share == 1 else max((os.cpu_count() or 1) // share, 1),
            crash_notes=crash_notes,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The system's number of the worker process, or None if there is none."""
        return self._keeper.identifier

    def start(self) -> None:
        """Start the process if there is none, and return without waiting for it.

        Raises:
            WorkerError: If the system starts no process.
        """
        if self._lock.acquire(blocking=False):  # else a call is at work, which has started one
            try:
                self._keeper.running()
            finally:
                self._lock.release()

    def runtime(self) -> Runtime:
        """Return what models are run with.

        Raises:
            WorkerError: If the process does not start.
        """
        with self._lock:
            return self._keeper.ready()[1]

    def load(
        self,
        path: Path,
        provider: Provider = Provider.AUTO,
        *,
        card: ForeignCard | None = None,
        again: bool = False,
    ) -> LoadedModel:
        """Load a model; ``predict`` runs it from now on. On failure the model before stays.

        Args:
            path: The ONNX file.
            provider: Where it should run.
            card: How a model of somebody else's is meant; None to take what its card file says.
            again: Whether to try a model that crashed the last time.

        Raises:
            ForeignModelError: If nobody has confirmed yet how a model is meant.
            CrashedBeforeError: If it crashed the last time.
            ModelError: If the file is no model that we can run; ``ModelCardError`` if it does not
                say what its classes are.
            WorkerError: If the process does not start.
        """
        path = Path(os.path.abspath(path))  # noqa: PTH100 - symbolic links stay as they are
        check_model_file(path)
        if self._notes is not None and not again:
            self._notes.check(path)
        with self._lock:
            return self._client.load(path, provider, card)

    def predict(
        self,
        image: RgbImage,
        cancelled: threading.Event | None = None,
        *,
        settings: RunSettings | None = None,
        confidence: bool = False,
        progress: Progress | None = None,
        card: ForeignCard | None = None,
    ) -> Prediction:
        """Run the loaded model on an image; a large one runs in parts.

        Args:
            image: (H, W, 3) uint8 RGB.
            cancelled: Stops the run when it is set: this returns within a tenth of a second, and
                the next call waits until the process has stopped, or kills it.
            settings: What is wanted beside the classes.
            confidence: Short for settings with confidence.
            progress: Told how many of how many parts are done, on the calling thread.
            card: Another way in which the loaded model may be meant, to try it.

        Raises:
            Cancelled: If ``cancelled`` was set.
            ModelError: If the model cannot run on this image, or gives something else than its
                contract says.
            WorkerError: If no model is loaded, or the process died or hung.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise ValueError(f"an image is (H, W, 3) uint8, not {image.shape} {image.dtype}")
        settings = settings or RunSettings(confidence=confidence)
        self._acquire(cancelled)
        is_settling = False
        try:
            return self._client.predict(image, cancelled, settings, progress, card)
        except RunCancelled as error:
            is_settling = True
            threading.Thread(target=self._settle, name="segstudio-worker-settle").start()
            raise Cancelled from error
        finally:
            if not is_settling:
                self._lock.release()

    def close(self) -> None:
        """End the process at once; a call that is waiting raises ``Cancelled``."""
        self._keeper.kill()
        with self._lock:
            self._keeper.drop()

    def _acquire(self, cancelled: threading.Event | None) -> None:
        if cancelled is None:
            self._lock.acquire()
            return
        while not self._lock.acquire(timeout=_LOCK_POLL_SECONDS):
            if cancelled.is_set():
                raise Cancelled

    def _settle(self) -> None:
        """Wait until a run that was taken back has stopped, or end it; then release the lock.

        The lock is held when this is called.
        """
        try:
            self._keeper.settle(self._cancel_limit)
        except (SegStudioError, Cancelled, OSError):
            pass  # the next call starts a process, or says why it cannot
        finally:
            self._lock.release()
