"""The one warp against what it should do, pixel by pixel."""

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment_geometry import Placement, cut, letterbox, random_placement, whole_image

STILL = AugmentationSettings(warped=0, flip="none")
WILD = AugmentationSettings(warped=1, rotation=180, scale=(0.25, 3), aspect=0.5, flip="both")
IGNORE = 255
GREY = 128


def _scene(height: int = 60, width: int = 80) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return an image whose pixels are unlike each other, and the same numbers as labels."""
    rng = np.random.default_rng(7)
    label_map = rng.integers(0, 200, (height, width), np.uint8)
    return np.repeat(label_map[:, :, None], 3, axis=2), label_map


def _spots(crop: tuple[int, int], place: Placement) -> tuple[NDArray[np.float64], ...]:
    """Return the (y, x) in the image of every crop pixel's centre, worked out step by step."""
    rows, columns = np.indices(crop) + 0.5
    y, x = rows - crop[0] / 2, columns - crop[1] / 2
    y = y / (place.scale / math.sqrt(place.aspect)) * (-1 if place.flip_vertical else 1)
    x = x / (place.scale * math.sqrt(place.aspect)) * (-1 if place.flip_horizontal else 1)
    angle = math.radians(place.rotation)
    return (
        place.center[0] + x * math.sin(angle) + y * math.cos(angle),
        place.center[1] + x * math.cos(angle) - y * math.sin(angle),
    )


def test_a_crop_that_is_not_warped_copies_pixels_as_they_are() -> None:
    image, label_map = _scene()

    pixels, target = cut(image, label_map, (16, 24), Placement(center=(5 + 8, 30 + 12)))

    assert np.array_equal(pixels, image[5:21, 30:54])
    assert np.array_equal(target, label_map[5:21, 30:54])


@pytest.mark.parametrize("horizontal", [False, True])
@pytest.mark.parametrize("vertical", [False, True])
def test_a_flipped_crop_is_the_mirror_image(horizontal: bool, vertical: bool) -> None:
    image, label_map = _scene()
    place = Placement((8 + 8, 20 + 12), flip_horizontal=horizontal, flip_vertical=vertical)

    pixels, target = cut(image, label_map, (16, 24), place)

    rows = slice(None, None, -1 if vertical else 1)
    columns = slice(None, None, -1 if horizontal else 1)
    assert np.array_equal(pixels, image[8:24, 20:44][rows, columns])
    assert np.array_equal(target, label_map[8:24, 20:44][rows, columns])


def test_a_quarter_turn_turns_image_and_labels_alike() -> None:
    image, label_map = _scene()

    pixels, target = cut(image, label_map, (16, 16), Placement((28, 38), rotation=90))

    assert np.array_equal(pixels[:, :, 0], target)
    turned = [np.rot90(label_map[20:36, 30:46], turns) for turns in (1, 3)]
    assert any(np.array_equal(target, expected) for expected in turned)


def test_twice_the_scale_shows_every_pixel_four_times() -> None:
    image, label_map = _scene()

    _, target = cut(image, label_map, (16, 16), Placement((30, 40), scale=2))

    assert np.array_equal(target, label_map[26:34, 36:44].repeat(2, axis=0).repeat(2, axis=1))


def test_four_times_the_aspect_is_twice_as_wide_and_half_as_high() -> None:
    image, label_map = _scene()
    label_map = label_map.repeat(2, axis=0)  # equal rows by two: either may be taken for both

    _, target = cut(image.repeat(2, axis=0), label_map, (16, 16), Placement((60, 40), aspect=4))

    assert np.array_equal(target, label_map[44:76:2, 36:44].repeat(2, axis=1))


