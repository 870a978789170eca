"""Reshape: grow, shrink, smooth a region or a class, remove its islands, fill its holes."""

from segstudio.core.flood import class_region
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import Region
from segstudio.core.reshape import class_mask, reshaped
from segstudio.tools.options import Extent, ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Pointer, Tool


class Reshape(Tool):
    """Shows what would change where the user clicks; Enter or a second click there does it."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._pixel: tuple[int, int] | None = None
        self._region: Region | None = None
        self._preview: Preview | None = None

    @property
    def is_open(self) -> bool:
        """See ``Tool``."""
        return self._region is not None

    @property
    def preview(self) -> Preview | None:
        """The pixels that would change."""
        return self._preview

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Choose the region or class under the pointer, or do it if it is chosen already."""
        pixel = at.pixel_of(label_map)
        if pixel is None:
            return None
        if self._region is not None and self._region.contains(at.y, at.x):
            return self.finish(label_map)
        self._pixel = pixel
        self._choose(label_map)
        return None

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Do what was shown, to what is there now: an undo may have come between."""
        if self._region is not None:
            self._choose(label_map)
        patch = self._patch(label_map)
        self._region = self._preview = None
        return patch

    def adapt(self, label_map: LabelMap, context: ToolContext) -> None:
        """Show what would change with other options."""
        super().adapt(label_map, context)
        if self._pixel is not None:
            self._choose(label_map)

    def _choose(self, label_map: LabelMap) -> None:
        assert self._pixel is not None
        options = self._context.options
        if options.extent is Extent.CLASS:
            self._region = class_mask(label_map, int(label_map[self._pixel]))
        else:
            self._region = class_region(label_map, self._pixel, diagonal=True)
        patch = self._patch(label_map)
        changed = None if patch is None else Region(patch.rect, patch.before != patch.after)
        count = 0 if changed is None else int(changed.mask.sum())
        self._preview = Preview(region=changed, text=f"{count:,} px")

    def _patch(self, label_map: LabelMap) -> MaskPatch | None:
        if self._region is None or self._pixel is None:
            return None
        options = self._context.options
        value = int(label_map[self._pixel])
        return reshaped(label_map, self._region, value, options.reshaping, options.amount)
