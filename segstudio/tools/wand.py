"""Magic wand: the connected pixels of like colour, shown before they are painted."""

from segstudio.core.flood import color_region
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import Region, region_patch
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Pointer, Tool

_PIXELS_PER_STEP = 0.5  # of the pointer's way, in widths of a handle, for one step of tolerance


class Wand(Tool):
    """Selects by colour: click, drag sideways for the tolerance, Enter or a click in it paints.

    A click elsewhere selects anew, with Shift it selects more.
    """

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._seed: tuple[int, int] | None = None
        self._kept: Region | None = None  # what was selected before, with Shift
        self._selected: Region | None = None
        self._tolerance = context.options.tolerance
        self._base = self._tolerance
        self._from_x = 0.0
        self._preview: Preview | None = None

    @property
    def is_open(self) -> bool:
        """See ``Tool``."""
        return self._selected is not None

    @property
    def preview(self) -> Preview | None:
        """The selected pixels."""
        return self._preview

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Select at a pixel, or paint what is selected there."""
        pixel = at.pixel_of(label_map)
        if pixel is None:
            return None
        if self._selected is not None and not at.shift and self._selected.contains(at.y, at.x):
            return self.finish(label_map)
        self._kept = self._selected if at.shift else None
        self._seed, self._from_x, self._base = pixel, at.x, self._tolerance
        self._select()
        return None

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Change the tolerance by the way to the right."""
        if self._seed is not None:
            steps = round((at.x - self._from_x) / (at.reach * _PIXELS_PER_STEP))
            tolerance = min(max(self._base + steps, 0), 255)
            if tolerance != self._tolerance:
                self._tolerance = tolerance
                self._select()
        return None

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Paint the selected pixels."""
        region, self._selected, self._preview, self._seed = self._selected, None, None, None
        return region_patch(label_map, region, self._value) if region is not None else None

    def adapt(self, label_map: LabelMap, context: ToolContext) -> None:
        """Select anew with the tolerance of the options bar."""
        old = self._context.options
        super().adapt(label_map, context)
        if context.options.tolerance != old.tolerance:
            self._tolerance = context.options.tolerance
        if self._seed is not None and context.options != old:
            self._select()

    def _select(self) -> None:
        assert self._seed is not None
        region = color_region(
            self._context.image,
            self._seed,
            self._tolerance,
            diagonal=self._context.options.diagonal,
        )
        self._selected = region if self._kept is None else region.united(self._kept)
        self._preview = Preview(region=self._selected, text=f"± {self._tolerance}")
