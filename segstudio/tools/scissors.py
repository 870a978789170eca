"""Scissors: an outline that snaps to the edges of the image between clicked anchors."""

import math
from functools import partial
from typing import ClassVar, Final

from segstudio.core.label_map import LabelMap
from segstudio.core.live_wire import LiveWire
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.raster import Point, polygon_region
from segstudio.core.region import region_patch
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Pointer, Tool, Work

_HANDLE_PIXELS: Final = 8  # of the screen, to which ``Pointer.reach`` amounts
_TREMOR: Final = 0.25  # of the reach: a hand that trembles while it clicks sets one anchor
_MAX_REDUCTION: Final = 16
_KEPT: Final = 4  # wires, for steps back; each holds some megabytes
_Path = tuple[Point, ...]


class Scissors(Tool):
    """Fills an outline that follows edges; erases its inside if Alt was held at the start.

    Each click sets an anchor; from the last one a wire runs to the pointer along the edges. A drag
    of an anchor moves it, a click on it with Alt removes it, and a click on the outline with Shift
    puts a new one there. Enter, a double click or a click on the first anchor closes the outline.
    The wire of an anchor is made off the GUI thread; clicks that come before it is there are kept,
    and what runs between them is straight until then.
    """

    has_parts: ClassVar[bool] = True

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._anchors: list[Point] = []
        self._paths: list[_Path | None] = []  # from each anchor but the last to the next, if known
        self._wires: dict[Point, LiveWire] = {}
        self._work: Work | None = None
        self._wanted: Point | None = None  # the anchor whose wire is being made
        self._held: int | None = None  # the anchor under the button
        self._held_at: Point = (0.0, 0.0)
        self._is_moved = False
        self._is_added = False  # the last anchor, by the press under way
        self._reduction = 1
        self._pointer: Point | None = None
        self._erases = False
        self._finishes = False
        self._preview: Preview | None = None

    @property
    def erases(self) -> bool:
        """See ``Tool``."""
        return self._erases

    @property
    def is_open(self) -> bool:
        """See ``Tool``."""
        return bool(self._anchors)

    @property
    def is_committed(self) -> bool:
        """See ``Tool``."""
        return self._finishes and self.is_open

    @property
    def preview(self) -> Preview | None:
        """The outline so far, to the pointer, and its anchors."""
        return self._preview

    @property
    def work(self) -> Work | None:
        """See ``Tool``."""
        return self._work

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Set, insert or remove an anchor, or take hold of one."""
        self._pointer = at.point
        self._is_added = False
        anchor = self._anchor_at(at)
        if not self._anchors:
            if at.pixel_of(label_map) is None:
                return None
            self._erases = at.alt
            self._reduction = min(max(1, int(at.reach / _HANDLE_PIXELS)), _MAX_REDUCTION)
            self._anchors.append(at.point)
        elif anchor is not None and at.alt:
            self._remove(anchor)
        elif anchor is not None:
            self._held, self._held_at, self._is_moved = anchor, at.point, False
        elif not (at.shift and self._insert(at)):
            self._anchors.append(_on_image(at.point, label_map))
            self._paths.append(None)
            self._is_added = True
        return self._go_on(label_map)

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Move the anchor that was taken hold of, or let the wire follow the pointer."""
        if self._held is None:
            self.hover(label_map, at)
            return None
        tremor = at._replace(reach=at.reach * _TREMOR)
        if self._is_moved or not tremor.is_near(self._held_at):
            self._is_moved = True
            self._anchors[self._held] = _on_image(at.point, label_map)
            self._forget_paths_of(self._held)
        self._pointer = at.point
        return self._go_on(label_map)

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Let go of an anchor; a click on the first one closes the outline."""
        held, self._held = self._held, None
        self._is_added = False
        if held == 0 and not self._is_moved and len(self._anchors) >= 3:
            return self.finish(label_map)
        return self._go_on(label_map) if held is not None else None

    def hover(self, label_map: LabelMap, at: Pointer) -> None:
        """Let the wire follow the pointer."""
        self._pointer = at.point
        self._show()

    def take(self, label_map: LabelMap, answer: object) -> MaskPatch | None:
        """Let the outline follow the wire that was made."""
        assert isinstance(answer, LiveWire)
        assert self._wanted is not None
        self._wires[self._wanted] = answer
        self._work = self._wanted = None
        while len(self._wires) > _KEPT:
            del self._wires[next(iter(self._wires))]
        return self._go_on(label_map)

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Close the outline along edges and fill it, now or when all its wires are there."""
        self._finishes = True
        return self._go_on(label_map)

    def step_back(self) -> None:
        """Remove the last anchor; with none left, give up."""
        self._finishes, self._held = False, None
        if self._anchors:  # none is set by a press beside the image
            self._remove(len(self._anchors) - 1)
        self._ask()
        self._show()

    def let_go(self) -> None:
        """See ``Tool``."""
        self._held = None
        if self._is_added:
            self._is_added = False
            self.step_back()

    def _anchor_at(self, at: Pointer) -> int | None:
        return next((i for i, anchor in enumerate(self._anchors) if at.is_near(anchor)), None)

    def _remove(self, place: int) -> None:
        self._forget_paths_of(place)
        del self._anchors[place]
        del self._paths[max(place - 1, 0) : max(place, 1)]

    def _insert(self, at: Pointer) -> bool:
        """Put an anchor on the outline under the pointer; return whether it runs there."""
        for place, path in enumerate(self._paths):
            nearest = min(path or (), key=partial(math.dist, at.point), default=None)
            if path is not None and nearest is not None and at.is_near(nearest):
                middle = path.index(nearest)
                self._anchors.insert(place + 1, nearest)
                self._paths[place : place + 1] = [path[: middle + 1], path[middle:]]
                self._held, self._held_at, self._is_moved = place + 1, at.point, False
                return True
        return False

    def _forget_paths_of(self, anchor: int) -> None:
        for path in (anchor - 1, anchor):
            if 0 <= path < len(self._paths):
                self._paths[path] = None

    def _go_on(self, label_map: LabelMap) -> MaskPatch | None:
        """Find the paths that are known now; return the edit if the outline is to be closed."""
        for place, path in enumerate(self._paths):
            wire = self._wires.get(self._anchors[place])
            if path is None and wire is not None:
                self._paths[place] = wire.path_to(self._anchors[place + 1])
        closing = self._closing_path()
        if self._finishes and None not in self._paths and closing is not None:
            return self._closed(label_map, closing)
        self._ask()
        self._show()
        return None

    def _ask(self) -> None:
        """Have the wire made that is needed first, if it is not there."""
        wanted = self._next_wanted()
        if wanted != self._wanted:
            self._wanted, self._work = wanted, None
            if wanted is not None:
                make = partial(LiveWire, self._context.image, wanted, self._reduction)
                self._work = Work(lambda _asker: make())

    def _next_wanted(self) -> Point | None:
        """Return the first anchor from which a path is not known, or the last; None if none."""
        unknown = [place for place, path in enumerate(self._paths) if path is None]
        for place in (*unknown, len(self._anchors) - 1):
            # One that is being moved will soon be elsewhere.
            if place >= 0 and place != self._held and self._anchors[place] not in self._wires:
                return self._anchors[place]
        return None

    def _closing_path(self) -> _Path | None:
        """Return the path from the last anchor to the first, or None while it is not known."""
        if len(self._anchors) < 3:
            return ()  # a straight line; two anchors would be joined by the same edge again
        wire = self._wires.get(self._anchors[-1])
        return None if wire is None else wire.path_to(self._anchors[0])

    def _closed(self, label_map: LabelMap, closing: _Path) -> MaskPatch | None:
        points = [*self._outline(), *closing]
        self._anchors, self._paths, self._preview = [], [], None
        self._work = self._wanted = None
        region = polygon_region(points, *label_map.shape)
        return region_patch(label_map, region, self._value) if region is not None else None

    def _outline(self) -> list[Point]:
        """Return the outline so far, straight where the path is not known."""
        points = self._anchors[:1]
        for path, end in zip(self._paths, self._anchors[1:], strict=True):
            points += path or (end,)
        return points

    def _show(self) -> None:
        if not self._anchors:
            self._preview = None
            return
        points = self._outline()
        wire = self._wires.get(self._anchors[-1])
        if self._pointer is not None and not self._finishes and self._held is None:
            points += wire.path_to(self._pointer) if wire else (self._pointer,)
        self._preview = Preview(
            tuple(points),
            handles=tuple(self._anchors),
            erases=self._erases,
            text="…" if self._work is not None else "",
        )


def _on_image(point: Point, label_map: LabelMap) -> Point:
    height, width = label_map.shape
    return min(max(point[0], 0), height), min(max(point[1], 0), width)
