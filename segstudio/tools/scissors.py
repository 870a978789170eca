"""Scissors: an outline that snaps to the edges of the image between clicked anchors."""

from functools import partial
from typing import Final

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


class Scissors(Tool):
    """Fills an outline that follows edges; erases its inside if Alt was held at the start.

    Each click sets an anchor; from the last one a wire runs to the pointer along the edges.
    Enter, a double click or a click on the first anchor closes the outline. The wire of an anchor
    is made off the GUI thread; clicks that come before it is there are kept and joined in order.
    """

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._anchors: list[Point] = []
        self._paths: list[tuple[Point, ...]] = []  # from each anchor but the last to the next
        self._clicks: list[Point] = []  # anchors to be, once the wire of the last one is there
        self._wires: dict[Point, LiveWire] = {}
        self._work: Work | None = None
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
    def preview(self) -> Preview | None:
        """The outline so far, to the pointer, and its anchors."""
        return self._preview

    @property
    def work(self) -> Work | None:
        """See ``Tool``."""
        return self._work

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Set an anchor, or close the outline at the first."""
        if not self._anchors:
            if at.pixel_of(label_map) is None:
                return None
            self._erases = at.alt
            self._reduction = min(max(1, int(at.reach / _HANDLE_PIXELS)), _MAX_REDUCTION)
            self._anchors.append(at.point)
        elif len(self._anchors) + len(self._clicks) >= 3 and at.is_near(self._anchors[0]):
            return self.finish(label_map)
        elif not at._replace(reach=at.reach * _TREMOR).is_near(self._last):
            height, width = label_map.shape
            self._clicks.append((min(max(at.y, 0), height), min(max(at.x, 0), width)))
        self._pointer = at.point
        return self._go_on(label_map)

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Let the wire follow the pointer."""
        self.hover(label_map, at)
        return None

    def hover(self, label_map: LabelMap, at: Pointer) -> None:
        """Let the wire follow the pointer."""
        self._pointer = at.point
        self._show()

    def take(self, label_map: LabelMap, answer: object) -> MaskPatch | None:
        """Join the clicks that waited for the wire."""
        assert isinstance(answer, LiveWire)
        self._work = None
        if self._anchors:
            self._wires[self._anchors[-1]] = answer
            while len(self._wires) > _KEPT:
                del self._wires[next(iter(self._wires))]
        return self._go_on(label_map)

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Close the outline along edges and fill it, now or when all its wires are there."""
        self._finishes = True
        return self._go_on(label_map)

    def step_back(self) -> None:
        """Remove the last anchor; with none left, give up."""
        if self._clicks:
            self._clicks.pop()
        else:
            self._anchors.pop()
            if self._paths:
                self._paths.pop()
            self._work = None  # the wire of an anchor that is gone
        self._finishes = False
        self._ask()
        self._show()

    @property
    def _last(self) -> Point:
        return self._clicks[-1] if self._clicks else self._anchors[-1]

    def _go_on(self, label_map: LabelMap) -> MaskPatch | None:
        """Join what can be joined; return the edit if the outline is to be closed and can be."""
        while self._clicks and self._anchors[-1] in self._wires:
            click = self._clicks.pop(0)
            self._paths.append(self._wires[self._anchors[-1]].path_to(click))
            self._anchors.append(click)
        if self._finishes and not self._clicks and self._closing_path() is not None:
            return self._closed(label_map)
        self._ask()
        self._show()
        return None

    def _ask(self) -> None:
        """Have the wire of the last anchor made, if it is not there."""
        if self._work is None and self._anchors and self._anchors[-1] not in self._wires:
            make = partial(LiveWire, self._context.image, self._anchors[-1], self._reduction)
            self._work = Work(lambda _asker: make())

    def _closing_path(self) -> tuple[Point, ...] | None:
        """Return the path from the last anchor to the first, or None while it is not known."""
        if len(self._anchors) < 3:
            return ()  # a straight line; two anchors would be joined by the same edge again
        wire = self._wires.get(self._anchors[-1])
        return None if wire is None else wire.path_to(self._anchors[0])

    def _closed(self, label_map: LabelMap) -> MaskPatch | None:
        points = [point for path in self._paths for point in path]
        points += self._closing_path() or ()
        self._anchors, self._paths, self._preview, self._work = [], [], None, None
        region = polygon_region(points, *label_map.shape)
        return region_patch(label_map, region, self._value) if region is not None else None

    def _show(self) -> None:
        if not self._anchors:
            self._preview = None
            return
        points = [point for path in self._paths for point in path] or [self._anchors[0]]
        points += self._clicks
        wire = self._wires.get(self._anchors[-1])
        if self._pointer is not None and not self._finishes:
            follows = wire is not None and not self._clicks
            points += wire.path_to(self._pointer) if wire and follows else (self._pointer,)
        self._preview = Preview(
            tuple(points),
            handles=(*self._anchors, *self._clicks),
            erases=self._erases,
            text="…" if self._work is not None else "",
        )
