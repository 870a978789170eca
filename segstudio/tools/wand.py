"""Magic wand: the connected pixels of like colour, shown before they are painted."""

from typing import Final

from segstudio.core.flood import color_region
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import Region
from segstudio.tools.options import ToolContext
from segstudio.tools.selection import Selection
from segstudio.tools.tool import Asker, Pointer

_PIXELS_PER_STEP: Final = 0.5  # of the pointer's way, in widths of a handle, for a tolerance step


class Wand(Selection):
    """Selects by colour: click, drag sideways for the tolerance, Enter or a click in it paints.

    A click elsewhere selects anew, with Shift it selects more.
    """

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._seed: tuple[int, int] | None = None
        self._kept: Region | None = None  # what was selected before, with Shift
        self._tolerance = context.options.tolerance
        self._base = self._tolerance
        self._from_x = 0.0

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Select at a pixel, or paint what is selected there on release."""
        pixel = at.pixel_of(label_map)
        if pixel is None:
            return None
        self._note_before()
        if self._selected is not None and not at.shift and self._selected.contains(at.y, at.x):
            self._seed = None
            self._confirms = True
            return None
        self._kept = self._selected if at.shift else None
        if not at.shift:
            self.begun_at = at
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
        """See ``Selection``."""
        self._seed = None
        return super().finish(label_map)

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
        image, seed, tolerance, kept = self._context.image, self._seed, self._tolerance, self._kept
        diagonal = self._context.options.diagonal

        def find(asker: Asker) -> Region:
            region = color_region(
                image, seed, tolerance, diagonal=diagonal, is_stopped=asker.is_stopped
            )
            return region if kept is None else region.united(kept)

        self._ask(find)

    @property
    def _note(self) -> str:
        return f"± {self._tolerance}   "
