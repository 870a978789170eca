"""Running a model on all images of the project."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.answer_writer import AnswerRequest, AnswerWriting
from segstudio.controllers.background import Work
from segstudio.controllers.jobs import Job
from segstudio.controllers.model_runner import Answer
from segstudio.controllers.predict import PredictController
from segstudio.controllers.workspace import Workspace
from segstudio.core.history import Edit, History
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.memory import copied
from segstudio.core.merge import Disagreement, MergeRule, disagreement
from segstudio.core.prepared_answer import AnswerRules, PreparedAnswer
from segstudio.core.review import ReviewBasis
from segstudio.document.document import Document
from segstudio.storage.images import read_image
from segstudio.storage.predicted import is_predicted, note_predicted
from segstudio.storage.project import Project
from segstudio.storage.review import read_noted, read_review, write_noted

_AHEAD: Final = 2
_MAX_WRITING: Final = 3


class AllOutcome(NamedTuple):
    """What running a model on all images came to.

    Attributes:
        rule: What was written where.
        changed: Images whose labels changed.
        skipped: Images that were left out: approved, or done before by this model.
        failed: Images that failed.
        disagreements: Image -> how far labels and answer differ, where something was labelled.
        was_stopped: Whether the user stopped before the last image.
    """

    rule: MergeRule
    changed: int
    skipped: int
    failed: int
    disagreements: dict[str, Disagreement]
    was_stopped: bool


class _Said(NamedTuple):
    """What the model says about an image.

    Attributes:
        class_map: Returns it, (H, W) uint8 in the project's classes, on any thread.
        size: Height and width of the image.
        mean_uncertainty: How unsure it is on average, or None if that is not known.
    """

    class_map: Callable[[], LabelMap]
    size: tuple[int, int]
    mean_uncertainty: float | None


@dataclass(slots=True, eq=False)
class _Pass:
    """One walk over the images, and how far it is."""

    rule: MergeRule
    model: Path
    locked: frozenset[int]
    waiting: deque[str]
    total: int
    again: bool
    readers: ThreadPoolExecutor
    ahead: dict[str, "Future[RgbImage]"] = field(default_factory=dict)
    done: int = 0
    writing: int = 0
    is_predicting: bool = False
    was_stopped: bool = False
    changed: int = 0
    skipped: int = 0
    failed: int = 0
    disagreements: dict[str, Disagreement] = field(default_factory=dict)


class PredictAllController(Work):
    """Runs the chosen model on all images: reads ahead, and writes behind, while it runs.

    Pixels that a person corrected or looked at, and those of locked classes, are never written to,
    and approved images are left out. An image that the model has answered already is not asked
    again, so that a walk which was stopped goes on where it was.

    Signals:
        finished: An ``AllOutcome``.
        failed: A ``SegStudioError`` about one image; the others are done.
    """

    finished = Signal(object)

    def __init__(
        self, workspace: Workspace, predict: PredictController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._predict = predict
        self._pass: _Pass | None = None
        self._job: Job | None = None
        self._opening: dict[str, tuple[_Pass, _Said]] = {}
        workspace.project_changed.connect(self._forget)
        workspace.document_changed.connect(self._on_document_changed)

    @property
    def is_running(self) -> bool:
        """Whether images are being predicted."""
        return self._pass is not None

    def run(self, rule: MergeRule, *, again: bool = False) -> None:
        """Run the chosen model on all images.

        Args:
            rule: What is written where.
            again: Whether to ask it about images that it has answered already.
        """
        model, project = self._predict.model, self._workspace.project
        if model is None or project is None or self._pass is not None:
            return
        if rule is not MergeRule.COMPARE and not self._workspace.store.may_write(self.failed.emit):
            return
        self._workspace.save()
        keys = deque(self._workspace.keys)
        readers = ThreadPoolExecutor(_AHEAD)
        self._pass = _Pass(
            rule, model.path, self._workspace.locked, keys, len(keys), again, readers
        )
        self.tell_running()
        self._go_on()

    @Slot()
    def cancel(self) -> None:
        """Stop; images that are done stay so."""
        current = self._pass
        if current is None or not (current.waiting or current.is_predicting):
            return
        current.was_stopped = True
        current.waiting.clear()
        if self._job is not None:
            self._job.cancel()
            self._job = None
            current.is_predicting = False
        self._go_on()

    def shut_down(self) -> None:
        """Stop and wait for the threads."""
        self._forget()

    # --- One image after another

    def _go_on(self) -> None:
        current, project = self._pass, self._workspace.project
        if current is None or project is None:
            return
        self.progressed.emit(current.done, max(current.total, 1))
        if current is not self._pass:  # who heard it has stopped this
            return
        if current.waiting and not current.is_predicting and current.writing < _MAX_WRITING:
            self._predict_next(current, project)
        elif not current.waiting and not current.is_predicting and not current.writing:
            self._finish()

    def _predict_next(self, current: _Pass, project: Project) -> None:
        key = current.waiting.popleft()
        for ahead in (key, *list(current.waiting)[:_AHEAD]):
            if ahead not in current.ahead:
                path = project.image_path(ahead)
                current.ahead[ahead] = current.readers.submit(read_image, path)
        image = current.ahead.pop(key)
        ask = self._predict.asker()
        rule, again, model = current.rule, current.again, current.model

        def run(cancelled: threading.Event) -> Answer | None:
            # Comparing asks about everything; an approved image is as good as its labels.
            if rule is not MergeRule.COMPARE and read_review(project, key).is_approved:
                return None
            if rule is not MergeRule.COMPARE and not again and is_predicted(project, key, model):
                return None
            return ask(image.result(), cancelled)

        current.is_predicting = True
        job = Job(run, self)
        job.succeeded.connect(partial(self._on_predicted, current, key))
        job.failed.connect(partial(self._on_failed, current))
        self._job = job
        job.start(self._predict.pool)

    def _on_predicted(self, current: _Pass, key: str, answer: Answer | None) -> None:
        current.is_predicting = False
        self._job = None
        project = self._workspace.project
        if current is not self._pass or project is None:
            return
        if answer is None:
            current.skipped += 1
            self._end_one(current)
            return
        try:
            class_map = self._predict.in_project_classes(answer)
        except ValueError as error:
            self._on_failed(current, error)
            return
        if current.rule is MergeRule.COMPARE:
            self._compare(current, key, class_map)
        else:
            height, width = answer.prediction.class_map.shape
            said = _Said(class_map, (height, width), answer.mean_uncertainty)
            self._write(current, key, said)
        self._go_on()  # the model runs on while this one is written

    def _compare(self, current: _Pass, key: str, class_map: Callable[[], LabelMap]) -> None:
        read = self._workspace.mask_reader(key)

        def run(_cancelled: threading.Event) -> Disagreement | None:
            label_map, said = read(), class_map()
            if label_map is None or label_map.shape != said.shape:
                return None
            return disagreement(label_map, said)

        def take(found: Disagreement | None) -> None:
            if found is not None and found.different:
                current.disagreements[key] = found

        self._start_writing(current, Job(run, self), take)

    def _write(self, current: _Pass, key: str, said: _Said) -> None:
        document = self._workspace.document
        if document is None or document.key != key:
            self._write_stored(current, key, said)
            return

        def take() -> None:
            current.writing -= 1
            current.changed += 1
            self._end_one(current)

        def fail(error: Exception) -> None:
            current.writing -= 1
            self._on_failed(current, error)

        def leave() -> None:
            current.writing -= 1
            self._write_stored(current, key, said)

        current.writing += 1
        writing = self._write_open(current, document, said)
        writing.written.connect(take)
        writing.failed.connect(fail)
        writing.left.connect(leave)

    def _write_stored(self, current: _Pass, key: str, said: _Said) -> None:
        """Put an answer into the files of an image that is not open."""
        name = self._predict.edit_name()
        change = partial(_change_stored, self._workspace.project, key, said, current, name)
        job = self._workspace.store.change_mask(key, change, size=said.size)

        def take(changed: bool) -> None:
            current.changed += changed
            if not changed:
                self._workspace.files_changed.emit(key)  # the prediction was
            else:
                self._workspace.store.note_changed(key)
                self._opening[key] = current, said
                self._on_document_changed(self._workspace.document)

        self._start_writing(current, job, take)

    def _write_open(
        self, current: _Pass, document: Document, said: _Said, *, is_stored: bool = False
    ) -> AnswerWriting:
        """Put an answer into the open image.

        Args:
            current: The walk.
            document: The open image.
            said: The answer.
            is_stored: Whether its files have it already; nobody leaves it then without the answer.
        """
        rules = AnswerRules(current.locked, current.rule)
        request = AnswerRequest(
            self._predict.edit_name(), said.class_map, rules, is_confirmed=is_stored
        )
        key, autosave = document.key, self._workspace.autosave
        writing = self._predict.answers.write(document, request)
        writing.written.connect(
            lambda applied: autosave.save_prediction(
                key, applied.answer, current.model, said.mean_uncertainty
            )
        )
        return writing

    def _on_document_changed(self, document: Document | None) -> None:
        """Tell an image that was being opened, and read, while its mask was written."""
        is_opening = document is None and self._workspace.current_key in self._opening
        if document is not None and document.key in self._opening:
            current, said = self._opening[document.key]
            writing = self._write_open(current, document, said, is_stored=True)
            writing.failed.connect(self.tell_failed)
        if not is_opening:
            self._opening.clear()

    def _start_writing(self, current: _Pass, job: Job, take: Callable[..., None]) -> None:
        def end(result: object) -> None:
            current.writing -= 1
            take(result)
            self._end_one(current)

        def fail(error: Exception) -> None:
            current.writing -= 1
            self._on_failed(current, error)

        current.writing += 1
        job.succeeded.connect(end)
        job.failed.connect(fail)
        job.start(self._workspace.store.pool)

    def _on_failed(self, current: _Pass, error: Exception) -> None:
        current.is_predicting = False
        current.failed += 1
        self.tell_failed(error)
        self._end_one(current)

    def _end_one(self, current: _Pass) -> None:
        current.done += 1
        if current is self._pass:
            self._go_on()

    def _finish(self) -> None:
        current, self._pass = self._pass, None
        assert current is not None
        current.readers.shutdown(wait=False, cancel_futures=True)
        self.tell_running()
        self.finished.emit(
            AllOutcome(
                current.rule,
                current.changed,
                current.skipped,
                current.failed,
                current.disagreements,
                current.was_stopped,
            )
        )

    @Slot()
    def _forget(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._pass is not None:
            self._pass.readers.shutdown(wait=False, cancel_futures=True)
            self._pass = None
            self.tell_running()


def _change_stored(
    project: Project | None,
    key: str,
    said: _Said,
    current: _Pass,
    name: str,
    label_map: LabelMap,
    history: History,
) -> bool:
    """Merge an answer into a label map and its history in place, on a thread."""
    assert project is not None
    height, width = label_map.shape
    before = project.read_prediction(key, height, width)
    noted = read_noted(project, key, height, width)
    # It may have been approved since the model was asked.
    is_approved = read_review(project, key).is_approved
    basis = ReviewBasis(() if before is None else (before,), noted, is_approved)
    rules = AnswerRules(current.locked, current.rule)
    prepared = PreparedAnswer(copied(label_map), said.class_map(), basis, rules)
    prepared.compare()
    # What the user looked at is told from what the prediction before said, so it is kept first.
    if prepared.noted is not None and prepared.noted.any():
        write_noted(project, key, prepared.noted)
    project.write_prediction(key, prepared.applied.answer)
    note_predicted(project, key, current.model, said.mean_uncertainty)
    patch = prepared.patch()
    if patch is None:
        return False
    label_map[patch.rect.slices] = patch.after
    history.push(Edit.of(name, patch))
    return True
