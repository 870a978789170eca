"""Small pictures of what differs."""

import numpy as np

from segstudio.core.thumbnails import DIFFERENT_COLOR, difference_thumbnail, differing_pixels


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
