"""Running a model on images from the command line.

Each image is read, predicted and written by one of a few threads, so that reading and writing
overlap with the model's run; worker processes are handed from thread to thread.
"""

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

import click
from rich.console import Console

from segstudio.commands.console import error_console, progress_bar
from segstudio.commands.text import counted, plain
from segstudio.core.label_map import LabelMap
from segstudio.engine.catalog import find_models
from segstudio.engine.provider import Provider
from segstudio.engine.worker import Cancelled, ForeignModelError, LoadedModel, RunSettings, Worker
from segstudio.errors import (
    ImageError,
    ModelError,
    ProjectError,
    SegStudioError,
    StorageError,
    WorkerError,
)
from segstudio.storage.assets import bundled_models_folder, user_models_folder
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.image_list import find_images
from segstudio.storage.images import read_image
from segstudio.storage.masks import write_label_map

_AHEAD: Final = 2
_MAX_CRASHES: Final = 3


class Existing(StrEnum):
    """What to do with masks that are there already."""

    REFUSE = "refuse"
    SKIP = "skip"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictOptions:
    """How to predict.

    Attributes:
        provider: Where the model runs.
        existing: What to do with masks that are there already.
        limit: Seconds that the model may run without progress.
        workers: Number of worker processes.
        guess: Whether to take a model of somebody else's as it is likeliest meant.
        settings: Mirror images and sizes whose answers are averaged.
    """

    provider: Provider = Provider.AUTO
    existing: Existing = Existing.REFUSE
    limit: float = 60.0
    workers: int = 1
    guess: bool = False
    settings: RunSettings = field(default_factory=RunSettings)


class _Task(NamedTuple):
    """One image and the file of its mask."""

    image: Path
    mask: Path


class _WrongProviderError(SegStudioError):
    """The model does not run where the user wants it to run."""


def predict_images(inputs: Sequence[Path], model: str, out: Path, options: PredictOptions) -> int:
    """Write one mask per image; returns the exit code.

    An image that fails is told about, and the others are done. Every mask is written completely or
    not at all, so a run that was stopped is continued with ``Existing.SKIP``.

    Args:
        inputs: Images and folders of images.
        model: An ONNX file, or the name of a bundled model or one of the user's.
        out: Folder for the masks.
        options: How.

    Raises:
        SegStudioError: If nothing can be done at all, or a mask cannot be written.
    """
    console = error_console()
    with contextlib.ExitStack() as stack:
        workers = [
            stack.enter_context(Worker(run_limit=options.limit, share=options.workers))
            for _ in range(options.workers)
        ]
        for worker in workers:
            worker.start()  # while the folders are read
        tasks = _tasks(inputs, out)
        there = [task for task in tasks if task.mask.exists()]
        if there and options.existing is Existing.REFUSE:
            raise StorageError(
                out,
                f"{counted(len(there), 'mask')} of these images are there already"
                if len(there) > 1
                else "the mask of one of these images is there already",
                hint="Add --existing skip to leave them, or --existing replace to write them anew",
            )
        skipped = len(there) if options.existing is Existing.SKIP else 0
        if skipped:
            known = set(there)
            tasks = [task for task in tasks if task not in known]
        loaded = [_load(each, _model_path(model), options, console) for each in workers][-1]
        if not loaded.provider.is_what_was_asked:
            raise _WrongProviderError(
                f"{loaded.provider.wanted} cannot be used: {loaded.provider.reason}",
                hint="Use --provider auto to run on the CPU",
            )
        make_folder(out)
        failed = _Run(workers, loaded, options.settings).all(tasks, console)
    written = counted(len(tasks) - failed, "mask")
    left = f", {counted(skipped, 'mask')} left as they were" if skipped else ""
    lost = f", {counted(failed, 'image')} failed" if failed else ""
    click.echo(plain(f"{written} written to {out}{left}{lost}, {loaded.provider.summary}"))
    return 2 if failed else 0


def _load(worker: Worker, path: Path, options: PredictOptions, console: Console) -> LoadedModel:
    try:
        return worker.load(path, options.provider)
    except ForeignModelError as error:
        if not options.guess:
            raise
        guess = error.guesses[0]
        size = guess.contract.fixed_size
        words = [
            f"{guess.contract.colors.value} pixels {guess.reason}",
            f"{size[1]} x {size[0]} pixels" if size else "any size",
            f"output {guess.contract.output} as {guess.contract.kind.value}",
        ]
        console.print(plain(f"{path.name}: taken as {', '.join(words)}"))
        return worker.load(path, options.provider, card=guess)


