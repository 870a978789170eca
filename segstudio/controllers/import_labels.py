"""Importing label files into the open project from the window."""

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from segstudio.core.label_set import LabelSet
from segstudio.errors import SegStudioError
from segstudio.storage.images import read_image
from segstudio.storage.project import Project

if TYPE_CHECKING:
    from segstudio.formats.binary import Positive
    from segstudio.formats.import_labels import ImportPlan, ImportReport
    from segstudio.formats.table import LabelFormat

_PREVIEWS: Final = 3
_TRIED: Final = 10  # images, where the first have faults
_PREVIEW_PIXELS: Final = 160
_OPACITY: Final = 0.55


class _Stopped(Exception):
    """The user cancelled the import."""


@dataclass(frozen=True, slots=True)
class Found:
    """What label files hold.

    Attributes:
        formats: The formats that they look like, the chosen one first.
        plan: What an import would do, with each class under its own name.
        labelled: How many of the images have a mask already.
        previews: The first images under their labels.
    """

    formats: "tuple[LabelFormat, ...]"
    plan: "ImportPlan"
    labelled: int
    previews: tuple[RgbImage, ...]


class ImportController(BackgroundWork):
    """Looks at label files and imports them, in the background.

    Signals:
        looked: A ``Found``.
        imported: An ``ImportReport``; the project is opened anew.
    """

    looked = Signal(object)
    imported = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._found: Found | None = None
        self._unpacked: tempfile.TemporaryDirectory[str] | None = None
        self._waiting: tuple[Mapping[str, str | None], bool] | None = None
        self._is_importing = False
        workspace.save_state_changed.connect(self._start_when_saved)
        workspace.failed.connect(self._give_up_waiting)

    @property
    def is_running(self) -> bool:
        """Whether an import runs, or waits until the open image is saved."""
        return self._is_importing or self._waiting is not None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is looked at and nothing imported."""
        return self._job is None and self._waiting is None

    def look(
        self, source: Path, format_name: str | None = None, positive: "Positive | None" = None
    ) -> None:
        """Find out what a folder, archive or label file holds; what was before it is dropped."""
        project = self._workspace.project
        if project is None or self.is_running:
            return
        self.forget()
        unpacked = tempfile.TemporaryDirectory(prefix="segstudio-import-")
        self._unpacked = unpacked

        def look(_cancelled: threading.Event, _report: Report) -> Found:
            # All formats take a while to load; the window opens without them.
            from segstudio.formats.import_labels import plan_import
            from segstudio.formats.source import prepared_source, read_source
            from segstudio.formats.table import FORMATS, recognised

            labels = prepared_source(source, Path(unpacked.name))
            dataset = read_source(
                labels, positive=positive, format_name=format_name, images=[project.image_root]
            )
            plan = plan_import(dataset, project, None, list(labels.problems))
            others = [row for row in recognised(labels.root) if row.name != dataset.format_name]
            return Found(
                formats=(FORMATS[dataset.format_name], *others),
                plan=plan,
                labelled=sum(1 for _ in plan.labelled()),
                previews=_previews(plan),
            )

        self._start(look, self._on_looked)

    def run(self, mapping: Mapping[str, str | None], *, replace_masks: bool) -> None:
        """Save what is open, then import what was looked at.

        Args:
            mapping: Class name in the files -> class name in the project, or None for unlabelled.
            replace_masks: Whether masks that are there are replaced.
        """
        if self._found is None or self.is_running:
            return
        self._waiting = mapping, replace_masks
        self.tell_running()
        self._workspace.save()

    def cancel(self) -> None:
        """Stop looking, or stop importing after the image at hand."""
        was_importing = self._is_importing
        self._waiting = None
        self._is_importing = False
        super().cancel()
        if was_importing and self._workspace.project is not None:
            self._workspace.open(self._workspace.project.folder)

    def forget(self) -> None:
        """Drop what was looked at."""
        if not self.is_running:
            self._drop_job()
        self._found = None
        if self._unpacked is not None:
            self._unpacked.cleanup()
            self._unpacked = None

    def shut_down(self) -> None:
        """Stop and wait for the thread."""
        self._waiting = None
        self._is_importing = False
        super().cancel()
        self._pool.shut_down()
        self.forget()

    @Slot()
    def _start_when_saved(self) -> None:
        project, found = self._workspace.project, self._found
        if self._waiting is None or project is None or found is None:
            return
        if self._workspace.has_unsaved_work:
            return
        mapping, replace_masks = self._waiting
        self._waiting = None
        self._is_importing = True

        def run(cancelled: threading.Event, report: Report) -> "ImportReport":
            from segstudio.formats.import_labels import ImportReport, plan_import, run_import

            def progress(done: int, total: int) -> None:
                if cancelled.is_set():
                    raise _Stopped
                report(done, total)

            plan = plan_import(found.plan.dataset, project, mapping)
            first = [row for row in found.plan.rows if row not in plan.rows]
            _, told = run_import(plan, replace_masks=replace_masks, progress=progress)
            return ImportReport(told.counts, told.copied, (*first, *told.rows))

        self._start(run, self._on_imported)

    @Slot()
    def _give_up_waiting(self) -> None:
        # The workspace has told why it could not save.
        self._waiting = None
        self.tell_running()

    def _on_looked(self, found: Found) -> None:
        self._found = found
        self.looked.emit(found)

    def _on_imported(self, report: "ImportReport") -> None:
        self._is_importing = False
        self.tell_running()
        self.forget()
        project: Project | None = self._workspace.project
        if project is not None:
            self._workspace.open(project.folder)
        self.imported.emit(report)

    def _on_job_failed(self, error: Exception) -> None:
        self._is_importing = False
        super()._on_job_failed(error)


def _previews(plan: "ImportPlan") -> tuple[RgbImage, ...]:
    """Return the first images under their labels, small."""
    previews: list[RgbImage] = []
    for match in islice(plan.matches, _TRIED):
        if len(previews) == _PREVIEWS:
            break
        try:
            image = read_image(match.item.image)
            label_map = plan.dataset.read_label_map(match.item)
        except SegStudioError:
            continue  # told when it is imported
        if image.shape[:2] == label_map.shape:
            previews.append(_preview(image, label_map, plan.dataset.label_set))
    return tuple(previews)


def _preview(image: RgbImage, label_map: LabelMap, label_set: LabelSet) -> RgbImage:
    step = max(1, -(-max(label_map.shape) // _PREVIEW_PIXELS))
    small, labels = image[::step, ::step], label_map[::step, ::step]
    colors = label_set.palette[labels]
    shown = (labels != IGNORE_INDEX) & (labels != label_set.background_index)
    opacity = np.where(shown, _OPACITY, 0.0)[..., None]
    mixed: RgbImage = np.round(small * (1 - opacity) + colors * opacity).astype(np.uint8)
    return np.ascontiguousarray(mixed)
