"""Label maps as they were, whatever is written meanwhile and from whichever thread."""

import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from segstudio.core.rect import Rect
from segstudio.core.snapshot import Snapshot, Tile, Waiting, WaitingTiles, tile_rect, tiles_of


@pytest.mark.parametrize("size", [(1, 1), (256, 256), (257, 511), (900, 300)])
def test_tiles_cover_every_pixel_once(size: tuple[int, int]) -> None:
    covered = np.zeros(size, int)
    for tile in tiles_of(Rect(0, 0, *size)):
        covered[tile_rect(tile, *size).slices] += 1
    assert (covered == 1).all()


def test_a_snapshot_of_what_nobody_changes_is_no_copy() -> None:
    label_map = np.zeros((300, 300), np.uint8)
    assert Snapshot(label_map, will_change=False).pixels() is label_map


def test_a_snapshot_does_not_show_what_is_written_later() -> None:
    generator = np.random.default_rng(0)
    label_map = generator.integers(0, 9, (1000, 700), dtype=np.uint8)
    expected = label_map.copy()
    snapshot = Snapshot(label_map)
    for _ in range(3):
        top, left = (int(number) for number in generator.integers(0, 690, 2))
        rect = Rect(top, left, top + 300, left + 200).clipped_to(1000, 700)
        snapshot.tiles.about_to_write([rect])
        label_map[rect.slices] = 77
    assert not snapshot.tiles.is_done
    assert np.array_equal(snapshot.pixels(), expected)
    assert snapshot.tiles.is_done


def test_several_snapshots_wait_for_the_same_pixels() -> None:
    label_map = np.zeros((300, 600), np.uint8)
    waiting, early, late = Waiting(), Snapshot(label_map), Snapshot(label_map)
    waiting.add(early.tiles)
    waiting.add(late.tiles)

    waiting.about_to_write([Rect(0, 0, 300, 600)])
    label_map[:] = 5

    assert waiting.is_done
    assert not early.pixels().any()
    assert not late.pixels().any()


def test_a_thread_may_take_the_pixels_while_they_change() -> None:
    label_map = np.zeros((2000, 2000), np.uint8)
    for value in range(1, 20):
        snapshot = Snapshot(label_map)
        found: list[np.ndarray] = []
        taker = threading.Thread(target=lambda s=snapshot, f=found: f.append(s.pixels()))
        taker.start()
        for row in range(0, 2000, 100):
            rect = Rect(row, 0, row + 100, 2000)
            snapshot.tiles.about_to_write([rect])
            label_map[rect.slices] = value
        taker.join()
        assert (found[0] == value - 1).all()


class _Slow:
    """Looks at tiles, and stays at those of row 0 until it may go on."""

    def __init__(self) -> None:
        self.is_there, self.may_go_on = threading.Event(), threading.Event()
        self.seen: list[Tile] = []

    def __call__(self, tiles: Sequence[Tile]) -> None:
        if tiles[0][0] == 0:
            self.is_there.set()
            assert self.may_go_on.wait(10)
        self.seen += tiles


@pytest.fixture
def slow() -> _Slow:
    return _Slow()


def test_a_write_does_not_wait_for_rows_that_it_leaves_alone(slow: _Slow) -> None:
    waiting = WaitingTiles(tiles_of(Rect(0, 0, 1000, 600)), slow)
    thread = threading.Thread(target=waiting.finish)
    thread.start()
    assert slow.is_there.wait(10)

    waiting.about_to_write([Rect(300, 0, 301, 600)])

    assert slow.seen == [(1, 0), (1, 1), (1, 2)]
    assert not waiting.is_done
    slow.may_go_on.set()
    thread.join()
    assert waiting.is_done
    assert sorted(slow.seen) == list(tiles_of(Rect(0, 0, 1000, 600)))


def test_a_write_waits_for_a_tile_that_is_being_looked_at(slow: _Slow) -> None:
    waiting = WaitingTiles([(0, 0), (0, 1)], slow)
    threads = [
        threading.Thread(target=waiting.finish),
        threading.Thread(target=lambda: waiting.about_to_write([Rect(0, 0, 9, 9)])),
    ]
    threads[0].start()
    assert slow.is_there.wait(10)
    threads[1].start()
    threads[1].join(0.05)
    assert threads[1].is_alive()

    slow.may_go_on.set()
    for thread in threads:
        thread.join()
    assert slow.seen == [(0, 0), (0, 1)]


def test_a_tile_that_one_thread_could_not_copy_is_copied_by_the_next() -> None:
    seen: list[Tile] = []

    def look(tiles: Sequence[Tile]) -> None:
        if not seen:
            seen.append((-1, -1))
            raise MemoryError
        seen.extend(tiles)

    waiting = WaitingTiles([(0, 0)], look)
    with pytest.raises(MemoryError):
        waiting.finish()
    assert not waiting.is_done

    waiting.about_to_write([Rect(0, 0, 1, 1)])

    assert seen == [(-1, -1), (0, 0)]
    assert waiting.is_done


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hurried")
def test_nobody_writes_before_the_copy_though_copying_fails_on_other_threads() -> None:
    generator = random.Random(1)
    seen: set[Tile] = set()
    too_early: list[int] = []

    def look(tiles: Sequence[Tile]) -> None:
        if generator.random() < 0.5:
            raise MemoryError
        time.sleep(0.0001)
        seen.update(tiles)

    def write(waiting: WaitingTiles, number: int) -> None:
        is_ready = False
        while not is_ready:
            try:
                waiting.about_to_write([Rect(0, 0, 1, 1)])
                is_ready = True
            except MemoryError:
                pass
        if (0, 0) not in seen:
            too_early.append(number)

    for number in range(200):
        seen.clear()
        waiting = WaitingTiles([(0, 0)], look)
        threads = [threading.Thread(target=write, args=(waiting, number)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert too_early == []
