"""The names of the tools: what menus and keys need to know of them."""

from enum import StrEnum


class ToolName(StrEnum):
    """The tools of the tool bar, in its order."""

    BRUSH = "brush"
    ERASER = "eraser"
    LASSO = "lasso"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    FILL = "fill"
    WAND = "wand"
    SUPERPIXELS = "superpixels"
    SCISSORS = "scissors"
    CUTOUT = "cutout"
    RESHAPE = "reshape"
    REPLACE = "replace"
    PICK = "pick"
