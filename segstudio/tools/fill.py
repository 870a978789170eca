"""Fill: the connected region under the pointer, or the holes in it."""

from segstudio.core.flood import class_region, holes
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import region_patch
from segstudio.tools.options import FillMode
from segstudio.tools.tool import Pointer, Tool


class Fill(Tool):
    """Gives the connected pixels of one class under the pointer the chosen class."""

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Fill at once."""
        pixel = at.pixel_of(label_map)
        if pixel is None:
            return None
        options = self._context.options
        if options.fill_mode is FillMode.HOLES:
            region = class_region(label_map, pixel, diagonal=options.diagonal)
            inside = holes(region, diagonal=options.diagonal)
            return region_patch(label_map, inside, int(label_map[pixel]))
        if label_map[pixel] == self._value:
            return None
        region = class_region(
            label_map,
            pixel,
            diagonal=options.diagonal,
            image=self._context.image if options.by_color else None,
            tolerance=options.tolerance,
        )
        return region_patch(label_map, region, self._value)
