"""What the canvas draws: the image and, over it, the coloured label map and its changes."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter

from segstudio.core.display import (
    Display,
    Ranges,
    Values,
    channel_ranges,
    shown_pixels,
    tone_table,
    toned,
)
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.overlay import changed_pixels, outlined, overlay_table
from segstudio.core.palette import Palette
from segstudio.core.pyramid import (
    Pixels,
    ReducedImage,
    Reduction,
    halved,
    halved_by_largest,
    levels_of,
    sampled,
)
from segstudio.core.rect import Rect
from segstudio.ui.canvas.levels import Levels, borrowed

CHANGED_COLOR: Final = 0xB396004D
"""Of pixels in which two label maps differ: premultiplied 0xAARRGGBB, a vivid hue that few images
have, seven tenths opaque so that the class is seen through it."""


class OverlayStyle(StrEnum):
    """How the label map is drawn."""

    FILLED = "filled"
    OUTLINES = "outlines"


class ImageLayer:
    """The image as it is displayed.

    Which values are black and white, and which channels are seen, is in the levels; brightness,
    contrast and gamma are applied when pixels are drawn, so that their sliders are followed at
    once.

    Args:
        image: (H, W, 3) uint8 RGB.
        reduced: What to show until levels are built; found here if it is None.
        values: (H, W, C) what the file holds, where ``image`` is a reduction of it.
    """

    def __init__(
        self,
        image: RgbImage,
        reduced: ReducedImage | None = None,
        values: Values | None = None,
    ) -> None:
        self._values = image if values is None else values
        self._display = Display()
        self._source: tuple[Ranges, int | None] | None = None  # None: the image as it is
        self._tones: NDArray[np.uint8] | None = None
        height, width = image.shape[:2]
        self._image = np.ascontiguousarray(image)
        self.levels = Levels(height, width, QImage.Format.Format_RGB32)
        reduced = reduced or sampled(image)
        if reduced is not None:
            picture = _rgb32_picture(reduced.pixels)
            self.levels.fill_roughly(reduced.level, _pixels_of(picture))

    def set_display(self, display: Display) -> bool:
        """Show the image in another manner; return whether anything looks different now."""
        old, self._display = self._display, display
        if display == old:
            return False
        self._tones = tone_table(display) if display.is_toned else None
        if (display.channel, display.is_stretched) != (old.channel, old.is_stretched):
            self._source = None
            if display.channel is not None or display.is_stretched:
                ranges = channel_ranges(self._values, is_stretched=display.is_stretched)
                self._source = ranges, display.channel
            height, width = self._image.shape[:2]
            self.levels.outdate(Rect(0, 0, height, width))
            if self.levels.count:
                step = 1 << self.levels.rough
                every = np.s_[::step, ::step]
                part = self._image[every] if self._source is None else self._shown(every)
                picture = _rgb32_picture(np.ascontiguousarray(part))
                self.levels.fill_roughly(self.levels.rough, _pixels_of(picture))
        return True

    def build(self, rect: Rect) -> list[Pixels]:
        """Return the levels of ``rect``, pixels of level 0; may run on any thread."""
        picture = self._part(rect)
        return levels_of(_pixels_of(picture), self.levels.count, self.levels.reduce)

    def draw(self, painter: QPainter, level: int, rect: Rect) -> None:
        """Draw pixels of a level where the painter's coordinates say that they are."""
        at = QPoint(rect.left, rect.top)
        if self._tones is not None:
            if level == 0:
                part = self._part(rect)
                pixels = _pixels_of(part)
            else:
                pixels = np.ascontiguousarray(self.levels.pixels(level)[rect.slices])
            bright = toned(pixels, self._tones)
            painter.drawImage(at, borrowed(bright, QImage.Format.Format_RGB32))
        elif level == 0:
            painter.drawImage(at, self._part(rect))
        else:
            self.levels.draw(painter, level, rect)

    def _part(self, rect: Rect) -> QImage:
        if self._source is None:
            return _rgb32_part(self._image, rect)
        return _rgb32_picture(self._shown(rect.slices))

    def _shown(self, part: tuple[slice, slice]) -> RgbImage:
        assert self._source is not None
        return shown_pixels(self._values[part], *self._source)


