"""Agreement of two label sets."""

import numpy as np
import pytest

from segstudio.core.agreement import (
    AgreementCounter,
    cohen_kappa,
    compared,
    kappa_word,
    sorted_by,
)


def test_kappa_is_that_of_cohens_example() -> None:
    # Cohen (1960), table 1: proportions of 200 cases; kappa = (0.70 - 0.41) / (1 - 0.41) there
    # is given as .492.
    shares = [[0.44, 0.07, 0.09], [0.05, 0.20, 0.05], [0.01, 0.03, 0.06]]
    counts = np.round(np.array(shares) * 200).astype(np.int64)
    confusion = np.hstack([counts, np.zeros((3, 1), np.int64)])
    assert cohen_kappa(confusion) == pytest.approx(0.492, abs=5e-4)


def test_kappa_of_chance_is_zero_and_of_the_same_labels_one() -> None:
    chance = np.array([[25, 25, 0], [25, 25, 0]])
    assert cohen_kappa(chance) == 0
    assert cohen_kappa(np.array([[3, 0, 0], [0, 9, 0]])) == 1
    assert cohen_kappa(np.array([[7, 0, 0], [0, 0, 0]])) == 1  # one class only
    assert np.isnan(cohen_kappa(np.zeros((2, 3), np.int64)))


def test_kappa_has_the_words_of_landis_and_koch() -> None:
    words = [kappa_word(kappa) for kappa in (-0.2, 0.1, 0.3, 0.5, 0.7, 0.9)]
    assert words == ["poor", "slight", "fair", "moderate", "substantial", "almost perfect"]


def test_only_pixels_that_both_label_are_compared() -> None:
    ours = np.zeros((4, 10), np.uint8)
    theirs = ours.copy()
    theirs[0, :5] = 1
    ours[2] = 255
    theirs[3, :4] = 255
    agreement = compared("a.png", ours, theirs, 2).agreement
    assert agreement.pixels == 40 - 10 - 4
    assert agreement.different == 5
    assert agreement.only_theirs == 10
    assert agreement.only_ours == 4
    assert agreement.share == 5 / 26


def test_a_set_has_sums_over_images_and_its_worst_image_first() -> None:
    rng = np.random.default_rng(1)
    counter = AgreementCounter(3)
    pixels = []
    for key, share in (("a", 0.1), ("b", 0.5), ("c", 0.0)):
        ours = rng.integers(0, 3, (30, 40), np.uint8)
        theirs = np.where(rng.random((30, 40)) < share, (ours + 1) % 3, ours).astype(np.uint8)
        pixels.append((ours, theirs))
        counter.add(compared(key, ours, theirs, 3))
    result = counter.result()
    assert result is not None
    assert [image.key for image in result.worst] == ["b", "a"]
    one = compared("all", *(np.hstack(maps) for maps in zip(*pixels, strict=True)), 3)
    assert np.array_equal(result.confusion, one.confusion)
    assert result.kappa == one.agreement.kappa
    assert result.scores.mean_iou == one.agreement.mean_iou


def test_sets_that_share_no_pixel_have_no_agreement() -> None:
    counter = AgreementCounter(2)
    blank = np.full((5, 5), 255, np.uint8)
    counter.add(compared("a", blank, np.zeros((5, 5), np.uint8), 2))
    assert counter.result() is None


def test_images_without_a_number_come_last() -> None:
    blank = np.full((5, 5), 255, np.uint8)
    zeros = np.zeros((5, 5), np.uint8)
    half = zeros.copy()
    half[:2] = 1
    pairs = {"a": (blank, blank), "b": (zeros, zeros), "c": (zeros, half)}
    images = [compared(key, *maps, 2).agreement for key, maps in pairs.items()]
    assert [image.key for image in sorted_by(images, lambda i: i.mean_iou)] == ["c", "b", "a"]


def test_label_maps_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="the sizes differ: 5 x 4 and 4 x 5"):
        compared("a", np.zeros((4, 5), np.uint8), np.zeros((5, 4), np.uint8), 2)
