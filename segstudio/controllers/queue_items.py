"""Rank parts of images by what a model would learn from their labels."""

import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.controllers.background import Report
from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from segstudio.core.labelling_queue import Candidate, best_windows, doubt, look_of, ranked
from segstudio.core.rect import Rect
from segstudio.core.review import UNCHECKED, review_map
from segstudio.core.thumbnails import tinted_thumbnail
from segstudio.engine.worker import Cancelled, Worker
from segstudio.storage.class_choice import class_table
from segstudio.storage.images import read_image
from segstudio.storage.left_out import read_left_out
from segstudio.storage.project import Project
from segstudio.storage.review import read_noted, read_review

_WINDOWS_PER_IMAGE: Final = 4
_SIDES: Final = (48, 256)  # of windows, pixels
_THUMBNAIL: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class QueueItem:
    """A part of an image to be labelled next.

    Attributes:
        candidate: Where it is, and what it may bring.
        thumbnail: (h, w, 3) uint8, the part with the model's classes over it.
        size: (height, width) of the image, pixels.
        packed: What the model says about the whole image, in the project's classes, compressed.
        model: Name of the model.
    """

    candidate: Candidate
    thumbnail: RgbImage
    size: tuple[int, int]
    packed: bytes
    model: str

    @property
    def key(self) -> str:
        """Image key."""
        return self.candidate.key

    @property
    def rect(self) -> Rect:
        """The part, image pixels."""
        return self.candidate.rect

    def class_map(self) -> LabelMap:
        """Return what the model says; (H, W) uint8."""
        return _unpacked(self.packed, self.size)


@dataclass(frozen=True, slots=True)
class QueueRequest:
    """What is to be ranked, and by whom.

    Attributes:
        project: The project.
        keys: The images.
        model: The model that is asked.
        other: One to disagree with it, or None.
        left_out: Parts of images, by key, that are not to be proposed, besides those that the
            project notes.
        is_whole: Whether the parts are whole images.
        length: Number of parts that are proposed at most.
    """

    project: Project
    keys: tuple[str, ...]
    model: Path
    other: Path | None = None
    left_out: Mapping[str, Sequence[Rect]] = field(default_factory=dict)
    is_whole: bool = False
    length: int = 48


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What a model says about an image.

    Attributes:
        key: Of the image.
        image: (H, W, 3) uint8.
        class_map: (H, W) uint8, in the project's classes.
        confidence: (H, W) float32, 0..1; None if it was not asked for.
    """

    key: str
    image: RgbImage
    class_map: LabelMap
    confidence: NDArray[np.float32] | None


def queue_on_disk(
    request: QueueRequest, cancelled: threading.Event, report: Report
) -> list[QueueItem] | None:
    """Rank the parts of some images.

    Args:
        request: Which images, and who is asked.
        cancelled: Stops the work when it is set.
        report: Told (done, total).

    Returns:
        The most telling parts first, or None if it was cancelled.

    Raises:
        SegStudioError: With a sentence, if a model or image cannot be used.
    """
    try:
        found = _found(request, cancelled, report)
    except Cancelled:
        return None
    chosen = ranked([item.candidate for item in found], request.length)
    by_candidate = {id(item.candidate): item for item in found}
    return [by_candidate[id(candidate)] for candidate in chosen]


def _found(request: QueueRequest, cancelled: threading.Event, report: Report) -> list[QueueItem]:
    """Return the best parts of each image, in the order of the images."""
    total = len(request.keys) * (1 if request.other is None else 2)
    others: dict[str, bytes] = {}  # what the other model says
    if request.other is not None:
        with Worker() as worker:
            for answer in _answers(worker, request, request.other, cancelled):
                others[answer.key] = _packed(answer.class_map)
                report(len(others), total)
    found: list[QueueItem] = []
    with Worker() as worker:
        answers = _answers(worker, request, request.model, cancelled, confidence=True)
        for done, answer in enumerate(answers, start=len(others) + 1):
            found += _items(request, answer, others.get(answer.key))
            report(done, total)
    return found


def _answers(
    worker: Worker,
    request: QueueRequest,
    model: Path,
    cancelled: threading.Event,
    *,
    confidence: bool = False,
) -> Iterator[_Answer]:
    """Yield what a model says about each image."""
    project = request.project
    table = class_table(project, model, worker.load(model).card.label_set.names)
    for key in request.keys:
        image = read_image(project.image_path(key))
        said = worker.predict(image, cancelled, confidence=confidence)
        yield _Answer(key, image, table[said.class_map], said.confidence)


def _items(request: QueueRequest, answer: _Answer, other: bytes | None) -> list[QueueItem]:
    """Return the best parts of an image; ``other`` is what another model says of it, or None."""
    project, class_map = request.project, answer.class_map
    height, width = class_map.shape
    assert answer.confidence is not None
    second = None if other is None else _unpacked(other, (height, width))
    left_out = (*request.left_out.get(answer.key, ()), *read_left_out(project, answer.key))
    least, most = _SIDES
    side = min(max(min(height, width) // 4, least), most)
    packed = _packed(class_map)
    items = []
    for rect, gain in best_windows(
        doubt(answer.confidence, class_map, second),
        _unchecked(project, answer.key, class_map, left_out),
        max(height, width) if request.is_whole else side,
        _WINDOWS_PER_IMAGE,
    ):
        part, labels = answer.image[rect.slices], class_map[rect.slices]
        look = look_of(part, labels, len(project.label_set))
        items.append(
            QueueItem(
                Candidate(answer.key, rect, gain, look),
                tinted_thumbnail(part, labels, project.label_set, _THUMBNAIL),
                (height, width),
                packed,
                request.model.stem,
            )
        )
    return items


def _unchecked(
    project: Project, key: str, class_map: LabelMap, left_out: Iterable[Rect]
) -> NDArray[np.bool_]:
    """Return the pixels of an image that may be proposed, (H, W) bool."""
    height, width = class_map.shape
    # A class that the project does not have cannot be accepted.
    unchecked: NDArray[np.bool_] = class_map != IGNORE_INDEX
    for rect in left_out:
        unchecked[rect.slices] = False
    label_map = project.read_mask(key, height, width)
    if label_map is not None:
        review = review_map(
            label_map,
            project.read_prediction(key, height, width),
            read_noted(project, key, height, width),
            is_approved=read_review(project, key).is_approved,
        )
        unchecked &= review == UNCHECKED
    return unchecked


def _packed(class_map: LabelMap) -> bytes:
    return zlib.compress(class_map.tobytes(), 1)


def _unpacked(packed: bytes, size: tuple[int, int]) -> LabelMap:
    return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(size)
