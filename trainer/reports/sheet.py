"""Draw a sheet of sample predictions: image, truth, prediction, and where the two differ."""

import importlib.util
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import IGNORE_COLOR, Color
from trainer.data.source import Sample

PANEL: Final = 320
"""Longest side of a panel, pixels."""

_COLUMNS: Final = ("image", "truth", "prediction", "where they differ")
_DETAIL: Final = 4 * PANEL  # pixels of the longest side that are looked at
_GAP: Final = 10
_MARGIN: Final = 16
_LINE: Final = 20
_FONT_SIZE: Final = 14
_SWATCH: Final = 12
_LEGEND_CLASSES: Final = 24
_LEGEND_NAME: Final = 260  # widest name in the legend, pixels
_PAPER: Final = (255, 255, 255)
_INK: Final = (31, 41, 51)
_FAINT_INK: Final = (97, 110, 124)
# Vivid, and neither a hue of micrographs nor, faded as the image is here, one of photographs.
_DIFFERENT: Final = Color(214, 0, 110)


@dataclass(frozen=True, slots=True)
class Panels:
    """One image of a sheet, reduced to the size it is shown in.

    Attributes:
        key: Name of the image.
        image: The image.
        truth: The label map in the colours of its classes.
        prediction: The predicted label map in the same colours.
        difference: The image in faded grey, marked where the two differ.
        shown: Class indices in either of the two, IGNORE_INDEX included.
        wrong: Share of the labelled pixels that differ, 0..1; NaN if none is labelled.
    """

    key: str
    image: Image.Image
    truth: Image.Image
    prediction: Image.Image
    difference: Image.Image
    shown: frozenset[int]
    wrong: float


