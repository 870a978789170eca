"""Finding labels that are likely wrong, and what the user decides about them."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.error_words import told
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_errors import LEAST_CONFIDENCE, LikelyError, likely_errors, ranked
from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.core.review import CHECKED, review_map, reviewed_labels
from segstudio.core.thumbnails import outlined_thumbnail
from segstudio.document.document import Document
from segstudio.engine.worker import Cancelled, Worker
from segstudio.errors import SegStudioError
from segstudio.storage.class_choice import class_table
from segstudio.storage.images import read_image
from segstudio.storage.kept_labels import Kept, keep_label, read_kept
from segstudio.storage.project import Project
from segstudio.storage.review import read_noted, read_review, write_noted

LENGTH: Final = 200
"""Doubts that are kept at most: the heaviest."""

_THUMBNAIL: Final = 160
_MARGIN: Final = 24  # pixels around a region, at least


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """A likely error as it is shown.

    Attributes:
        error: Where it is, and what the model says.
        labelled: Name of the class that is there.
        predicted: Name of the class that the model says.
        thumbnail: (h, w, 3) uint8, the part of the image with the region outlined.
    """

    error: LikelyError
    labelled: str
    predicted: str
    thumbnail: RgbImage

    @property
    def key(self) -> str:
        """Image key."""
        return self.error.key


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search found.

    Attributes:
        doubts: The likely errors, the heaviest first.
        images: Number of images whose labels were looked at.
        problems: Images that could not be looked at, a sentence each.
    """

    doubts: tuple[Doubt, ...]
    images: int
    problems: tuple[str, ...]


class LabelErrorsController(BackgroundWork):
    """Runs a model over labelled images, and does what the user decides about its doubts.

    Signals:
        changed: ``doubts`` changed.
        region_opened: The ``Region`` of a doubt whose image has just been opened.
    """

    changed = Signal()
    region_opened = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._enough = threading.Event()
        self._waiting: tuple[Doubt, bool] | None = None  # to be shown, or accepted, once it is open
        self.doubts: list[Doubt] = []
        self.found: Found | None = None
        workspace.project_changed.connect(self._on_project_changed)
        workspace.document_changed.connect(self._on_document_changed)

    def find(self, model: Path, least: float = LEAST_CONFIDENCE) -> None:
        """Look for likely errors with a model.

        Args:
            model: The model's file.
            least: How sure it must be of a pixel for that to count, 0..1.
        """
        project = self._workspace.project
        if project is None:
            return
        keys = [key for key in self._workspace.keys if key in self._workspace.labelled]
        enough = self._enough = threading.Event()

        def find(cancelled: threading.Event, report: Report) -> Found | None:
            return find_on_disk(project, keys, model, least, cancelled, enough, report)

        self._start(find, self._on_found, when=self._workspace.autosave.when_saved)

    def stop(self) -> None:
        """End the search with what it has found until now."""
        self._enough.set()

    def open(self, doubt: Doubt) -> None:
        """Show the part of the image."""
        self._open(doubt, accepts=False)

    def accept(self, doubt: Doubt) -> None:
        """Give the region the class that the model says, as an edit that can be undone."""
        if self._workspace.label_set.index_of(doubt.labelled) in self._workspace.locked:
            text = self.tr("%s is locked and cannot be changed") % doubt.labelled
            hint = self.tr("Open its lock in the list of classes first")
            self.failed.emit(SegStudioError(text, hint=hint))
        else:
            self._open(doubt, accepts=True)

    def keep(self, doubt: Doubt) -> None:
        """Leave the label, and never ask about it again."""
        self._remove(doubt)
        kept = Kept(doubt.error.rect, doubt.labelled, doubt.predicted)
        self._workspace.store.write(lambda project: keep_label(project, doubt.key, kept))

    def _open(self, doubt: Doubt, *, accepts: bool) -> None:
        self._waiting = (doubt, accepts)
        document = self._workspace.document
        if document is not None and document.key == doubt.key:
            self._on_document_changed(document)
        else:
            self._workspace.open_image(doubt.key)

    def _on_document_changed(self, document: Document | None) -> None:
        if document is None or self._waiting is None:
            return
        doubt, accepts = self._waiting
        self._waiting = None
        if document.key != doubt.key:
            return
        if accepts:
            self._write(document, doubt)
        # Once the window has the document, too: it shows the whole image then.
        region = Region(doubt.error.rect, doubt.error.mask)
        QTimer.singleShot(0, self, partial(self.region_opened.emit, region))
        if accepts:  # last: whoever walks through them opens the next one now
            self._remove(doubt)

    def _write(self, document: Document, doubt: Doubt) -> None:
        error, label_set = doubt.error, self._workspace.label_set
        labelled, predicted = map(label_set.index_of, (doubt.labelled, doubt.predicted))
        rect = error.rect
        height, width = document.size
        if labelled is None or predicted is None or document.is_read_only:
            return
        if rect.bottom > height or rect.right > width:  # another image has its place meanwhile
            return
        before = document.label_map[rect.slices].copy()
        mask = error.mask & (before == labelled)
        if not mask.any():
            return
        after = np.where(mask, np.uint8(predicted), before)
        document.apply(self.tr("Change to %s") % doubt.predicted, MaskPatch(rect, before, after))
        # A person has looked at it, also where it now says again what a prediction said.
        noted = np.zeros(document.size, np.uint8) if document.noted is None else document.noted
        noted = noted.copy()
        part = noted[rect.slices]
        part[mask] = np.maximum(part[mask], CHECKED)
        document.noted = noted
        self._workspace.store.write(lambda project: write_noted(project, error.key, noted))

    def _remove(self, doubt: Doubt) -> None:
        self.doubts = [other for other in self.doubts if other is not doubt]
        self.changed.emit()

    def _on_found(self, found: Found | None) -> None:
        if found is not None:
            self.found, self.doubts = found, list(found.doubts)
            self.changed.emit()

    def _on_project_changed(self) -> None:
        self.cancel()
        self._waiting = None
        self.found, self.doubts = None, []
        self.changed.emit()


