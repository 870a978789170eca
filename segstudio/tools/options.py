"""What the user sets in the tool options bar, and what a tool is given when a gesture begins."""

from dataclasses import dataclass, field
from enum import StrEnum

from segstudio.core.brush import BrushShape
from segstudio.core.label_map import RgbImage
from segstudio.core.paint_rule import PaintRule
from segstudio.core.raster import Point
from segstudio.core.reshape import Reshaping
from segstudio.core.superpixels import SuperpixelCache


class FillMode(StrEnum):
    """What the fill tool fills."""

    REGION = "region"
    """The connected region under the pointer, with the chosen class."""
    HOLES = "holes"
    """What that region encloses, with the region's own class."""


class Leaves(StrEnum):
    """What the eraser leaves where there is a background."""

    BACKGROUND = "background"
    """The background: what was a false label there trains as none."""
    NOTHING = "nothing"
    """IGNORE_INDEX: nothing is said of these pixels, and nothing is learned from them."""


class Extent(StrEnum):
    """What a click chooses."""

    REGION = "region"
    """The connected pixels of the class under the pointer."""
    CLASS = "class"
    """All pixels of that class in the image."""


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """The options of all tools; each tool reads its own.

    Attributes:
        rule: What tools may paint over.
        size: Brush diameter or side, image pixels.
        shape: Outline of the brush.
        uses_pressure: Whether a pen's pressure scales the brush.
        leaves: What the eraser leaves.
        fill_mode: What the fill tool fills.
        diagonal: Whether pixels that touch by a corner are connected.
        by_color: Whether the fill tool also looks at the image.
        tolerance: How far each colour channel may differ, 0..255.
        reshaping: What the reshape tool does.
        amount: How much of it, image pixels.
        extent: What it does it to; what the replace tool replaces.
        cell_size: Usual width of a superpixel, image pixels.
        compactness: Of superpixels: 1 follows every edge, 40 makes almost squares.
    """

    rule: PaintRule = PaintRule.EVERYTHING
    size: int = 12
    shape: BrushShape = BrushShape.ROUND
    uses_pressure: bool = True
    leaves: Leaves = Leaves.BACKGROUND
    fill_mode: FillMode = FillMode.REGION
    diagonal: bool = False
    by_color: bool = False
    tolerance: int = 24
    reshaping: Reshaping = Reshaping.GROW
    amount: int = 3
    extent: Extent = Extent.REGION
    cell_size: int = 24
    compactness: int = 20


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a gesture starts from.

    Attributes:
        image: (H, W, 3) uint8, read only.
        class_index: Value to paint.
        erased_index: Value that erasing leaves.
        paint_name: Name of the edit when the gesture paints.
        erase_name: Name of the edit when it erases.
        options: As the user set them.
        last_point: Where the last gesture ended, for straight lines, or None.
        superpixels: Those of the image that earlier gestures found.
    """

    image: RgbImage = field(repr=False)
    class_index: int
    erased_index: int
    paint_name: str
    erase_name: str
    options: ToolOptions = ToolOptions()
    last_point: Point | None = None
    superpixels: SuperpixelCache = field(default_factory=SuperpixelCache, repr=False)
