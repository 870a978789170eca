"""Replace: a region of one class, or the whole class in this image, by the chosen class."""

from segstudio.core.flood import class_region
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import Region
from segstudio.core.reshape import class_mask
from segstudio.tools.options import Extent, ToolContext
from segstudio.tools.selection import Selection
from segstudio.tools.tool import Pointer


class Replace(Selection):
    """Shows what a click chose; Enter or a second click there gives it the chosen class."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._replaced = 0  # the class that was clicked

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Choose the region or class under the pointer, or replace it if it is chosen already."""
        pixel = at.pixel_of(label_map)
        if pixel is None:
            return None
        is_chosen = self._selected is not None and self._selected.contains(at.y, at.x)
        is_second = self._work is not None and self.begun_at and at.is_near(self.begun_at.point)
        if is_chosen or is_second:
            return self.finish(label_map)
        self.begun_at, self._replaced = at, int(label_map[pixel])
        self._selected, self._finishes = None, False
        self._choose(label_map)
        return None

    def follow(self, label_map: LabelMap) -> None:
        """Choose anew, unless the class that was clicked is no longer there."""
        if self.is_open:
            self._choose(label_map)

    def adapt(self, label_map: LabelMap, context: ToolContext) -> None:
        """Choose anew with other options."""
        super().adapt(label_map, context)
        if self.is_open:
            self._choose(label_map)

    def _choose(self, label_map: LabelMap) -> None:
        pixel = self.begun_at.pixel_of(label_map) if self.begun_at is not None else None
        assert pixel is not None
        is_class, value = self._context.options.extent is Extent.CLASS, self._replaced

        def find() -> Region | None:
            if label_map[pixel] != value:
                return None
            return class_mask(label_map, value) if is_class else class_region(label_map, pixel)

        self._ask(lambda _asker: find())
