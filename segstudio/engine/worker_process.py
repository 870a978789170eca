"""The worker process: the only place where onnxruntime is imported.

Started by ``segstudio.engine.channel``. It trusts its parent, and nothing trusts it: a model may
crash it, hang it or take it over. Questions, by their ``do``:

    load    a model becomes the one that runs
    run     the model on the image in the shared memory
    cancel  stop the run with this ``id``

The pipe's end is the parent's end: the process then leaves, whatever it is doing.
"""

import contextlib
import ctypes
import json
import mmap
import os
import queue
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage
from segstudio.core.model_card import CARD_KEY
from segstudio.engine.channel import MAX_MESSAGE
from segstudio.engine.contract import CLASS_INDEX, CONFIDENCE
from segstudio.engine.pixels import SharedPixels
from segstudio.engine.provider import CUDA_PROVIDER
from segstudio.engine.tiles import tiles_of

# A tensor whose weights lie in another file has an entry of this key (protobuf field 1, 8 bytes).
_EXTERNAL_DATA: Final = b"\x0a\x08location"


class _RefusedError(Exception):
    """The model cannot be loaded or run."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class _Runtime:
    """onnxruntime, with one model loaded."""

    def __init__(self) -> None:
        import onnxruntime

        self._ort: Any = onnxruntime
        self._session: Any = None
        self._path = ""
        self._lock = threading.Lock()
        self._running: tuple[int, Any] | None = None
        self._cancelled = 0

    def greeting(self) -> dict[str, object]:
        return {
            "onnxruntime": self._ort.__version__,
            "available": self._ort.get_available_providers(),
            "has_driver": _has_nvidia_driver(),
        }

    def load(self, question: dict[str, Any]) -> dict[str, object]:
        path, providers = question["path"], question["providers"]
        self._session = None  # two models at once may not fit in the memory
        if _has_external_data(path):
            raise _RefusedError("ExternalData", "")
        if CUDA_PROVIDER in providers and hasattr(self._ort, "preload_dlls"):
            # Finds the CUDA libraries that pip installed. What it cannot find is printed, and
            # tells nothing that the session does not.
            with contextlib.suppress(Exception), contextlib.redirect_stdout(None):
                self._ort.preload_dlls()
        try:
            session = self._ort.InferenceSession(path, providers=providers)
            # Without this, a failure on the GPU silently goes on on the CPU.
            session.disable_fallback()
            card = session.get_modelmeta().custom_metadata_map.get(CARD_KEY)
        except Exception as error:  # onnxruntime's exceptions have no common base
            raise _RefusedError(type(error).__name__, str(error)) from error
        self._session, self._path = session, path
        return {
            "inputs": [[port.name, port.type, port.shape] for port in session.get_inputs()],
            "outputs": [[port.name, port.type, port.shape] for port in session.get_outputs()],
            "card": card,
            "providers": session.get_providers(),
        }

    def run(
        self, question: dict[str, Any], pixels: SharedPixels, tell: Callable[[int, int], None]
    ) -> dict[str, object]:
        height, width = question["height"], question["width"]
        views = pixels.views(height, width)
        targets: dict[str, NDArray[Any]] = {CLASS_INDEX: views.class_map}
        if question["confidence"]:
            targets[CONFIDENCE] = views.confidence
        tiles = tiles_of(height, width)
        start = time.perf_counter()
        with self._cancellable(question["id"]) as run_options:
            for done, tile in enumerate(tiles, start=1):
                image = np.ascontiguousarray(views.image[tile.seen.slices])
                outputs = self._one_pass(image, list(targets), run_options)
                for target, output in zip(targets.values(), outputs, strict=True):
                    target[tile.kept.slices] = output[tile.kept_in_seen.slices]
                if done < len(tiles):
                    tell(done, len(tiles))
        return {"milliseconds": (time.perf_counter() - start) * 1000}

    def cancel(self, number: int) -> None:
        """Stop the run with this number, now or when it comes; called on the pipe's thread."""
        with self._lock:
            self._cancelled = number
            if self._running is not None and self._running[0] == number:
                self._running[1].terminate = True

    def _one_pass(
        self, image: RgbImage, names: list[str], run_options: object
    ) -> list[NDArray[Any]]:
        """Return the outputs for an image, each (H, W)."""
        (port,) = self._session.get_inputs()
        try:
            outputs = self._session.run(names, {port.name: image[None]}, run_options)
        except Exception as error:
            raise _RefusedError(type(error).__name__, str(error)) from error
        wanted = (1, *image.shape[:2])
        for name, output in zip(names, outputs, strict=True):
            if not isinstance(output, np.ndarray) or output.shape != wanted:
                shape = getattr(output, "shape", "no array")
                raise _RefusedError("Output", f"its output {name} is {shape} instead of {wanted}")
        return [output[0] for output in outputs]

    @contextlib.contextmanager
    def _cancellable(self, number: int) -> Iterator[object]:
        run_options = self._ort.RunOptions()
        with self._lock:
            self._running = (number, run_options)
            run_options.terminate = self._cancelled == number
        try:
            yield run_options
        finally:
            with self._lock:
                self._running = None


