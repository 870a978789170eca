"""Approving and flagging images, and going to the next that nobody has looked at."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.indexer import Indexer
from segstudio.controllers.workspace import Workspace
from segstudio.core.image_table import STATES, ImageTable
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.rect import Rect
from segstudio.core.review import CHECKED, Review, ReviewMap, ReviewState, review_state
from segstudio.document.document import Document
from segstudio.storage.project import Project
from segstudio.storage.review import (
    MAX_NOTE,
    approved_now,
    change_review,
    flagged_now,
    read_noted,
    read_review,
    write_noted,
)

_ROWS: Final = 64
_SAID: Final = (ReviewState.APPROVED, ReviewState.FLAGGED)


class ReviewController(QObject):
    """Says how far each image is reviewed, and keeps what the user says about it.

    What the user says counts at once, before it is written and the index has read it.

    Signals:
        changed: The state or note of some images changed.
    """

    changed = Signal()

    def __init__(
        self, workspace: Workspace, indexer: Indexer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._indexer = indexer
        self._said: dict[str, Review] = {}  # what the index does not know yet
        self._approved: tuple[ImageTable, set[str]] = (indexer.table, set())
        workspace.project_changed.connect(self._said.clear)
        workspace.document_changed.connect(self._on_document_changed)
        workspace.autosave.approval_withdrawn.connect(self._on_withdrawn)
        indexer.changed.connect(self._on_facts)

    @property
    def approved(self) -> set[str]:
        """The keys of the approved images."""
        table = self._indexer.table
        if self._approved[0] is not table:
            rows = np.flatnonzero(table.states == STATES.index(ReviewState.APPROVED))
            self._approved = table, {table.keys[row] for row in rows.tolist()}
        known = self._approved[1]
        said = {key for key, review in self._said.items() if review.is_approved}
        return known.difference(self._said) | said

    @property
    def is_approved(self) -> bool:
        """Whether the open image is approved."""
        return self.state(self._workspace.current_key or "") is ReviewState.APPROVED

    @property
    def is_flagged(self) -> bool:
        """Whether the open image is flagged."""
        return self.state(self._workspace.current_key or "") is ReviewState.FLAGGED

    def state(self, key: str) -> ReviewState:
        """Return how far the review of an image is."""
        known, said = self._indexer.state(key), self._said.get(key)
        if said is None:
            return known
        labelled = key in self._workspace.labelled
        # Whose labels they are is not known until the index has read the files again.
        guess = ReviewState.CORRECTED if labelled else ReviewState.UNLABELLED
        state = guess if known in _SAID else known
        return review_state(said, 1, 1) if said.is_approved or said.is_flagged else state

    def note(self, key: str) -> str:
        """Return what the user wrote about an image."""
        said = self._said.get(key)
        return self._indexer.table.notes.get(key, "") if said is None else said.note

    def counts(self) -> dict[ReviewState, int]:
        """Return how many images are in each state."""
        counts = self._indexer.table.counts()
        for key in self._said:
            counts[self._indexer.state(key)] -= 1
            counts[self.state(key)] += 1
        return counts

    def set_approved(self, *, is_approved: bool) -> None:
        """Approve the open image, or take that back."""
        document = self._workspace.document
        if document is None or document.is_read_only:
            return
        document.settle()
        if is_approved and not _is_labelled(document.label_map):
            return  # there is nothing to approve
        document.is_approved = is_approved
        self._workspace.save()
        if is_approved:
            self._workspace.autosave.note_looked()
        self._say(document.key, partial(approved_now, is_approved=is_approved))

    def set_flagged(self, *, is_flagged: bool) -> None:
        """Flag the open image, or take that back; flagged, it is not approved any more."""
        document = self._workspace.document
        if document is None or document.is_read_only:
            return
        if is_flagged:
            document.is_approved = False
        self._say(document.key, partial(flagged_now, is_flagged=is_flagged))

    def set_note(self, key: str, note: str) -> None:
        """Keep what the user writes about an image."""
        note = note.strip()[:MAX_NOTE]
        if note != self.note(key):
            self._say(key, lambda review: replace(review, note=note))

    def approve_and_go_on(self) -> None:
        """Approve the open image and open the next one that is not approved."""
        self.set_approved(is_approved=True)
        self.open_next()

    def open_next(self) -> None:
        """Open the next image of the list that is not approved, after the last from the first.

        Flagged ones come when there are no others: they were looked at already.
        """
        images, current = self._workspace.list, self._workspace.current_key
        if current is None:
            return
        following, approved = images.following(current), self.approved
        left = [key for key in following if key not in approved]
        wanted = next((key for key in left if self.state(key) is not ReviewState.FLAGGED), None)
        if left:
            self._workspace.open_image(wanted or left[0])

    def accept_region(self, key: str, rect: Rect) -> None:
        """Note that what is labelled in a part of an image is right."""
        document = self._workspace.document
        if document is None or document.key != key:
            self._workspace.store.write(lambda project: _note_region(project, key, rect), key)
            return
        noted = document.noted = _with_region(document.noted, rect, document.size)
        self._workspace.store.write(lambda project: write_noted(project, key, noted), key)

    def take_back_region(self, key: str, rect: Rect, noted: ReviewMap) -> None:
        """Note of a part of an image what was noted before it was accepted.

        Args:
            key: Image key.
            rect: The part.
            noted: (h, w) uint8, what was noted of the part.
        """
        document = self._workspace.document
        if document is not None and document.key == key and document.noted is not None:
            document.noted = _with_part(document.noted, rect, noted)
        self._workspace.store.write(lambda project: _take_back(project, key, rect, noted), key)

    @Slot(object)
    def _on_document_changed(self, document: Document | None) -> None:
        # Another computer may have approved it since the files were compared.
        if document is not None and document.is_approved != self.is_approved:
            self._indexer.note(document.key)

    @Slot(str)
    def _on_withdrawn(self, key: str) -> None:
        review = replace(self._known(key), is_approved=False)
        if self.state(key) is ReviewState.APPROVED:
            self._said[key] = review
            self.changed.emit()

    @Slot()
    def _on_facts(self) -> None:
        for key in [key for key, said in self._said.items() if said == self._indexed(key)]:
            del self._said[key]
        self.changed.emit()

    def _say(self, key: str, change: Callable[[Review], Review]) -> None:
        """Change what is kept about an image, and let it count from now on."""
        review = change(self._known(key))
        job = self._workspace.store.write(lambda project: change_review(project, key, change), key)
        if job is None:
            return
        self._said[key] = _words(review)
        job.failed.connect(lambda _error: self._unsay(key))
        self.changed.emit()

    def _unsay(self, key: str) -> None:
        self._said.pop(key, None)
        self.changed.emit()

    def _known(self, key: str) -> Review:
        """Return what the user said about an image, besides who and when."""
        return self._said.get(key) or self._indexed(key)

    def _indexed(self, key: str) -> Review:
        state = self._indexer.state(key)
        return Review(
            is_approved=state is ReviewState.APPROVED,
            is_flagged=state is ReviewState.FLAGGED,
            note=self._indexer.table.notes.get(key, ""),
        )


def _words(review: Review) -> Review:
    """Return a review without who made it and when."""
    return replace(review, at="", by="")


def _is_labelled(label_map: LabelMap) -> bool:
    # Row by row of blocks: most images are labelled in the first.
    height = label_map.shape[0]
    return any(
        (label_map[top : top + _ROWS] != IGNORE_INDEX).any() for top in range(0, height, _ROWS)
    )


def _note_region(project: Project, key: str, rect: Rect) -> None:
    label_map = project.read_any_mask(key)
    if label_map is not None and not read_review(project, key).is_approved:
        height, width = label_map.shape
        noted = read_noted(project, key, height, width)
        write_noted(project, key, _with_region(noted, rect, (height, width)))


def _take_back(project: Project, key: str, rect: Rect, noted: ReviewMap) -> None:
    label_map = project.read_any_mask(key)
    if label_map is not None:
        now = read_noted(project, key, *label_map.shape)
        if now is not None:
            write_noted(project, key, _with_part(now, rect, noted))


def _with_part(noted: ReviewMap, rect: Rect, part: ReviewMap) -> ReviewMap:
    result = noted.copy()
    result[rect.slices] = part
    return result


def _with_region(noted: ReviewMap | None, rect: Rect, size: tuple[int, int]) -> ReviewMap:
    result = np.zeros(size, np.uint8) if noted is None else noted.copy()
    part = result[rect.slices]
    np.maximum(part, CHECKED, out=part)
    return result
