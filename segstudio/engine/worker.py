"""Running models in a process that may die.

onnxruntime can be killed by a malformed model, one long kernel cannot be cancelled, and a GPU
driver can take its process with it. So none of it runs in the process that holds the user's work.
"""

import os
import stat
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.model_card import ModelCard
from segstudio.engine.answers import (
    OTHER_MODEL,
    LoadAnswer,
    Runtime,
    load_error,
    milliseconds_of,
    nonsense,
    run_error,
    runtime_of,
    text_of,
    too_large,
)
from segstudio.engine.channel import (
    BadAnswerError,
    ProcessDiedError,
    ProcessHungError,
    Progress,
    RunCancelled,
    WorkerProcess,
)
from segstudio.engine.contract import check_contract
from segstudio.engine.pixels import Views
from segstudio.engine.provider import Provider, ProviderReport, provider_report, wanted_providers
from segstudio.errors import ModelCardError, ModelError, SegStudioError, WorkerError

_START_LIMIT: Final = 60.0
_LOCK_POLL_SECONDS: Final = 0.02
_REINSTALL: Final = "Install the program again, or see what segstudio doctor says"


class Cancelled(Exception):
    """The prediction was taken back, or the worker was closed."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is ready to run.

    Attributes:
        path: Its file.
        card: What it says about itself.
        provider: Where it runs.
        milliseconds: What loading took.
    """

    path: Path
    card: ModelCard
    provider: ProviderReport
    milliseconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a model says about an image.

    Attributes:
        class_map: (H, W) uint8 class indices of the model's label set.
        confidence: (H, W) float32 probability of the class, 0..1, if it was asked for.
        milliseconds: What running the model took, without the way to the worker and back.
    """

    class_map: LabelMap
    confidence: NDArray[np.float32] | None
    milliseconds: float


class Worker:
    """Loads and runs one model at a time in a worker process.

    All methods may be called from any thread; one question is worked on at a time. If the process
    dies, the call that was waiting raises, and the next one starts a new process.

    Args:
        load_limit: Seconds that loading a model may take.
        run_limit: Seconds that a model may run without progress.
        cancel_limit: Seconds that a cancelled run has to stop, before its process is killed.
    """

    def __init__(
        self, *, load_limit: float = 60.0, run_limit: float = 60.0, cancel_limit: float = 2.0
    ) -> None:
        self._load_limit = load_limit
        self._run_limit = run_limit
        self._cancel_limit = cancel_limit
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None
        self._runtime: Runtime | None = None  # None until the process is ready
        self._model: LoadedModel | None = None  # what predict() runs
        self._held: LoadedModel | None = None  # what the process has loaded
        self._closed = False

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
        process = self._process
        return process.identifier if process else None

    def start(self) -> None:
        """Start the process if there is none, and return without waiting for it.

        Raises:
            WorkerError: If the system starts no process.
        """
        if self._lock.acquire(blocking=False):  # else a call is at work, which has started one
            try:
                self._running_process()
            finally:
                self._lock.release()

    def runtime(self) -> Runtime:
        """Return what models are run with.

        Raises:
            WorkerError: If the process does not start.
        """
        with self._lock:
            return self._ready()[1]

    def load(self, path: Path, provider: Provider = Provider.AUTO) -> LoadedModel:
        """Load a model; ``predict`` runs it from now on. On failure the model before stays.

        Raises:
            ModelError: If the file is no model that we can run; ``ModelCardError`` if it does not
                say what its classes are.
            WorkerError: If the process does not start.
        """
        path = Path(os.path.abspath(path))  # noqa: PTH100 - symbolic links stay as they are
        _check_file(path)
        with self._lock:
            self._model = self._load(path, provider)
            return self._model

    def predict(
        self,
        image: RgbImage,
        cancelled: threading.Event | None = None,
        *,
        confidence: bool = False,
        progress: Progress | None = None,
    ) -> Prediction:
        """Run the loaded model on an image; a large one runs in parts.

        Args:
            image: (H, W, 3) uint8 RGB.
            cancelled: Stops the run when it is set, within ``cancel_limit``.
            confidence: Whether to return the confidence too.
            progress: Told how many of how many parts are done, on the calling thread.

        Raises:
            Cancelled: If ``cancelled`` was set.
            ModelError: If the model cannot run on this image, or gives something else than its
                contract says.
            WorkerError: If no model is loaded, or the process died or hung.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise ValueError(f"an image is (H, W, 3) uint8, not {image.shape} {image.dtype}")
        self._acquire(cancelled)
        try:
            if self._model is None:
                raise WorkerError("no model is loaded", hint="Choose a model first")
            if self._held is not self._model or not self._is_running:
                self._load(self._model.path, self._model.provider.asked)
                self._held = self._model
            return self._predict(self._model, image, cancelled, confidence, progress)
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process at once; a call that is waiting raises ``Cancelled``."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._drop_process()

    def _acquire(self, cancelled: threading.Event | None) -> None:
        if cancelled is None:
            self._lock.acquire()
            return
        while not self._lock.acquire(timeout=_LOCK_POLL_SECONDS):
            if cancelled.is_set():
                raise Cancelled

    # Everything below is called with the lock held.

    @property
    def _is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    def _running_process(self) -> WorkerProcess:
        if self._closed:
            raise WorkerError("the process that runs models was closed")
        if self._process is None or not self._process.is_running:
            self._drop_process()
            try:
                self._process = WorkerProcess()
            except OSError as error:
                raise WorkerError(
                    f"the process that runs models could not be started ({error.strerror})"
                ) from error
            if self._closed:  # meanwhile, by another thread, which saw no process to kill
                self._drop_process()
                raise Cancelled
        return self._process

    def _drop_process(self) -> None:
        if self._process is not None:
            self._process.close()
        self._process = self._runtime = self._held = None

    def _restart(self) -> None:
        """Start a fresh process, so that it is ready when the next call comes."""
        self._drop_process()
        if not self._closed:
            self._running_process()

    def _ready(self) -> tuple[WorkerProcess, Runtime]:
        process = self._running_process()
        if self._runtime is None:
            try:
                self._runtime = runtime_of(process.greeting(_START_LIMIT))
            except (ProcessDiedError, ProcessHungError, BadAnswerError, ValueError) as error:
                if self._closed:
                    raise Cancelled from error
                lines = process.log().split("\n") if isinstance(error, ProcessDiedError) else []
                last = next((line.strip() for line in reversed(lines) if line.strip()), str(error))
                self._drop_process()
                raise WorkerError(
                    f"the process that runs models did not start ({last[:300]})", hint=_REINSTALL
                ) from error
        return process, self._runtime

    def _load(self, path: Path, provider: Provider) -> LoadedModel:
        process, runtime = self._ready()
        self._held = None
        start = time.perf_counter()
        log_start = process.log_size()
        question = {
            "do": "load",
            "path": str(path),
            "providers": wanted_providers(provider, runtime.available),
        }
        try:
            answer = process.ask(question, limit=self._load_limit)
            refused = text_of(answer, "refused") if "refused" in answer else None
            if refused is not None:
                raise load_error(path, refused, text_of(answer, "message"))
            loaded = LoadAnswer.of(answer)
        except ProcessDiedError as error:
            raise self._after_failure(
                ModelError(path, f"the model made the runtime crash ({error})", hint=OTHER_MODEL)
            ) from error
        except ProcessHungError as error:
            raise self._after_failure(
                ModelError(path, f"it did not load within {self._load_limit:g} s", hint=OTHER_MODEL)
            ) from error
        except (BadAnswerError, ValueError) as error:
            raise self._after_failure(nonsense(path)) from error
        report = provider_report(
            provider,
            runtime.available,
            loaded.providers,
            has_driver=runtime.has_driver,
            log=process.log(log_start),
        )
        check_contract(path, loaded.inputs, loaded.outputs)
        card = _card(path, loaded.card)
        milliseconds = (time.perf_counter() - start) * 1000
        self._held = LoadedModel(path, card, report, milliseconds)
        return self._held

    def _predict(
        self,
        model: LoadedModel,
        image: RgbImage,
        cancelled: threading.Event | None,
        confidence: bool,
        progress: Progress | None,
    ) -> Prediction:
        process, _ = self._ready()
        height, width = image.shape[:2]
        question = {"do": "run", "height": height, "width": width, "confidence": confidence}
        try:
            views = process.pixels.views(height, width)
            views.image[:] = image
            answer = process.ask(
                question,
                limit=self._run_limit,
                cancelled=cancelled,
                cancel_limit=self._cancel_limit,
                progress=progress,
            )
            if "refused" in answer:
                raise run_error(model.path, text_of(answer, "refused"), text_of(answer, "message"))
            return _prediction(model, views, milliseconds_of(answer), confidence)
        except RunCancelled as error:
            if not process.is_running:
                self._restart()
            raise Cancelled from error
        except ProcessDiedError as error:
            raise self._after_failure(
                WorkerError(
                    f"{model.path.name}: the model made the runtime crash ({error})",
                    hint="Run it again; if that fails too, use another model or a smaller image",
                )
            ) from error
        except ProcessHungError as error:
            raise self._after_failure(
                WorkerError(
                    f"{model.path.name}: the model did not answer for {self._run_limit:g} s",
                    hint="Use a smaller model or a smaller image",
                )
            ) from error
        except (BadAnswerError, ValueError) as error:
            raise self._after_failure(nonsense(model.path)) from error
        except (MemoryError, OSError) as error:
            raise too_large(model.path) from error
        finally:
            process.pixels.release()

    def _after_failure(self, error: SegStudioError) -> Exception:
        """Start a fresh process and return what to raise."""
        if self._closed:
            return Cancelled()
        self._restart()
        return error


