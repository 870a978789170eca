import numpy as np
import pytest

from segstudio.core.pyramid import (
    BLOCK,
    at_level,
    block_rect,
    blocks_of,
    from_level,
    halved,
    halved_by_largest,
    level_count,
    level_for,
    level_shape,
    levels_of,
)
from segstudio.core.rect import Rect


def _random(height: int, width: int) -> np.ndarray:
    generator = np.random.default_rng(height * 1000 + width)
    return generator.integers(0, 2**32, (height, width), dtype=np.uint32)


def _channels(pixels: np.ndarray) -> np.ndarray:
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)


@pytest.mark.parametrize(("height", "width"), [(2, 2), (8, 6), (200, 130)])
def test_each_channel_is_the_mean_of_four_pixels(height: int, width: int) -> None:
    pixels = _random(height, width)
    parts = _channels(pixels).reshape(height // 2, 2, width // 2, 2, 4).astype(int)
    assert (_channels(halved(pixels)) == (parts.sum((1, 3)) + 2) // 4).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 6), (7, 5), (129, 130), (64, 33)])
def test_an_odd_edge_is_the_mean_of_the_pixels_that_there_are(height: int, width: int) -> None:
    pixels = _random(height, width)
    reduced = _channels(halved(pixels))
    channels = _channels(pixels).astype(float)
    assert reduced.shape[:2] == level_shape(height, width, 1)
    for y, x in np.ndindex(*reduced.shape[:2]):
        mean = channels[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].mean((0, 1))
        assert (reduced[y, x] == np.floor(mean + 0.5)).all()


def test_no_channel_of_a_reduced_premultiplied_colour_exceeds_its_alpha() -> None:
    alpha = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    colors = np.repeat(alpha[:, :, None], 4, axis=2)
    for level in levels_of(colors.reshape(64, 256).view(np.uint32), 6):
        channels = _channels(level)
        assert (channels.max(axis=2) <= channels[:, :, 3]).all()


def test_the_largest_keeps_a_line_of_one_pixel_at_every_level() -> None:
    pixels = np.zeros((300, 257), np.uint32)
    pixels[101] = 0xFF102030
    for level in levels_of(pixels, 5, halved_by_largest):
        assert (level == 0xFF102030).any(axis=0).all()


@pytest.mark.parametrize(
    ("zoom", "level"),
    [(64, 0), (1, 0), (0.99, 0), (0.51, 0), (0.5, 1), (0.26, 1), (0.25, 2), (0.1, 3), (0.01, 6)],
)
def test_the_level_of_a_zoom_is_the_coarsest_that_is_not_enlarged(zoom: float, level: int) -> None:
    assert level_for(zoom, 9) == level


def test_a_zoom_gets_no_level_that_is_not_there() -> None:
    assert level_for(0.01, 2) == 2


@pytest.mark.parametrize(
    ("height", "width", "count"), [(1, 1, 0), (256, 200, 0), (257, 1, 1), (10_000, 10_000, 6)]
)
def test_the_coarsest_level_has_at_most_256_pixels_a_side(
    height: int, width: int, count: int
) -> None:
    assert level_count(height, width) == count
    assert max(level_shape(height, width, count)) <= 256


def test_a_rectangle_at_a_level_holds_all_its_pixels_and_none_too_many() -> None:
    generator = np.random.default_rng(3)
    for _ in range(200):
        top, left = generator.integers(0, 50, 2).tolist()
        height, width = generator.integers(1, 40, 2).tolist()
        level = int(generator.integers(1, 5))
        rect = Rect(top, left, top + height, left + width)
        rows = {y >> level for y in range(rect.top, rect.bottom)}
        columns = {x >> level for x in range(rect.left, rect.right)}
        expected = Rect(min(rows), min(columns), max(rows) + 1, max(columns) + 1)
        assert at_level(rect, level) == expected
        back = from_level(expected, level)
        assert back.top <= rect.top
        assert back.right >= rect.right


def test_blocks_cover_the_picture_once() -> None:
    height, width = 2 * BLOCK + 1, BLOCK
    seen = np.zeros((height, width), int)
    for block in blocks_of(Rect(0, 0, height, width)):
        seen[block_rect(block, height, width).slices] += 1
    assert (seen == 1).all()


def test_levels_of_blocks_are_the_levels_of_the_picture() -> None:
    height, width = BLOCK + 37, BLOCK + 6
    pixels = _random(height, width)
    whole = levels_of(pixels, 5)
    for block in blocks_of(Rect(0, 0, height, width)):
        rect = block_rect(block, height, width)
        for level, piece in enumerate(levels_of(pixels[rect.slices], 5), 1):
            assert (whole[level - 1][at_level(rect, level).slices] == piece).all()


def test_no_block_lies_in_an_empty_rectangle() -> None:
    assert list(blocks_of(Rect(5, 5, 5, 9))) == []
