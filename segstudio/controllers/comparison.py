"""Run an old and a new model on the images that judge, and say which is better."""

import statistics
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.jobs import Job
from segstudio.controllers.workspace import Workspace
from segstudio.core.comparison import Difference, compare_models, judge_model
from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from segstudio.core.label_set import LabelSet, class_mapping
from segstudio.core.metrics import Confusion, confusion_matrix
from segstudio.core.splits import TEST, VALIDATION
from segstudio.core.thumbnails import tinted_thumbnail
from segstudio.engine.worker import Cancelled, Worker
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from segstudio.formats.segstudio_project import read_project
from segstudio.storage.class_choice import class_table
from segstudio.storage.images import read_image
from segstudio.storage.lineage import promote
from segstudio.storage.project import Project
from segstudio.storage.training_runs import TrainingRun

SHOWN: Final = 8
"""Images that are kept for the flicker view: those that changed most."""
PICTURE_SIDE: Final = 1024
"""Their longer side at most, pixels."""


@dataclass(frozen=True, slots=True)
class JudgedModel:
    """How one model did.

    Attributes:
        name: Name shown to people.
        path: Its file.
        megabytes: Size of the file, 10^6 bytes.
        milliseconds: Median time of an image.
        confusion: (C, C + 1) pixel counts over all images.
    """

    name: str
    path: Path
    megabytes: float
    milliseconds: float
    confusion: Confusion


@dataclass(frozen=True, slots=True, eq=False)
class JudgedImage:
    """One image with what both models say.

    Attributes:
        key: Image key.
        pictures: (h, w, 3) uint8 pictures, reduced to ``PICTURE_SIDE``: "image", and the same with
            the classes of "old", unless there is no old model, of "new", and of the "truth".
        changed: Number of labelled pixels on which the models differ; without an old model, on
            which the new one is wrong.
    """

    key: str
    pictures: Mapping[str, RgbImage]
    changed: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """An old and a new model on the same images.

    Attributes:
        run: The run that made the new one.
        label_set: Classes of the labels.
        old: The old model, or None if there is none.
        new: The new one.
        rows: Mean and classes with their differences; without an old model, of the new one alone.
        images: The images that changed most, those first.
        count: Number of images that were judged.
        split: "test" if there are test images, else "val".
        unknown: Classes of the labels that the old model does not know.
    """

    run: TrainingRun
    label_set: LabelSet
    old: JudgedModel | None
    new: JudgedModel
    rows: tuple[Difference, ...]
    images: tuple[JudgedImage, ...]
    count: int
    split: str
    unknown: tuple[str, ...]


class ComparisonController(BackgroundWork):
    """Compares, and promotes what the user likes better.

    Signals:
        compared: A ``Comparison``.
        promoted: The ``Path`` of the model that joined the project's models.
    """

    compared = Signal(object)
    promoted = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.last: Comparison | None = None
        workspace.project_changed.connect(self._on_project_changed)

    def compare(self, run: TrainingRun, old: Path | None) -> None:
        """Judge the model of a run beside an old one, on the images that judged the run."""
        project = self._workspace.project

        def judge(cancelled: threading.Event, report: Report) -> Comparison | None:
            return compare_on_disk(run, old, cancelled, report, project=project)

        self._start(judge, self._on_compared)

    def promote(self, run: TrainingRun, name: str, parent: str) -> None:
        """Put the model of a run among the project's, in the background."""
        project = self._workspace.project
        if project is None or not self._workspace.store.may_write(self.failed.emit):
            return
        job = Job(lambda _cancelled: promote(project, run, name, parent), self)
        job.succeeded.connect(self.promoted)
        job.failed.connect(self.tell_failed)
        job.start(self._pool)

    def _on_project_changed(self) -> None:
        self.cancel()
        self.last = None

    def _on_compared(self, comparison: Comparison | None) -> None:
        if comparison is not None:
            self.last = comparison
            self.compared.emit(comparison)


