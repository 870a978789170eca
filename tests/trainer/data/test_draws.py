import numpy as np
import pytest

from trainer.data.draws import LEAST_OFTEN, MOST_OFTEN, draw_weights, drawn_images


def test_images_with_more_corrections_are_drawn_more_often_but_not_without_limit() -> None:
    weights = draw_weights([1.0] * 4, [0, 10, 50, 1_000_000])

    assert weights is not None
    assert weights[0] == 1
    assert weights[0] < weights[1] < weights[2] < weights[3] == MOST_OFTEN


def test_without_corrections_all_images_are_alike() -> None:
    assert draw_weights([1.0, 0.6], [0, 0]) is None


def test_an_image_is_drawn_as_often_as_its_labels_are_worth() -> None:
    assert draw_weights([1.0, 0.25, 0.001]) == (1.0, 0.5, LEAST_OFTEN)
    assert draw_weights([1.0, 0.25], [0, 100]) == (1.0, 0.5 * MOST_OFTEN)


def test_every_image_comes_up_as_often_as_it_should() -> None:
    drawn = drawn_images([1, 1, 2], 40, np.random.default_rng(0))

    assert np.bincount(drawn).tolist() == pytest.approx([10, 10, 20], abs=1)
    assert drawn.tolist() != sorted(drawn.tolist())


def test_no_image_is_left_out_of_an_epoch() -> None:
    for seed in range(50):
        weights = draw_weights([1.0] * 4, [0, 0, 0, 500])
        assert weights is not None
        drawn = drawn_images(weights, 8, np.random.default_rng(seed))
        assert set(drawn.tolist()) == {0, 1, 2, 3}
