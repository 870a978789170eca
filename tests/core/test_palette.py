import numpy as np
import pytest

from segstudio.core.palette import IGNORE_COLOR, Color, default_color, palette_of


def test_a_colour_survives_its_text() -> None:
    assert Color.from_hex(Color(1, 171, 255).hex) == Color(1, 171, 255)


def test_capital_digits_are_read() -> None:
    assert Color.from_hex("#FFa00B") == Color(255, 160, 11)


@pytest.mark.parametrize(
    "text",
    ["", "#", "ff0000", "#ff000", "#ff00000", "#gg0000", "#ab cd ", "##12345", "#１２３４５６"],
)
def test_other_text_is_no_colour(text: str) -> None:
    with pytest.raises(ValueError, match="is not of the form #rrggbb"):
        Color.from_hex(text)


def test_all_default_colours_differ() -> None:
    assert len({default_color(index) for index in range(255)}) == 255


def test_neighbouring_default_colours_are_far_apart() -> None:
    colors = np.array([default_color(index) for index in range(255)], int)
    assert np.linalg.norm(np.diff(colors, axis=0), axis=1).min() > 60


def test_the_background_is_black() -> None:
    assert default_color(0, background=True) == Color(0, 0, 0)


def test_a_palette_is_grey_where_no_class_is() -> None:
    palette = palette_of([Color(1, 2, 3), Color(4, 5, 6)])
    assert palette.shape == (256, 3)
    assert palette[1].tolist() == [4, 5, 6]
    assert (palette[2:] == IGNORE_COLOR).all()
