"""Models in the dropdown, and running one on the open image."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.workspace import Workspace, as_user_error
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.label_set import LabelSet, class_mapping
from segstudio.engine.catalog import ModelFile, find_models
from segstudio.engine.worker import Cancelled, LoadedModel, Prediction, Worker
from segstudio.errors import SegStudioError
from segstudio.storage.assets import bundled_models_folder, user_models_folder
from segstudio.storage.lineage import promoted_at


@dataclass(frozen=True, slots=True)
class PredictionNote:
    """What running a model did to the open image.

    Attributes:
        model: The model.
        milliseconds: Time of the model run itself.
        kept_pixels: Pixels that the user had corrected and that were left alone.
        new_classes: Names that the model added to the project's classes.
    """

    model: LoadedModel
    milliseconds: float
    kept_pixels: int
    new_classes: tuple[str, ...]


class _Engine:
    """The worker process and the model in it; used on the pool's one thread only."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._loaded: LoadedModel | None = None

    def load(self, path: Path) -> LoadedModel:
        if self._loaded is None or self._loaded.path != path:
            self._loaded = None
            self._loaded = self._worker.load(path)
        return self._loaded

    def predict(
        self,
        path: Path,
        image: RgbImage,
        cancelled: threading.Event,
        progress: Callable[[int, int], None],
    ) -> tuple[LoadedModel, Prediction] | None:
        loaded = self.load(path)
        try:
            return loaded, self._worker.predict(image, cancelled, progress=progress)
        except Cancelled:
            return None
        except SegStudioError:
            self._loaded = None  # the worker may have died with it
            raise


class PredictController(QObject):
    """Finds models, loads one in the worker process and runs it on the open image.

    Signals:
        models_changed: The list of models changed.
        model_loaded: The ``LoadedModel`` that is ready, or None while there is none.
        running_changed: Whether a model runs now.
        progressed: (done, total) parts of a large image.
        predicted: A ``PredictionNote``; the document already shows the answer.
        failed: A ``SegStudioError`` to tell the user.
    """

    models_changed = Signal()
    model_loaded = Signal(object)
    running_changed = Signal(bool)
    progressed = Signal(int, int)
    predicted = Signal(object)
    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._worker = Worker()
        self._engine = _Engine(self._worker)
        self._pool = Pool(1, self)
        self._job: Job | None = None
        self._load_job: Job | None = None
        self._last: tuple[str, LabelMap, LoadedModel] | None = None
        self._added_files: list[Path] = []
        self._good: ModelFile | None = None  # the last one that loaded
        self.models: list[ModelFile] = []
        self.model: ModelFile | None = None
        workspace.project_changed.connect(self._on_project_changed)
        workspace.image_opening.connect(self.cancel)

    @property
    def is_running(self) -> bool:
        """Whether a model runs now."""
        return self._job is not None

    @property
    def is_idle(self) -> bool:
        """Whether no model is being loaded or run."""
        return self._job is None and self._load_job is None

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
        self.models += [ModelFile(path, path.stem, "file") for path in self._added_files]
        if self.model not in self.models:
            self._choose(self.models[0] if self.models else None)
        self.models_changed.emit()

    def add_model(self, path: Path) -> None:
        """Add a model file from anywhere to the list and choose it."""
        if path not in [model.path for model in self.models]:
            self._added_files.append(path)
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
        job = Job(lambda cancelled: engine.predict(path, image, cancelled, job.report), self)
        job.progressed.connect(self.progressed)
        self._job = job
        self._job.succeeded.connect(self._on_predicted)
        self._job.failed.connect(self._on_failed)
        self.running_changed.emit(True)
        self._job.start(self._pool)

    @Slot()
    def cancel(self) -> None:
        """Stop the model that runs, if one does; the label map stays as it is."""
        if self._job is not None:
            self._job.cancel()
            self._end_job()

    def replace_corrections(self) -> None:
        """Write the last answer again, this time over corrected pixels too."""
        document = self._workspace.document
        if self._last is None or document is None or self._last[0] != document.key:
            return
        _key, class_map, model = self._last
        answer = self._in_project_classes(class_map, model)
        document.apply_prediction(self._edit_name(model), answer, replace_all=True)
        self._workspace.save_prediction(document.key, answer)

    def shut_down(self) -> None:
        """End the worker process and the thread that talks to it."""
        self.cancel()
        if self._load_job is not None:
            self._load_job.cancel()
        self._worker.close()
        self._pool.shut_down()

    def _choose(self, model: ModelFile | None) -> None:
        self.model = model
        self.model_loaded.emit(None)
        if self._load_job is not None:
            self._load_job.cancel()
            self._load_job = None
        if model is not None:
            engine, path = self._engine, model.path
            self._load_job = Job(lambda _cancelled: engine.load(path), self)
            self._load_job.succeeded.connect(self._on_loaded)
            self._load_job.failed.connect(self._on_load_failed)
            self._load_job.start(self._pool)

    @Slot(object)
    def _on_loaded(self, loaded: LoadedModel) -> None:
        self._load_job = None
        self._good = self.model
        self.model_loaded.emit(loaded)

    @Slot(object)
    def _on_load_failed(self, error: Exception) -> None:
        self._load_job = None
        self.failed.emit(as_user_error(error))
        self._leave_broken_model()

    def _leave_broken_model(self) -> None:
        """Go back to the last model that loaded; forget the broken one if it was only added."""
        if self.model is not None and self.model.path in self._added_files:
            self._added_files.remove(self.model.path)
            self.find_models()
        if self._good in self.models and self.model != self._good:
            self._choose(self._good)
            self.models_changed.emit()

    def _end_job(self) -> None:
        self._job = None
        self.running_changed.emit(False)

    @Slot(object)
    def _on_predicted(self, answer: tuple[LoadedModel, Prediction] | None) -> None:
        self._end_job()
        document = self._workspace.document
        if answer is None or document is None:
            return
        model, prediction = answer
        before = self._workspace.label_set
        try:
            self._workspace.set_label_set(_with_model_classes(before, model.card.label_set))
        except ValueError as error:
            self.failed.emit(as_user_error(error))
            return
        class_map = self._in_project_classes(prediction.class_map, model)
        kept = document.apply_prediction(self._edit_name(model), class_map)
        self._last = document.key, prediction.class_map, model
        self._workspace.save_prediction(document.key, class_map)
        self.predicted.emit(
            PredictionNote(
                model,
                prediction.milliseconds,
                kept,
                self._workspace.label_set.names[len(before) :],
            )
        )

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._end_job()
        self.failed.emit(as_user_error(error))

    def _in_project_classes(self, class_map: LabelMap, model: LoadedModel) -> LabelMap:
        table = class_mapping(model.card.label_set.names, self._workspace.label_set)
        return table[class_map]

    def _edit_name(self, model: LoadedModel) -> str:
        return self.tr("Run %s") % model.card.name


def _with_model_classes(label_set: LabelSet, model_classes: LabelSet) -> LabelSet:
    """Return the classes of the project with those of the model added that it lacks."""
    untouched = label_set == LabelSet.named(["background"])
    if untouched and model_classes.background_index is not None:
        return model_classes
    return label_set.united(model_classes)
