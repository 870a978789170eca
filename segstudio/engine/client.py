"""The client of the worker process: has it load, probe and run models, and judges its answers."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from segstudio.core.label_map import RgbImage
from segstudio.engine.answers import (
    LoadAnswer,
    Look,
    crashed_on_load,
    crashed_on_run,
    did_not_load,
    hung,
    load_error,
    looks_of,
    milliseconds_of,
    nonsense,
    run_error,
    text_of,
    too_large,
)
from segstudio.engine.card_file import ForeignCard, read_card_file
from segstudio.engine.channel import (
    BadAnswerError,
    ProcessDiedError,
    ProcessHungError,
    Progress,
    RunCancelled,
)
from segstudio.engine.contract import LOGITS, check_contract, is_own
from segstudio.engine.crash_notes import CrashNotes
from segstudio.engine.detect import guesses
from segstudio.engine.loaded import (
    ForeignModelError,
    LoadedModel,
    Prediction,
    RunSettings,
    card_in,
    prediction_of,
)
from segstudio.engine.process_keeper import Cancelled, ProcessKeeper
from segstudio.engine.provider import Provider, provider_report, wanted_providers
from segstudio.engine.sidecars import hints_beside
from segstudio.engine.tiles import MAX_PASS_PIXELS, MIN_PASS_PIXELS
from segstudio.errors import SegStudioError, WorkerError

_MEMORY_RETRIES: Final = 2


class ModelClient:
    """Has models loaded and run, one question at a time; its owner holds a lock meanwhile.

    A process that dies, hangs or talks nonsense is replaced, and the call that waited raises.

    Args:
        keeper: Has the process.
        load_limit: Seconds that loading a model may take.
        run_limit: Seconds that a model may run without progress.
        threads: That a model runs on; 0 lets onnxruntime decide.
        crash_notes: Remembers models that crash, or None.
    """

    def __init__(
        self,
        keeper: ProcessKeeper,
        *,
        load_limit: float,
        run_limit: float,
        threads: int,
        crash_notes: CrashNotes | None,
    ) -> None:
        self._keeper = keeper
        self._load_limit, self._run_limit = load_limit, run_limit
        self._threads = threads
        self._notes = crash_notes
        self._model: LoadedModel | None = None  # what predict() runs

    def load(self, path: Path, provider: Provider, card: ForeignCard | None) -> LoadedModel:
        """Load a model; ``predict`` runs it from now on. On failure the model before stays.

        Args:
            path: The ONNX file, absolute.
            provider: Where it should run.
            card: How a model of somebody else's is meant; None to take what its card file says.

        Raises:
            ForeignModelError: If nobody has confirmed yet how a model is meant.
            ModelError: If the file is no model that we can run.
            WorkerError: If the process does not start.
        """
        self._model = self._load(path, provider, card)
        return self._model

    def predict(
        self,
        image: RgbImage,
        cancelled: threading.Event | None,
        settings: RunSettings,
        progress: Progress | None,
        card: ForeignCard | None,
    ) -> Prediction:
        """Run the loaded model on an image; in smaller parts if the memory does not suffice.

        Args:
            image: (H, W, 3) uint8 RGB.
            cancelled: Stops the run when it is set.
            settings: What is wanted beside the classes.
            progress: Told how many of how many parts are done.
            card: Another way in which the loaded model may be meant, or None.

        Raises:
            RunCancelled: If ``cancelled`` was set; the process may still be at work.
            ModelError: If the model cannot run on this image, or gives something else than its
                contract says.
            WorkerError: If no model is loaded, or the process died or hung.
        """
        model = self._model
        if model is None:
            raise WorkerError("no model is loaded", hint="Choose a model first")
        if card is not None:
            model = _meant_as(model, card)
        most = settings.most_pixels
        for retries_left in reversed(range(_MEMORY_RETRIES + 1)):
            try:
                return self._run(
                    model, image, cancelled, replace(settings, most_pixels=most), progress
                )
            except _TooLargeError:
                # After a GPU ran out of memory, its session may be of no use any more.
                self._keeper.restart()
                least = min(most or MAX_PASS_PIXELS, image.shape[0] * image.shape[1])
                if not retries_left or least <= MIN_PASS_PIXELS:
                    break
                most = max(least // 2, MIN_PASS_PIXELS)
        raise too_large(model.path, is_gpu=model.provider.got != "CPU")

    def _load(self, path: Path, provider: Provider, card: ForeignCard | None) -> LoadedModel:
        keeper = self._keeper
        if keeper.is_bound:
            keeper.drop()  # the kernel lets it read no model but its own
        process, runtime = keeper.ready()
        keeper.held = None
        start = time.perf_counter()
        log_start = process.log_size()
        question = {
            "do": "load",
            "path": str(path),
            "providers": wanted_providers(provider, runtime.available),
            "threads": self._threads,
        }
        too_slow = did_not_load(path, self._load_limit)
        with self._guarded(path, crashed_on_load, too_slow):
            answer = process.ask(question, limit=self._load_limit)
            refused = text_of(answer, "refused") if "refused" in answer else None
            # Even a model that was refused has had the process.
            keeper.is_bound = runtime.is_confined
            if refused is not None:
                raise load_error(path, refused, text_of(answer, "message"))
            loaded = LoadAnswer.of(answer)
        report = provider_report(
            provider,
            runtime.available,
            loaded.providers,
            has_driver=runtime.has_driver,
            log=process.log(log_start),
        )
        if is_own(loaded.outputs):
            check_contract(path, loaded.inputs, loaded.outputs)
            model = LoadedModel(path, card_in(path, loaded.card), report, 0)
            gives_scores = any(port.name == LOGITS for port in loaded.outputs)
            model = replace(model, gives_scores=gives_scores)
        else:
            card = card or read_card_file(path)
            if card is None:
                raise ForeignModelError(path, self._guesses(path, loaded))
            model = _meant_as(LoadedModel(path, card.model_card(path.stem), report, 0), card)
        model = replace(model, milliseconds=(time.perf_counter() - start) * 1000)
        keeper.held = model
        return model

    def _guesses(self, path: Path, loaded: LoadAnswer) -> list[ForeignCard]:
        return guesses(path, loaded, hints_beside(path), partial(self._probe, path))

    def _probe(
        self, path: Path, name: str, shape: Sequence[int], element: str
    ) -> list[Look] | None:
        process, _ = self._keeper.ready()
        question = {"do": "probe", "input": name, "shape": list(shape), "element": element}
        with self._guarded(path, crashed_on_load, hung(path, self._run_limit)):
            answer = process.ask(question, limit=self._run_limit)
            return None if "refused" in answer else looks_of(answer)

    def _run(
        self,
        model: LoadedModel,
        image: RgbImage,
        cancelled: threading.Event | None,
        settings: RunSettings,
        progress: Progress | None,
    ) -> Prediction:
        keeper = self._keeper
        if self._model is not None and (keeper.held is not self._model or not keeper.is_running):
            self._load(self._model.path, self._model.provider.asked, _card_of(self._model))
            keeper.held = self._model
        process, _ = keeper.ready()
        height, width = image.shape[:2]
        question = {
            "do": "run",
            "height": height,
            "width": width,
            "confidence": settings.confidence,
            "entropy": settings.entropy,
            "flips": settings.flips,
            "scales": list(settings.scales),
            "most_pixels": settings.most_pixels,
            "contract": model.contract.to_json() if model.contract else None,
        }
        is_over = True
        try:
            with self._guarded(model.path, crashed_on_run, hung(model.path, self._run_limit)):
                views = process.pixels.views(height, width)
                views.image[:] = image
                answer = process.ask(
                    question, limit=self._run_limit, cancelled=cancelled, progress=progress
                )
                if "refused" in answer:
                    kind, message = text_of(answer, "refused"), text_of(answer, "message")
                    raise (
                        _TooLargeError
                        if kind == "MemoryError"
                        else run_error(model.path, kind, message)
                    )
                return prediction_of(model, views, milliseconds_of(answer), settings)
        except RunCancelled:
            is_over = False
            raise
        except (MemoryError, OSError) as error:
            raise too_large(model.path) from error
        finally:
            if is_over:
                process.pixels.release()

    @contextmanager
    def _guarded(
        self,
        path: Path,
        crashed: Callable[[Path, str], SegStudioError],
        too_slow: SegStudioError,
    ) -> Iterator[None]:
        """Translate what the process does wrong, and start a fresh one after it."""
        try:
            yield
        except ProcessDiedError as error:
            if self._notes is not None and not self._keeper.is_closed:
                self._notes.add(path, str(error))
            raise self._after_failure(crashed(path, str(error))) from error
        except ProcessHungError as error:
            raise self._after_failure(too_slow) from error
        except (BadAnswerError, ValueError) as error:
            raise self._after_failure(nonsense(path)) from error

    def _after_failure(self, error: SegStudioError) -> Exception:
        """Start a fresh process and return what to raise."""
        if self._keeper.is_closed:
            return Cancelled()
        self._keeper.restart()
        return error


class _TooLargeError(Exception):
    """The memory did not suffice."""


def _meant_as(model: LoadedModel, card: ForeignCard) -> LoadedModel:
    return replace(
        model,
        card=card.model_card(model.path.stem),
        contract=card.contract,
        gives_scores=card.contract.kind.is_scores,
    )


def _card_of(model: LoadedModel) -> ForeignCard | None:
    if model.contract is None:
        return None
    return ForeignCard(model.contract, model.card.label_set)
