"""Lasso: an outline of clicked vertices and freehand parts, filled when it is closed."""

from typing import ClassVar

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.raster import Point, polygon_region
from segstudio.core.region import region_patch
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Pointer, Tool


class Lasso(Tool):
    """Fills an outline with the class; erases its inside if Alt was held at the start.

    A click adds a vertex, a drag draws freehand. A drag of a vertex moves it, a click on it with
    Alt removes it, and a click on a line with Shift puts a new one there. Enter, a double click or
    a click on the first vertex closes the outline. One single drag closes by itself.
    """

    has_parts: ClassVar[bool] = True

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._parts: list[tuple[Point, ...]] = []  # a vertex, or the points of one drag
        self._drawn: list[Point] = []  # the drag under way
        self._moved: int | None = None  # the part whose vertex is being moved
        self._closes = False  # on release, for the button was pressed on the first vertex
        self._pointer: Point | None = None
        self._erases = False
        self._is_open = False
        self._preview: Preview | None = None

    @property
    def erases(self) -> bool:
        """See ``Tool``."""
        return self._erases

    @property
    def is_open(self) -> bool:
        """See ``Tool``."""
        return self._is_open

    @property
    def preview(self) -> Preview | None:
        """The outline so far, to the pointer, and its vertices."""
        return self._preview

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Begin the outline, add, insert or remove a vertex, or take hold of one."""
        self._closes = False
        if not self._is_open:
            self._erases = at.alt
            self._is_open = True
        elif at.alt and (vertex := self._vertex_at(at)) is not None:
            del self._parts[vertex]
            self._is_open = bool(self._parts)
            self._show(at.point)
            return None
        elif at.shift and self._vertex_at(at) is None and (place := self._line_at(at)) is not None:
            self._parts.insert(place, (at.point,))
        else:
            self._closes = self._count >= 3 and at.is_near(self._parts[0][0])
        self._moved = self._vertex_at(at)
        self._drawn = [] if self._closes or self._moved is not None else [at.point]
        self._show(at.point)
        return None

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Draw freehand, or move the vertex that was taken hold of."""
        if self._moved is not None:
            self._closes = self._closes and at.is_near(self._parts[0][0])
            if not self._closes:
                self._parts[self._moved] = (at.point,)
        elif self._drawn and (len(self._drawn) > 1 or not at.is_near(self._drawn[0])):
            # A hand that trembles while it clicks draws nothing.
            self._drawn.append(at.point)
        self._show(at.point)
        return None

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """End the freehand part, and close the outline if it is all there is; or let go."""
        if self._closes:
            return self.finish(label_map)
        is_single_drag = not self._parts and len(self._drawn) > 2
        if self._drawn:
            self._parts.append(tuple(self._drawn))
        self._moved, self._drawn = None, []
        self._show(at.point)
        return self.finish(label_map) if is_single_drag else None

    def hover(self, label_map: LabelMap, at: Pointer) -> None:
        """Let the last line follow the pointer."""
        self._show(at.point)

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Close the outline and fill it."""
        self._is_open = False
        self._preview = None
        region = polygon_region(self._points, *label_map.shape)
        return region_patch(label_map, region, self._value) if region is not None else None

    def step_back(self) -> None:
        """Remove the last vertex or freehand part; with none left, give up."""
        self._moved, self._closes = None, False  # what the button holds may be what goes
        if self._parts:
            self._parts.pop()
        self._is_open = bool(self._parts)
        self._show(self._pointer)

    def let_go(self) -> None:
        """See ``Tool``."""
        self._moved, self._drawn, self._closes = None, [], False
        self._is_open = bool(self._parts)
        self._show(None)

    @property
    def _points(self) -> list[Point]:
        return [point for part in self._parts for point in part]

    @property
    def _count(self) -> int:
        return sum(len(part) for part in self._parts)

    def _vertex_at(self, at: Pointer) -> int | None:
        for number, part in enumerate(self._parts):
            if len(part) == 1 and at.is_near(part[0]):
                return number
        return None

    def _line_at(self, at: Pointer) -> int | None:
        """Return between which parts the line under the pointer runs, as the place of the second.

        Lines inside a freehand part do not count: it has no vertices.
        """
        for place, part in enumerate(self._parts, 1):
            after = self._parts[place % len(self._parts)]
            if len(self._parts) > 1 and at.is_near(_nearest_point(part[-1], after[0], at.point)):
                return place
        return None

    def _show(self, pointer: Point | None) -> None:
        self._pointer = pointer
        if not self._is_open:
            self._preview = None
            return
        points = [*self._points, *self._drawn]
        if pointer is not None and self._moved is None:
            points.append(pointer)
        handles = tuple(part[0] for part in self._parts if len(part) == 1)
        self._preview = Preview(tuple(points), is_closed=True, handles=handles, erases=self._erases)


def _nearest_point(start: Point, end: Point, point: Point) -> Point:
    """Return the point of a line from start to end that is nearest to a point."""
    (y0, x0), (y1, x1), (y, x) = start, end, point
    length = (y1 - y0) ** 2 + (x1 - x0) ** 2
    share = ((y - y0) * (y1 - y0) + (x - x0) * (x1 - x0)) / length if length else 0.0
    share = min(max(share, 0.0), 1.0)
    return y0 + share * (y1 - y0), x0 + share * (x1 - x0)
