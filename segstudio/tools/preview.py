"""What a gesture shows before it writes: an outline in image points, and pixels to tint."""

from dataclasses import dataclass

from segstudio.core.raster import Point
from segstudio.core.region import Region


@dataclass(frozen=True, slots=True)
class Preview:
    """What the canvas draws for a gesture that is under way.

    Attributes:
        points: An outline; empty for none.
        is_closed: Whether the last point is joined to the first.
        handles: The points that the user can drag, drawn as small squares.
        region: Pixels to tint in the colour that will be painted, or None.
        outlines: Pixels to draw as thin lines.
        erases: Whether the gesture takes away; drawn in another manner than what adds.
        text: A few signs drawn beside the pointer, such as "24 × 18".
    """

    points: tuple[Point, ...] = ()
    is_closed: bool = False
    handles: tuple[Point, ...] = ()
    region: Region | None = None
    outlines: tuple[Region, ...] = ()
    erases: bool = False
    text: str = ""
