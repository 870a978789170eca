"""The table of tools: a new tool is one file, one row here and one test."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from segstudio.tools.box import Ellipse, Rectangle
from segstudio.tools.brush import Brush, Eraser
from segstudio.tools.cutout import Cutout
from segstudio.tools.fill import Fill
from segstudio.tools.lasso import Lasso
from segstudio.tools.names import ToolName
from segstudio.tools.options import ToolContext
from segstudio.tools.replace import Replace
from segstudio.tools.reshape import Reshape
from segstudio.tools.scissors import Scissors
from segstudio.tools.superpixels import SuperpixelPaint
from segstudio.tools.tool import Tool
from segstudio.tools.wand import Wand


class ToolRow(NamedTuple):
    """What is known of a tool before it is used.

    Attributes:
        make: Makes one gesture of it; None for a tool that does not edit.
        options: Fields of ``ToolOptions`` that it reads, in the order they are shown.
        has_brush: Whether the brush outline is shown at the pointer.
        alt_erases: Whether Alt at the start erases, instead of picking the class.
        is_click: Whether a press does it all: a move with the button held means nothing.
    """

    make: Callable[[ToolContext], Tool] | None
    options: tuple[str, ...] = ()
    has_brush: bool = False
    alt_erases: bool = False
    is_click: bool = False


_BRUSH_OPTIONS: Final = ("size", "shape", "uses_pressure", "rule")

TOOLS: Final[Mapping[ToolName, ToolRow]] = {
    ToolName.BRUSH: ToolRow(Brush, _BRUSH_OPTIONS, has_brush=True),
    ToolName.ERASER: ToolRow(Eraser, ("leaves", *_BRUSH_OPTIONS), has_brush=True),
    ToolName.LASSO: ToolRow(Lasso, ("rule",), alt_erases=True),
    ToolName.RECTANGLE: ToolRow(Rectangle, ("rule",), alt_erases=True),
    ToolName.ELLIPSE: ToolRow(Ellipse, ("rule",), alt_erases=True),
    ToolName.FILL: ToolRow(
        Fill, ("fill_mode", "diagonal", "by_color", "tolerance", "rule"), is_click=True
    ),
    ToolName.WAND: ToolRow(Wand, ("tolerance", "diagonal", "rule")),
    ToolName.SUPERPIXELS: ToolRow(
        SuperpixelPaint, ("cell_size", "compactness", "rule"), alt_erases=True
    ),
    ToolName.SCISSORS: ToolRow(Scissors, ("rule",), alt_erases=True),
    ToolName.CUTOUT: ToolRow(Cutout, ("rule",), alt_erases=True),
    ToolName.RESHAPE: ToolRow(Reshape, ("reshaping", "amount", "extent", "rule"), is_click=True),
    ToolName.REPLACE: ToolRow(Replace, ("extent", "rule"), is_click=True),
    ToolName.PICK: ToolRow(None, is_click=True),
}
