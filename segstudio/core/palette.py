"""Colours of classes."""

import colorsys
import re
from collections.abc import Iterable
from typing import Final, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Palette: TypeAlias = NDArray[np.uint8]
"""(256, 3) uint8 red, green, blue of every label map value."""


class Color(NamedTuple):
    """Red, green and blue, each 0..255."""

    red: int
    green: int
    blue: int

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Return the colour written as ``#rrggbb``.

        Raises:
            ValueError: If the text is not of that form.
        """
        if not re.fullmatch("#[0-9a-fA-F]{6}", text):
            raise ValueError(f"colour {text!r} is not of the form #rrggbb")
        return cls(*bytes.fromhex(text[1:]))

    @property
    def hex(self) -> str:
        """The colour as ``#rrggbb``."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BACKGROUND_COLOR: Final = Color(0, 0, 0)
IGNORE_COLOR: Final = Color(128, 128, 128)

# Okabe and Ito, "Color Universal Design", 2008: distinct for colour-blind eyes. Black is left to
# the background; the order starts with the hues that stand out on grey micrographs and photos.
_OKABE_ITO: Final = (
    Color(230, 159, 0),
    Color(86, 180, 233),
    Color(0, 158, 115),
    Color(240, 228, 66),
    Color(213, 94, 0),
    Color(0, 114, 178),
    Color(204, 121, 167),
)
_GOLDEN_ANGLE: Final = 0.381966


def default_color(class_index: int, *, background: bool = False) -> Color:
    """Return the colour that a new class gets.

    The first seven are Okabe and Ito's; later ones step around the hue circle by the golden angle
    with changing lightness, so neighbours in the list look different.

    Args:
        class_index: 0..254.
        background: Whether the class is the background, which is black.
    """
    if background:
        return BACKGROUND_COLOR
    if class_index and class_index <= len(_OKABE_ITO):
        return _OKABE_ITO[class_index - 1]
    hue = (class_index * _GOLDEN_ANGLE) % 1
    lightness = (0.45, 0.65, 0.55)[class_index % 3]
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.75)
    return Color(round(red * 255), round(green * 255), round(blue * 255))


def palette_of(colors: Iterable[Color]) -> Palette:
    """Return the (256, 3) uint8 palette of these class colours; the rest is grey (unlabelled)."""
    palette = np.empty((256, 3), np.uint8)
    palette[:] = IGNORE_COLOR
    for class_index, color in enumerate(colors):
        palette[class_index] = color
    return palette
