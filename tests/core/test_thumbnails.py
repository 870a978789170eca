"""Small pictures of what differs."""

import numpy as np

from segstudio.core.label_set import LabelSet
from segstudio.core.thumbnails import (
    DIFFERENT_COLOR,
    difference_thumbnail,
    differing_pixels,
    outlined_thumbnail,
    tinted_thumbnail,
)


def test_one_pixel_is_seen_at_any_reduction() -> None:
    picture = np.full((1000, 1501, 3), 70, np.uint8)
    different = np.zeros((1000, 1501), np.bool_)
    different[999, 1500] = True  # in the last, narrower block
    small = difference_thumbnail(picture, different, 240)
    assert max(small.shape) <= 240
    marked = (small == DIFFERENT_COLOR).all(axis=-1)
    assert marked[-1, -1]
    assert marked.sum() == 3  # and its neighbours, so that a screen shows it
    assert (small[~marked] == 70).all()


def test_pixels_without_a_class_do_not_differ() -> None:
    ours = np.array([[0, 1, 255, 2]], np.uint8)
    theirs = np.array([[0, 2, 1, 255]], np.uint8)
    assert differing_pixels(ours, theirs).tolist() == [[False, True, False, False]]


def test_a_region_is_outlined_from_outside_and_a_small_picture_enlarged() -> None:
    region = np.zeros((20, 30), np.bool_)
    region[5:15, 10:20] = True
    large = outlined_thumbnail(np.full((20, 30, 3), 70, np.uint8), region, 100)
    assert large.shape == (60, 90, 3)
    marked = (large == DIFFERENT_COLOR).all(axis=-1)
    assert marked.sum() == 4 * 30  # one pixel wide on each side
    assert not marked[15:45, 30:60].any()  # what is inside stays to be seen
    small = outlined_thumbnail(np.full((500, 400, 3), 70, np.uint8), np.ones((500, 400), bool), 100)
    assert small.shape == (100, 80, 3)


def test_classes_tint_a_picture_and_the_background_does_not() -> None:
    label_set = LabelSet.named(["background", "cell"])
    picture = np.full((10, 30, 3), 100, np.uint8)
    label_map = np.zeros((10, 30), np.uint8)
    label_map[:, 10:20], label_map[:, 20:] = 1, 255

    small = tinted_thumbnail(picture, label_map, label_set, 15)

    assert small.shape == (5, 15, 3)
    assert (small[:, :5] == 100).all()
    assert (small[:, 10:] == 100).all()
    color = np.array(label_set[1].color)
    assert (np.abs(small[:, 5:10] - (60 + 0.4 * color)) <= 1).all()
