"""onnxruntime with one model loaded: loading, probing, running. Only in the worker process."""

import contextlib
import ctypes
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage
from segstudio.core.model_card import CARD_KEY
from segstudio.core.model_contract import Fit, Layout, ModelContract, OutputKind
from segstudio.core.rect import Rect
from segstudio.core.resample import resized_image, resized_scores
from segstudio.engine.asking import OutputError, class_map_of, probabilities_of
from segstudio.engine.confine import confine_reading
from segstudio.engine.contract import CLASS_INDEX, CONFIDENCE, LOGITS
from segstudio.engine.cuda import CudaRuntime
from segstudio.engine.decide import decide
from segstudio.engine.memory import PassMemory
from segstudio.engine.onnx_scan import Scan, ScanError, scan_model
from segstudio.engine.pixels import SharedPixels, Views
from segstudio.engine.provider import CUDA_PROVIDER, TENSORRT_PROVIDER
from segstudio.engine.tiles import Blender, Probabilities, Tile, tile_side, tiles_of
from segstudio.engine.weights_outside import OutsideError, weight_files

Tell = Callable[[int, int], None]

# What is part of onnxruntime. Anything else would come from a plug-in, which is a program.
_OUR_DOMAINS: Final = frozenset(
    {"", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft"}
    | {"com.microsoft.nchwc", "com.ms.internal.nhwc"}
)
# Holds compiled code for one device, or the name of a file with it.
_CODE: Final = ("com.microsoft", "EPContext")
_TRIAL_SIDE: Final = 512
_GPU_SHARE: Final = 0.9
# In the words of onnxruntime 1.31 and of earlier versions.
_WRONG_SHAPE: Final = re.compile(
    r"(?:has shape |Current shape:)\{([\d,]*)\} "
    r"(?:but the computed output shape for this run is |Requested shape:)\{([\d,]*)\}"
)
_MEMORY_WORDS: Final = (
    "Failed to allocate memory",
    "out of memory",
    "bad_alloc",
    "bad allocation",
    "ALLOC_FAILED",
    "BFCArena",
    "Available memory of",
)


class RefusedError(Exception):
    """The model cannot be loaded or run."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Runtime:
    """onnxruntime, with one model loaded.

    Args:
        folder: The process's own.
        memory_limit: Bytes that the process may take, or None.
        is_confined: Whether the kernel keeps this process from writing.
    """

    def __init__(self, folder: Path, memory_limit: int | None, is_confined: bool) -> None:
        import onnxruntime

        self._ort: Any = onnxruntime
        self._folder = folder
        self._memory_limit = memory_limit
        self._is_confined = is_confined
        self._session: Any = None
        self._gpu: CudaRuntime | None = None
        self._memory = PassMemory(None, memory_limit)
        self._own: ModelContract | None = None
        self._lock = threading.Lock()
        self._running: tuple[int, Any] | None = None
        self._cancelled = 0

    def greeting(self) -> dict[str, object]:
        """Return what the process says about itself."""
        return {
            "onnxruntime": self._ort.__version__,
            "available": self._ort.get_available_providers(),
            "has_driver": _has_nvidia_driver(),
            "confined": self._is_confined,
        }

    def load(self, question: dict[str, Any]) -> dict[str, object]:
        """Make a model the one that runs; the first one, where the kernel confines to it."""
        path, providers = Path(question["path"]), question["providers"]
        self._session = None  # two models at once may not fit in the memory
        scan = _scanned(path)
        files = [path, *_weights(path, scan)]
        _check_operators(scan)
        self._gpu = None
        wants_gpu = bool({CUDA_PROVIDER, TENSORRT_PROVIDER} & set(providers))
        if wants_gpu and hasattr(self._ort, "preload_dlls"):
            # Finds the CUDA libraries that pip installed. What it cannot find is printed, and
            # tells nothing that the session does not.
            with contextlib.suppress(Exception), contextlib.redirect_stdout(None):
                self._ort.preload_dlls()
            with contextlib.suppress(OSError):
                self._gpu = CudaRuntime()
        confined = self._is_confined and confine_reading(self._folder, files)
        options = self._ort.SessionOptions()
        options.intra_op_num_threads = question["threads"]
        try:
            session = self._ort.InferenceSession(
                str(path), options, providers=[self._with_options(p) for p in providers]
            )
            # Without this, a failure on the GPU silently goes on on the CPU.
            session.disable_fallback()
            meta = session.get_modelmeta()
        except Exception as error:  # onnxruntime's exceptions have no common base
            raise _refusal(error) from error
        self._session = session
        if not {CUDA_PROVIDER, TENSORRT_PROVIDER} & set(session.get_providers()):
            self._gpu = None
        self._memory = PassMemory(self._gpu, self._memory_limit)
        outputs = session.get_outputs()
        self._own = _own_contract(session)
        return {
            "inputs": [[port.name, port.type, port.shape] for port in session.get_inputs()],
            "outputs": [[port.name, port.type, port.shape] for port in outputs],
            "card": meta.custom_metadata_map.get(CARD_KEY),
            "producer": meta.producer_name[:200],
            "makers": {port.name: scan.makers.get(port.name, "") for port in outputs},
            "takers": [
                operator
                for port in session.get_inputs()
                for operator in scan.takers.get(port.name, ())[:8]
            ],
            "providers": session.get_providers(),
            "bound": confined,
        }

    def probe(self, question: dict[str, Any]) -> dict[str, object]:
        """Run the model on noise of a given shape and say what its outputs look like."""
        noise = np.random.default_rng(0).random(question["shape"], np.float32)
        element = question["element"]
        feed = (noise * 255).astype(element) if "int" in element else noise.astype(element)
        names = [port.name for port in self._session.get_outputs()]
        with self._cancellable(question["id"]) as run_options:
            outputs = self._outputs(names, {question["input"]: feed}, run_options)
        return {"looks": [_look(name, value) for name, value in zip(names, outputs, strict=True)]}

    def run(self, question: dict[str, Any], pixels: SharedPixels, tell: Tell) -> dict[str, object]:
        """Run the model on the image in the shared memory, and put its answer there."""
        height, width = question["height"], question["width"]
        views = pixels.views(height, width)
        given = question.get("contract")
        contract = self._own if given is None else ModelContract.from_json(given)
        flips, scales = question.get("flips", 1), question.get("scales", [1.0])
        is_plain = flips == 1 and scales == [1.0] and not question.get("entropy")
        start = time.perf_counter()
        with self._cancellable(question["id"]) as run_options:
            asker = _Asker(self, contract, run_options, flips, scales)
            try:
                most = self._most_pixels(question, asker, views, height * width)
                fits = height * width <= most
                if given is None and fits and is_plain:
                    self._whole_pass(question, views, run_options)
                elif given is None and (contract is None or not contract.kind.is_scores):
                    if not is_plain:
                        raise RefusedError(
                            "Output", "it gives no scores, so its answers cannot be averaged"
                        )
                    self._cut_passes(question, views, most, run_options, tell)
                else:
                    assert contract is not None
                    self._asked_passes(question, views, contract, asker, most, tell)
            except OutputError as error:
                raise RefusedError("Output", str(error)) from error
        return {"milliseconds": (time.perf_counter() - start) * 1000}

    def cancel(self, number: int) -> None:
        """Stop the run with this number, now or when it comes; called on the pipe's thread."""
        with self._lock:
            self._cancelled = number
            if self._running is not None and self._running[0] == number:
                self._running[1].terminate = True

    # --- Ways to run

    def _whole_pass(self, question: dict[str, Any], views: Views, run_options: object) -> None:
        """Run one of our models in one pass, straight from and into the shared memory."""
        height, width = question["height"], question["width"]
        if self._gpu is not None:
            self._gpu.pin(views.image.ctypes.data, views.size)
        binding = self._session.io_binding()
        (port,) = self._session.get_inputs()
        shape = (1, height, width)
        binding.bind_input(port.name, "cpu", 0, np.uint8, (*shape, 3), views.image.ctypes.data)
        targets: list[tuple[str, NDArray[Any]]] = [(CLASS_INDEX, views.class_map)]
        if question["confidence"]:
            targets.append((CONFIDENCE, views.confidence))
        for name, target in targets:
            binding.bind_output(name, "cpu", 0, target.dtype, shape, target.ctypes.data)
        try:
            self._session.run_with_iobinding(binding, run_options)
        except Exception as error:
            raise _refusal(error) from error
        self._memory.note(height * width)

    def _cut_passes(
        self, question: dict[str, Any], views: Views, most: int, run_options: object, tell: Tell
    ) -> None:
        """Run one of our models that gives no scores in tiles, each pixel from one of them."""
        height, width = question["height"], question["width"]
        (port,) = self._session.get_inputs()
        targets: dict[str, NDArray[Any]] = {CLASS_INDEX: views.class_map}
        if question["confidence"]:
            targets[CONFIDENCE] = views.confidence
        side = tile_side(most)
        tiles = tiles_of(height, width, (side, side), fades=False)
        for done, tile in enumerate(tiles, start=1):
            image = np.ascontiguousarray(views.image[tile.seen.slices])
            outputs = self._outputs(list(targets), {port.name: image[None]}, run_options)
            wanted = (1, *image.shape[:2])
            for (name, target), output in zip(targets.items(), outputs, strict=True):
                if getattr(output, "shape", None) != wanted:
                    raise RefusedError("Output", f"its output {name} is not {wanted}")
                target[tile.kept.slices] = output[0][tile.kept_in_seen.slices]
            if done < len(tiles):
                tell(done, len(tiles))

    def _asked_passes(
        self,
        question: dict[str, Any],
        views: Views,
        contract: ModelContract,
        asker: "_Asker",
        most: int,
        tell: Tell,
    ) -> None:
        """Run a model by its contract, in one pass or in tiles that fade into one another."""
        height, width = question["height"], question["width"]
        tiles = _tiles_for(contract, height, width, most)
        wants_entropy = bool(question.get("entropy"))

        def finish(place: Rect, probabilities: Probabilities) -> None:
            decision = decide(probabilities, entropy=wants_entropy)
            views.class_map[place.slices] = decision.class_map
            if question["confidence"]:
                views.confidence[place.slices] = decision.confidence
            if decision.entropy is not None:
                views.entropy[place.slices] = decision.entropy

        blender = Blender(finish)
        steps = len(tiles) * asker.passes
        for number, tile in enumerate(tiles):
            image = views.image[tile.seen.slices]
            if contract.kind.is_scores:
                done = number * asker.passes
                blender.add(
                    tile, asker.probabilities(image, partial(_tell_more, tell, done, steps))
                )
            else:
                part = asker.class_map(image)[tile.kept_in_seen.slices]
                views.class_map[tile.kept.slices] = part
                # A class map says nothing about how sure it is.
                views.confidence[tile.kept.slices] = 1
                views.entropy[tile.kept.slices] = 0
            self._memory.note(tile.seen.height * tile.seen.width)
            if number + 1 < len(tiles):
                tell((number + 1) * asker.passes, steps)

    def _most_pixels(
        self, question: dict[str, Any], asker: "_Asker", views: Views, pixels: int
    ) -> int:
        """Return how many pixels run at once; where nothing is known yet, try a small part."""
        if question.get("most_pixels"):
            return int(question["most_pixels"])
        if asker.is_free_size and self._memory.wants_trial(pixels):
            trial = np.ascontiguousarray(views.image[:_TRIAL_SIDE, :_TRIAL_SIDE])
            asker.try_out(trial)
            self._memory.note(trial.shape[0] * trial.shape[1])
        return self._memory.pass_pixels()

    def try_own(self, image: RgbImage, run_options: object) -> None:
        """Run one of our models on an image and forget the answer."""
        (port,) = self._session.get_inputs()
        self._outputs([CLASS_INDEX], {port.name: image[None]}, run_options)

    def one_output(
        self, contract: ModelContract, feed: NDArray[Any], run_options: object
    ) -> object:
        """Return the output that a contract names."""
        return self._outputs([contract.output], {contract.input: feed}, run_options)[0]

    def _outputs(
        self, names: Sequence[str], feeds: dict[str, NDArray[Any]], run_options: object
    ) -> list[Any]:
        try:
            outputs: list[Any] = self._session.run(list(names), feeds, run_options)
        except Exception as error:
            raise _refusal(error) from error
        return outputs

    # --- Loading

    def _with_options(self, provider: str) -> object:
        if provider != CUDA_PROVIDER:
            return provider
        options: dict[str, object] = {
            # Searching the best algorithm again for every size of image takes longer than it saves.
            "cudnn_conv_algo_search": "HEURISTIC",
            "arena_extend_strategy": "kSameAsRequested",
        }
        memory = self._gpu.memory() if self._gpu is not None else None
        if memory is not None:
            options["gpu_mem_limit"] = int(memory.free * _GPU_SHARE)
        return provider, options

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


class _Asker:
    """Asks the loaded model about parts of one image, mirrored and resized as wished."""

    def __init__(
        self,
        runtime: Runtime,
        contract: ModelContract | None,
        run_options: object,
        flips: int,
        scales: Sequence[float],
    ) -> None:
        self._runtime = runtime
        self._contract = contract
        self._run_options = run_options
        self._flips = flips
        self._scales = list(scales)
        self.passes = flips * len(self._scales)

    @property
    def is_free_size(self) -> bool:
        return self._contract is None or self._contract.fixed_size is None

    def try_out(self, image: RgbImage) -> None:
        """Ask once and forget the answer."""
        if self._contract is None:
            self._runtime.try_own(image, self._run_options)
        elif self._contract.kind.is_scores:
            self._once(image)
        else:
            self.class_map(image)

    def probabilities(self, image: RgbImage, tell: Callable[[int], None]) -> Probabilities:
        """Return the mean of the answers to all views of an image."""
        height, width = image.shape[:2]
        if self.passes == 1 and self._scales == [1.0]:
            return self._once(image)
        total: Probabilities | None = None
        passes = 0
        for scale in self._scales:
            sized = resized_image(
                np.ascontiguousarray(image),
                max(round(height * scale), 1),
                max(round(width * scale), 1),
            )
            for flip in _FLIPS[self._flips]:
                answer = self._once(np.ascontiguousarray(sized[flip]))
                answer = resized_scores(np.ascontiguousarray(answer[:, *flip]), height, width)
                total = answer if total is None else total + answer
                passes += 1
                if passes < self.passes:
                    tell(passes)
        assert total is not None
        return total / np.float32(self.passes)

    def class_map(self, image: RgbImage) -> NDArray[np.uint8]:
        """Return the classes of an image, from a model that gives no scores."""
        assert self._contract is not None
        if self.passes > 1:
            raise OutputError("it gives no scores, so its answers cannot be averaged")
        return class_map_of(self._contract, image, self._ask)

    def _once(self, image: RgbImage) -> Probabilities:
        assert self._contract is not None
        return probabilities_of(self._contract, image, self._ask)

    def _ask(self, feed: NDArray[Any]) -> object:
        assert self._contract is not None
        return self._runtime.one_output(self._contract, feed, self._run_options)


def _tell_more(tell: Tell, done: int, steps: int, more: int) -> None:
    tell(done + more, steps)


_PLAIN: Final = (slice(None), slice(None))
_ACROSS: Final = (slice(None), slice(None, None, -1))
_DOWN: Final = (slice(None, None, -1), slice(None))
_BOTH: Final = (slice(None, None, -1), slice(None, None, -1))
_FLIPS: Final = {1: (_PLAIN,), 2: (_PLAIN, _ACROSS), 4: (_PLAIN, _ACROSS, _DOWN, _BOTH)}


def _tiles_for(contract: ModelContract, height: int, width: int, most: int) -> list[Tile]:
    fades = contract.kind.is_scores
    size = contract.fixed_size
    if size is not None and contract.fit is not Fit.TILE:
        return tiles_of(height, width, (height, width))
    if size is not None:
        return tiles_of(height, width, size, stride=contract.stride, fades=fades)
    if height * width <= most:
        return tiles_of(height, width, (height, width))
    side = tile_side(most, contract.stride)
    return tiles_of(height, width, (side, side), stride=contract.stride, fades=fades)


def _own_contract(session: Any) -> ModelContract | None:  # noqa: ANN401 - onnxruntime's
    """Return how to ask one of our models for scores, if it gives any."""
    names = {port.name for port in session.get_outputs()}
    if not {CLASS_INDEX, LOGITS} <= names:
        return None
    return ModelContract(
        input=session.get_inputs()[0].name,
        element="uint8",
        layout=Layout.NHWC,
        output=LOGITS,
        output_layout=Layout.NCHW,
        kind=OutputKind.LOGITS,
    )


def _scanned(path: Path) -> Scan:
    try:
        return scan_model(path)
    except ScanError as error:
        raise RefusedError("InvalidProtobuf", str(error)) from error
    except OSError as error:
        raise RefusedError(type(error).__name__, str(error)) from error


def _weights(path: Path, scan: Scan) -> list[Path]:
    try:
        return weight_files(path, scan.external)
    except OutsideError as error:
        raise RefusedError("Outside", str(error)) from error


def _check_operators(scan: Scan) -> None:
    for domain, operator in sorted(scan.operators - scan.functions):
        if domain not in _OUR_DOMAINS or (domain, operator) == _CODE:
            raise RefusedError("Operator", f"{operator[:60]} of {domain[:60]}")


def _refusal(error: Exception) -> RefusedError:
    message = str(error)
    kind = type(error).__name__
    if found := _WRONG_SHAPE.search(message):
        return RefusedError("Output", f"its output is ({found[2]}) instead of ({found[1]})")
    if isinstance(error, MemoryError) or any(words in message for words in _MEMORY_WORDS):
        kind = "MemoryError"
    return RefusedError(kind, message)


def _look(name: str, value: object) -> list[object]:
    """Return what an output looks like: name, element type, shape, range, and what it sums to."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub" or not value.size:
        return [name, "other", [], 0.0, 0.0, False, []]
    values = value.astype(np.float32)
    least, largest = float(values.min()), float(values.max())
    if not (np.isfinite(least) and np.isfinite(largest)):
        return [name, "nan", list(value.shape), 0.0, 0.0, False, []]
    is_whole = bool((values == np.rint(values)).all())
    sums = [
        axis
        for axis in range(1, value.ndim)
        if value.shape[axis] > 1 and bool(np.abs(values.sum(axis) - 1).max() < 1e-2)
    ]
    return [name, value.dtype.name, list(value.shape), least, largest, is_whole, sums]


def _has_nvidia_driver() -> bool:
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