def main() -> None:
    """Serve the parent until it closes the pipe."""
    start = json.loads(sys.argv[1])
    _confine()
    folder = Path(start["folder"])
    connection = _connection(start["pipe"])
    pixels = SharedPixels(start["pixels"]) if "pixels" in start else SharedPixels.opened(folder)
    questions: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    try:
        runtime = _Runtime()
    except Exception as error:  # an import can fail in any way
        _send(connection, {"id": 0, "failed": f"{type(error).__name__}: {error}"})
        return
    threading.Thread(
        target=_listen, args=(connection, questions, runtime, folder), daemon=True
    ).start()
    _send(connection, {"id": 0, **runtime.greeting()})
    while True:
        question = questions.get()
        try:
            answer = (
                runtime.load(question)
                if question["do"] == "load"
                else runtime.run(question, pixels, partial(_tell, connection, question["id"]))
            )
        except _RefusedError as refused:
            answer = {"refused": refused.kind, "message": str(refused)[:4000]}
        except MemoryError:
            answer = {"refused": "MemoryError", "message": ""}
        _send(connection, {"id": question["id"], **answer})


def _listen(
    connection: Connection,
    questions: "queue.SimpleQueue[dict[str, Any]]",
    runtime: _Runtime,
    folder: Path,
) -> None:
    while True:
        try:
            question = json.loads(connection.recv_bytes(MAX_MESSAGE))
        except (EOFError, OSError):
            # The parent is gone, and cannot clean up any more. A plain return would leave the
            # main thread in the model's hands.
            os.chdir(folder.parent)
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)
        if question["do"] == "cancel":
            runtime.cancel(question["id"])
        else:
            questions.put(question)


def _tell(connection: Connection, number: int, done: int, total: int) -> None:
    _send(connection, {"id": number, "done": done, "total": total})


def _send(connection: Connection, message: dict[str, object]) -> None:
    # The parent may be gone by now; then the pipe's thread ends the process.
    with contextlib.suppress(OSError):
        connection.send_bytes(json.dumps(message).encode("ascii"))


def _connection(handle: int) -> Connection:
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)
    return Connection(handle)


def _confine() -> None:
    """Make this process the one that suffers: of Ctrl+C, crashes and lack of memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # When memory runs out, the system kills this process, not the one with the user's labels.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


def _has_nvidia_driver() -> bool:
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _has_external_data(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            with content:
                return content.find(_EXTERNAL_DATA) >= 0
    except (OSError, ValueError) as error:
        raise _RefusedError(type(error).__name__, str(error)) from error


if __name__ == "__main__":
    main()