def thinned(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy of every n-th row and column, as many as a sheet needs.

    Args:
        pixels: (H, W) or (H, W, 3).
    """
    step = max(max(pixels.shape[:2]) // _DETAIL, 1)
    return pixels[::step, ::step].copy()


def make_panels(sample: Sample, predicted: LabelMap, label_set: LabelSet) -> Panels:
    """Return the panels of one image.

    Colours are averaged when a panel is smaller than the image, so thin structures fade but never
    break; tiny images are enlarged without interpolation.

    Args:
        sample: The image and its labels.
        predicted: (H, W) uint8 class indices.
        label_set: The classes.
    """
    image, truth = sample.image, sample.label_map
    palette = label_set.palette
    labelled = truth != IGNORE_INDEX
    different = (truth != predicted) & labelled
    return Panels(
        key=sample.key,
        image=_fitted(image),
        truth=_fitted(palette[truth]),
        prediction=_fitted(palette[predicted]),
        difference=_fitted(_marked(image, different, ~labelled)),
        shown=frozenset(np.union1d(truth, predicted).tolist()),
        wrong=float(different.sum() / labelled.sum()) if labelled.any() else math.nan,
    )


def draw_sheet(title: str, rows: Sequence[Panels], label_set: LabelSet) -> Image.Image:
    """Return the sheet: a row for each image, and a legend of the classes that are shown."""
    legend = _legend(frozenset().union(*(row.shown for row in rows)), label_set)
    texts = (title, *_COLUMNS, *(row.key for row in rows), *(name for name, _ in legend))
    font = _font("".join(texts))
    width = 2 * _MARGIN + len(_COLUMNS) * PANEL + (len(_COLUMNS) - 1) * _GAP
    places, legend_height = _flow(legend, font, width - 2 * _MARGIN)
    heights = [row.image.height + _LINE + _GAP for row in rows]
    top = _MARGIN + _LINE + _GAP
    height = top + _LINE + sum(heights) + legend_height + _MARGIN
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), title, _INK, font)
    for column, name in enumerate(_COLUMNS):
        draw.text((_column(column), top), name, _FAINT_INK, font)
    top += _LINE
    for row, row_height in zip(rows, heights, strict=True):
        for column, panel in enumerate((row.image, row.truth, row.prediction, row.difference)):
            sheet.paste(panel, (_column(column), top))
        below = top + row.image.height + 2
        name = _shortened(row.key, font, _column(len(_COLUMNS) - 1) - _MARGIN - _GAP)
        draw.text((_MARGIN, below), name, _FAINT_INK, font)
        wrong = "nothing is labelled" if math.isnan(row.wrong) else f"{row.wrong:.1%} of the pixels"
        draw.text((_column(len(_COLUMNS) - 1), below), wrong, _FAINT_INK, font)
        top += row_height
    for (x, y), (name, color) in zip(places, legend, strict=True):
        box = (_MARGIN + x, top + y + 3, _MARGIN + x + _SWATCH, top + y + 3 + _SWATCH)
        if color:
            draw.rectangle(box, color, outline=_FAINT_INK)
        text = _shortened(name, font, _LEGEND_NAME)
        draw.text((box[0] + (_SWATCH + 6 if color else 0), top + y), text, _INK, font)
    return sheet


def _column(number: int) -> int:
    return _MARGIN + number * (PANEL + _GAP)


def _fitted(pixels: NDArray[np.uint8]) -> Image.Image:
    """Return pixels reduced, or enlarged a whole number of times, to fit a panel."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    longest = max(picture.size)
    if longest > PANEL:
        width, height = (max(round(side * PANEL / longest), 1) for side in picture.size)
        return picture.resize((width, height), Image.Resampling.BOX)
    factor = PANEL // longest
    width, height = picture.size
    return picture.resize((width * factor, height * factor), Image.Resampling.NEAREST)


def _marked(
    image: RgbImage, different: NDArray[np.bool_], ignored: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    grey = image.mean(axis=2, keepdims=True)
    faded = np.repeat(grey * 0.45 + 255 * 0.55, 3, axis=2).astype(np.uint8)
    faded[ignored] = IGNORE_COLOR
    faded[different] = _DIFFERENT
    return faded


def _legend(shown: Iterable[int], label_set: LabelSet) -> list[tuple[str, Color | None]]:
    """Return what the legend says: (name, colour), the colour None for a mere remark."""
    classes = sorted(set(shown) - {IGNORE_INDEX})
    entries: list[tuple[str, Color | None]] = [
        (label_set[index].name, label_set[index].color) for index in classes[:_LEGEND_CLASSES]
    ]
    if len(classes) > _LEGEND_CLASSES:
        entries.append((f"and {len(classes) - _LEGEND_CLASSES} more classes", None))
    if IGNORE_INDEX in shown:
        entries.append(("unlabelled", IGNORE_COLOR))
    return [*entries, ("differs", _DIFFERENT)]


def _flow(
    legend: Sequence[tuple[str, Color | None]], font: ImageFont.FreeTypeFont, width: int
) -> tuple[list[tuple[int, int]], int]:
    """Place legend entries in lines of ``width``; return their (x, y) and the height of all."""
    places: list[tuple[int, int]] = []
    x = y = 0
    for name, color in legend:
        swatch = _SWATCH + 6 if color else 0
        needed = swatch + round(font.getlength(_shortened(name, font, _LEGEND_NAME)))
        if x and x + needed > width:
            x, y = 0, y + _LINE
        places.append((x, y))
        x += needed + 2 * _GAP
    return places, y + _LINE


def _shortened(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Return the text, with its middle left out where it is wider than ``width`` pixels."""
    if font.getlength(text) <= width:
        return text
    kept = len(text)
    while kept > 2 and font.getlength(_without_middle(text, kept)) > width:
        kept -= 1
    return _without_middle(text, kept)


def _without_middle(text: str, kept: int) -> str:
    return f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"


def _font(text: str) -> ImageFont.FreeTypeFont:
    """Return a font for the signs of ``text``; without matplotlib it is Pillow's own."""
    if importlib.util.find_spec("matplotlib"):
        from trainer.reports.fonts import font_file_for

        return ImageFont.truetype(str(font_file_for(text)), _FONT_SIZE)
    font = ImageFont.load_default(_FONT_SIZE)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise OSError("Pillow was built without FreeType and draws no text")
    return font
