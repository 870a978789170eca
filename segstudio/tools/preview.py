"""What a gesture shows before it writes: an outline in image points, and pixels to tint."""

from dataclasses import dataclass

import numpy as np

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

    @property
    def area(self) -> int:
        """How many pixels are covered: counted, or of an outline measured (shoelace formula).

        An outline that is still open counts as closed by a straight line.
        """
        if self.region is not None:
            return int(np.count_nonzero(self.region.mask))
        if len(self.points) < 3:
            return 0
        y, x = np.array(self.points).T
        return round(abs(float(np.dot(y, np.roll(x, 1)) - np.dot(x, np.roll(y, 1)))) / 2)
