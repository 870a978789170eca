"""onnxruntime with one model loaded: loading, probing, running. Only in the worker process."""

import contextlib
import ctypes
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
from segstudio.core.model_contract import Layout, ModelContract, OutputKind
from segstudio.core.rect import Rect
from segstudio.engine.admission import admitted
from segstudio.engine.asker import Asker, tiles_for
from segstudio.engine.asking import OutputError
from segstudio.engine.confine import confine_reading
from segstudio.engine.contract import CLASS_INDEX, CONFIDENCE, LOGITS
from segstudio.engine.cuda import CudaRuntime
from segstudio.engine.decide import decide
from segstudio.engine.memory import PassMemory
from segstudio.engine.pixels import SharedPixels, Views
from segstudio.engine.provider import CUDA_PROVIDER, TENSORRT_PROVIDER
from segstudio.engine.refusal import RefusedError, refusal_of
from segstudio.engine.tiles import (
    MAX_PASS_PIXELS,
    Blender,
    Probabilities,
    tile_side,
    tiles_of,
)

Tell = Callable[[int, int], None]

_TRIAL_SIDE: Final = 512
_GPU_SHARE: Final = 0.9


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
        scan, files = admitted(path)
        if self._gpu is not None:
            self._gpu.unpin()
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
            raise refusal_of(error) from error
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
        if self._gpu is not None and not (pixels.keeps_pages and pixels.holds(height, width)):
            self._gpu.unpin()  # before the memory is mapped elsewhere
        views = pixels.views(height, width)
        runs_whole = height * width <= MAX_PASS_PIXELS  # tiles are copied on their way
        if self._gpu is not None and pixels.keeps_pages and runs_whole:
            # Pinned pages that are given back stay with the GPU, which would go on reading them.
            self._gpu.pin(views.image.ctypes.data, views.size)
        given = question.get("contract")
        contract = self._own if given is None else ModelContract.from_json(given)
        flips, scales = question.get("flips", 1), question.get("scales", [1.0])
        is_plain = flips == 1 and scales == [1.0] and not question.get("entropy")
        start = time.perf_counter()
        with self._cancellable(question["id"]) as run_options:
            asker = Asker(self, contract, run_options, flips, scales)
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
            raise refusal_of(error) from error
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
        asker: Asker,
        most: int,
        tell: Tell,
    ) -> None:
        """Run a model by its contract, in one pass or in tiles that fade into one another."""
        height, width = question["height"], question["width"]
        tiles = tiles_for(contract, height, width, most)
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
        self, question: dict[str, Any], asker: Asker, views: Views, pixels: int
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
        output = self._outputs([contract.output], {contract.input: feed}, run_options)[0]
        if contract is self._own and contract.output_layout is Layout.NHWC:
            # Our models give the scores of their padding, too.
            return output[:, : feed.shape[1], : feed.shape[2]]
        return output

    def _outputs(
        self, names: Sequence[str], feeds: dict[str, NDArray[Any]], run_options: object
    ) -> list[Any]:
        try:
            outputs: list[Any] = self._session.run(list(names), feeds, run_options)
        except Exception as error:
            raise refusal_of(error) from error
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


def _tell_more(tell: Tell, done: int, steps: int, more: int) -> None:
    tell(done + more, steps)


def _own_contract(session: Any) -> ModelContract | None:  # noqa: ANN401 - onnxruntime's
    """Return how to ask one of our models for scores, if it gives any."""
    shapes = {port.name: port.shape for port in session.get_outputs()}
    if not {CLASS_INDEX, LOGITS} <= shapes.keys():
        return None
    classes = shapes[LOGITS][-1:]
    return ModelContract(
        input=session.get_inputs()[0].name,
        element="uint8",
        layout=Layout.NHWC,
        output=LOGITS,
        output_layout=Layout.NHWC if classes and isinstance(classes[0], int) else Layout.NCHW,
        kind=OutputKind.LOGITS,
    )


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
