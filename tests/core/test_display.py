import numpy as np
import pytest

from segstudio.core.display import (
    Display,
    channel_ranges,
    shown_pixels,
    tone_table,
    toned,
)

EVERY_VALUE = np.arange(256, dtype=np.uint8)


def test_what_is_not_set_changes_nothing() -> None:
    assert np.array_equal(tone_table(Display()), EVERY_VALUE)
    assert not Display(channel=2, is_stretched=True).is_toned


@pytest.mark.parametrize(
    "display",
    [
        Display(brightness=-30),
        Display(contrast=100),
        Display(contrast=-60),
        Display(gamma=0.25),
        Display(gamma=4.0),
        Display(brightness=100, contrast=-100, gamma=2.0),
    ],
)
def test_a_brighter_pixel_is_never_shown_darker(display: Display) -> None:
    assert (np.diff(tone_table(display).astype(int)) >= 0).all()


def test_gamma_above_one_shows_more_in_the_dark() -> None:
    table = tone_table(Display(gamma=2.0))
    assert table[64] == 128
    assert (table[0], table[255]) == (0, 255)


def test_tones_leave_pixels_opaque() -> None:
    pixels = np.array([[0xFF102030, 0xFFFFFFFF]], np.uint32)
    inverse = EVERY_VALUE[::-1].copy()
    assert toned(pixels, inverse).tolist() == [[0xFFEFDFCF, 0xFF000000]]


def test_stretching_leaves_out_a_few_pixels_at_both_ends() -> None:
    values = np.linspace(1000, 2000, 40_000).round().astype(np.uint16).reshape(200, 200, 1)
    values[0, :10] = 65535
    ((low, high),) = channel_ranges(values, is_stretched=True)
    assert 1000 <= low <= 1010
    assert 1990 <= high <= 2010


def test_stretching_keeps_the_hue_of_colours_but_takes_other_channels_alone() -> None:
    values = np.zeros((20, 20, 5), np.uint16)
    values += np.array([10, 20, 30, 400, 5000], np.uint16)
    values[:10] *= 2
    assert channel_ranges(values[:, :, :3], is_stretched=True) == ((10, 60),) * 3
    assert channel_ranges(values, is_stretched=True)[3:] == ((400, 800), (5000, 10000))


def test_an_image_of_one_value_can_be_stretched() -> None:
    ((low, high),) = channel_ranges(np.full((5, 5, 1), 7, np.uint8), is_stretched=True)
    assert low < high


def test_without_stretching_the_bit_depth_is_the_range() -> None:
    assert channel_ranges(np.full((5, 5, 2), 900, np.uint16), is_stretched=False) == (
        (0, 1023),
        (0, 1023),
    )


@pytest.mark.parametrize(
    ("count", "channel", "shown"),
    [
        (1, None, (0, 0, 0)),
        (2, None, (0, 51, 0)),
        (5, None, (0, 51, 102)),
        (5, 4, (204, 204, 204)),
        (2, 4, (51, 51, 51)),  # chosen on an image with more channels
    ],
)
def test_channels_are_shown_in_colour_or_one_in_grey(
    count: int, channel: int | None, shown: tuple[int, ...]
) -> None:
    values = np.arange(0, 50, 10, dtype=np.uint16)[None, None, :count]
    pixels = shown_pixels(values, ((0, 50),) * count, channel)
    assert pixels.tolist() == [[list(shown)]]
