import numpy as np
import pytest

from segstudio.core.rect import Rect
from segstudio.core.superpixels import (
    Grain,
    SuperpixelCache,
    block_at,
    block_side,
    superpixels,
)
from segstudio.storage.assets import assets_folder
from segstudio.storage.images import read_image

GRAIN = Grain(12, 10)


@pytest.fixture
def image() -> np.ndarray:
    """A dark and a bright half with some noise, as the decoder gives them: read only."""
    image = np.random.default_rng(3).integers(0, 20, (96, 130, 3), np.uint8)
    image[:, 61:] += 150
    image.flags.writeable = False
    return image


def test_superpixels_follow_the_edge_of_the_image(image: np.ndarray) -> None:
    found = superpixels(image, Rect(0, 0, 96, 130), GRAIN)
    is_bright = np.zeros((96, 130), np.bool_)
    is_bright[:, 61:] = True
    bright = np.bincount(found.numbers.ravel(), weights=is_bright.ravel())
    share = bright / np.bincount(found.numbers.ravel())
    # Crumbs join a neighbour, whatever its colour; but for these, none lies on both sides.
    assert np.count_nonzero((share > 0.02) & (share < 0.98)) <= 2
    assert len(np.unique(found.numbers)) == pytest.approx(96 * 130 / 12**2, rel=0.4)


def test_each_superpixel_is_found_whole_under_its_points(image: np.ndarray) -> None:
    rect = Rect(10, 20, 90, 110)
    found = superpixels(image, rect, GRAIN)
    region = found.at((40.5, 50.5))
    assert region.contains(40.5, 50.5)
    assert found.window == Rect(0, 0, 96, 130)  # the margin reaches beyond the image
    whole = np.zeros((96, 130), np.bool_)
    whole[region.rect.slices] = region.mask
    assert np.array_equal(whole, found.numbers == found.numbers[40, 50])


def test_borders_lie_where_the_number_changes(image: np.ndarray) -> None:
    found = superpixels(image, Rect(0, 0, 96, 130), GRAIN)
    changes = found.numbers[5, 1:] != found.numbers[5, :-1]
    above = found.numbers[5, 1:] != found.numbers[4, 1:]
    assert np.array_equal(found.borders.mask[5, 1:], changes | above)


@pytest.mark.parametrize("shape", [(3, 130), (1, 130), (96, 1), (1, 1), (2, 2)])
def test_an_image_smaller_than_a_superpixel_can_be_cut(
    image: np.ndarray, shape: tuple[int, int]
) -> None:
    found = superpixels(image[: shape[0], : shape[1]], Rect(0, 0, *shape), Grain(100, 10))
    assert found.numbers.shape == shape
    assert found.at((0.5, 0.5)).contains(0.5, 0.5)


@pytest.mark.parametrize("size", [8, 24, 60])
def test_superpixels_go_on_where_a_block_ends(size: int) -> None:
    path = assets_folder() / "samples" / "images" / "micrograph-01.png"
    image = read_image(path)[:480]
    image = np.concatenate([image, image[:, ::-1]], axis=1)  # room for two blocks
    side, grain = block_side(size), Grain(size, 20)
    left, right = (
        superpixels(image, Rect(0, start, 480, start + side), grain) for start in (0, side)
    )
    same = []
    for y in range(size, 480 - size, size // 2):
        here, there = left.at((y, side - 1)), right.at((y, side))
        if here.contains(y, side):
            both = int(here.united(there).mask.sum())
            same.append((int(here.mask.sum()) + int(there.mask.sum()) - both) / both)
    assert len(same) > 8
    assert np.mean(same) > 0.85


def test_blocks_cover_the_image_and_end_with_it() -> None:
    side = block_side(24)
    assert side == 504
    assert block_at((3, side + 7), 600, 700, side) == Rect(0, side, side, 700)
    assert block_at((599.9, 699.9), 600, 700, side) == Rect(side, side, 600, 700)
    assert block_at((-0.1, 5), 600, 700, side) is None
    assert block_at((5, 700), 600, 700, side) is None


def test_the_cache_forgets_the_oldest(image: np.ndarray) -> None:
    cache = SuperpixelCache()
    for top in range(0, 96, 2):
        cache.put(GRAIN, superpixels(image, Rect(top, 0, top + 2, 4), GRAIN))
    assert cache.get(Rect(0, 0, 2, 4), GRAIN) is not None
    assert cache.get(Rect(0, 0, 2, 4), Grain(13, 10)) is None
    cache.put(GRAIN, superpixels(image, Rect(0, 8, 2, 12), GRAIN))
    assert cache.get(Rect(0, 0, 2, 4), GRAIN) is None
    assert cache.get(Rect(94, 0, 96, 4), GRAIN) is not None
