"""Cut-out: a box around an object, in which its outline is found."""

from functools import partial

from segstudio.core.cutout import object_in_box
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.raster import Point
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.tools.box import rect_between
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.selection import Selection
from segstudio.tools.tool import Pointer


class Cutout(Selection):
    """Drag a box around an object; what is found in it is shown, Enter or a click in it paints.

    Another box looks anew; with Shift it selects more. Alt at the start erases.
    """

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._corner: Point | None = None
        self._box: Rect | None = None
        self._kept: Region | None = None  # what was selected before, with Shift
        self._erases = False

    @property
    def erases(self) -> bool:
        """See ``Tool``."""
        return self._erases

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Set the first corner, or paint what is selected there on release."""
        self._note_before()
        if self._selected is not None and not at.shift and self._selected.contains(at.y, at.x):
            self._corner = None
            self._confirms = True
            return None
        if not self.is_open:
            self._erases = at.alt
        self._kept = self._selected if at.shift else None
        if not at.shift:
            self.begun_at = at
        self._corner, self._box, self._work = at.point, None, None
        self._finishes = False
        return None

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Drag the other corner."""
        if self._corner is not None:
            self._box = rect_between(self._corner, at.point, is_square=False)
            self._preview = self._with_box(self._kept)
        return None

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Look for the object in the box."""
        if self._corner is not None and self._box is not None:
            self.move(label_map, at)
            image, box, kept = self._context.image, self._box, self._kept
            find = partial(object_in_box, image, box)
            self._ask(lambda _asker: _united(find(), kept))
            self._preview = self._with_box(kept, "…")
        self._corner = None
        return super().release(label_map, at)

    def _shown(self, region: Region | None, pixels: int) -> Preview | None:
        # With nothing found, the box stays: else the user would wait for an answer that was given.
        shown = super()._shown(region, pixels)
        return shown or self._with_box(None, f"{pixels} px")

    @property
    def is_open(self) -> bool:
        """See ``Tool``; open too while the box shows in which nothing was found."""
        return super().is_open or (self._box is not None and self._preview is not None)

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """See ``Selection``."""
        if self._work is None:
            self._box = None
        return super().finish(label_map)

    def _with_box(self, region: Region | None, text: str = "") -> Preview:
        assert self._box is not None
        top, left, bottom, right = self._box
        return Preview(
            ((top, left), (top, right), (bottom, right), (bottom, left)),
            is_closed=True,
            region=region,
            erases=self._erases,
            text=text or f"{self._box.width} × {self._box.height}",
        )


def _united(found: Region | None, kept: Region | None) -> Region | None:
    return found.united(kept) if found is not None and kept is not None else found or kept
