"""An exported model in fewer bits, and what that costs: judged side by side with the full one.

What is called full here is the fp32 model that was checked against PyTorch.
"""

import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from onnxruntime import InferenceSession

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.label_set import LabelSet
from segstudio.core.metrics import Scores
from segstudio.core.splits import TRAIN
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledDataset
from trainer.data.source import Sample, items_of, read_sample
from trainer.errors import ExportError
from trainer.evaluate import Tally, flat_metrics
from trainer.export import Exported, batches_to_check
from trainer.exporting.contract import INPUT, OUTPUTS, sealed
from trainer.exporting.quantize import to_fp16, to_int8
from trainer.exporting.runtime import class_index_by, open_session

# On membranes the ranges of 4 crops and of 64 gave the same mIoU to 0.02 points.
_CALIBRATION_CROPS: Final = 32
_MIN_TIMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A converted model beside the full one, on the same images and the same processor.

    Attributes:
        full: Metrics of the full model.
        converted: Metrics of the converted one.
        agreement: Share of pixels to which both give the same class.
        full_s: Median seconds an image of the full one.
        converted_s: Median seconds an image of the converted one.
        speed: How many times as fast the converted one is; median over pairs of runs.
    """

    full: Scores
    converted: Scores
    agreement: float
    full_s: float
    converted_s: float
    speed: float

    @property
    def loss(self) -> float:
        """What is lost, points of mean IoU; below 0 if the converted model is better."""
        return 100 * (self.full.mean_iou - self.converted.mean_iou)


@dataclass(frozen=True, slots=True)
class Converted:
    """A converted model and how it compares.

    Attributes:
        content: The ONNX file; the metrics on its card are those of this comparison.
        comparison: With the full model.
    """

    content: bytes
    comparison: Comparison


def converted_model(
    exported: Exported,
    precision: str,
    *,
    crops: Iterable[RgbImage],
    images: Sequence[RgbImage],
    samples: Iterable[Sample],
    label_set: LabelSet,
    max_loss: float,
    progress: Callable[[int], None],
) -> Converted:
    """Return an exported model in fewer bits, if it is still good enough.

    Args:
        exported: The full model.
        precision: "fp16" or "int8".
        crops: (H, W, 3) uint8 parts of training images, which set the ranges of "int8".
        images: (H, W, 3) uint8; the model must run on parts of these, alone and in pairs.
        samples: Labelled images that judge, at least one.
        label_set: Classes of their labels; where it is empty, they are the model's.
        max_loss: Points of mean IoU that may be lost.
        progress: Told how many samples are done, after each.

    Raises:
        ExportError: If the model cannot be converted, or loses more than that.
        TrainerError: If the labels are of other classes.
    """
    card = replace(exported.card, precision=precision)
    try:
        if precision == "fp16":
            model = to_fp16(exported.content)
        else:
            model = to_int8(exported.content, crops)
        converted = open_session(sealed(model, card))
        _require_any_size(converted, images)
    except SegStudioError:
        raise
    except Exception as error:  # what these libraries raise has no common base class
        raise ExportError(
            f"{card.network} cannot be exported as {precision}",
            hint="Export it as fp32, and please report this as a bug",
        ) from error
    tallies = Tally(card.label_set, label_set), Tally(card.label_set, label_set)
    comparison = compare(open_session(exported.content), converted, samples, tallies, progress)
    _refuse_loss(comparison, precision, max_loss)
    metrics = flat_metrics(tallies[1].to_json())
    return Converted(sealed(model, replace(card, metrics=metrics)), comparison)


def compare(
    full: InferenceSession,
    converted: InferenceSession,
    samples: Iterable[Sample],
    tallies: tuple[Tally, Tally],
    progress: Callable[[int], None],
) -> Comparison:
    """Judge two models on the same images, in turns.

    Args:
        full: The full model.
        converted: The converted model.
        samples: Labelled images, at least one.
        tallies: Count the predictions of the full and of the converted model.
        progress: Told how many samples are done, after each.
    """
    seconds: list[tuple[float, float]] = []
    agreed = pixels = 0
    for done, sample in enumerate(samples, start=1):
        first, first_s = _timed(full, sample.image)
        second, second_s = _timed(converted, sample.image)
        tallies[0].add(sample, first)
        tallies[1].add(sample, second)
        agreed += int((first == second).sum())
        pixels += first.size
        seconds.append((first_s, second_s))
        progress(done)
    while len(seconds) < _MIN_TIMED:
        seconds.append((_timed(full, sample.image)[1], _timed(converted, sample.image)[1]))
    full_s, converted_s = zip(*seconds, strict=True)
    return Comparison(
        full=tallies[0].scores,
        converted=tallies[1].scores,
        agreement=agreed / pixels,
        full_s=statistics.median(full_s),
        converted_s=statistics.median(converted_s),
        speed=statistics.median(a / b for a, b in seconds),
    )


def calibration_crops(
    dataset: LabelledDataset, size: tuple[int, int], seed: int
) -> Iterator[RgbImage]:
    """Yield parts of training images, of the size that the network was trained on.

    Args:
        dataset: The label set.
        size: (height, width) of the crops, pixels; less where an image is smaller.
        seed: Of the choice of images and places.
    """
    rng = np.random.default_rng(seed)
    items = items_of(dataset, TRAIN)
    for index in rng.integers(len(items), size=_CALIBRATION_CROPS):
        image = read_sample(dataset, items[index]).image
        top, left = (
            rng.integers(max(side - part, 0) + 1)
            for side, part in zip(image.shape[:2], size, strict=True)
        )
        yield image[top : top + size[0], left : left + size[1]]


def _timed(session: InferenceSession, image: RgbImage) -> tuple[LabelMap, float]:
    began = time.perf_counter()
    class_index = class_index_by(session, image)
    return class_index, time.perf_counter() - began


def _require_any_size(session: InferenceSession, images: Sequence[RgbImage]) -> None:
    for batch in batches_to_check(images):
        class_index, confidence = session.run(OUTPUTS, {INPUT: batch})
        if not class_index.shape == confidence.shape == batch.shape[:3]:
            raise ValueError(f"outputs are {class_index.shape} and {confidence.shape}")
        if class_index.dtype != np.uint8 or confidence.dtype != np.float32:
            raise TypeError(f"outputs are {class_index.dtype} and {confidence.dtype}")


def _refuse_loss(comparison: Comparison, precision: str, max_loss: float) -> None:
    full, converted = comparison.full.mean_iou, comparison.converted.mean_iou
    if math.isnan(full):
        raise ExportError(
            f"nothing judges the {precision} model: no pixel of the validation images is labelled",
            hint="Label some of them, or export it as fp32",
        )
    if not comparison.loss <= max_loss:
        raise ExportError(
            f"as {precision} the model loses {comparison.loss:.2f} points of mean IoU, "
            f"{100 * full:.2f} to {100 * converted:.2f}, and {max_loss:g} may be lost",
            hint="Export it as fp32, or allow more with --max-loss",
        )
