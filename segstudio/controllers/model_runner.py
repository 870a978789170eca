"""The model in the worker process, and what it says in the classes of a project."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segstudio.core import uncertainty as core_uncertainty
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.label_set import LabelSet, class_mapping
from segstudio.core.memory import empty
from segstudio.core.prepared_answer import Applied
from segstudio.core.strips import strips
from segstudio.engine.card_file import ForeignCard, write_card_file
from segstudio.engine.provider import Provider
from segstudio.engine.worker import Cancelled, LoadedModel, Prediction, RunSettings, Worker
from segstudio.errors import SegStudioError
from segstudio.storage.class_choice import class_choice
from segstudio.storage.project import Project

Uncertainty = NDArray[np.float32]
"""(H, W) float32, 0 certain to 1 unsure."""

ClassChoice = Mapping[str, str | None]
"""Model class -> project class, or None to leave its pixels unlabelled."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says about an image, and what its classes are in the project.

    Attributes:
        model: The model.
        prediction: What it says.
        choice: Model class -> project class, where it is not the one of the same name.
        mean_uncertainty: How unsure it is on average, 0 to 1, or None if it was not asked.
    """

    model: LoadedModel
    prediction: Prediction
    choice: ClassChoice = field(default_factory=dict)
    mean_uncertainty: float | None = None

    def in_classes(self, label_set: LabelSet) -> LabelMap:
        """Return the class map in the classes of a project; (H, W) uint8, 255 where it has none."""
        names = [self.choice.get(name, name) or "" for name in self.model.card.label_set.names]
        table, class_map = class_mapping(names, label_set), self.prediction.class_map
        result = empty(class_map.shape, np.uint8)
        for rows in strips(*class_map.shape):
            result[rows] = table[class_map[rows]]
        return result


@dataclass(frozen=True, slots=True)
class PredictionNote:
    """What running a model did to the open image.

    Attributes:
        model: The model.
        milliseconds: Time of the model run itself.
        kept_pixels: Pixels that the user had corrected and that were left alone.
        locked_pixels: Pixels of locked classes that were left alone.
        new_classes: Names that the model added to the project's classes.
    """

    model: LoadedModel
    milliseconds: float
    kept_pixels: int
    locked_pixels: int
    new_classes: tuple[str, ...]

    @classmethod
    def of(cls, answer: Answer, applied: Applied, new_classes: tuple[str, ...]) -> "PredictionNote":
        """Return what is told of an answer that was written."""
        milliseconds = answer.prediction.milliseconds
        return cls(answer.model, milliseconds, applied.corrected, applied.locked, new_classes)


class ModelRunner:
    """The worker process and the model in it; used on the pool's one thread only."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._loaded: LoadedModel | None = None
        self._provider = Provider.AUTO

    def use(self, provider: Provider) -> None:
        """Run models there from now on."""
        if provider is not self._provider:
            self._provider = provider
            self._loaded = None

    def load(self, path: Path, *, again: bool = False) -> LoadedModel:
        """Load a model, unless it is the one in the worker.

        Args:
            path: The ONNX file.
            again: Whether to try one that crashed the last time.

        Raises:
            SegStudioError: If it cannot be loaded; ``ForeignModelError`` if nobody has said yet
                how it is meant.
        """
        if self._loaded is None or self._loaded.path != path:
            self._loaded = None
            self._loaded = self._worker.load(path, self._provider, again=again)
        return self._loaded

    def preview(self, path: Path, card: ForeignCard, image: RgbImage) -> Prediction:
        """Run a model as a guess has it on (H, W, 3) uint8 RGB; the next call loads its own."""
        self._loaded = None
        self._worker.load(path, self._provider, card=card)
        return self._worker.predict(image)

    def confirm(self, path: Path, card: ForeignCard) -> LoadedModel:
        """Keep how a model is meant, in a file beside it, and load it."""
        write_card_file(path, card)
        self._loaded = None
        return self.load(path)

    def predict(
        self,
        path: Path,
        image: RgbImage,
        cancelled: threading.Event,
        progress: Callable[[int, int], None] | None = None,
        project: Project | None = None,
        *,
        uncertainty: bool = False,
        mean_uncertainty: bool = False,
    ) -> Answer | None:
        """Ask a model about an image; None if it was cancelled.

        Args:
            path: The model.
            image: (H, W, 3) uint8 RGB.
            cancelled: Stops it when it is set.
            progress: Told (done, total) parts of a large image.
            project: Whose choice of classes is taken, or None.
            uncertainty: Whether to ask how sure the model is of each pixel.
            mean_uncertainty: Whether to ask how sure it is on average, which takes less.

        Raises:
            SegStudioError: If the model cannot be run.
        """
        loaded = self.load(path)
        settings = RunSettings(
            confidence=uncertainty or mean_uncertainty,
            entropy=uncertainty and loaded.gives_scores,
        )
        names = loaded.card.label_set.names
        choice = class_choice(project, path, names) if project else {}
        try:
            prediction = self._worker.predict(
                image, cancelled, settings=settings, progress=progress
            )
            confidence = prediction.confidence
            mean = None if confidence is None else core_uncertainty.mean_uncertainty(confidence)
            return Answer(loaded, prediction, choice, mean)
        except Cancelled:
            return None
        except SegStudioError:
            self._loaded = None  # the worker may have died with it
            raise


def uncertainty_of(prediction: Prediction) -> Uncertainty | None:
    """Return how unsure a model is: the entropy, or what the confidence leaves; on any thread."""
    if prediction.entropy is not None:
        return prediction.entropy
    if prediction.confidence is None:
        return None
    return np.clip(2 * (1 - prediction.confidence), 0, 1)


def with_model_classes(
    label_set: LabelSet, model_classes: LabelSet, choice: ClassChoice
) -> LabelSet:
    """Return the classes of the project with those of the model added that it lacks.

    A project whose classes nobody has touched yet takes over those of the model as they are.
    """
    wanted = LabelSet(tuple(item for item in model_classes if item.name not in choice))
    untouched = label_set == LabelSet.named(["background"])
    if untouched and wanted == model_classes and model_classes.background_index is not None:
        return model_classes
    chosen = [name for name in choice.values() if name]
    new = [name for name in dict.fromkeys(chosen) if name not in label_set.names]
    for name in new:
        label_set = label_set.added(name)
    return label_set.united(wanted)
