"""How well a model does on labelled images: the same numbers for a checkpoint and its export."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from segstudio.core.boundary import BoundaryCounts, BoundaryScores, boundary_counts
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.label_set import LabelSet, class_mapping
from segstudio.core.metrics import Confusion, Scores, confusion_matrix
from segstudio.core.model_card import CARD_KEY, ModelCard
from segstudio.errors import ModelCardError, ModelError
from trainer.checkpoint import find_checkpoint, load_checkpoint, segmenter_of
from trainer.data.source import Sample
from trainer.errors import TrainerError
from trainer.inference import InferenceSettings, class_index_of
from trainer.losses import cross_entropy
from trainer.networks.segmenter import Segmenter, decide


class Predictor(Protocol):
    """Says the class of every pixel."""

    def __call__(self, image: RgbImage) -> LabelMap:
        """Return (H, W) uint8 class indices of an (H, W, 3) uint8 image."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model to judge.

    Attributes:
        label_set: Its classes.
        predict: Runs it.
        positive: How its training data was read, where that is known.
    """

    label_set: LabelSet
    predict: Predictor
    positive: str | None


Watch: TypeAlias = Callable[[int, Sample, LabelMap], None]
"""Gets the place of a validation image, the image, and its predicted (H, W) class indices."""


@dataclass(frozen=True, slots=True)
class Validation:
    """Outcome of one look at the validation images.

    Attributes:
        loss: Mean loss over the images.
        scores: Metrics over all pixels of all images.
        confusion: (C, C + 1) pixel counts they were taken from.
    """

    loss: float
    scores: Scores
    confusion: Confusion


def _one_process(values: NDArray[Any]) -> NDArray[Any]:
    return values


@torch.no_grad()
def validate(
    segmenter: Segmenter,
    samples: Iterable[Sample],
    num_classes: int,
    device: torch.device,
    watch: Watch | None = None,
    *,
    total: Callable[[NDArray[Any]], NDArray[Any]] = _one_process,
) -> Validation:
    """Judge a network that is being trained on full images, one at a time.

    Args:
        segmenter: The network; left in the mode it was in.
        samples: The validation images.
        num_classes: C.
        device: Where the network is.
        watch: Shown every prediction.
        total: Adds an array up over all processes, where each judges a part of the images.
    """
    was_training = segmenter.training
    segmenter.eval()
    confusion = np.zeros((num_classes, num_classes + 1), np.int64)
    losses = np.zeros(2)  # sum, number of images
    for index, sample in enumerate(samples):
        logits = segmenter(_on(device, sample.image))
        target = torch.from_numpy(sample.label_map.astype(np.int64))[None].to(device)
        losses += (cross_entropy(logits, target).item(), 1)
        predicted = decide(logits)[0][0].cpu().numpy()
        confusion += confusion_matrix(sample.label_map, predicted, num_classes)
        if watch:
            watch(index, sample, predicted)
    segmenter.train(was_training)
    loss_sum, count = total(losses)
    confusion = total(confusion)
    return Validation(float(loss_sum / count), Scores.of(confusion), confusion)


def load_model(
    path: Path, device: torch.device, inference: InferenceSettings | None = None
) -> LoadedModel:
    """Load a run folder, a checkpoint or an ONNX file.

    Args:
        path: Where it is.
        device: Where a run's network shall be; an ONNX file runs on the CPU.
        inference: How the network is asked; by default once about the whole image.

    Raises:
        CheckpointError: If a run or checkpoint cannot be used.
        ModelError: If an ONNX file cannot be used.
        TrainerError: If an ONNX file cannot be asked in this way.
    """
    settings = inference or InferenceSettings()
    if path.suffix.lower() == ".onnx":
        if not settings.is_plain:
            raise TrainerError(
                f"{path.name}: windows, flips and scales average probabilities, "
                "and an ONNX model gives only classes and their confidence",
                hint="Judge its run or checkpoint instead",
            )
        return _load_onnx(path)
    file = find_checkpoint(path)
    checkpoint = load_checkpoint(file)
    segmenter = segmenter_of(checkpoint, file).to(device)

    def predict(image: RgbImage) -> LabelMap:
        class_index: LabelMap = class_index_of(segmenter, _on(device, image), settings)[0].numpy(
            force=True
        )
        return class_index

    return LoadedModel(checkpoint.label_set, predict, checkpoint.recipe.positive)


class Tally:
    """Compares a model's predictions with labels, image after image.

    Args:
        known: Classes of the model.
        label_set: Classes of the labels; where it is empty, they are the model's.
        boundary: Whether to compare contours, too.

    Attributes:
        classes: Classes of the labels.

    Raises:
        TrainerError: If the classes of the model and of the labels are not the same.
    """

    def __init__(self, known: LabelSet, label_set: LabelSet, *, boundary: bool = False) -> None:
        self.classes = label_set if len(label_set) else known
        if sorted(self.classes.names) != sorted(known.names):
            raise TrainerError(
                f"the model knows {', '.join(known.names)}, "
                f"the labels are {', '.join(self.classes.names)}",
                hint="Judge it on labels of its own classes, or name them with --classes NAMES.txt",
            )
        self._lookup = class_mapping(known.names, self.classes)
        self._confusion = np.zeros((len(self.classes), len(self.classes) + 1), np.int64)
        self._boundary: list[BoundaryCounts] | None = [] if boundary else None

    def add(self, sample: Sample, class_index: LabelMap) -> LabelMap:
        """Count one image.

        Args:
            sample: The image and its labels.
            class_index: (H, W) uint8, as the model predicts them.

        Returns:
            (H, W) uint8, the prediction in the classes of the labels.

        Raises:
            TrainerError: If the labels hold other classes.
        """
        predicted: LabelMap = self._lookup[class_index]
        try:
            self._confusion += confusion_matrix(sample.label_map, predicted, len(self.classes))
        except ValueError as error:
            raise TrainerError(
                f"{sample.key}: the labels do not fit the model ({error})",
                hint="Judge it on labels of its own classes",
            ) from error
        if self._boundary is not None:
            self._boundary.append(boundary_counts(sample.label_map, predicted, len(self.classes)))
        return predicted

    @property
    def scores(self) -> Scores:
        """Metrics over all pixels counted so far."""
        return Scores.of(self._confusion)

    def to_json(self) -> dict[str, Any]:
        """Return the metrics as JSON values, those of the contours beside the others."""
        result: dict[str, Any] = self.scores.to_json(self.classes.names)
        if self._boundary:
            contours = BoundaryScores.of(self._boundary)
            result["mean_boundary_f_score"] = _number(contours.mean_f_score)
            for row, f_score in zip(result["classes"], contours.f_score, strict=True):
                row["boundary_f_score"] = _number(f_score)
        return result


def flat_metrics(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics of ``Scores.to_json`` as a model card holds them: names and numbers."""
    if not metrics:  # never validated yet
        return {}
    flat = {name: metrics[name] for name in ("pixel_accuracy", "mean_iou")}
    for row in metrics["classes"]:
        flat[f"iou of {row['name']}"] = row["iou"]
        flat[f"f_score of {row['name']}"] = row["f_score"]
    return {name: value for name, value in flat.items() if value is not None}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _on(device: torch.device, image: RgbImage) -> torch.Tensor:
    # A copy, because decoded images are read-only and torch knows no read-only tensors.
    return torch.from_numpy(image.copy())[None].to(device)


def _load_onnx(path: Path) -> LoadedModel:
    from trainer.exporting.runtime import class_index_by, open_session

    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(path, "there is no such model", hint="Check the name") from error
    except OSError as error:
        raise ModelError(path, f"it cannot be read ({error.strerror})") from error
    try:
        session = open_session(content)
    except Exception as error:  # onnxruntime's errors have no common base class
        raise ModelError(path, "this is not an ONNX model, or it is damaged") from error
    text = session.get_modelmeta().custom_metadata_map.get(CARD_KEY)
    if text is None:
        raise ModelCardError(path, "it carries no model card, so its classes are unknown")
    try:
        card = ModelCard.from_json(text)
    except ValueError as error:
        raise ModelCardError(path, str(error)) from error
    return LoadedModel(card.label_set, partial(class_index_by, session), None)
