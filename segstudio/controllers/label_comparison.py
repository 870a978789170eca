"""Comparing the labels of the open project with others of the same images."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.error_words import told
from segstudio.controllers.workspace import Workspace
from segstudio.core.agreement import (
    AgreementCounter,
    CountedImage,
    ImageAgreement,
    SetAgreement,
    compared,
)
from segstudio.core.label_map import RgbImage
from segstudio.core.label_set import LabelSet
from segstudio.core.thumbnails import difference_thumbnail, differing_pixels
from segstudio.errors import SegStudioError
from segstudio.formats.binary import Positive, is_ambiguous
from segstudio.formats.other_labels import OtherLabels, labels_in, predictions_of
from segstudio.storage.contact_sheet import TILE
from segstudio.storage.images import read_image
from segstudio.storage.project import Project
from segstudio.storage.review import read_review

ON_SHEET: Final = 48
"""Images of the contact sheet at most: those that differ most."""

_AT_A_TIME: Final = 16  # images, between looks at whether it was cancelled
_THREADS: Final = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """What to compare.

    Attributes:
        folder: Where the other labels are, or None for the project's predictions.
        only_approved: Whether images that nobody approved are left out.
        positive: How to read masks that hold only 0 and 255.
    """

    folder: Path | None = None
    only_approved: bool = False
    positive: Positive | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SheetPicture:
    """An image of the contact sheet.

    Attributes:
        agreement: How far its labels agree.
        picture: (h, w, 3) uint8, the image in grey with what differs marked.
    """

    agreement: ImageAgreement
    picture: RgbImage


@dataclass(frozen=True, slots=True, eq=False)
class LabelComparison:
    """Two label sets of the same images.

    Attributes:
        label_set: Classes of the project.
        name: Where the others come from.
        agreement: How far they agree; None if no pixel is labelled in both.
        sheet: The images that differ most, those first.
        alone: Labelled images for which the others have nothing.
        unknown: Classes of the others that the project lacks; their pixels did not count.
        problems: Images that could not be compared, a sentence each.
    """

    label_set: LabelSet
    name: str
    agreement: SetAgreement | None
    sheet: tuple[SheetPicture, ...]
    alone: int
    unknown: tuple[str, ...]
    problems: tuple[str, ...]


class LabelComparisonController(BackgroundWork):
    """Compares in the background.

    Signals:
        compared: A ``LabelComparison``.
    """

    compared = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.last: LabelComparison | None = None
        workspace.project_changed.connect(self._on_project_changed)

    def compare(self, request: CompareRequest) -> None:
        """Compare, after what is painted now is saved."""
        project = self._workspace.project
        if project is None:
            return
        keys = [key for key in self._workspace.keys if key in self._workspace.labelled]

        def compare(cancelled: threading.Event, report: Report) -> LabelComparison | None:
            return compare_on_disk(project, keys, request, cancelled, report)

        self._start(compare, self._on_compared, when=self._workspace.autosave.when_saved)

    def open_image(self, key: str) -> None:
        """Show an image in the window."""
        self._workspace.open_image(key)

    def _on_compared(self, comparison: LabelComparison | None) -> None:
        if comparison is not None:
            self.last = comparison
            self.compared.emit(comparison)

    def _on_project_changed(self) -> None:
        self.cancel()
        self.last = None


def compare_on_disk(
    project: Project,
    keys: Sequence[str],
    request: CompareRequest,
    cancelled: threading.Event,
    report: Callable[[int, int], None],
) -> LabelComparison | None:
    """Compare the labels of some images; None if it was cancelled.

    Args:
        project: Whose labels.
        keys: Its labelled images.
        request: With what they are compared, and which.
        cancelled: Stops the work when it is set.
        report: Told (done, total).

    Raises:
        SegStudioError: If there is nothing to compare with.
    """
    folder = request.folder
    other = (
        predictions_of(project) if folder is None else labels_in(folder, project, request.positive)
    )
    if request.only_approved:
        keys = [key for key in keys if read_review(project, key).is_approved]
    results = _Results()
    counter = AgreementCounter(len(project.label_set))
    with ThreadPoolExecutor(_THREADS) as threads:
        for start in range(0, len(keys), _AT_A_TIME):
            part = keys[start : start + _AT_A_TIME]
            for image in threads.map(partial(_compare_image, project, other, results), part):
                if image is not None:
                    counter.add(image)
            report(min(start + _AT_A_TIME, len(keys)), len(keys))
            if cancelled.is_set():
                return None
        results.refuse_binary(request)
        agreement = counter.result()
        worst = agreement.worst[:ON_SHEET] if agreement else ()
        pictures = list(threads.map(partial(_picture, project, other), worst))
    return LabelComparison(
        label_set=project.label_set,
        name=other.name,
        agreement=agreement,
        sheet=tuple(picture for picture in pictures if picture is not None),
        alone=results.alone,
        unknown=other.unknown,
        problems=tuple(sorted(results.problems)),
    )


@dataclass(slots=True)
class _Results:
    """What comes out besides numbers; filled in by several threads, a whole entry at a time."""

    alone: int = 0
    read: int = 0
    binary: int = 0
    problems: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refuse_binary(self, request: CompareRequest) -> None:
        if self.binary and self.binary == self.read and request.folder and not request.positive:
            raise SegStudioError(
                f"{request.folder.name}: the masks hold only 0 and 255, "
                "and 255 may be a class or mean unlabelled",
                hint="Say whether white or black is the object",
            )


def _compare_image(
    project: Project, other: OtherLabels, results: _Results, key: str
) -> CountedImage | None:
    try:
        ours, theirs = project.read_any_mask(key), other.read(key)
        if ours is None:
            return None
        with results.lock:
            results.alone += theirs is None
            results.read += theirs is not None
            results.binary += theirs is not None and is_ambiguous(theirs)
        return None if theirs is None else compared(key, ours, theirs, len(project.label_set))
    except (SegStudioError, ValueError) as error:
        sentence = told(error) if isinstance(error, SegStudioError) else f"{key}: {error}"
        with results.lock:
            results.problems.append(sentence)
        return None


def _picture(project: Project, other: OtherLabels, image: ImageAgreement) -> SheetPicture | None:
    try:
        pixels = read_image(project.image_path(image.key))
        ours, theirs = project.read_any_mask(image.key), other.read(image.key)
    except SegStudioError:
        return None
    if ours is None or theirs is None or not pixels.shape[:2] == ours.shape == theirs.shape:
        return None
    different = differing_pixels(ours, theirs)
    return SheetPicture(image, difference_thumbnail(pixels, different, TILE))
