"""Brush and eraser: a round or square brush, dragged or drawn straight with Shift."""

from typing import ClassVar

from segstudio.core.brush import brush_centre, brush_patch
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.raster import Point
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Pointer, Tool


class Brush(Tool):
    """Paints one class under a brush."""

    is_stroke: ClassVar[bool] = True

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._last: Point | None = None
        self._line: Preview | None = None

    @property
    def preview(self) -> Preview | None:
        """The straight line that a click with Shift would draw."""
        return self._line

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Dab at a point; with Shift, draw a straight line from where the last stroke ended."""
        self._line = None
        from_last = self._context.last_point if at.shift else None
        self._last = from_last and brush_centre(*from_last, self._size(at))
        return self.move(label_map, at)

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Drag the brush from the last point to this one."""
        size = self._size(at)
        centre = brush_centre(at.y, at.x, size)
        start = centre if self._last is None else self._last
        if centre == self._last:
            return None
        self._last = centre
        shape = self._context.options.shape
        return brush_patch(label_map, start, centre, size, self._value, shape)

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Drag to the last point and lift the brush."""
        # A pen that leaves the tablet has no pressure; the last dab is the one before.
        patch = self.move(label_map, at) if at.pressure == 1 else None
        self._last = None
        return patch

    def hover(self, label_map: LabelMap, at: Pointer) -> None:
        """Show the straight line while Shift is held."""
        last = self._context.last_point
        self._line = Preview((last, at.point)) if at.shift and last is not None else None

    def _size(self, at: Pointer) -> int:
        options = self._context.options
        return max(1, round(options.size * at.pressure)) if options.uses_pressure else options.size


class Eraser(Brush):
    """Leaves the background, or nothing, under a brush."""

    @property
    def erases(self) -> bool:
        """See ``Tool``."""
        return True