@pytest.mark.parametrize("seed", range(12))
def test_labels_are_those_of_the_nearest_pixels(seed: int) -> None:
    image, label_map = _scene()
    crop = (50, 40)
    place = random_placement((60, 80), crop, WILD, np.random.default_rng(seed))

    _, target = cut(image, label_map, crop, place)

    y, x = _spots(crop, place)
    rows, columns = np.floor(y).astype(int), np.floor(x).astype(int)
    inside = (rows >= 0) & (rows < 60) & (columns >= 0) & (columns < 80)
    expected = np.full(crop, IGNORE)
    expected[inside] = label_map[rows[inside], columns[inside]]
    # OpenCV rounds coordinates: what lies on the border of two pixels may be either.
    sure = (np.abs(y - np.rint(y)) > 0.02) & (np.abs(x - np.rint(x)) > 0.02)
    assert sure.mean() > 0.8
    assert np.array_equal(target[sure], expected[sure])


@pytest.mark.parametrize("seed", range(12))
def test_pixels_come_from_where_the_labels_come_from(seed: int) -> None:
    rows, columns = np.indices((120, 160))
    image = np.stack([rows, columns, 255 - columns], axis=-1).astype(np.uint8)
    crop = (64, 72)
    place = random_placement((120, 160), crop, WILD, np.random.default_rng(seed))

    pixels, by_row = cut(image, rows.astype(np.uint8), crop, place)
    _, by_column = cut(image, columns.astype(np.uint8), crop, place)

    y, x = _spots(crop, place)
    reach = 1 / min(place.scales)  # an edge pixel of a shrunk image is an average
    well_inside = (y > reach) & (y < 120 - reach) & (x > reach) & (x < 160 - reach)
    assert well_inside.any()
    red, green, blue = np.moveaxis(pixels.astype(float), -1, 0)
    # Levels are rounded once, and those of an image that is shrunk first twice.
    most = 0.6 if max(place.scales) > 0.5 else 1.1
    assert np.abs(red - (y - 0.5))[well_inside].max() < most
    assert np.abs(green - (x - 0.5))[well_inside].max() < most
    assert np.abs(blue - (255.5 - x))[well_inside].max() < most
    assert np.abs(red - by_row)[well_inside].max() <= most + 0.5
    assert np.abs(green - by_column)[well_inside].max() <= most + 0.5


def test_outside_the_image_is_unlabelled_and_mirrored() -> None:
    image, label_map = _scene(10, 12)

    pixels, target = cut(image, label_map, (20, 20), Placement((10, 10)))

    assert np.array_equal(target[:10, :12], label_map)
    assert (target[10:] == IGNORE).all()
    assert (target[:, 12:] == IGNORE).all()
    assert np.array_equal(pixels[10:19, :12], image[8::-1])


def test_outside_the_image_may_be_grey() -> None:
    image, label_map = _scene(10, 12)

    pixels, target = cut(image, label_map, (20, 20), Placement((10, 10)), pad="grey")

    assert np.array_equal(pixels[:10, :12], image)
    assert (pixels[10:] == GREY).all()
    assert (target[10:] == IGNORE).all()


def test_an_image_of_one_pixel_fills_the_crop() -> None:
    image, label_map = np.full((1, 1, 3), 90, np.uint8), np.ones((1, 1), np.uint8)

    pixels, target = cut(image, label_map, (8, 8), Placement((4, 4)))

    assert (pixels == 90).all()
    assert np.count_nonzero(target == 1) == 1
    assert np.count_nonzero(target == IGNORE) == 63


def test_an_image_too_long_for_opencv_is_cut_all_the_same() -> None:
    image = np.zeros((4, 40_000, 3), np.uint8)
    label_map = np.zeros((4, 40_000), np.uint8)
    image[:, 39_990:], label_map[:, 39_990:] = 200, 1

    pixels, target = cut(image, label_map, (4, 20), Placement((2, 39_990)))

    assert np.array_equal(target[0] == 1, pixels[0, :, 0] == 200)
    assert np.count_nonzero(target[0] == 1) == 10


def test_an_image_too_long_for_opencv_is_shown_as_a_whole_all_the_same() -> None:
    image = np.zeros((100, 40_000, 3), np.uint8)
    label_map = np.zeros((100, 40_000), np.uint8)
    image[:, 30_000:], label_map[:, 30_000:] = 200, 1

    pixels, target = letterbox(image, label_map, (9, 400))

    assert np.array_equal(np.unique(target[:4]), [IGNORE])
    assert np.array_equal(target[4] == 1, pixels[4, :, 0] > 100)
    assert np.count_nonzero(target[4] == 1) == 100


