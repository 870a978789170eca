"""Approving images, and going to the next that nobody has looked at."""

import threading
from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.rect import Rect
from segstudio.core.review import CHECKED, Review, ReviewMap
from segstudio.document.document import Document
from segstudio.storage.project import Project
from segstudio.storage.review import (
    approved_keys,
    approved_now,
    change_review,
    read_noted,
    read_review,
    write_noted,
)


class ReviewController(QObject):
    """Keeps which images are approved.

    Signals:
        changed: ``approved`` changed.
        failed: A ``SegStudioError`` to tell the user.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._pool = Pool(1, self)
        self.approved: set[str] = set()
        workspace.project_changed.connect(self._on_project_changed)
        workspace.document_changed.connect(self._on_document_changed)
        workspace.approval_withdrawn.connect(self._on_withdrawn)

    @property
    def is_approved(self) -> bool:
        """Whether the open image is approved."""
        return self._workspace.current_key in self.approved

    def set_approved(self, *, is_approved: bool) -> None:
        """Approve the open image, or take that back."""
        document = self._workspace.document
        if document is None or document.is_read_only:
            return
        document.end_gesture()
        if is_approved and not (document.label_map != IGNORE_INDEX).any():
            return  # there is nothing to approve
        document.is_approved = is_approved
        self._set(document.key, is_approved=is_approved)
        self._workspace.save()
        if is_approved:
            self._workspace.note_looked()
        self._keep(document.key, partial(approved_now, is_approved=is_approved))

    def approve_and_go_on(self) -> None:
        """Approve the open image and open the next one that is not approved."""
        self.set_approved(is_approved=True)
        self.open_next()

    def open_next(self) -> None:
        """Open the next image that is not approved, from the first again after the last."""
        keys, current = self._workspace.keys, self._workspace.current_key
        if current is None:
            return
        place = keys.index(current) + 1
        following = (*keys[place:], *keys[: place - 1])
        wanted = next((key for key in following if key not in self.approved), None)
        if wanted is not None:
            self._workspace.open_image(wanted)

    def accept_region(self, key: str, rect: Rect) -> None:
        """Note that what is labelled in a part of an image is right."""
        document = self._workspace.document
        if document is None or document.key != key:
            self._workspace.write(lambda project: _note_region(project, key, rect))
            return
        noted = document.noted = _with_region(document.noted, rect, document.size)
        self._workspace.write(lambda project: write_noted(project, key, noted))

    def shut_down(self) -> None:
        """End the thread."""
        self._pool.shut_down()

    def _on_project_changed(self) -> None:
        self.approved = set()
        self.changed.emit()
        project = self._workspace.project
        if project is None:
            return

        def find(_cancelled: threading.Event) -> tuple[Project, set[str]]:
            return project, approved_keys(project)

        job = Job(find, self)
        job.succeeded.connect(self._on_found)
        job.failed.connect(lambda error: self.failed.emit(as_user_error(error)))
        job.start(self._pool)

    def _on_found(self, found: tuple[Project, set[str]]) -> None:
        project, approved = found
        current = self._workspace.project
        if current is not None and current.folder == project.folder:
            self.approved |= approved
            self.changed.emit()

    def _on_document_changed(self, document: Document | None) -> None:
        if document is not None:
            self._set(document.key, is_approved=document.is_approved)

    def _on_withdrawn(self, key: str) -> None:
        self._set(key, is_approved=False)

    def _keep(self, key: str, change: Callable[[Review], Review]) -> None:
        self._workspace.write(lambda project: change_review(project, key, change))

    def _set(self, key: str, *, is_approved: bool) -> None:
        if (key in self.approved) != is_approved:
            (self.approved.add if is_approved else self.approved.discard)(key)
            self.changed.emit()


def _note_region(project: Project, key: str, rect: Rect) -> None:
    label_map = project.read_any_mask(key)
    if label_map is not None and not read_review(project, key).is_approved:
        height, width = label_map.shape
        noted = read_noted(project, key, height, width)
        write_noted(project, key, _with_region(noted, rect, (height, width)))


def _with_region(noted: ReviewMap | None, rect: Rect, size: tuple[int, int]) -> ReviewMap:
    result = np.zeros(size, np.uint8) if noted is None else noted.copy()
    part = result[rect.slices]
    np.maximum(part, CHECKED, out=part)
    return result
