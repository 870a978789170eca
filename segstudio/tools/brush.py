"""Round brush; with the erased class as its class it is the eraser."""

from dataclasses import dataclass, field

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch, brush_centre, brush_patch


@dataclass(slots=True)
class Brush:
    """Paints one class under a round brush.

    Attributes:
        edit_name: Name of the edit in the history.
        size: Diameter in image pixels, >= 1.
        class_index: Value to paint, 0..255.
    """

    edit_name: str
    size: int
    class_index: int
    _last: tuple[float, float] | None = field(default=None, init=False)

    def press(self, label_map: LabelMap, y: float, x: float) -> MaskPatch | None:
        """Dab at a point."""
        self._last = None
        return self.move(label_map, y, x)

    def move(self, label_map: LabelMap, y: float, x: float) -> MaskPatch | None:
        """Drag the brush from the last point to this one."""
        centre = brush_centre(y, x, self.size)
        start = centre if self._last is None else self._last
        if centre == self._last:
            return None
        self._last = centre
        return brush_patch(label_map, start, centre, self.size, self.class_index)

    def release(self, label_map: LabelMap, y: float, x: float) -> MaskPatch | None:
        """Drag to the last point and lift the brush."""
        patch = self.move(label_map, y, x)
        self._last = None
        return patch
