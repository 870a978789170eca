"""Boundary F-score: how well contours lie, within a tolerance.

Papers:
    What is a good evaluation measure for semantic segmentation? (Csurka et al., BMVC 2013) -
        https://www.bmva-archive.org.uk/bmvc/2013/Papers/paper0032/paper0032.pdf
    A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation (Perazzi et al.,
        CVPR 2016; the contour measure F)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap

BoundaryCounts: TypeAlias = NDArray[np.int64]
"""(C, 4) contour pixels of each class in one image: true, found, predicted, right."""

_Points: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""(N,) class index, row and column of contour pixels, in the order of these."""

_SHARE_OF_DIAGONAL = 0.0075
_NOT_PREDICTED = 256


def default_tolerance(height: int, width: int) -> float:
    """Return 0.75 % of the image's diagonal, in pixels, as in Csurka et al. (2013)."""
    return _SHARE_OF_DIAGONAL * math.hypot(height, width)


def boundary_counts(
    truth: LabelMap, predicted: LabelMap, num_classes: int, tolerance: float | None = None
) -> BoundaryCounts:
    """Count the contour pixels of each class that have a counterpart in the other label map.

    The contour of a class is its pixels that touch another class above, below, left or right; the
    image's edge is no contour. A contour pixel has a counterpart if one of the same class is not
    farther away than the tolerance (Euclidean distance).

    Pixels whose truth is IGNORE_INDEX have no contour, and contour pixels within the tolerance of
    one do not count, because their counterpart may lie there. A pixel predicted as IGNORE_INDEX is
    of another class than its neighbours.

    Args:
        truth: (H, W) uint8 class indices.
        predicted: (H, W) uint8 class indices.
        num_classes: C.
        tolerance: Pixels, >= 0; None for ``default_tolerance``.

    Raises:
        ValueError: If the shapes differ.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"the shapes differ: {truth.shape} and {predicted.shape}")
    if tolerance is None:
        tolerance = default_tolerance(*truth.shape)
    ignored = truth == IGNORE_INDEX
    judged = np.where(predicted == IGNORE_INDEX, _NOT_PREDICTED, predicted.astype(np.int16))
    judged[ignored] = IGNORE_INDEX
    true_contour, limits = _contours(truth.astype(np.int16))
    predicted_contour, _ = _contours(judged)

    found = _near(true_contour, predicted_contour, tolerance)
    right = _near(predicted_contour, true_contour, tolerance)
    counts = np.zeros((num_classes, 4), np.int64)
    for column, (contour, hit) in enumerate(((true_contour, found), (predicted_contour, right))):
        known = ~_near(contour, limits, tolerance, same_class=False)
        for offset, chosen in enumerate((known, known & hit)):
            total = np.bincount(contour[0][chosen], minlength=num_classes)
            counts[:, 2 * column + offset] = total[:num_classes]
    return counts


@dataclass(frozen=True, slots=True)
class BoundaryScores:
    """Contour metrics of a set of images; NaN for a class without a contour in any of them.

    Attributes:
        mean_f_score: Mean F-score over the classes that have contours.
        f_score: Harmonic mean of precision and recall of each class, mean over the images.
        precision: Share of the predicted contour that is right, mean over the images.
        recall: Share of the true contour that was found, mean over the images.
    """

    mean_f_score: float
    f_score: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]

    @classmethod
    def of(cls, images: Sequence[BoundaryCounts]) -> "BoundaryScores":
        """Return the metrics of counted images, at least one.

        As in Csurka et al. (2013) every image has its own scores, and those are averaged over the
        images in which the class has a contour, true or predicted. Where only one of the two has
        one, the class's F-score is 0.
        """
        counts = np.stack(images).astype(np.float64)
        true, found, predicted, right = np.moveaxis(counts, -1, 0)
        with np.errstate(invalid="ignore"):
            precision, recall = right / predicted, found / true
            # Contours may be there and not count, near ignored pixels: then one of the two is
            # not known, and the other, be it 0 or not, is all that is.
            known_precision = np.where(np.isnan(precision), recall, precision)
            known_recall = np.where(np.isnan(recall), precision, recall)
            product, total = known_precision * known_recall, known_precision + known_recall
            f_score = np.where(total == 0, 0.0, 2 * product / total)
        per_class = _mean_over_images(f_score)
        present = per_class[~np.isnan(per_class)]
        return cls(
            mean_f_score=float(present.mean()) if present.size else math.nan,
            f_score=tuple(per_class.tolist()),
            precision=tuple(_mean_over_images(precision).tolist()),
            recall=tuple(_mean_over_images(recall).tolist()),
        )


def _mean_over_images(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        mean: NDArray[np.float64] = np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)
    return mean


def _contours(label_map: NDArray[np.int16]) -> tuple[_Points, _Points]:
    """Return the contour pixels of all classes, and the ignored pixels next to labelled ones."""
    labelled = label_map != IGNORE_INDEX
    contour = np.zeros(label_map.shape, np.bool_)
    limit = np.zeros(label_map.shape, np.bool_)
    for here, there in (
        (np.s_[:-1], np.s_[1:]),
        (np.s_[:, :-1], np.s_[:, 1:]),
    ):
        differs = label_map[here] != label_map[there]
        both = differs & labelled[here] & labelled[there]
        contour[here] |= both
        contour[there] |= both
        limit[here] |= differs & ~labelled[here]
        limit[there] |= differs & ~labelled[there]
    return _points(label_map, contour), _points(label_map, limit)


def _points(label_map: NDArray[np.int16], chosen: NDArray[np.bool_]) -> _Points:
    rows, columns = np.nonzero(chosen)
    classes = label_map[rows, columns].astype(np.int64)
    order = np.argsort(classes, kind="stable")
    return classes[order], rows[order], columns[order]


def _near(
    points: _Points, others: _Points, tolerance: float, *, same_class: bool = True
) -> NDArray[np.bool_]:
    """Return which points have another within the tolerance, of their class or of any.

    The others are numbered in the order of class, row and column, so that those of one class in
    a stretch of one row are a range of numbers, found by bisection. Only points that are still
    alone look at the next row: most are near their counterpart.

    Args:
        points: P contour pixels.
        others: Contour pixels.
        tolerance: Pixels.
        same_class: Whether classes must agree.

    Returns:
        (P,) bool.
    """
    near = np.zeros(len(points[0]), np.bool_)
    if not len(others[0]):
        return near
    reach = math.floor(tolerance)
    height = int(max(points[1].max(initial=0), others[1].max())) + 1 + 2 * reach
    width = int(max(points[2].max(initial=0), others[2].max())) + 1 + 2 * reach

    def number(point: _Points) -> NDArray[np.int64]:
        class_index = point[0] if same_class else np.zeros_like(point[0])
        result: NDArray[np.int64] = (class_index * height + point[1] + reach) * width + point[2]
        return result + reach

    numbers = number(others)
    alone, start = np.arange(len(near)), number(points)
    for down in sorted(range(-reach, reach + 1), key=abs):
        half = math.floor(math.sqrt(tolerance**2 - down**2))
        first = start + down * width - half
        following = np.searchsorted(numbers, first)
        hit = following < len(numbers)
        hit[hit] = numbers[following[hit]] <= first[hit] + 2 * half
        near[alone[hit]] = True
        alone, start = alone[~hit], start[~hit]
    return near