def _tasks(inputs: Sequence[Path], out: Path) -> list[_Task]:
    tasks: dict[Path, _Task] = {}
    for path in inputs:
        for image, key in _images(path, out):
            task = _Task(image, out / f"{key}.png")
            earlier = tasks.setdefault(task.mask, task)
            if earlier.image.resolve() != image.resolve():
                raise ImageError(
                    image,
                    f"its mask would overwrite that of {earlier.image}",
                    hint="Predict them into different folders",
                )
    return list(tasks.values())


def _images(path: Path, out: Path) -> Iterator[tuple[Path, str]]:
    """Yield the images at ``path`` and their keys, but no masks of an earlier run."""
    if not (path.is_file() or path.is_dir()):
        raise ImageError(path, "there is no such image or folder", hint="Check the name")
    masks, folder = out.resolve(), (path if path.is_dir() else path.parent).resolve()
    if masks == folder:
        raise StorageError(
            out,
            "masks among the images would be taken for images",
            hint="Give another folder with --out, such as one inside",
        )
    if not path.is_dir():
        yield path, path.name
        return
    try:
        keys = find_images(path)
    except OSError as error:
        raise ProjectError(path, f"this folder cannot be read ({error.strerror})") from error
    if folder in masks.parents:
        keys = [key for key in keys if masks not in (path / key).resolve().parents]
    if not keys:
        raise ProjectError(
            path,
            "there are no images in this folder",
            hint="Give a folder with PNG, JPEG, TIFF, WebP or BMP files",
        )
    for key in keys:
        yield path / key, key


def _model_path(model: str) -> Path:
    path = Path(model)
    if path.exists() or path.name != model:
        return path
    known = find_models({"bundled": bundled_models_folder(), "user": user_models_folder()})
    for found in known:
        if model in (found.name, found.path.name):
            return found.path
    names = ", ".join(found.name for found in known)
    raise ModelError(
        path, "there is no such model", hint=f"Known are: {names}" if names else "Check the name"
    )


class _Run:
    """Predicts a list of images with some worker processes, which have the same model loaded."""

    def __init__(
        self, workers: Sequence[Worker], loaded: LoadedModel, settings: RunSettings
    ) -> None:
        self._free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in workers:
            self._free.put(worker)
        self._count = len(workers)
        self._palette = loaded.card.label_set.palette
        self._settings = settings
        self._stopped = threading.Event()

    def all(self, tasks: Sequence[_Task], console: Console) -> int:
        """Predict everything; returns how many images failed."""
        failed = crashes = 0
        with (
            ThreadPoolExecutor(self._count + _AHEAD) as threads,
            progress_bar(console, "Predicting") as advance,
        ):
            try:
                for done, (task, future) in enumerate(self._started(threads, tasks), start=1):
                    try:
                        future.result()  # a full disk ends the run
                        crashes = 0
                    except (ImageError, ModelError, WorkerError) as error:
                        failed += 1
                        crashes = crashes + 1 if isinstance(error, WorkerError) else 0
                        console.print(_complaint(task, error))
                        if crashes == _MAX_CRASHES:
                            raise WorkerError(
                                f"the model failed on {_MAX_CRASHES} images in a row",
                                hint="The lines above say what to do",
                            ) from error
                    advance(done, len(tasks))
            finally:
                self._stopped.set()
                threads.shutdown(cancel_futures=True)
        return failed

    def _started(
        self, threads: ThreadPoolExecutor, tasks: Iterable[_Task]
    ) -> Iterator[tuple[_Task, "Future[None]"]]:
        """Yield every task with its run, a few of which are under way meanwhile."""
        waiting: deque[tuple[_Task, Future[None]]] = deque()
        for task in tasks:
            waiting.append((task, threads.submit(self._one, task)))
            if len(waiting) > self._count + _AHEAD:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()

    def _one(self, task: _Task) -> None:
        if self._stopped.is_set():
            raise Cancelled
        image = read_image(task.image)
        worker = self._free.get()
        try:
            prediction = worker.predict(image, self._stopped, settings=self._settings)
        finally:
            self._free.put(worker)
        self._write(task.mask, prediction.class_map)

    def _write(self, path: Path, class_map: LabelMap) -> None:
        make_folder(path.parent)
        write_label_map(path, class_map, self._palette)


def _complaint(task: _Task, error: SegStudioError) -> str:
    if isinstance(error, ImageError):  # says itself which image
        return plain(error.sentence)
    return plain(f"{task.image.name}: {error.sentence}")
