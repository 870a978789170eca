"""What the canvas draws: the image and, over it, the coloured label map."""

from collections.abc import Collection

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.overlay import overlay_table
from segstudio.core.palette import Palette
from segstudio.core.pyramid import Pixels, ReducedImage, levels_of, sampled
from segstudio.core.rect import Rect
from segstudio.ui.canvas.levels import Levels, qrect


class ImageLayer:
    """The image.

    Args:
        image: (H, W, 3) uint8 RGB.
        reduced: What to show until levels are built; found here if it is None.
    """

    def __init__(self, image: RgbImage, reduced: ReducedImage | None = None) -> None:
        height, width = image.shape[:2]
        # Qt borrows the memory of the array, which is kept beside it.
        self._image = np.ascontiguousarray(image)
        self._picture = QImage(
            self._image.data, width, height, width * 3, QImage.Format.Format_RGB888
        )
        self.levels = Levels(height, width, QImage.Format.Format_RGB32)
        reduced = reduced or sampled(image)
        if reduced is not None:
            self.levels.fill_roughly(reduced.level, _rgb32(reduced.pixels))

    def build(self, rect: Rect) -> list[Pixels]:
        """Return the levels of ``rect``, pixels of level 0; may run on any thread."""
        picture = self._part(rect)
        return levels_of(_pixels_of(picture), self.levels.count, self.levels.reduce)

    def draw(self, painter: QPainter, level: int, rect: Rect) -> None:
        """Draw pixels of a level where the painter's coordinates say that they are."""
        if level == 0:
            painter.drawImage(QPoint(rect.left, rect.top), self._part(rect))
        else:
            self.levels.draw(painter, level, rect)

    def _part(self, rect: Rect) -> QImage:
        return self._picture.copy(qrect(rect)).convertToFormat(QImage.Format.Format_RGB32)


class OverlayLayer:
    """The label map, coloured.

    The reduced levels hold opaque colours and are blended by the opacity when they are drawn, so
    that changing the opacity costs nothing.

    Args:
        label_map: (H, W) uint8 class indices; read whenever pixels are drawn or built.
        rough: The level to show until others are built.
    """

    def __init__(self, label_map: LabelMap, rough: int) -> None:
        self._label_map = label_map
        self._opacity = 0.0
        self._table = np.zeros(256, np.uint32)
        self._color_table: list[int] = [0] * 256
        self._opaque_table = np.zeros(256, np.uint32)
        self._opaque_colors: list[int] = [0] * 256
        height, width = label_map.shape
        self.levels = Levels(height, width, QImage.Format.Format_ARGB32_Premultiplied)
        self.levels.rough = rough

    def set_colors(self, palette: Palette, opacity: float, hidden: Collection[int]) -> bool:
        """Recolour everything; see ``overlay_table`` for the arguments.

        Returns:
            Whether anything looks different now.
        """
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

    def build(self, rect: Rect) -> list[Pixels]:
        """Return the levels of ``rect``, pixels of level 0; may run on any thread."""
        return levels_of(self.opaque(rect), self.levels.count, self.levels.reduce)

    def draw(self, painter: QPainter, level: int, rect: Rect) -> None:
        """Draw pixels of a level where the painter's coordinates say that they are."""
        if level == 0:
            part = np.ascontiguousarray(self._label_map[rect.slices])
            painter.drawImage(QPoint(rect.left, rect.top), _colored(part, self._color_table))
        elif self._opacity > 0:
            painter.setOpacity(self._opacity)
            self.levels.draw(painter, level, rect)
            painter.setOpacity(1)

    def opaque(self, rect: Rect) -> Pixels:
        """Return the (h, w) opaque colours of a rectangle of level 0."""
        picture = _colored(np.ascontiguousarray(self._label_map[rect.slices]), self._opaque_colors)
        return _pixels_of(picture).copy()

    def _recolor_levels(self) -> None:
        height, width = self._label_map.shape
        self.levels.outdate(Rect(0, 0, height, width))
        if self.levels.count:
            step = 1 << self.levels.rough
            part = np.ascontiguousarray(self._label_map[::step, ::step])
            picture = _colored(part, self._opaque_colors)
            self.levels.fill_roughly(self.levels.rough, _pixels_of(picture))


def _colored(label_map: LabelMap, table: list[int]) -> QImage:
    """Return what ``core.overlay.colored`` makes, as a picture; three times as fast."""
    height, width = label_map.shape
    indices = QImage(label_map.data, width, height, width, QImage.Format.Format_Indexed8)
    indices.setColorTable(table)
    # Qt must not premultiply: the table's colours are.
    picture = indices.convertToFormat(QImage.Format.Format_ARGB32)
    picture.reinterpretAsFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return picture


def _rgb32(image: RgbImage) -> Pixels:
    height, width = image.shape[:2]
    picture = QImage(image.data, width, height, width * 3, QImage.Format.Format_RGB888)
    converted = picture.convertToFormat(QImage.Format.Format_RGB32)
    return _pixels_of(converted).copy()


def _pixels_of(picture: QImage) -> Pixels:
    """Return the pixels of a picture of 32 bits; they are gone when the picture is."""
    pixels = np.frombuffer(picture.constBits(), np.uint32)
    return pixels.reshape(picture.height(), picture.width())
