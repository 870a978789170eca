"""What every tool is: pointer events in image pixels go in, edits come out."""

from typing import ClassVar, NamedTuple, Protocol

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.tools.preview import Preview


class Pointer(NamedTuple):
    """The pointer at one moment.

    Attributes:
        y: Row in image pixels, fractional; pixel (0, 0) covers 0 <= y, x < 1.
        x: Column.
        pressure: Of a pen, 0..1; 1 for a mouse.
        shift: Whether Shift is held.
        alt: Whether Alt is held.
        reach: Image pixels that look like one handle's half width at this zoom; how near a point
            must be to count as "on" it.
    """

    y: float
    x: float
    pressure: float = 1.0
    shift: bool = False
    alt: bool = False
    reach: float = 1.0


class Tool(Protocol):
    """One gesture that edits a label map by pointer.

    Each method returns the edit to write at once, or None. A tool never writes.

    Attributes:
        is_stroke: Whether the edits between press and release are one step of the history. The
            other tools make one edit, when they are finished.
    """

    is_stroke: ClassVar[bool]

    @property
    def edit_name(self) -> str:
        """Name of the edit in the history, such as "Brush cell"."""

    @property
    def is_open(self) -> bool:
        """Whether the gesture goes on after the button was released, as a polygon does."""

    @property
    def preview(self) -> Preview | None:
        """What to show now, or None."""

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Take the press of the button."""

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Take a move with the button held."""

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Take the release of the button."""

    def hover(self, label_map: LabelMap, at: Pointer) -> None:
        """Take a move without a button; only the preview may change."""

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Finish an open gesture: Enter or a double click."""

    def step_back(self) -> None:
        """Take back the last part of an open gesture: Backspace."""


class ToolBase:
    """What most tools answer to what they have no use for."""

    is_stroke: ClassVar[bool] = False

    @property
    def is_open(self) -> bool:
        """See ``Tool``."""
        return False

    @property
    def preview(self) -> Preview | None:
        """See ``Tool``."""
        return None

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """See ``Tool``."""
        return None

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """See ``Tool``."""
        return None

    def hover(self, label_map: LabelMap, at: Pointer) -> None:
        """See ``Tool``."""

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """See ``Tool``."""
        return None

    def step_back(self) -> None:
        """See ``Tool``."""
