"""Labels from neighbouring images of a sequence: copied, or worked out between two of them."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.toolbox import Toolbox
from segstudio.controllers.workspace import Workspace
from segstudio.core.interpolate import interpolated
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.mask_edit import MaskPatch, difference_patch
from segstudio.core.paint_rule import PaintRule, held_to
from segstudio.document.document import Document
from segstudio.errors import SegStudioError

_Read = Callable[[], LabelMap | None]
_Find = Callable[[Callable[[], bool]], LabelMap]


class _Request(NamedTuple):
    find: _Find  # on a thread; finds the label map to paint
    name: str  # of the edit
    done: str  # what to tell when it is painted; "%s" is the number of pixels


class SequenceController(BackgroundWork):
    """Paints the open image with the labels of its neighbours, held to the paint rule and locks.

    What is unlabelled there leaves the labels here alone. The work is done off the GUI thread.

    Signals:
        painted: A sentence about what was painted; one edit that can be undone.
    """

    painted = Signal(str)

    def __init__(
        self, workspace: Workspace, toolbox: Toolbox, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._toolbox = toolbox
        workspace.document_changed.connect(self.cancel)

    def copy_previous(self) -> None:
        """Paint the labels of the image before this one in the list."""
        document, keys = self._ready_document(), self._workspace.keys
        if document is None:
            return
        place = keys.index(document.key)
        if place == 0:
            self._refuse(self.tr("This is the first image: there is none before it to copy from"))
            return
        key = keys[place - 1]
        find = partial(_copied, key, self._workspace.mask_reader(key), document.size)
        name = _short(key)
        self._find(
            document,
            _Request(
                find,
                self.tr("Copy labels of %s") % name,
                self.tr("Labels of %s copied, %%s pixels changed.") % name.replace("%", "%%"),
            ),
        )

    def interpolate(self) -> None:
        """Paint what lies between the nearest labelled images before and after this one."""
        document, keys = self._ready_document(), self._workspace.keys
        if document is None:
            return
        place, labelled = keys.index(document.key), self._workspace.labelled
        before = next((i for i in range(place - 1, -1, -1) if keys[i] in labelled), None)
        after = next((i for i in range(place + 1, len(keys)) if keys[i] in labelled), None)
        if before is None or after is None:
            self._refuse(
                self.tr("No labelled image lies before this one")
                if before is None
                else self.tr("No labelled image lies after this one"),
                self.tr("Label one image on either side; what lies between can then be worked out"),
            )
            return
        first, last = keys[before], keys[after]
        find = partial(
            _between,
            (first, self._workspace.mask_reader(first)),
            (last, self._workspace.mask_reader(last)),
            (place - before) / (after - before),
            document.size,
        )
        names = _short(first).replace("%", "%%"), _short(last).replace("%", "%%")
        self._find(
            document,
            _Request(
                find,
                self.tr("Interpolate labels"),
                self.tr(
                    "Outlines moved evenly from those of %s to those of %s, %%s pixels changed. "
                    "Please check them."
                )
                % names,
            ),
        )

    def _ready_document(self) -> Document | None:
        """Return the open document if it may be painted now, else tell why not."""
        document = self._workspace.document
        if document is None or self.is_running:
            return None
        if not self._workspace.store.may_write(self.failed.emit):
            return None
        if self._toolbox.options.rule is PaintRule.CLICKED_CLASS:
            self._refuse(
                self.tr(
                    "The paint rule is to paint only over the clicked class, and this needs "
                    "no click"
                ),
                self.tr("Choose another rule with L"),
            )
            return None
        return document

    def _refuse(self, problem: str, hint: str = "") -> None:
        self.failed.emit(SegStudioError(problem, hint=hint))

    def _find(self, document: Document, request: _Request) -> None:
        document.end_gesture()
        label_map, revision = document.label_map, document.revision
        writable = self._toolbox.writable(None)

        def run(cancelled: threading.Event, _report: Report) -> MaskPatch | None:
            return _patch(label_map, request.find(cancelled.is_set), writable)

        self._start(run, partial(self._on_found, document, revision, request))

    def _on_found(
        self, document: Document, revision: int, request: _Request, patch: MaskPatch | None
    ) -> None:
        if document.revision != revision:
            self._find(document, request)  # of what is there now
            return
        if patch is None:
            self.painted.emit(
                self.tr("Nothing changed: the labels here are the same already, or protected.")
            )
            return
        document.apply(request.name, patch)
        count = int(np.count_nonzero(patch.before != patch.after))
        self.painted.emit(request.done % f"{count:,}")


def _patch(label_map: LabelMap, found: LabelMap, writable: NDArray[np.bool_]) -> MaskPatch | None:
    after = np.where(found == IGNORE_INDEX, label_map, found)
    return held_to(difference_patch(label_map, after), writable)


def _copied(
    key: str, read: _Read, size: tuple[int, int], _is_stopped: Callable[[], bool]
) -> LabelMap:
    return _fitting(key, read(), size)


def _between(
    before: tuple[str, _Read],
    after: tuple[str, _Read],
    share: float,
    size: tuple[int, int],
    is_stopped: Callable[[], bool],
) -> LabelMap:
    first, last = (_fitting(key, read(), size) for key, read in (before, after))
    return interpolated(first, last, share, is_stopped)


def _fitting(key: str, label_map: LabelMap | None, size: tuple[int, int]) -> LabelMap:
    name = _short(key)
    if label_map is None:
        raise SegStudioError(f"{name} has no labels yet", hint="Label it first")
    if label_map.shape != size:
        height, width = label_map.shape
        raise SegStudioError(
            f"The labels of {name} have {width} × {height} pixels, this image has "
            f"{size[1]} × {size[0]}: they do not fit",
            hint="Labels can be taken over between images of the same size",
        )
    return label_map


def _short(key: str) -> str:
    return PurePosixPath(key).name
