"""Regions whose labels a model doubts."""

import numpy as np

from segstudio.core.label_errors import likely_errors
from segstudio.core.rect import Rect


def test_regions_are_ranked_by_confidence_times_area() -> None:
    labels = np.zeros((60, 80), np.uint8)
    said = labels.copy()
    sure = np.full(labels.shape, 0.95, np.float32)
    said[5:15, 5:15] = 1  # 100 pixels
    said[30:50, 30:50] = 2  # 400 pixels, sure
    said[5:15, 60:70] = 1
    sure[5:15, 60:70] = 0.5  # the model only guesses
    found = likely_errors("a.png", labels, said, sure)
    assert [(error.rect, error.labelled, error.predicted) for error in found] == [
        (Rect(30, 30, 50, 50), 0, 2),
        (Rect(5, 5, 15, 15), 0, 1),
    ]
    assert found[0].pixels == 400
    assert abs(found[0].weight - 380) < 0.1


def test_slivers_between_classes_and_unlabelled_pixels_are_left_out() -> None:
    labels = np.zeros((60, 80), np.uint8)
    labels[:, 40:] = 1
    said = labels.copy()
    said[:, 40:42] = 0  # the edge lies two pixels further
    labels[10:30, 5:25] = 255
    said[10:30, 5:25] = 1
    said[40:55, 5:25] = 255  # a class that the project does not have
    assert likely_errors("a.png", labels, said, np.ones(labels.shape, np.float32)) == []


def test_each_region_has_its_own_pixels() -> None:
    labels = np.zeros((40, 40), np.uint8)
    said = labels.copy()
    said[10:30, 10:30] = 1
    said[14:26, 14:26] = 2  # inside the first
    found = likely_errors("a.png", labels, said, np.ones(labels.shape, np.float32))
    assert {error.predicted: error.pixels for error in found} == {1: 400 - 144, 2: 144}
    for error in found:
        expected = said[error.rect.slices] == error.predicted
        assert np.array_equal(error.mask, expected)
