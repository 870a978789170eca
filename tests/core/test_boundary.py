"""The boundary F-score against distances between all pairs of contour pixels."""

import math
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from segstudio.core.boundary import BoundaryScores, boundary_counts, default_tolerance
from segstudio.core.label_map import LabelMap

Points = list[tuple[int, int]]


def _blobs(seed: int, size: tuple[int, int], values: list[int]) -> LabelMap:
    """Return a map of regions: every pixel has the value of the nearest of some points."""
    rng = np.random.default_rng(seed)
    centres = rng.random((3 * len(values), 2)) * size
    pixels = np.moveaxis(np.mgrid[: size[0], : size[1]], 0, -1)
    nearest = np.linalg.norm(pixels[:, :, None] - centres, axis=-1).argmin(axis=-1)
    label_map: LabelMap = rng.permutation(np.array(values * 3, np.uint8))[nearest]
    return label_map


def _contour(label_map: LabelMap, labelled: NDArray[np.bool_], class_index: int) -> Points:
    height, width = label_map.shape
    points = []
    for y, x in zip(*np.nonzero((label_map == class_index) & labelled), strict=True):
        around = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
        inside = [(v, u) for v, u in around if 0 <= v < height and 0 <= u < width]
        if any(labelled[p] and label_map[p] != class_index for p in inside):
            points.append((int(y), int(x)))
    return points


def _distance(point: tuple[int, int], others: Points) -> float:
    return min((math.dist(point, other) for other in others), default=math.inf)


def _expected(
    truth: LabelMap, predicted: LabelMap, classes: int, tolerance: float
) -> list[list[int]]:
    labelled = truth != 255
    ignored = [(int(y), int(x)) for y, x in zip(*np.nonzero(~labelled), strict=True)]
    rows = []
    for class_index in range(classes):
        contours = [_contour(each, labelled, class_index) for each in (truth, predicted)]
        row = []
        for here, there in (contours, contours[::-1]):
            known = [point for point in here if _distance(point, ignored) > tolerance]
            row += [len(known), sum(_distance(point, there) <= tolerance for point in known)]
        rows.append(row)
    return rows


@pytest.mark.parametrize("tolerance", [0.0, 1.0, 1.5, math.sqrt(5), 3.0])
@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_all_distances(seed: int, tolerance: float) -> None:
    size, classes = (14, 19), 3
    truth = _blobs(seed, size, [0, 1, 2, 255])
    predicted = np.where(
        np.random.default_rng(seed).random(size) < 0.9,
        np.roll(truth, 1, axis=1),
        _blobs(seed + 100, size, [0, 1, 2, 255]),
    )
    result = boundary_counts(truth, predicted, classes, tolerance)
    assert result.tolist() == _expected(truth, predicted, classes, tolerance)
    assert result.any()


def _square(top: int, left: int, side: int = 10) -> LabelMap:
    label_map = np.zeros((40, 40), np.uint8)
    label_map[top : top + side, left : left + side] = 1
    return label_map


@pytest.mark.parametrize(("shift", "score"), [(0, 1.0), (2, 1.0), (20, 0.0)])
def test_a_contour_within_the_tolerance_is_right(shift: int, score: float) -> None:
    counts = boundary_counts(_square(5, 5), _square(5, 5 + shift), 2, tolerance=2.0)
    assert BoundaryScores.of([counts]).f_score[1] == score


def test_the_f_score_is_the_harmonic_mean_of_precision_and_recall() -> None:
    scores = BoundaryScores.of([boundary_counts(_square(5, 5), _square(5, 9), 2, tolerance=1.0)])
    for f_score, precision, recall in zip(
        scores.f_score, scores.precision, scores.recall, strict=True
    ):
        assert 0 < f_score < 1
        assert f_score == pytest.approx(2 * precision * recall / (precision + recall))
    assert scores.mean_f_score == pytest.approx(sum(scores.f_score) / 2)


@pytest.mark.parametrize("missing", ["truth", "prediction"])
def test_a_class_that_only_one_of_the_two_shows_scores_zero(missing: str) -> None:
    maps = [_square(5, 5), np.zeros((40, 40), np.uint8)]
    truth, predicted = maps if missing == "prediction" else maps[::-1]
    scores = BoundaryScores.of([boundary_counts(truth, predicted, 2)])
    assert scores.f_score == (0.0, 0.0)


def test_a_class_without_a_contour_has_no_score() -> None:
    full = np.zeros((40, 40), np.uint8)
    scores = BoundaryScores.of([boundary_counts(full, full, 2)])
    assert all(math.isnan(score) for score in (*scores.f_score, scores.mean_f_score))


def test_images_are_averaged_where_they_show_the_class() -> None:
    full, square = np.zeros((40, 40), np.uint8), _square(5, 5)
    images = [
        boundary_counts(square, square, 2),
        boundary_counts(square, full, 2),
        boundary_counts(full, full, 2),
    ]
    scores = BoundaryScores.of(images)
    assert scores.f_score[1] == 0.5
    assert scores.recall[1] == 0.5
    assert scores.precision[1] == 1.0  # nothing was predicted in the second image


def test_the_edge_of_ignored_pixels_is_no_contour() -> None:
    truth = _square(5, 5)
    truth[:5] = truth[15:] = 255
    truth[:, :5] = truth[:, 15:] = 255
    counts = boundary_counts(truth, np.zeros_like(truth), 2)
    assert not counts.any()


def test_a_contour_whose_counterpart_may_be_hidden_does_not_count() -> None:
    truth = _square(0, 0, 20)
    truth[:, 18:22] = 255  # the right side of the square
    counts = boundary_counts(truth, _square(0, 0, 17), 2, tolerance=2.0)
    true, found, predicted, right = counts[1].tolist()
    # Of the bottom row, 0..17 are labelled and 16, 17 too near to the ignored ones; the predicted
    # corner and side are at column 16.
    assert (true, found) == (16, 0)
    assert (predicted, right) == (16, 0)


def test_a_contour_found_beside_hidden_ones_keeps_its_score() -> None:
    # The prediction's contour is near an ignored pixel, the truth's just is not.
    truth = _square(10, 10)
    truth[:7] = 255
    predicted = _square(8, 10, 12)
    scores = BoundaryScores.of([boundary_counts(truth, predicted, 2, tolerance=3.0)])
    assert scores.f_score[1] == 1.0


def test_what_is_not_predicted_borders_on_what_is() -> None:
    predicted = _square(5, 5)
    predicted[predicted == 0] = 255
    counts = boundary_counts(_square(5, 5), predicted, 2)
    assert counts[1].tolist() == [36, 36, 36, 36]
    assert counts[0, 2:].tolist() == [0, 0]


def test_the_tolerance_grows_with_the_image() -> None:
    assert default_tolerance(300, 400) == pytest.approx(3.75)
    shifted = boundary_counts(_square(5, 5), _square(5, 6), 2)  # the diagonal is 57, so 0.42
    assert BoundaryScores.of([shifted]).f_score[1] < 1


def test_different_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="the shapes differ"):
        boundary_counts(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8), 2)


def test_a_megapixel_takes_a_third_of_a_second_at_most() -> None:
    small = _blobs(0, (128, 128), list(range(12)))
    truth = np.kron(small, np.ones((8, 8), np.uint8))
    predicted = np.kron(_blobs(1, (128, 128), list(range(12))), np.ones((8, 8), np.uint8))
    seconds = []
    for _ in range(3):
        began = time.process_time()  # the machine may be busy with other things
        boundary_counts(truth, predicted, 12)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.3
