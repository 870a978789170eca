"""Models in the dropdown, and running one on the open image."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.answer_writer import AnswerRequest, AnswerWriter, AnswerWriting
from segstudio.controllers.jobs import SOON, Job, Pool
from segstudio.controllers.model_runner import (
    Answer,
    ClassChoice,
    ModelRunner,
    PredictionNote,
    Uncertainty,
    uncertainty_of,
    with_model_classes,
)
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.prepared_answer import AnswerRules, Applied
from segstudio.engine.card_file import ForeignCard
from segstudio.engine.catalog import ModelFile, find_models
from segstudio.engine.crash_notes import CrashedBeforeError, CrashNotes
from segstudio.engine.provider import Provider
from segstudio.engine.worker import ForeignModelError, LoadedModel, Worker
from segstudio.storage.assets import bundled_models_folder, user_models_folder, user_state_folder
from segstudio.storage.class_choice import write_class_choice
from segstudio.storage.lineage import promoted_at

_PREVIEW_SIDE: Final = 512


@dataclass(frozen=True, slots=True)
class CardQuestion:
    """A model of another tool that has to be confirmed before it can be used.

    Attributes:
        path: The model.
        guesses: The ways in which it may be meant, the likeliest first.
    """

    path: Path
    guesses: list[ForeignCard]


class PredictController(QObject):
    """Finds models, loads one in the worker process and runs it on the open image.

    Signals:
        models_changed: The list of models changed.
        model_added: The file of a model that was added from outside of the models' folders.
        model_loaded: The ``LoadedModel`` that is ready, or None while there is none.
        running_changed: Whether a model runs now.
        progressed: (done, total) parts of a large image.
        predicted: A ``PredictionNote``; the document already shows the answer.
        card_needed: A ``CardQuestion`` about a model of another tool.
        previewed: (ForeignCard, (h, w, 3) uint8 RGB, class map or None): what a guess gives.
        uncertainty_changed: An (H, W) float32 of the open image, 0 certain to 1 unsure, or None.
        failed: A ``SegStudioError`` to tell the user.
    """

    card_needed = Signal(object)
    previewed = Signal(object, object, object)
    uncertainty_changed = Signal(object)
    models_changed = Signal()
    model_added = Signal(object)
    model_loaded = Signal(object)
    running_changed = Signal(bool)
    progressed = Signal(int, int)
    predicted = Signal(object)
    failed = Signal(object)

    def __init__(
        self, workspace: Workspace, parent: QObject | None = None, *, added: Sequence[Path] = ()
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._worker = Worker(crash_notes=CrashNotes(user_state_folder() / "crashed-models.json"))
        self._engine = ModelRunner(self._worker)
        self.pool = Pool(1, self, nice=SOON)
        self.answers = AnswerWriter(workspace, self)
        self._preview_jobs: list[Job] = []
        self._loaded: LoadedModel | None = None
        self.wants_uncertainty = False
        self._provider = Provider.AUTO
        self._job: Job | None = None
        self._load_job: Job | None = None
        self._writing: AnswerWriting | None = None
        self._last: tuple[str, Answer] | None = None
        self._added_files = list(added)
        self._good: ModelFile | None = None  # the last one that loaded
        self.models: list[ModelFile] = []
        self.model: ModelFile | None = None
        workspace.project_changed.connect(self._on_project_changed)
        workspace.image_opening.connect(self.cancel)
        workspace.document_changed.connect(lambda _document: self.uncertainty_changed.emit(None))

    @property
    def is_running(self) -> bool:
        """Whether a model runs now, or what it said is being written."""
        return self._job is not None or self._writing is not None

    @property
    def is_idle(self) -> bool:
        """Whether no model is being loaded or run, and no answer written."""
        return self._job is None and self._load_job is None and self.answers.is_idle

    def start_worker(self) -> None:
        """Start the process that runs models before it is needed."""
        self._worker.start()

    @Slot()
    def find_models(self) -> None:
        """Look for models again; the chosen one stays chosen if it is still there."""
        project = self._workspace.project
        folders = {"project": project.models_folder} if project else {}
        folders |= {"user": user_models_folder(), "bundled": bundled_models_folder()}
        self.models = find_models(folders)
        found = {model.path for model in self.models}
        self.models += [
            ModelFile(path, path.stem, "file")
            for path in self._added_files
            if path not in found and path.is_file()
        ]
        if self.model not in self.models:
            self._choose(self.models[0] if self.models else None)
        self.models_changed.emit()

    def add_model(self, path: Path) -> None:
        """Add a model file from anywhere to the list and choose it."""
        if path not in [model.path for model in self.models]:
            self._added_files.append(path)
            self.model_added.emit(path)
        self.find_models()
        self.choose(next(model for model in self.models if model.path == path))
        self.models_changed.emit()

    @Slot()
    def _on_project_changed(self) -> None:
        self.find_models()
        own = [model for model in self.models if model.origin == "project"]
        if own and (self.model is None or self.model.origin == "bundled"):
            # What was trained for these images comes before what comes with the program.
            self.choose(max(own, key=lambda model: promoted_at(model.path)))
            self.models_changed.emit()

    def choose_path(self, path: Path) -> None:
        """Look for models again, and choose the one in this file if it is there."""
        self.find_models()
        wanted = next((model for model in self.models if model.path == path), None)
        if wanted is not None:
            self.choose(wanted)
            self.models_changed.emit()

    def choose(self, model: ModelFile) -> None:
        """Choose the model that ``run`` uses, and load it in the background."""
        if model != self.model:
            self.cancel()
            self._choose(model)

    def run(self) -> None:
        """Run the chosen model on the open image."""
        document, model = self._workspace.document, self.model
        if document is None or document.is_read_only or model is None or self.is_running:
            return
        image, engine, path = document.image, self._engine, model.path
        project, unsure = self._workspace.project, self.wants_uncertainty
        provider = self._provider

        def work(cancelled: threading.Event) -> tuple[Answer, Uncertainty | None] | None:
            engine.use(provider)
            answer = engine.predict(path, image, cancelled, job.report, project, uncertainty=unsure)
            return None if answer is None else (answer, uncertainty_of(answer.prediction))

        job = Job(work, self)
        job.progressed.connect(self.progressed)
        self._job = job
        self._job.succeeded.connect(self._on_predicted)
        self._job.failed.connect(self._on_failed)
        self.running_changed.emit(True)
        self._job.start(self.pool)

    @Slot()
    def cancel(self) -> None:
        """Stop the model that runs, if one does; the label map stays as it is."""
        if self._job is not None:
            self._job.cancel()
        if self._writing is not None:
            self._writing.cancel()
        if self.is_running:
            self._end_run()

    def replace_corrections(self) -> None:
        """Write the last answer again, this time over corrected pixels too."""
        document = self._workspace.document
        if self._last is None or document is None or self._last[0] != document.key:
            return
        answer = self._last[1]
        rules = AnswerRules(self._workspace.locked, replaces_all=True)
        class_map = partial(answer.in_classes, self._workspace.label_set)
        request = AnswerRequest(self.edit_name(), class_map, rules, is_confirmed=True)
        writing = self.answers.write(document, request)
        writing.written.connect(partial(self._save, document.key, answer))
        writing.failed.connect(lambda error: self.failed.emit(as_user_error(error)))

    def _save(self, key: str, answer: Answer, applied: Applied) -> None:
        self._workspace.autosave.save_prediction(
            key, applied.answer, answer.model.path, answer.mean_uncertainty
        )

    def asker(self) -> Callable[[RgbImage, threading.Event], Answer | None]:
        """Return what asks the chosen model about an image, on a thread of ``pool``."""
        engine, model, project = self._engine, self.model, self._workspace.project
        assert model is not None
        path = model.path
        return lambda image, cancelled: engine.predict(
            path, image, cancelled, None, project, mean_uncertainty=True
        )

    def in_project_classes(self, answer: Answer) -> Callable[[], LabelMap]:
        """Return what gives an answer in the project's classes, on any thread.

        The project gets the classes of the model that it lacks.

        Raises:
            ValueError: If they are too many.
        """
        wanted = with_model_classes(
            self._workspace.label_set, answer.model.card.label_set, answer.choice
        )
        self._workspace.store.set_label_set(wanted)
        return partial(answer.in_classes, wanted)

    def edit_name(self) -> str:
        """Return what an edit by the chosen model is called."""
        return self.tr("Run %s") % (self.model.name if self.model else "")

    def try_again(self) -> None:
        """Load the chosen model although it crashed the last time."""
        if self.model is not None:
            self._choose(self.model, again=True)

    def run_on_cpu(self) -> None:
        """Run the chosen model on the open image with the processor, until another is chosen."""
        if not self.is_running:
            self._provider = Provider.CPU
            self.run()

    def preview(self, path: Path, card: ForeignCard) -> None:
        """Run a model as a guess has it on a part of the open image; ``previewed`` tells."""
        document = self._workspace.document
        if document is None:
            return
        height, width = document.size
        top = max((height - _PREVIEW_SIDE) // 2, 0)
        left = max((width - _PREVIEW_SIDE) // 2, 0)
        part = np.ascontiguousarray(
            document.image[top : top + _PREVIEW_SIDE, left : left + _PREVIEW_SIDE]
        )
        engine = self._engine
        job = Job(lambda _cancelled: engine.preview(path, card, part), self)
        job.succeeded.connect(
            lambda prediction: self.previewed.emit(card, part, prediction.class_map)
        )
        job.failed.connect(lambda _error: self.previewed.emit(card, part, None))
        self._preview_jobs.append(job)
        job.start(self.pool)

    def end_previews(self) -> None:
        """Give up previews that nobody waits for any more."""
        for job in self._preview_jobs:
            job.cancel()
        self._preview_jobs.clear()

    def confirm(self, path: Path, card: ForeignCard, choice: ClassChoice) -> None:
        """Keep how a model is meant and what its classes are, choose it and load it."""
        self.end_previews()
        project = self._workspace.project
        if project is not None and choice:
            self._workspace.store.write(lambda project: write_class_choice(project, path, choice))
        if path not in [model.path for model in self.models]:
            self._added_files.append(path)
        self.find_models()
        self.model = next(model for model in self.models if model.path == path)
        engine = self._engine
        self._load(lambda: engine.confirm(path, card))
        self.models_changed.emit()

    def shut_down(self) -> None:
        """End the worker process and the thread that talks to it."""
        self.cancel()
        self.end_previews()
        if self._load_job is not None:
            self._load_job.cancel()
        self.answers.shut_down()
        self._worker.close()
        self.pool.shut_down()

    def _choose(self, model: ModelFile | None, *, again: bool = False) -> None:
        self.model = model
        if model is None:
            self.model_loaded.emit(None)
            self._end_load()
        else:
            engine, path = self._engine, model.path
            self._provider = Provider.AUTO

            def load() -> LoadedModel:
                engine.use(Provider.AUTO)
                return engine.load(path, again=again)

            self._load(load)

    def _load(self, load: Callable[[], LoadedModel]) -> None:
        self.model_loaded.emit(None)
        self._end_load()
        self._load_job = Job(lambda _cancelled: load(), self)
        self._load_job.succeeded.connect(self._on_loaded)
        self._load_job.failed.connect(self._on_load_failed)
        self._load_job.start(self.pool)

    def _end_load(self) -> None:
        if self._load_job is not None:
            self._load_job.cancel()
            self._load_job = None

    @Slot(object)
    def _on_loaded(self, loaded: LoadedModel) -> None:
        self._load_job = None
        self._good = self.model
        self.model_loaded.emit(loaded)

    @Slot(object)
    def _on_load_failed(self, error: Exception) -> None:
        self._load_job = None
        if isinstance(error, ForeignModelError):
            self.card_needed.emit(CardQuestion(error.path, error.guesses))
        else:
            self.failed.emit(as_user_error(error))
        if not isinstance(error, CrashedBeforeError):  # the user may want to try it again
            self._leave_broken_model()

    def _leave_broken_model(self) -> None:
        """Go back to the last model that loaded; forget the broken one if it was only added."""
        if self.model is not None and self.model.path in self._added_files:
            self._added_files.remove(self.model.path)
            self.find_models()
        if self._good in self.models and self.model != self._good:
            self._choose(self._good)
            self.models_changed.emit()

    def _end_run(self) -> None:
        self._job = self._writing = None
        self.running_changed.emit(False)

    @Slot(object)
    def _on_predicted(self, said: tuple[Answer, Uncertainty | None] | None) -> None:
        document = self._workspace.document
        if said is None or document is None:
            self._end_run()
            return
        answer, uncertainty = said
        known = len(self._workspace.label_set)
        try:
            class_map = self.in_project_classes(answer)
        except ValueError as error:
            self._on_failed(error)
            return
        new_classes = self._workspace.label_set.names[known:]
        rules = AnswerRules(self._workspace.locked)
        self._job = None
        self._writing = self.answers.write(
            document, AnswerRequest(self.edit_name(), class_map, rules)
        )

        def take(applied: Applied) -> None:
            self._end_run()
            self._last = document.key, answer
            self._save(document.key, answer, applied)
            self.uncertainty_changed.emit(uncertainty)
            self.predicted.emit(PredictionNote.of(answer, applied, new_classes))

        self._writing.written.connect(take)
        self._writing.failed.connect(self._on_failed)
        self._writing.left.connect(self._end_run)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._end_run()
        self.failed.emit(as_user_error(error))
