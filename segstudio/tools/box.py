"""Rectangle and ellipse, dragged from corner to corner."""

import math

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.raster import Point, ellipse_region, rectangle_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region, region_patch
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Pointer, Tool

_ELLIPSE_POINTS = 72


class Box(Tool):
    """A shape between two corners; Shift makes it as high as wide, Alt at the start erases."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._corner: Point | None = None
        self._rect: Rect | None = None
        self._erases = False
        self._preview: Preview | None = None

    @property
    def erases(self) -> bool:
        """See ``Tool``."""
        return self._erases

    @property
    def preview(self) -> Preview | None:
        """The shape and its size."""
        return self._preview

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Set the first corner."""
        self._corner, self._erases = at.point, at.alt
        return None

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Drag the other corner."""
        if self._corner is not None:
            self._rect = rect_between(self._corner, at.point, is_square=at.shift)
            self._preview = Preview(
                self._outline(self._rect),
                is_closed=True,
                erases=self._erases,
                text=f"{self._rect.width} × {self._rect.height}",
            )
        return None

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Fill the shape."""
        if self._rect is None:
            return None  # a click without a drag
        self.move(label_map, at)
        region = self._region(self._rect, *label_map.shape)
        self._preview = None
        return region_patch(label_map, region, self._value) if region is not None else None

    def _region(self, rect: Rect, height: int, width: int) -> Region | None:
        raise NotImplementedError

    def _outline(self, rect: Rect) -> tuple[Point, ...]:
        raise NotImplementedError


class Rectangle(Box):
    """Fills a rectangle."""

    def _region(self, rect: Rect, height: int, width: int) -> Region | None:
        return rectangle_region(rect, height, width)

    def _outline(self, rect: Rect) -> tuple[Point, ...]:
        return (
            (rect.top, rect.left),
            (rect.top, rect.right),
            (rect.bottom, rect.right),
            (rect.bottom, rect.left),
        )


class Ellipse(Box):
    """Fills the ellipse inside a rectangle."""

    def _region(self, rect: Rect, height: int, width: int) -> Region | None:
        return ellipse_region(rect, height, width)

    def _outline(self, rect: Rect) -> tuple[Point, ...]:
        middle_y, middle_x = (rect.top + rect.bottom) / 2, (rect.left + rect.right) / 2
        angles = np.linspace(0, 2 * np.pi, _ELLIPSE_POINTS, endpoint=False)
        y = middle_y + np.sin(angles) * rect.height / 2
        x = middle_x + np.cos(angles) * rect.width / 2
        return tuple(zip(y.tolist(), x.tolist(), strict=True))


def rect_between(corner: Point, other: Point, *, is_square: bool) -> Rect:
    """Return the pixels from the one under ``corner`` to the one under ``other``, both included."""
    y0, x0, y1, x1 = (math.floor(value) for value in (*corner, *other))
    if is_square:
        side = max(abs(y1 - y0), abs(x1 - x0))
        y1 = y0 + (side if y1 >= y0 else -side)
        x1 = x0 + (side if x1 >= x0 else -side)
    return Rect(min(y0, y1), min(x0, x1), max(y0, y1) + 1, max(x0, x1) + 1)
