import numpy as np
import pytest

from segstudio.core.overlay import changed_pixels, colored, outlined, overlay_table
from segstudio.core.palette import Color, palette_of

PALETTE = palette_of([Color(0, 0, 0), Color(200, 100, 40)])


def _argb(value: int) -> tuple[int, ...]:
    return tuple(int(value) >> shift & 255 for shift in (24, 16, 8, 0))


def test_an_opaque_class_has_its_own_colour() -> None:
    assert _argb(overlay_table(PALETTE, 1.0)[1]) == (255, 200, 100, 40)


def test_colours_are_premultiplied_by_the_opacity() -> None:
    assert _argb(overlay_table(PALETTE, 0.5)[1]) == (128, 100, 50, 20)


@pytest.mark.parametrize("opacity", [0.0, 0.1, 0.37, 0.9, 1.0])
def test_no_channel_exceeds_the_alpha(opacity: float) -> None:
    white = palette_of([Color(255, 255, 255)] * 255)
    for value in overlay_table(white, opacity):
        alpha, *channels = _argb(value)
        assert max(channels) <= alpha


def test_unlabelled_pixels_are_not_drawn() -> None:
    assert overlay_table(PALETTE, 1.0)[255] == 0


def test_hidden_classes_are_not_drawn() -> None:
    table = overlay_table(PALETTE, 1.0, hidden={1})
    assert table[1] == 0
    assert _argb(table[0])[0] == 255


def test_every_pixel_gets_the_colour_of_its_value() -> None:
    label_map = np.random.default_rng(0).integers(0, 256, (9, 14), dtype=np.uint8)
    table = overlay_table(PALETTE, 0.7)
    overlay = colored(label_map, table)
    assert overlay.dtype == np.uint32
    assert all(overlay[y, x] == table[label_map[y, x]] for y, x in np.ndindex(9, 14))


def test_an_outline_runs_along_the_first_pixels_of_what_follows() -> None:
    label_map = np.zeros((5, 5), np.uint8)
    label_map[1:3, 1:4] = 1
    label_map[4, 4] = 255
    lines = outlined(label_map, overlay_table(PALETTE, 1.0, hidden=[0]), above=0, left=0)
    assert lines.tolist() == [
        [255, 255, 255, 255, 255],
        [255, 1, 1, 1, 1],
        [255, 1, 255, 255, 1],
        [255, 1, 1, 1, 255],
        [255, 255, 255, 255, 255],
    ]


def test_outlines_of_parts_are_parts_of_the_outline() -> None:
    label_map = np.random.default_rng(3).integers(0, 4, (12, 15)).astype(np.uint8)
    table = overlay_table(PALETTE, 1.0, hidden=[2])
    whole = outlined(label_map, table, above=0, left=0)
    part = outlined(label_map[4:9, 6:15], table, above=1, left=1)
    assert np.array_equal(part, whole[5:9, 7:15])


def test_changed_pixels_have_the_colour_and_others_none() -> None:
    pixels = changed_pixels(np.array([[1, 2]], np.uint8), np.array([[1, 3]], np.uint8), 0xB396004D)
    assert pixels.tolist() == [[0, 0xB396004D]]
