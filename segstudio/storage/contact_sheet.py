"""Many small pictures on one sheet, each with a line of words below."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from segstudio.core.label_map import RgbImage

TILE: Final = 240
"""Longer side of a picture on the sheet, pixels."""

_COLUMNS: Final = 4
_GAP: Final = 12
_CAPTION: Final = 20
_TEXT: Final = 13
_BACKGROUND: Final = (245, 245, 245)
_INK: Final = (30, 30, 30)


def contact_sheet(pictures: Sequence[tuple[RgbImage, str]], columns: int = _COLUMNS) -> bytes:
    """Return a PNG file of pictures in rows, in their order.

    Args:
        pictures: (h, w, 3) uint8 RGB with sides of at most TILE, and the words for each; words
            that are too long lose their middle.
        columns: Pictures in a row.
    """
    rows = max(-(-len(pictures) // columns), 1)
    width = columns * (TILE + _GAP) + _GAP
    height = rows * (TILE + _CAPTION + _GAP) + _GAP
    sheet = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(_TEXT)
    for place, (picture, words) in enumerate(pictures):
        left = _GAP + place % columns * (TILE + _GAP)
        top = _GAP + place // columns * (TILE + _CAPTION + _GAP)
        tall, wide = picture.shape[:2]
        at = (left + (TILE - wide) // 2, top + (TILE - tall) // 2)
        sheet.paste(Image.fromarray(np.ascontiguousarray(picture)), at)
        draw.text((left, top + TILE + 3), _fitting(words, font), _INK, font)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def _fitting(words: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    shown = words
    while font.getlength(shown) > TILE and len(words) > 2:
        words = words[: len(words) // 2] + words[len(words) // 2 + 1 :]
        shown = f"{words[: len(words) // 2]}...{words[len(words) // 2 :]}"
    return shown
