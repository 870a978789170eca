"""What a gesture shows before it writes: an outline in image points, and pixels to tint."""

from dataclasses import dataclass

from segstudio.core.region import Region

Point = tuple[float, float]
"""(y, x) in image pixels, fractional; pixel (0, 0) covers 0 <= y, x < 1."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the canvas draws for a gesture that is under way.

    Attributes:
        points: An outline; empty for none.
        is_closed: Whether the last point is joined to the first.
        handles: The points that the user can drag, drawn as small squares.
        region: Pixels to tint in the colour that will be painted, or None.
        erases: Whether the gesture takes away; drawn in another manner than what adds.
    """

    points: tuple[Point, ...] = ()
    is_closed: bool = False
    handles: tuple[Point, ...] = ()
    region: Region | None = None
    erases: bool = False