class OverlayLayer:
    """The label map, coloured.

    The reduced levels hold opaque colours and are blended by the opacity when they are drawn, so
    that changing the opacity costs nothing. Outlines stay visible in them however far the image is
    reduced; above 100 % they are lines of the screen, see ``outlines``.

    Attributes:
        is_apart: Whether the outlines are drawn elsewhere, so that pixels of level 0 show none.

    Args:
        label_map: (H, W) uint8 class indices; read whenever pixels are drawn or built.
        rough: The level to show until others are built.
    """

    def __init__(self, label_map: LabelMap, rough: int) -> None:
        self._label_map = label_map
        self._opacity = 0.0
        self._style = OverlayStyle.FILLED
        self.is_apart = False
        self._table = np.zeros(256, np.uint32)
        self._color_table: list[int] = [0] * 256
        self._opaque_table = np.zeros(256, np.uint32)
        self._opaque_colors: list[int] = [0] * 256
        self.levels = _overlay_levels(label_map, rough)

    def set_colors(self, palette: Palette, opacity: float, hidden: Collection[int]) -> bool:
        """Recolour everything; see ``overlay_table`` for the arguments.

        Outlines, which cover little, are drawn with twice the opacity.

        Returns:
            Whether anything looks different now.
        """
        if self._style is OverlayStyle.OUTLINES:
            opacity = min(2 * opacity, 1.0)
        table = overlay_table(palette, opacity, hidden)
        if np.array_equal(table, self._table) and opacity == self._opacity:
            return False
        self._table, self._opacity = table, opacity
        self._color_table = table.tolist()
        opaque = overlay_table(palette, 1.0, hidden)
        if not np.array_equal(opaque, self._opaque_table):
            self._opaque_table = opaque
            self._opaque_colors = opaque.tolist()
            self._recolor_levels()
        return True

    def set_style(self, style: OverlayStyle) -> bool:
        """Fill classes or outline them; colours are to be set again if the answer is True."""
        if style is self._style:
            return False
        self._style = style
        reduce = halved_by_largest if style is OverlayStyle.OUTLINES else halved
        self.levels = _overlay_levels(self._label_map, self.levels.rough, reduce)
        self._opaque_table = np.zeros(256, np.uint32)
        self._table = np.zeros(256, np.uint32)
        return True

    @property
    def style(self) -> OverlayStyle:
        """How the label map is drawn."""
        return self._style

    def affected(self, rect: Rect) -> Rect:
        """Return which pixels look different when the label map has changed in ``rect``."""
        if self._style is OverlayStyle.FILLED:
            return rect
        below = Rect(rect.top, rect.left, rect.bottom + 1, rect.right + 1)
        return below.clipped_to(*self._label_map.shape)

    def build(self, rect: Rect) -> list[Pixels]:
        """Return the levels of ``rect``, pixels of level 0; may run on any thread."""
        picture = colored_picture(self._classes(rect), self._opaque_colors)
        return levels_of(_pixels_of(picture), self.levels.count, self.levels.reduce)

    def draw(self, painter: QPainter, level: int, rect: Rect) -> None:
        """Draw pixels of a level where the painter's coordinates say that they are."""
        if level == 0:
            if not self.is_apart:
                picture = colored_picture(self._classes(rect), self._color_table)
                painter.drawImage(QPoint(rect.left, rect.top), picture)
        elif self._opacity > 0:
            painter.setOpacity(self._opacity)
            self.levels.draw(painter, level, rect)
            painter.setOpacity(1)

    def opaque(self, rect: Rect) -> Pixels:
        """Return the (h, w) opaque colours of a rectangle of level 0."""
        picture = colored_picture(self._classes(rect), self._opaque_colors)
        return _pixels_of(picture).copy()

    def outlines_at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> QImage:
        """Return the outlines between pixels of the screen.

        Args:
            rows: (h + 1,) rows of the label map that the rows of the screen show, and before them
                the row above; it may be -1: then there is none.
            columns: (w + 1,) columns, likewise.

        Returns:
            h x w pixels.
        """
        above, left = int(rows[0] >= 0), int(columns[0] >= 0)
        rows, columns = rows[1 - above :], columns[1 - left :]
        top, first = rows[0], columns[0]
        part = self._label_map[top : rows[-1] + 1, first : columns[-1] + 1]
        # Columns first: there are fewer rows before they are repeated, and whole rows copy fast.
        part = np.take(np.take(part, columns - first, axis=1), rows - top, axis=0)
        lines = outlined(part, self._opaque_table, above=above, left=left)
        return colored_picture(lines, self._color_table)

    def _classes(self, rect: Rect) -> LabelMap:
        """Return the (h, w) classes that are drawn in a rectangle of level 0."""
        if self._style is OverlayStyle.FILLED:
            return np.ascontiguousarray(self._label_map[rect.slices])
        above, left = min(rect.top, 1), min(rect.left, 1)
        part = self._label_map[rect.top - above : rect.bottom, rect.left - left : rect.right]
        return outlined(part, self._opaque_table, above=above, left=left)

    def _shows_nothing(self, classes: LabelMap) -> bool:
        """Whether it is plain that these have no colour, as where nothing is labelled yet."""
        first = classes.min()
        return bool(first == classes.max() and not self._opaque_table[first])

    def _recolor_levels(self) -> None:
        height, width = self._label_map.shape
        self.levels.outdate(Rect(0, 0, height, width))
        if self.levels.count:
            step = 1 << self.levels.rough
            part = np.ascontiguousarray(self._label_map[::step, ::step])
            if self.levels.is_blank and self._shows_nothing(part):
                return
            if self._style is OverlayStyle.OUTLINES:
                part = outlined(part, self._opaque_table, above=0, left=0)
            picture = colored_picture(part, self._opaque_colors)
            self.levels.fill_roughly(self.levels.rough, _pixels_of(picture))