def compare_on_disk(
    run: TrainingRun,
    old: Path | None,
    cancelled: threading.Event,
    report: Callable[[int, int], None],
    *,
    project: Project | None = None,
) -> Comparison | None:
    """Judge the models in a worker process of their own; None if it was cancelled.

    Args:
        run: A run that has made a model.
        old: The model to compare with, or None.
        cancelled: Stops the work when it is set.
        report: Told (done, total).
        project: Whose run it is, to follow classes that got other names; None goes by the names.

    Raises:
        SegStudioError: With a sentence, if a model or image cannot be used.
    """
    dataset = read_project(run.labels)
    # The classes as they were when the run began, with what the project knows about models.
    then = None if project is None else project.with_label_set(dataset.label_set)

    def table_of(path: Path, names: Sequence[str]) -> NDArray[np.uint8]:
        if then is None:
            return class_mapping(names, dataset.label_set)
        return class_table(then, path, names, until=run.name)

    split = TEST if dataset.splits.get(TEST) else VALIDATION
    items = dataset.splits[split]
    paths = [run.model] if old is None else [run.model, old]
    total = len(items) * len(paths)
    answers: list[_Answers] = []
    with Worker() as worker:
        for place, path in enumerate(paths):
            told = partial(_report_from, report, place * len(items), total)
            try:
                answers.append(_judge(worker, path, dataset, items, table_of, cancelled, told))
            except Cancelled:
                return None
    new, before = answers[0], answers[1] if old is not None else None
    names = dataset.label_set.names
    return Comparison(
        run=run,
        label_set=dataset.label_set,
        old=None if before is None or old is None else before.model(old.stem, old),
        new=new.model(run.name, run.model),
        rows=judge_model(new.confusions, names)
        if before is None
        else compare_models(before.confusions, new.confusions, names),
        images=_most_changed(dataset, items, before, new),
        count=len(items),
        split=split,
        unknown=() if before is None else before.unknown,
    )


def _report_from(report: Callable[[int, int], None], first: int, total: int, done: int) -> None:
    report(first + done, total)


@dataclass(slots=True)
class _Answers:
    confusions: list[Confusion]
    packed: list[bytes]  # what the model says; of hundreds of images it would fill the memory
    milliseconds: list[float]
    unknown: tuple[str, ...]

    def model(self, name: str, path: Path) -> JudgedModel:
        return JudgedModel(
            name,
            path,
            path.stat().st_size / 1e6,
            statistics.median(self.milliseconds),
            np.sum(self.confusions, axis=0),
        )

    def class_map(self, place: int, shape: tuple[int, ...]) -> LabelMap:
        """Return what the model says about an image."""
        return np.frombuffer(zlib.decompress(self.packed[place]), np.uint8).reshape(shape)


def _judge(
    worker: Worker,
    path: Path,
    dataset: LabelledDataset,
    items: Sequence[LabelledImage],
    table_of: Callable[[Path, Sequence[str]], NDArray[np.uint8]],
    cancelled: threading.Event,
    report: Callable[[int], None],
) -> _Answers:
    card = worker.load(path).card
    names = card.label_set.names
    table = table_of(path, names)
    known = set(table[: len(names)].tolist())
    unknown = tuple(
        name for index, name in enumerate(dataset.label_set.names) if index not in known
    )
    answers = _Answers([], [], [], unknown)
    count = len(dataset.label_set)
    for done, item in enumerate(items, start=1):
        prediction = worker.predict(read_image(item.image), cancelled)
        # A class that the labels do not have is 255 here, and counts as missed.
        class_map: LabelMap = table[prediction.class_map]
        truth = dataset.read_label_map(item)
        answers.confusions.append(confusion_matrix(truth, class_map, count))
        answers.packed.append(zlib.compress(class_map.tobytes(), 1))
        answers.milliseconds.append(prediction.milliseconds)
        report(done)
    return answers


def _most_changed(
    dataset: LabelledDataset,
    items: Sequence[LabelledImage],
    old: _Answers | None,
    new: _Answers,
) -> tuple[JudgedImage, ...]:
    changed = []
    for place, item in enumerate(items):
        truth = dataset.read_label_map(item)
        other = truth if old is None else old.class_map(place, truth.shape)
        answer = new.class_map(place, truth.shape)
        changed.append(int(((answer != other) & (truth != IGNORE_INDEX)).sum()))
    most = sorted(range(len(items)), key=changed.__getitem__, reverse=True)[:SHOWN]
    return tuple(_judged(dataset, items[place], place, old, new, changed[place]) for place in most)


def _judged(
    dataset: LabelledDataset,
    item: LabelledImage,
    place: int,
    old: _Answers | None,
    new: _Answers,
    changed: int,
) -> JudgedImage:
    image, truth = read_image(item.image), dataset.read_label_map(item)
    maps = {} if old is None else {"old": old.class_map(place, truth.shape)}
    maps |= {"new": new.class_map(place, truth.shape), "truth": truth}
    step = max(-(-max(truth.shape) // PICTURE_SIDE), 1)
    pictures = {"image": np.ascontiguousarray(image[::step, ::step])} | {
        name: tinted_thumbnail(image, label_map, dataset.label_set, PICTURE_SIDE)
        for name, label_map in maps.items()
    }
    return JudgedImage(item.key, pictures, changed)
