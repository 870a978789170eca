"""Running a model on images from the command line.

Reading the next images and writing the last mask overlap with the model's run.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import click
from rich.console import Console

from segstudio.commands.console import error_console, progress_bar
from segstudio.commands.text import counted, plain
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.palette import Palette
from segstudio.engine.catalog import find_models
from segstudio.engine.provider import Provider
from segstudio.engine.worker import LoadedModel, Worker
from segstudio.errors import ImageError, ModelError, ProjectError, SegStudioError, WorkerError
from segstudio.storage.assets import bundled_models_folder, user_models_folder
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.image_list import find_images
from segstudio.storage.images import read_image
from segstudio.storage.masks import write_label_map

_AHEAD: Final = 2
_MAX_CRASHES: Final = 3


class _Task(NamedTuple):
    """One image and the file of its mask."""

    image: Path
    mask: Path


class _WrongProviderError(SegStudioError):
    """The model does not run where the user wants it to run."""


def predict_images(inputs: Sequence[Path], model: str, out: Path, provider: str) -> int:
    """Write one mask per image; returns the exit code.

    An image that fails is told about, and the others are done.

    Args:
        inputs: Images and folders of images.
        model: An ONNX file, or the name of a bundled model or one of the user's.
        out: Folder for the masks.
        provider: "auto", "cuda" or "cpu".

    Raises:
        SegStudioError: If nothing can be done at all, or a mask cannot be written.
    """
    console = error_console()
    with Worker() as worker:
        worker.start()  # while the folders are read
        tasks = _tasks(inputs, out)
        loaded = worker.load(_model_path(model), Provider(provider))
        if loaded.provider.asked is Provider.CUDA and loaded.provider.got != "CUDA":
            raise _WrongProviderError(
                f"CUDA cannot be used: {loaded.provider.reason}",
                hint="Use --provider auto to run on the CPU",
            )
        make_folder(out)
        failed = _run(worker, loaded, tasks, console)
    written = counted(len(tasks) - failed, "mask")
    lost = f", {counted(failed, 'image')} failed" if failed else ""
    click.echo(plain(f"{written} written to {out}{lost}, {loaded.provider.summary}"))
    return 2 if failed else 0


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
    if path.is_file():
        yield path, path.name
        return
    if not path.is_dir():
        raise ImageError(path, "there is no such image or folder", hint="Check the name")
    masks = out.resolve()
    try:
        keys = [key for key in find_images(path) if masks not in (path / key).resolve().parents]
    except OSError as error:
        raise ProjectError(path, f"this folder cannot be read ({error.strerror})") from error
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


def _run(worker: Worker, loaded: LoadedModel, tasks: Sequence[_Task], console: Console) -> int:
    """Predict everything; returns how many images failed."""
    palette = loaded.card.label_set.palette
    failed = crashes = 0
    with (
        ThreadPoolExecutor(_AHEAD) as readers,
        ThreadPoolExecutor(1) as writers,
        progress_bar(console, "Predicting") as advance,
    ):
        written: Future[None] | None = None
        try:
            for done, (task, image) in enumerate(_read_ahead(readers, tasks), start=1):
                try:
                    class_map = worker.predict(image.result()).class_map
                    crashes = 0
                except (ImageError, ModelError, WorkerError) as error:
                    failed += 1
                    crashes += isinstance(error, WorkerError)
                    console.print(_complaint(task, error))
                    if crashes == _MAX_CRASHES:
                        raise WorkerError(
                            f"the model failed on {_MAX_CRASHES} images in a row",
                            hint="Use another model",
                        ) from error
                else:
                    if written is not None:
                        written.result()  # a full disk ends the run
                    written = writers.submit(_write, task.mask, class_map, palette)
                advance(done, len(tasks))
            if written is not None:
                written.result()
        finally:
            readers.shutdown(cancel_futures=True)
    return failed


def _read_ahead(
    readers: ThreadPoolExecutor, tasks: Iterable[_Task]
) -> Iterator[tuple[_Task, "Future[RgbImage]"]]:
    """Yield every task with its image, a few of which are being read meanwhile."""
    waiting: deque[tuple[_Task, Future[RgbImage]]] = deque()
    for task in tasks:
        waiting.append((task, readers.submit(read_image, task.image)))
        if len(waiting) > _AHEAD:
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()


def _write(path: Path, class_map: LabelMap, palette: Palette) -> None:
    make_folder(path.parent)
    write_label_map(path, class_map, palette)


def _complaint(task: _Task, error: SegStudioError) -> str:
    if isinstance(error, ImageError):  # says itself which image
        return plain(error.sentence)
    return plain(f"{task.image.name}: {error.sentence}")
