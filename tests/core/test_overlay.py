import numpy as np
import pytest

from segstudio.core.overlay import colored, overlay_table
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
