"""How far two label sets of the same images agree: two annotators, or labels and predictions.

Papers:
    Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement
        20, 1960: agreement beyond that of two who throw dice with the same shares of classes
    Landis and Koch, The Measurement of Observer Agreement for Categorical Data, Biometrics 33, 1977
        (table 2: words for values of kappa)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from segstudio.core.boundary import BoundaryCounts, BoundaryScores, boundary_counts
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.metrics import Confusion, Scores, confusion_matrix

_WORDS: Final = (
    (0.81, "almost perfect"),
    (0.61, "substantial"),
    (0.41, "moderate"),
    (0.21, "fair"),
    (0.0, "slight"),
)


@dataclass(frozen=True, slots=True)
class ImageAgreement:
    """How far two label maps of one image agree.

    Attributes:
        key: Image key.
        pixels: Number of pixels that are labelled in both.
        different: How many of these differ.
        only_ours: Number of pixels that only our label map labels.
        only_theirs: Number of pixels that only theirs labels.
        mean_iou: Mean IoU over the classes that either has; NaN if no pixel is labelled in both.
        kappa: Cohen's kappa; NaN likewise.
        boundary: Mean boundary F-score; NaN if there are no boundaries.
    """

    key: str
    pixels: int
    different: int
    only_ours: int
    only_theirs: int
    mean_iou: float
    kappa: float
    boundary: float

    @property
    def share(self) -> float:
        """Share of the pixels labelled in both that differ, 0..1; 0 if there are none."""
        return self.different / self.pixels if self.pixels else 0.0


class CountedImage(NamedTuple):
    """One image's agreement, with the counts that sums over images take."""

    agreement: ImageAgreement
    confusion: Confusion
    boundaries: BoundaryCounts


@dataclass(frozen=True, slots=True)
class SetAgreement:
    """How far two label sets agree.

    Attributes:
        images: Every image that is in both, in the order of the keys.
        scores: Metrics over all images, ours taken for the truth; IoU is the same either way.
        boundaries: Contour metrics.
        kappa: Cohen's kappa over all pixels.
        confusion: (C, C + 1) pixel counts: row = our class, column = theirs; the last is empty.
    """

    images: tuple[ImageAgreement, ...]
    scores: Scores
    boundaries: BoundaryScores
    kappa: float
    confusion: Confusion

    @property
    def worst(self) -> tuple[ImageAgreement, ...]:
        """The images that differ, those with the largest share of different pixels first."""
        differing = [image for image in self.images if image.different]
        return tuple(sorted(differing, key=lambda image: (-image.share, image.key)))


class AgreementCounter:
    """Adds up images; holds sums and one row an image, so that memory does not follow pixels.

    Args:
        num_classes: C.
    """

    def __init__(self, num_classes: int) -> None:
        self._num_classes = num_classes
        self._confusion: Confusion = np.zeros((num_classes, num_classes + 1), np.int64)
        self._boundaries: list[BoundaryCounts] = []
        self._images: list[ImageAgreement] = []

    def add(self, image: CountedImage) -> None:
        """Take in an image."""
        self._images.append(image.agreement)
        self._confusion += image.confusion
        # Contours of one image have far fewer than 2^32 pixels.
        self._boundaries.append(image.boundaries.astype(np.uint32))

    def result(self) -> SetAgreement | None:
        """Return the agreement of all images, or None if no pixel is labelled in both sets."""
        if not self._confusion.any():
            return None
        return SetAgreement(
            images=tuple(self._images),
            scores=Scores.of(self._confusion),
            boundaries=BoundaryScores.of(self._boundaries),
            kappa=cohen_kappa(self._confusion),
            confusion=self._confusion,
        )


def compared(key: str, ours: LabelMap, theirs: LabelMap, num_classes: int) -> CountedImage:
    """Compare two label maps of one image where both have labels.

    Args:
        key: Image key.
        ours: (H, W) uint8 class indices.
        theirs: (H, W) uint8, in the same classes.
        num_classes: C.

    Raises:
        ValueError: If the shapes differ, or a value is neither a class nor IGNORE_INDEX.
    """
    if ours.shape != theirs.shape:
        height, width = ours.shape
        raise ValueError(
            f"the sizes differ: {width} x {height} and {theirs.shape[1]} x {theirs.shape[0]}"
        )
    labelled, also = ours != IGNORE_INDEX, theirs != IGNORE_INDEX
    both = labelled & also
    common = np.where(both, ours, np.uint8(IGNORE_INDEX))
    other = np.where(both, theirs, np.uint8(IGNORE_INDEX))
    confusion = confusion_matrix(common, other, num_classes)
    boundaries = boundary_counts(common, other, num_classes)
    pixels = int(confusion.sum())
    agreement = ImageAgreement(
        key=key,
        pixels=pixels,
        different=pixels - int(np.diagonal(confusion).sum()),
        only_ours=int(np.count_nonzero(labelled & ~also)),
        only_theirs=int(np.count_nonzero(also & ~labelled)),
        mean_iou=Scores.of(confusion).mean_iou if pixels else float("nan"),
        kappa=cohen_kappa(confusion),
        boundary=BoundaryScores.of([boundaries]).mean_f_score,
    )
    return CountedImage(agreement, confusion, boundaries)


def cohen_kappa(confusion: Confusion) -> float:
    """Return Cohen's kappa of a confusion matrix: 1 for the same labels, 0 for mere chance.

    Where both have but one class, and the same one, agreement by chance is certain and the
    coefficient undefined; it is then 1, because nothing differs. NaN without pixels.

    Args:
        confusion: (C, C + 1) pixel counts; the last column does not count.
    """
    counts = confusion[:, : len(confusion)].astype(np.float64)
    total = counts.sum()
    if not total:
        return float("nan")
    agreed = np.trace(counts) / total
    by_chance = (counts.sum(axis=0) @ counts.sum(axis=1)) / total**2
    return 1.0 if by_chance == 1 else float((agreed - by_chance) / (1 - by_chance))


def kappa_word(kappa: float) -> str:
    """Return the word of Landis and Koch (1977) for a kappa: "poor" to "almost perfect"."""
    return next((word for least, word in _WORDS if round(kappa, 2) >= least), "poor")


def sorted_by(
    images: Sequence[ImageAgreement], value: Callable[[ImageAgreement], float]
) -> list[ImageAgreement]:
    """Return images in the order of a number, the lowest first and NaN last."""
    return sorted(images, key=lambda image: (np.isnan(value(image)), value(image), image.key))
