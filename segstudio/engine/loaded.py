"""What loading and running a model gives, checked."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.model_card import ModelCard
from segstudio.core.model_contract import ModelContract
from segstudio.core.scales import check_scales
from segstudio.engine.answers import OTHER_MODEL
from segstudio.engine.card_file import ForeignCard
from segstudio.engine.pixels import Views
from segstudio.engine.provider import ProviderReport
from segstudio.errors import ModelCardError, ModelError


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is ready to run.

    Attributes:
        path: Its file.
        card: What it says about itself, or what the user confirmed about it.
        provider: Where it runs.
        milliseconds: What loading took.
        contract: How it is asked; None for our own models, which say it themselves.
        gives_scores: Whether it gives a value for each class, so that answers can be averaged and
            their entropy told.
    """

    path: Path
    card: ModelCard
    provider: ProviderReport
    milliseconds: float
    contract: ModelContract | None = None
    gives_scores: bool = True


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What is wanted of a run beside the classes.

    Attributes:
        confidence: Whether to return the probability of the class.
        entropy: Whether to return the entropy of all classes.
        flips: Mirror images whose answers are averaged: 1 is none, 2 left-right, 4 both ways.
        scales: Sizes at which the image is looked at, 1 is its own; the answers are averaged.
        most_pixels: How many pixels run at once at most; None for as many as fit.

    Raises:
        ValueError: If the flips or scales make no sense.
    """

    confidence: bool = False
    entropy: bool = False
    flips: int = 1
    scales: tuple[float, ...] = field(default=(1.0,))
    most_pixels: int | None = None

    def __post_init__(self) -> None:
        if self.flips not in (1, 2, 4):
            raise ValueError("flips are 1, 2 or 4 images")
        check_scales(self.scales)


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a model says about an image.

    Attributes:
        class_map: (H, W) uint8 class indices of the model's label set.
        confidence: (H, W) float32 probability of the class, 0..1, if it was asked for.
        milliseconds: What running the model took, without the way to the worker and back.
        entropy: (H, W) float32, 0 where one class is certain, 1 where all are equally likely, if
            it was asked for.
    """

    class_map: LabelMap
    confidence: NDArray[np.float32] | None
    milliseconds: float
    entropy: NDArray[np.float32] | None = None


class ForeignModelError(ModelError):
    """A model is not one of ours, and nobody has confirmed yet how it is meant.

    Attributes:
        guesses: The ways in which it may be meant, the likeliest first; never empty.
    """

    def __init__(self, path: Path, guesses: list[ForeignCard]) -> None:
        super().__init__(
            path,
            "this model is not one of ours, so how it takes images must be confirmed once",
            hint="Open it in the window, or take the likeliest way with --guess",
        )
        self.guesses = guesses


def prediction_of(
    model: LoadedModel, views: Views, milliseconds: float, settings: RunSettings
) -> Prediction:
    """Return a copy of what the worker wrote, checked; raises ModelError if it makes no sense."""
    # Copied first, checked then: the worker could still write to the shared memory.
    class_map = views.class_map.copy()
    confidence = views.confidence.copy() if settings.confidence else None
    entropy = views.entropy.copy() if settings.entropy else None
    largest, classes = int(class_map.max()), len(model.card.label_set)
    if largest >= classes:
        raise ModelError(
            model.path,
            f"it predicts class {largest}, but its card names only {classes} classes",
            hint=OTHER_MODEL,
        )
    for values in (confidence, entropy):
        if values is not None and not bool(np.isfinite(values).all()):
            raise ModelError(
                model.path, "its confidence holds values that are no numbers", hint=OTHER_MODEL
            )
    return Prediction(class_map, confidence, milliseconds, entropy)


def check_model_file(path: Path) -> None:
    """Check that there is a regular file that can be read; raises ModelError."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise ModelError(path, "there is no such model", hint="Check the name") from error
    except OSError as error:
        raise ModelError(path, f"it cannot be read ({error.strerror})") from error
    if stat.S_ISDIR(status.st_mode):
        raise ModelError(path, "this is a folder, not a model", hint="Choose an ONNX file")
    if not stat.S_ISREG(status.st_mode):
        raise ModelError(path, "this is not a regular file", hint="Choose an ONNX file")
    if not status.st_size:
        raise ModelError(path, "the file is empty", hint="Copy it again from its source")
    if not os.access(path, os.R_OK):
        raise ModelError(path, "you may not read this file")
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ModelError(
            path, "onnxruntime cannot open a file of this name", hint="Rename it"
        ) from error


def card_in(path: Path, text: str | None) -> ModelCard:
    """Return the card that one of our models carries; raises ModelCardError."""
    if text is None:
        raise ModelCardError(path, "it has no model card, so the names of its classes are unknown")
    try:
        return ModelCard.from_json(text)
    except ValueError as error:
        raise ModelCardError(path, str(error)) from error
