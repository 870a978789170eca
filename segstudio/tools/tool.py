"""What every tool is: pointer events in image pixels go in, edits come out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.raster import Point
from segstudio.core.rect import Rect
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview


class Pointer(NamedTuple):
    """The pointer at one moment.

    Attributes:
        y: Row in image pixels, fractional; pixel (0, 0) covers 0 <= y, x < 1.
        x: Column.
        pressure: Of a pen, 0..1; 1 for a mouse.
        shift: Whether Shift is held.
        alt: Whether Alt is held.
        reach: Image pixels that look like one handle's width at this zoom; how near a point must
            be to count as "on" it.
        view: The image pixels on the screen.
    """

    y: float
    x: float
    pressure: float = 1.0
    shift: bool = False
    alt: bool = False
    reach: float = 1.0
    view: Rect = Rect(0, 0, 0, 0)

    @property
    def point(self) -> Point:
        """(y, x)."""
        return self.y, self.x

    def is_near(self, point: Point) -> bool:
        """Whether the pointer is on a point."""
        return bool((self.y - point[0]) ** 2 + (self.x - point[1]) ** 2 <= self.reach**2)

    def pixel_of(self, label_map: LabelMap) -> tuple[int, int] | None:
        """Return the (row, column) under the pointer, or None beside the image."""
        height, width = label_map.shape
        if 0 <= self.y < height and 0 <= self.x < width:
            return int(self.y), int(self.x)
        return None


class Asker(NamedTuple):
    """Whoever has a question of a tool answered.

    Attributes:
        is_stopped: Whether nobody waits for the answer any more; asked now and then.
        held: Returns what the paint rules leave of an edit. An edit that is found on a thread is
            best held to them there: for a large image that takes as long as finding it.
    """

    is_stopped: Callable[[], bool]
    held: Callable[[MaskPatch | None], MaskPatch | None]


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A question of a tool that takes too long for the GUI thread.

    Attributes:
        run: Finds the answer, on some thread.
    """

    run: Callable[[Asker], object]


class Tool:
    """One gesture that edits a label map by pointer; each tool overrides what it has use for.

    Each method returns the edit to write at once, or None. A tool never writes, and knows nothing
    of the paint rules: whoever writes holds the edit to them.

    Attributes:
        is_stroke: Whether the edits between press and release are one step of the history. The
            other tools make one edit, when they are finished.
        has_parts: Whether an open gesture can be taken back part by part, as an outline can.
        begun_at: The press with which what is under way began; an open gesture may begin anew.
            The class there is the one that "only over the clicked class" means.
    """

    is_stroke: ClassVar[bool] = False
    has_parts: ClassVar[bool] = False

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self.begun_at: Pointer | None = None

    @property
    def erases(self) -> bool:
        """Whether the gesture takes away."""
        return False

    @property
    def edit_name(self) -> str:
        """Name of the edit in the history, such as "Brush cell"."""
        return self._context.erase_name if self.erases else self._context.paint_name

    @property
    def is_open(self) -> bool:
        """Whether the gesture goes on after the button was released, as a polygon does."""
        return False

    @property
    def is_committed(self) -> bool:
        """Whether the user has said to paint, and only the answer to ``work`` is waited for."""
        return False

    @property
    def preview(self) -> Preview | None:
        """What to show now, or None; the same object as long as nothing changed."""
        return None

    @property
    def work(self) -> Work | None:
        """The question whose answer ``take`` waits for, or None; another object is another one."""
        return None

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Take the press of the button."""
        raise NotImplementedError

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Take a move with the button held."""
        return None

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Take the release of the button."""
        return None

    def hover(self, label_map: LabelMap, at: Pointer) -> None:
        """Take a move without a button; only the preview may change."""

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Finish an open gesture: Enter or a double click."""
        return None

    def step_back(self) -> None:
        """Take back the last part of an open gesture: Backspace."""

    def let_go(self) -> None:
        """Take back the press that is under way: a second finger came, and the two only zoom."""

    def take(self, label_map: LabelMap, answer: object) -> MaskPatch | None:
        """Take the answer to ``work``, which is then done."""
        return None

    def follow(self, label_map: LabelMap) -> None:
        """Take note that somebody else changed the label map: an undo, a model's answer."""

    def adapt(self, label_map: LabelMap, context: ToolContext) -> None:
        """Go on with other options or another class."""
        self._context = context

    @property
    def _value(self) -> int:
        return self._context.erased_index if self.erases else self._context.class_index
