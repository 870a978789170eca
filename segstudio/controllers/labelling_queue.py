"""What to label next: what is proposed, and what the user decides about it."""

import threading
from collections import deque
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from segstudio.controllers.answer_writer import AnswerRequest, AnswerWriter, AnswerWriting
from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.queue_items import QueueItem, QueueRequest, queue_on_disk
from segstudio.controllers.review import ReviewController
from segstudio.controllers.workspace import Workspace
from segstudio.core.prepared_answer import AnswerRules, Applied
from segstudio.core.rect import Rect
from segstudio.core.review import ReviewMap
from segstudio.core.splits import TEST, VALIDATION
from segstudio.document.document import Document
from segstudio.storage.left_out import leave_out, take_in

MOST_IMAGES: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class _Decision:
    """What the user decided about an item, to be taken back.

    Attributes:
        item: The item.
        place: Where it was in the queue.
        is_accepted: Whether it was accepted, else left out.
    """

    item: QueueItem
    place: int
    is_accepted: bool


class LabellingQueue(BackgroundWork):
    """Builds the queue, and does what the user decides about its items.

    Images that judge models are never proposed.

    Attributes:
        items: What is proposed, the most telling first.
        was_built: Whether it was looked for in this project.
        asked: Number of images that the model was, or is being, asked about.
        left: Number of those that it might have been asked about.

    Signals:
        changed: ``items`` changed.
        region_opened: The ``Rect`` of an item whose image has just been opened.
        accepted: An item was accepted; its image is open.
    """

    changed = Signal()
    region_opened = Signal(object)
    accepted = Signal()

    def __init__(
        self, workspace: Workspace, review: ReviewController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._review = review
        # To be done once their images are open: parts, and whether they are accepted.
        self._waiting: deque[tuple[QueueItem, bool]] = deque()
        self._left_out: dict[str, list[Rect]] = {}  # also where nothing may be written
        self._decisions: list[_Decision] = []
        # What was noted of accepted parts before; missing while their images are being opened.
        self._noted: dict[QueueItem, ReviewMap] = {}
        self._answers = AnswerWriter(workspace, self)
        self._writing: AnswerWriting | None = None  # what is said about the first that waits
        self._builds = 0
        self.items: list[QueueItem] = []
        self.was_built = False
        self.asked = self.left = 0
        workspace.project_changed.connect(self._on_project_changed)
        workspace.document_changed.connect(self._on_document_changed)
        workspace.image_failed.connect(lambda _key, _error: self._give_back())

    def shut_down(self) -> None:
        """Give up what is under way, and wait until the threads have ended."""
        super().shut_down()
        self._answers.shut_down()

    def build(self, model: Path, other: Path | None = None, *, is_whole: bool = False) -> None:
        """Look for what to label next.

        Args:
            model: The model that is asked.
            other: One to disagree with it, or None.
            is_whole: Whether whole images are proposed, not parts of them.
        """
        project = self._workspace.project
        if project is None:
            return
        judging = (VALIDATION, TEST)
        keys = [
            key
            for key in self._workspace.keys
            if key not in self._review.approved and project.splits.get(key) not in judging
        ]
        self.left = len(keys)
        step = -(-len(keys) // MOST_IMAGES) or 1
        keys = keys[self._builds % step :: step]  # each time others, where there are many
        self._builds += 1
        self.asked = len(keys)
        left_out = {key: tuple(rects) for key, rects in self._left_out.items()}
        request = QueueRequest(
            project, tuple(keys), model, other, left_out=left_out, is_whole=is_whole
        )

        def build(cancelled: threading.Event, report: Report) -> list[QueueItem] | None:
            return queue_on_disk(request, cancelled, report)

        # What was painted a moment ago is no longer to be proposed.
        self._start(build, self._on_built, when=self._workspace.autosave.when_saved)

    def accept(self, item: QueueItem) -> None:
        """Take what the model says about the part for right."""
        if self._workspace.store.may_write(self.failed.emit):
            self._remove(item, is_accepted=True)
            self._open(item, accepts=True)

    def reject(self, item: QueueItem) -> None:
        """Leave the part as it is; it is not proposed again."""
        self._left_out.setdefault(item.key, []).append(item.rect)
        self._workspace.store.write(lambda project: leave_out(project, item.key, item.rect))
        self._remove(item, is_accepted=False)

    @property
    def can_undo(self) -> bool:
        """Whether there is a decision to be taken back."""
        return bool(self._decisions)

    def undo(self) -> None:
        """Take back the last decision: its part is proposed again, where it was."""
        if not self._decisions:
            return
        decision = self._decisions[-1]
        item = decision.item
        if decision.is_accepted:
            if not self._workspace.store.may_write(self.failed.emit):
                return
            noted = self._noted.pop(item, None)
            if noted is None:
                was_next = self._waiting[0][0] is item
                self._waiting = deque(each for each in self._waiting if each[0] is not item)
                if was_next:
                    self._stop_writing()
                    self._open_next()
            else:
                self._review.take_back_region(item.key, item.rect, noted)
        else:
            self._left_out[item.key].remove(item.rect)
            self._workspace.store.write(lambda project: take_in(project, item.key, item.rect))
        self._decisions.pop()
        self.items = [*self.items[: decision.place], item, *self.items[decision.place :]]
        self.changed.emit()

    def relabel(self, item: QueueItem) -> None:
        """Open the part, with what the model says, to be corrected."""
        if self._workspace.store.may_write(self.failed.emit):
            self._open(item, accepts=False)

    def _open(self, item: QueueItem, *, accepts: bool) -> None:
        self._waiting.append((item, accepts))
        # Who decides faster than images open finds each decision done, one after the other.
        if len(self._waiting) == 1:
            self._open_next()

    def _open_next(self) -> None:
        if not self._waiting or self._writing is not None:
            return
        item, _accepts = self._waiting[0]
        document = self._workspace.document
        if document is not None and document.key == item.key:
            self._on_document_changed(document)
        else:
            self._workspace.open_image(item.key)

    def _on_document_changed(self, document: Document | None) -> None:
        if document is None or not self._waiting:
            return
        item, _accepts = self._waiting[0]
        if document.key != item.key or document.size != item.size or document.is_read_only:
            self._give_back()  # the user went elsewhere, or the image is another one by now
            return
        name, rules = self.tr("Run %s") % item.model, AnswerRules(self._workspace.locked)
        request = AnswerRequest(name, item.class_map, rules, is_confirmed=True)
        self._writing = self._answers.write(document, request)
        self._writing.written.connect(partial(self._on_written, document))
        self._writing.failed.connect(self._on_write_failed)

    def _on_written(self, document: Document, applied: Applied) -> None:
        self._writing = None
        item, accepts = self._waiting.popleft()
        self._workspace.autosave.save_prediction(item.key, applied.answer)
        if accepts:
            noted = document.noted
            assert noted is not None  # by what the model has just said
            self._noted[item] = noted[item.rect.slices].copy()
            self._review.accept_region(item.key, item.rect)
            self._workspace.save()
        # Once the window has the document, too: it shows the whole image then.
        QTimer.singleShot(0, self, partial(self.region_opened.emit, item.rect))
        if accepts:
            QTimer.singleShot(0, self, self.accepted.emit)
        QTimer.singleShot(0, self, self._open_next)

    def _on_write_failed(self, error: Exception) -> None:
        self._writing = None
        self._give_back()
        self.tell_failed(error)

    def _stop_writing(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.cancel()

    def _give_back(self) -> None:
        """Show again what was accepted and cannot be done."""
        accepted = [item for item, accepts in self._waiting if accepts]
        self._waiting.clear()
        if accepted:
            self._decisions = [each for each in self._decisions if each.item not in accepted]
            self.items = [*accepted, *self.items]
            self.changed.emit()

    def _remove(self, item: QueueItem, *, is_accepted: bool) -> None:
        self._decisions.append(_Decision(item, self.items.index(item), is_accepted))
        self.items = [other for other in self.items if other is not item]
        self.changed.emit()

    def _forget_decisions(self) -> None:
        self._decisions.clear()
        self._noted.clear()

    def _on_project_changed(self) -> None:
        self.cancel()
        self._stop_writing()
        self._waiting.clear()
        self._left_out.clear()
        self._forget_decisions()
        self._builds = self.asked = self.left = 0
        self.items, self.was_built = [], False
        self.changed.emit()

    def _on_built(self, items: list[QueueItem] | None) -> None:
        if items is not None:
            self._forget_decisions()  # their parts have other places now
            self.items, self.was_built = items, True
            self.changed.emit()