def test_a_small_scale_averages_what_it_cannot_show() -> None:
    stripes = np.zeros((120, 160, 3), np.uint8)
    stripes[:, ::4] = 200  # every fourth column: sampled, some crops would miss them all

    pixels, _ = cut(stripes, stripes[:, :, 0], (20, 30), Placement((60, 80), scale=0.25))

    assert np.abs(pixels.astype(int) - 50).max() <= 10


def test_no_geometry_invents_a_label() -> None:
    image, label_map = _scene()
    label_map = np.where(label_map > 100, 100, 0).astype(np.uint8)
    rng = np.random.default_rng(1)

    for _ in range(100):
        place = random_placement((60, 80), (40, 48), WILD, rng)
        _, target = cut(image, label_map, (40, 48), place)
        assert set(np.unique(target)) <= {0, 100, IGNORE}


def test_crops_of_a_larger_image_lie_inside_and_reach_every_corner() -> None:
    numbers = np.arange(60 * 80).reshape(60, 80)
    rng = np.random.default_rng(3)
    seen = np.zeros(60 * 80, bool)

    for _ in range(100):
        center = random_placement((60, 80), (40, 48), STILL, rng).center
        top, left = int(center[0]) - 20, int(center[1]) - 24
        assert 0 <= top <= 20
        assert 0 <= left <= 32
        seen[numbers[top : top + 40, left : left + 48]] = True

    assert seen.all()


def test_settings_bound_what_is_drawn() -> None:
    settings = AugmentationSettings(
        warped=1, rotation=10, scale=(0.5, 2), aspect=0.25, flip="horizontal"
    )
    rng = np.random.default_rng(5)

    places = [random_placement((60, 80), (32, 32), settings, rng) for _ in range(300)]

    assert all(-10 <= place.rotation <= 10 for place in places)
    assert all(0.5 <= place.scale <= 2 for place in places)
    assert all(0.8 <= place.aspect <= 1.25 for place in places)
    assert {place.flip_horizontal for place in places} == {True, False}
    assert not any(place.flip_vertical for place in places)
    assert len({place.scale for place in places}) == 300
    # Twice as large is as likely as half as large.
    assert 0.4 < np.mean([place.scale > 1 for place in places]) < 0.6


def test_only_a_share_of_the_crops_is_warped() -> None:
    settings = AugmentationSettings(warped=0.25)
    rng = np.random.default_rng(6)

    places = [random_placement((60, 80), (32, 32), settings, rng) for _ in range(400)]

    still = [place for place in places if (place.scale, place.aspect, place.rotation) == (1, 1, 0)]
    assert 0.7 < len(still) / len(places) < 0.8


@pytest.mark.parametrize("fit", ["crop", "letterbox"])
@pytest.mark.parametrize("spot", [(0, 0), (59, 79), (30, 2), (31, 40)])
def test_a_crop_placed_on_a_pixel_shows_it(fit: str, spot: tuple[int, int]) -> None:
    image, label_map = _scene()
    label_map[:] = 0
    label_map[spot] = 1
    settings = AugmentationSettings(
        warped=0.8, rotation=180, scale=(1, 3), aspect=0.3, flip="both", fit=fit
    )
    rng = np.random.default_rng(8)

    for _ in range(100):
        # No smaller than the image: a pixel that is shrunk may fall between those sampled.
        place = random_placement((60, 80), (64, 80), settings, rng, spot)
        _, target = cut(image, label_map, (64, 80), place)
        assert (target == 1).any()


def test_a_crop_placed_on_a_pixel_shows_it_mostly_in_its_middle_but_not_always_the_same() -> None:
    rng = np.random.default_rng(9)

    places = [random_placement((600, 800), (64, 64), STILL, rng, (300, 400)) for _ in range(200)]

    rows = np.array([300.5 - (place.center[0] - 32) for place in places])
    assert rows.min() >= 15
    assert rows.max() <= 49
    assert rows.std() > 5