def find_on_disk(
    project: Project,
    keys: Sequence[str],
    model: Path,
    least: float,
    cancelled: threading.Event,
    enough: threading.Event,
    report: Callable[[int, int], None],
) -> Found | None:
    """Run a model over images and compare what it says with labels that somebody looked at.

    Args:
        project: The project.
        keys: Its labelled images.
        model: The model's file.
        least: How sure it must be of a pixel for that to count.
        cancelled: Stops the work when it is set, and nothing comes of it.
        enough: Ends the work when it is set, with what was found until then.
        report: Told (done, total).

    Raises:
        SegStudioError: If the model cannot be used.
    """
    doubts: list[Doubt] = []
    problems: list[str] = []
    images = 0
    try:
        with Worker() as worker:
            names = worker.load(model).card.label_set.names
            table = class_table(project, model, names)
            for done, key in enumerate(keys, start=1):
                if enough.is_set():
                    break
                try:
                    labels = _looked_at(project, key)
                    if labels is not None:
                        found = _doubts(project, key, labels, worker, table, least, cancelled)
                        doubts = _heaviest([*doubts, *found])
                        images += 1
                except Cancelled:
                    raise
                except SegStudioError as error:
                    problems.append(told(error))
                report(done, len(keys))
    except Cancelled:
        return None
    return Found(tuple(doubts), images, tuple(problems))


def _looked_at(project: Project, key: str) -> LabelMap | None:
    """Return the labels that are a person's word, or None if there are none."""
    label_map = project.read_any_mask(key)
    if label_map is None:
        return None
    height, width = label_map.shape
    review = review_map(
        label_map,
        project.read_prediction(key, height, width),
        read_noted(project, key, height, width),
        is_approved=read_review(project, key).is_approved,
    )
    labels = reviewed_labels(label_map, review)
    return labels if (labels != IGNORE_INDEX).any() else None


def _doubts(
    project: Project,
    key: str,
    labels: LabelMap,
    worker: Worker,
    table: LabelMap,
    least: float,
    cancelled: threading.Event,
) -> list[Doubt]:
    image = read_image(project.image_path(key))
    if image.shape[:2] != labels.shape:
        return []
    prediction = worker.predict(image, cancelled, confidence=True)
    if prediction.confidence is None:
        return []
    names = project.label_set.names
    kept = read_kept(project, key)
    found = []
    for error in likely_errors(
        key, labels, table[prediction.class_map], prediction.confidence, least
    ):
        labelled, predicted = names[error.labelled], names[error.predicted]
        about = Kept(error.rect, labelled, predicted)
        if not any(other.is_about(about) for other in kept):
            found.append(Doubt(error, labelled, predicted, _thumbnail(image, error)))
    return found


def _heaviest(doubts: Sequence[Doubt]) -> list[Doubt]:
    by_error = {id(doubt.error): doubt for doubt in doubts}
    return [by_error[id(error)] for error in ranked([d.error for d in doubts])[:LENGTH]]


def _thumbnail(image: RgbImage, error: LikelyError) -> RgbImage:
    rect, (height, width) = error.rect, image.shape[:2]
    margin = max(_MARGIN, rect.height // 3, rect.width // 3)
    part = Rect(
        rect.top - margin, rect.left - margin, rect.bottom + margin, rect.right + margin
    ).clipped_to(height, width)
    region = np.zeros((part.height, part.width), np.bool_)
    top, left = rect.top - part.top, rect.left - part.left
    region[top : top + rect.height, left : left + rect.width] = error.mask
    return outlined_thumbnail(image[part.slices], region, _THUMBNAIL)
