"""Run an old and a new model on the images that judge, and say which is better."""

import statistics
import threading
from collections.abc import Callable, Sequence
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
from segstudio.core.comparison import Difference, compare_models
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet, class_mapping
from segstudio.core.metrics import Confusion, confusion_matrix
from segstudio.core.splits import TEST, VALIDATION
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
    """One image with what both models say, in the classes of the labels.

    Attributes:
        key: Image key.
        path: The image file.
        truth: (H, W) uint8.
        old: (H, W) uint8, or None without an old model.
        new: (H, W) uint8.
        changed: Number of labelled pixels on which the models differ.
    """

    key: str
    path: Path
    truth: LabelMap
    old: LabelMap | None
    new: LabelMap
    changed: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """An old and a new model on the same images.

    Attributes:
        run: The run that made the new one.
        label_set: Classes of the labels.
        old: The old model, or None if there is none.
        new: The new one.
        rows: Mean and classes with their differences; empty without an old model.
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
        if project is None:
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
        rows=() if before is None else compare_models(before.confusions, new.confusions, names),
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
    maps: list[LabelMap]
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
        answers.maps.append(class_map)
        answers.milliseconds.append(prediction.milliseconds)
        report(done)
    return answers


def _most_changed(
    dataset: LabelledDataset,
    items: Sequence[LabelledImage],
    old: _Answers | None,
    new: _Answers,
) -> tuple[JudgedImage, ...]:
    images = []
    for place, item in enumerate(items):
        truth = dataset.read_label_map(item)
        before = None if old is None else old.maps[place]
        other = truth if before is None else before
        changed = int(((new.maps[place] != other) & (truth != 255)).sum())
        images.append(JudgedImage(item.key, item.image, truth, before, new.maps[place], changed))
    images.sort(key=lambda image: image.changed, reverse=True)
    return tuple(images[:SHOWN])
