"""What training wants to know about its data, or why the data cannot be trained on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.formats.dataset import LabelledDataset
from segstudio.formats.table import FORMATS
from trainer.class_weights import ClassFrequencies
from trainer.data.source import SampleCache
from trainer.data.survey.examination import SHORT_FINGERPRINT, Examination, examine
from trainer.data.survey.facts import ImageFacts
from trainer.data.survey.findings import Finding, images_showing
from trainer.data.survey.tables import mask_kinds, split_rows
from trainer.errors import DatasetError
from trainer.words import counted


class Member(NamedTuple):
    """One image of a split.

    Attributes:
        key: Its name, unique in the data set.
        pixels: Number of its pixels.
        labelled: Number of those that have a class.
        corrected: Number of those that the user corrected.
    """

    key: str
    pixels: int
    labelled: int
    corrected: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a label set holds.

    Attributes:
        label_set: Its classes; named after what was found if the format names none.
        fingerprint: Hash of every split, image and mask: equal if and only if the data is.
        images: Number of images of each split.
        median_size: (height, width) of the training images, each side's median, pixels.
        smallest_size: The smallest height and the smallest width, pixels.
        mean: Mean of red, green and blue of the training images, 0..255.
        std: Their standard deviation, at least 1.
        class_pixels: Training pixels of each class.
        pixels_where_shown: Training pixels, of any class, of the images that show each class.
        warnings: What the user should know but may be meant so.
        format_name: Name of the format it was read in, or None.
        grey: Whether all training images are grey: red, green and blue are equal everywhere.
        class_images: Number of training images that show each class.
        unlabelled: Share of the training pixels that have no class, 0..1.
        summary: The data in one line, for people.
        members: The images of each split, in order.
    """

    label_set: LabelSet
    fingerprint: str
    images: Mapping[str, int]
    median_size: tuple[int, int]
    smallest_size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    class_pixels: tuple[int, ...]
    pixels_where_shown: tuple[int, ...]
    warnings: tuple[str, ...]
    format_name: str | None = None
    grey: bool = False
    class_images: tuple[int, ...] = ()
    unlabelled: float = 0.0
    summary: str = ""
    members: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)

    @property
    def labelled_pixels(self) -> int:
        """Number of training pixels that have a class."""
        return sum(self.class_pixels)

    @property
    def corrected(self) -> int:
        """Number of training pixels that the user corrected."""
        return sum(member.corrected for member in self.members.get(TRAIN, ()))

    @property
    def class_frequencies(self) -> ClassFrequencies:
        """How often each class occurs in the training images."""
        return ClassFrequencies(np.array(self.class_pixels), np.array(self.pixels_where_shown))


def survey(
    dataset: LabelledDataset,
    cache: SampleCache,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Decode the training and validation images and say what they hold.

    Args:
        dataset: The label set.
        cache: Keeps the decoded samples.
        progress: Told (done, total) after each image.

    Raises:
        DatasetError: If a split is empty, files cannot be used, mask values are no classes, or
            there is nothing to learn.
    """
    found = examine(dataset, cache, (TRAIN, VALIDATION), progress=progress)
    if found.refusals:
        raise _refusal(dataset, found.refusals)
    evidence = found.evidence
    training = evidence.of(TRAIN)
    count = len(evidence.label_set)
    frequencies = ClassFrequencies.of_histograms((each.values for each in training), count)
    mean, std = color_statistics(training)
    height, width = np.median([each.size for each in training], axis=0).astype(int).tolist()
    least_height, least_width = np.min([each.size for each in training], axis=0).tolist()
    return Survey(
        label_set=evidence.label_set,
        fingerprint=found.fingerprint,
        images={split: len(evidence.of(split)) for split in (TRAIN, VALIDATION)},
        median_size=(height, width),
        smallest_size=(least_height, least_width),
        mean=mean,
        std=std,
        class_pixels=tuple(frequencies.pixels.tolist()),
        pixels_where_shown=tuple(frequencies.pixels_where_shown.tolist()),
        warnings=tuple(each.sentence for each in found.warnings),
        format_name=dataset.format_name or None,
        grey=all(each.is_grey for each in training),
        class_images=tuple(images_showing(training)[:count].tolist()),
        unlabelled=1 - int(frequencies.pixels.sum()) / sum(each.area for each in training),
        summary=_summary(found),
        members={
            split: tuple(
                Member(each.item.key, each.area, each.labelled, each.corrected)
                for each in evidence.of(split)
            )
            for split in (TRAIN, VALIDATION)
        },
    )


def color_statistics(
    facts: Sequence[ImageFacts],
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return mean and standard deviation of red, green and blue over all pixels, 0..255."""
    areas = [each.area for each in facts]
    mean = np.average([each.mean for each in facts], axis=0, weights=areas)
    square = np.average([each.square for each in facts], axis=0, weights=areas)
    std = np.sqrt(np.maximum(square - np.square(mean), 1.0))
    return _three(mean), _three(std)


def _summary(found: Examination) -> str:
    dataset = found.evidence.dataset
    row = FORMATS.get(dataset.format_name)
    training, *_ = split_rows(found.evidence)
    sizes = dict.fromkeys(
        f"{size[1]} x {size[0]}" for size in (training.smallest, training.largest) if size
    )
    parts = [
        *([row.title] if row else []),
        f"{' to '.join(sizes)} pixels",
        f"{', '.join(mask_kinds(found.evidence))} masks",
        *([f"{training.unlabelled:.1%} unlabelled"] if training.unlabelled else []),
        f"fingerprint {found.fingerprint[:SHORT_FINGERPRINT]}",
    ]
    return "; ".join(parts)


def _refusal(dataset: LabelledDataset, refusals: Sequence[Finding]) -> DatasetError:
    first, *others = refusals
    hint = first.hint
    if others:
        hint += f". {counted(others, 'more problem')}: trainer doctor --data {dataset.root}"
    return DatasetError(dataset.root, first.message, hint=hint)


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(value, 3) for value in values.tolist())
    return red, green, blue
