"""Brush of a fixed shape; with the erased class as its class it is the eraser."""

from typing import ClassVar

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch, brush_centre, brush_patch
from segstudio.tools.tool import Pointer, ToolBase


class Brush(ToolBase):
    """Paints one class under a round brush.

    Args:
        edit_name: Name of the edit in the history.
        size: Diameter in image pixels, >= 1.
        class_index: Value to paint, 0..255.
    """

    is_stroke: ClassVar[bool] = True

    def __init__(self, edit_name: str, size: int, class_index: int) -> None:
        self.edit_name = edit_name
        self._size = size
        self._class_index = class_index
        self._last: tuple[float, float] | None = None

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Dab at a point."""
        self._last = None
        return self.move(label_map, at)

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Drag the brush from the last point to this one."""
        centre = brush_centre(at.y, at.x, self._size)
        start = centre if self._last is None else self._last
        if centre == self._last:
            return None
        self._last = centre
        return brush_patch(label_map, start, centre, self._size, self._class_index)

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Drag to the last point and lift the brush."""
        patch = self.move(label_map, at)
        self._last = None
        return patch
