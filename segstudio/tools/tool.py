"""What every tool is: pointer events in image pixels go in, edits come out."""

from typing import Protocol

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch


class Tool(Protocol):
    """One way to edit a label map by pointer.

    Points are (y, x) in image pixels, fractional, where pixel (0, 0) covers 0 <= y, x < 1. Each
    method returns the edit to write at once, or None; the document joins the edits between press
    and release into one step of its history. A tool never writes.
    """

    @property
    def edit_name(self) -> str:
        """Name of the edit in the history, such as "Brush"."""

    def press(self, label_map: LabelMap, y: float, x: float) -> MaskPatch | None:
        """Begin at a point."""

    def move(self, label_map: LabelMap, y: float, x: float) -> MaskPatch | None:
        """Go on to a point."""

    def release(self, label_map: LabelMap, y: float, x: float) -> MaskPatch | None:
        """End at a point."""