def _prediction(
    model: LoadedModel, views: Views, milliseconds: float, confidence: bool
) -> Prediction:
    # Copied first, checked then: the worker could still write to the shared memory.
    class_map = views.class_map.copy()
    sureness = views.confidence.copy() if confidence else None
    largest, classes = int(class_map.max()), len(model.card.label_set)
    if largest >= classes:
        raise ModelError(
            model.path,
            f"it predicts class {largest}, but its card names only {classes} classes",
            hint=OTHER_MODEL,
        )
    if sureness is not None and not bool(np.isfinite(sureness).all()):
        raise ModelError(
            model.path, "its confidence holds values that are no numbers", hint=OTHER_MODEL
        )
    return Prediction(class_map, sureness, milliseconds)


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise ModelError(path, "there is no such model", hint="Check the name") from error
    except OSError as error:
        raise ModelError(path, f"it cannot be read ({error.strerror})") from error
    if stat.S_ISDIR(status.st_mode):
        raise ModelError(path, "this is a folder, not a model", hint="Choose an ONNX file")
    if not stat.S_ISREG(status.st_mode):
        raise ModelError(path, "this is not a regular file", hint="Choose an ONNX file")
    if not status.st_size:
        raise ModelError(path, "the file is empty", hint="Copy it again from its source")
    if not os.access(path, os.R_OK):
        raise ModelError(path, "you may not read this file")
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ModelError(
            path, "onnxruntime cannot open a file of this name", hint="Rename it"
        ) from error


def _card(path: Path, text: str | None) -> ModelCard:
    if text is None:
        raise ModelCardError(path, "it has no model card, so the names of its classes are unknown")
    try:
        return ModelCard.from_json(text)
    except ValueError as error:
        raise ModelCardError(path, str(error)) from error
