"""The memory of windows: there before it is needed, and not more of it than two windows use."""

import tracemalloc
from collections.abc import Iterator

import pytest

from segstudio.core.rect import Rect
from segstudio.ui.canvas.window import AROUND, Buffers, Window

VIEW = (30, 40)
LARGEST = (2 * 30 + AROUND, 2 * 40 + AROUND)  # right above 50 %, with what lies around


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
def test_two_of_the_largest_windows_find_their_memory_there() -> None:
    buffers = Buffers()
    buffers.prepare(*VIEW)
    prepared, _ = tracemalloc.get_traced_memory()
    windows = [buffers.take(*LARGEST), buffers.take(*LARGEST)]
    taken, _ = tracemalloc.get_traced_memory()
    assert taken - prepared < 10_000
    assert [window.shape for window in windows] == [LARGEST, LARGEST]


@pytest.mark.usefixtures("traced")
def test_the_window_that_is_shown_counts_when_the_next_image_opens() -> None:
    buffers = Buffers()
    buffers.prepare(*VIEW)
    shown = buffers.take(*LARGEST)
    before, _ = tracemalloc.get_traced_memory()
    buffers.prepare(*VIEW)
    after, _ = tracemalloc.get_traced_memory()
    assert after - before < 10_000
    buffers.give(shown)


@pytest.mark.usefixtures("traced")
def test_a_larger_view_gets_larger_memory() -> None:
    buffers = Buffers()
    buffers.prepare(*VIEW)
    buffers.prepare(10 * VIEW[0], 10 * VIEW[1])
    before, _ = tracemalloc.get_traced_memory()
    window = buffers.take(20 * VIEW[0] + AROUND, 20 * VIEW[1] + AROUND)
    after, _ = tracemalloc.get_traced_memory()
    assert after - before < 10_000
    buffers.give(window)


@pytest.mark.usefixtures("traced")
def test_a_small_view_has_more_around_it_and_still_finds_its_memory_there() -> None:
    buffers = Buffers()
    buffers.prepare(*VIEW)
    window = Window(0, 5000, 5000, lambda _painter, _rect: True, buffers)
    before, _ = tracemalloc.get_traced_memory()
    window.cover(Rect(2000, 2000, 2000 + VIEW[0], 2000 + VIEW[1]))
    after, _ = tracemalloc.get_traced_memory()
    assert after - before < 10_000
    assert buffers.margin(*VIEW) > buffers.margin(2 * VIEW[0], 2 * VIEW[1])
    window.close()


def test_a_view_larger_than_expected_has_some_pixels_around_it() -> None:
    buffers = Buffers()
    buffers.prepare(*VIEW)
    assert buffers.margin(9000, 9000) == buffers.margin(18_000, 18_000) > 0