@pytest.mark.parametrize("spot", [(0, 0), (599, 3), (2, 799)])
def test_a_crop_placed_at_the_border_stays_in_the_image(spot: tuple[int, int]) -> None:
    rng = np.random.default_rng(9)

    for _ in range(20):
        center = random_placement((600, 800), (64, 64), STILL, rng, spot).center
        assert 32 <= center[0] <= 600 - 32
        assert 32 <= center[1] <= 800 - 32


@pytest.mark.parametrize(
    ("image", "size", "shown"),
    [
        ((30, 40), (60, 80), (60, 80)),
        ((30, 40), (64, 64), (48, 64)),
        ((40, 30), (64, 64), (64, 48)),
        ((33, 47), (65, 51), (35, 51)),
        ((101, 7), (50, 50), (50, 3)),
        ((300, 400), (31, 33), (24, 33)),
        ((1, 1), (5, 4), (4, 4)),
    ],
)
def test_a_letterbox_shows_the_whole_image_in_its_middle(
    image: tuple[int, int], size: tuple[int, int], shown: tuple[int, int]
) -> None:
    pixels, target = letterbox(
        np.full((*image, 3), 50, np.uint8), np.full(image, 3, np.uint8), size
    )

    assert target.shape == size
    assert pixels.shape == (*size, 3)
    rows, columns = (np.flatnonzero((target == 3).any(axis=axis)) for axis in (1, 0))
    assert abs(len(rows) - shown[0]) <= 1
    assert abs(len(columns) - shown[1]) <= 1
    for at, side in ((rows, size[0]), (columns, size[1])):
        assert abs(at[0] - (side - 1 - at[-1])) <= 1
        assert all(after - before == 1 for before, after in pairwise(at))
    assert (target == 3).sum() == len(rows) * len(columns)
    assert ((target == 3) | (target == IGNORE)).all()
    beside = (target == IGNORE) & ~np.roll(target == 3, 1, 0) & ~np.roll(target == 3, -1, 0)
    beside &= ~np.roll(target == 3, 1, 1) & ~np.roll(target == 3, -1, 1)
    assert (pixels[beside] == GREY).all()


@pytest.mark.parametrize("size", [(61, 80), (60, 83), (60, 80)])
def test_a_letterbox_that_need_not_scale_copies_the_pixels(size: tuple[int, int]) -> None:
    image, label_map = _scene()

    pixels, target = letterbox(image, label_map, size)

    top, left = (size[0] - 60) // 2, (size[1] - 80) // 2
    assert np.array_equal(pixels[top : top + 60, left : left + 80], image)
    assert np.array_equal(target[top : top + 60, left : left + 80], label_map)
    assert np.count_nonzero(target == IGNORE) == size[0] * size[1] - 60 * 80


def test_a_letterbox_may_mirror_what_is_beside_the_image() -> None:
    image, label_map = _scene()

    pixels, target = letterbox(image, label_map, (60, 90), pad="mirror")

    assert np.array_equal(pixels[:, :5], image[:, 5:0:-1])
    assert (target[:, :5] == IGNORE).all()


def test_fitting_whole_images_composes_with_the_warp() -> None:
    fit = AugmentationSettings(fit="letterbox", warped=0, flip="none")
    rng = np.random.default_rng(4)

    still = random_placement((60, 80), (30, 50), fit, rng)
    assert (still.scale, still.aspect, still.rotation) == (0.5, 1, 0)
    image, label_map = _scene()
    _, target = cut(image, label_map, (30, 50), still)
    assert np.count_nonzero(target != IGNORE) == 30 * 40

    warped = AugmentationSettings(fit="letterbox", warped=1, scale=(0.8, 1.25), rotation=0)
    scales = [random_placement((60, 80), (30, 50), warped, rng).scale for _ in range(100)]
    assert 0.4 <= min(scales) < 0.45
    assert 0.55 < max(scales) <= 0.625


def test_the_whole_image_fits_both_ways() -> None:
    assert whole_image((60, 80), (30, 80)).scale == 0.5
    assert whole_image((60, 80), (120, 400)).scale == 2
