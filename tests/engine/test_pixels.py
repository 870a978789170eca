import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segstudio.engine.pixels import SharedPixels


@pytest.fixture
def pixels(tmp_path: Path) -> Iterator[SharedPixels]:
    pixels = SharedPixels.create(tmp_path)
    yield pixels
    pixels.close()


def test_both_sides_see_the_same_arrays_while_the_memory_grows(pixels: SharedPixels) -> None:
    other = SharedPixels(os.dup(pixels.descriptor))
    for height, width in ((3, 5), (400, 300), (7, 7)):
        ours, theirs = pixels.views(height, width), other.views(height, width)
        ours.image[:] = 7
        theirs.class_map[:] = 8
        theirs.confidence[:] = 0.5
        assert (theirs.image == 7).all()
        assert (ours.class_map == 8).all()
        assert (ours.confidence == 0.5).all()
        assert ours.confidence.shape == (height, width)
    other.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux seals the memory")
def test_the_other_side_cannot_cut_the_memory(pixels: SharedPixels) -> None:
    pixels.views(100, 100)
    with pytest.raises(PermissionError):
        os.ftruncate(pixels.descriptor, 10)


def test_released_memory_can_be_used_again(pixels: SharedPixels) -> None:
    pixels.views(7000, 7000).image[::100] = 1
    pixels.release()
    views = pixels.views(7000, 7000)
    views.image[0, 0] = 3
    assert np.array_equal(views.image[0, 0], [3, 3, 3])


def test_what_is_pinned_must_lie_where_it_will_be_used_and_stay_there(pixels: SharedPixels) -> None:
    assert not pixels.holds(1, 1)
    pixels.views(300, 400)
    assert pixels.holds(300, 400)
    assert pixels.holds(400, 300)
    assert not pixels.holds(3000, 4000)
    assert pixels.keeps_pages
    pixels.views(7000, 7000)
    assert not pixels.keeps_pages  # also for the small images that follow