class ChangesLayer:
    """Marks where the label map differs from another one.

    Args:
        label_map: (H, W) uint8 class indices; read whenever pixels are drawn or built.
        reference: (H, W) uint8, what it is compared with.
        rough: The level to show until others are built.
    """

    def __init__(self, label_map: LabelMap, reference: LabelMap, rough: int) -> None:
        self._label_map, self._reference = label_map, reference
        # A single pixel that differs must be seen however far the image is reduced.
        self.levels = _overlay_levels(label_map, rough, halved_by_largest)
        if self.levels.count:
            step = 1 << rough
            part = changed_pixels(
                label_map[::step, ::step], reference[::step, ::step], CHANGED_COLOR
            )
            self.levels.fill_roughly(rough, part)

    def affected(self, rect: Rect) -> Rect:
        """Return which pixels look different when the label map has changed in ``rect``."""
        return rect

    def build(self, rect: Rect) -> list[Pixels]:
        """Return the levels of ``rect``, pixels of level 0; may run on any thread."""
        return levels_of(self.opaque(rect), self.levels.count, self.levels.reduce)

    def draw(self, painter: QPainter, level: int, rect: Rect) -> None:
        """Draw pixels of a level where the painter's coordinates say that they are."""
        if level == 0:
            kind = QImage.Format.Format_ARGB32_Premultiplied
            painter.drawImage(QPoint(rect.left, rect.top), borrowed(self.opaque(rect), kind))
        else:
            self.levels.draw(painter, level, rect)

    def opaque(self, rect: Rect) -> Pixels:
        """Return the (h, w) colours of a rectangle of level 0, as it is drawn."""
        part = rect.slices
        return changed_pixels(self._label_map[part], self._reference[part], CHANGED_COLOR)


def _overlay_levels(label_map: LabelMap, rough: int, reduce: Reduction = halved) -> Levels:
    height, width = label_map.shape
    levels = Levels(height, width, QImage.Format.Format_ARGB32_Premultiplied, reduce)
    levels.rough = rough
    return levels


def colored_picture(label_map: LabelMap, table: list[int]) -> QImage:
    """Return what ``core.overlay.colored`` makes, as a picture; three times as fast."""
    height, width = label_map.shape
    indices = QImage(label_map.data, width, height, width, QImage.Format.Format_Indexed8)
    indices.setColorTable(table)
    # Qt must not premultiply: the table's colours are.
    picture = indices.convertToFormat(QImage.Format.Format_ARGB32)
    picture.reinterpretAsFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return picture


def _rgb32_part(image: RgbImage, rect: Rect) -> QImage:
    """Return a part of an image, whose rows lie in one piece, without copying it before."""
    width = image.shape[1]
    first = (rect.top * width + rect.left) * 3
    last = ((rect.bottom - 1) * width + rect.right) * 3
    stored = image.reshape(-1)[first:last]
    kind = QImage.Format.Format_RGB888
    picture = QImage(stored.data, rect.width, rect.height, width * 3, kind)
    return picture.convertToFormat(QImage.Format.Format_RGB32)


def _rgb32_picture(image: RgbImage) -> QImage:
    height, width = image.shape[:2]
    picture = QImage(image.data, width, height, width * 3, QImage.Format.Format_RGB888)
    return picture.convertToFormat(QImage.Format.Format_RGB32)


def _pixels_of(picture: QImage) -> Pixels:
    """Return the pixels of a picture of 32 bits; they are gone when the picture is."""
    pixels = np.frombuffer(picture.constBits(), np.uint32)
    return pixels.reshape(picture.height(), picture.width())
