"""Superpixel paint: small areas of like colour, painted whole by click or drag."""

import math
from functools import partial
from typing import ClassVar, Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.raster import Point
from segstudio.core.rect import Rect
from segstudio.core.region import Region, region_patch
from segstudio.core.superpixels import Grain, Superpixels, block_at, block_side, superpixels
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Asker, Pointer, Tool, Work

_SHOWN: Final = 16  # blocks around the pointer; of an image seen from afar not more are cut


class SuperpixelPaint(Tool):
    """Paints the superpixels under the pointer; with Alt held at the start it erases them.

    What is on the screen is cut into superpixels off the GUI thread, the block under the pointer
    first. Where they are not known yet, the stroke is remembered and painted when they are.
    """

    is_stroke: ClassVar[bool] = True

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._grain = _grain_of(context)
        self._work: Work | None = None
        self._wanted: Rect | None = None  # the block that is being cut
        self._at: Pointer | None = None
        self._is_held = False
        self._erases = False
        self._waiting: list[Point] = []  # of the stroke, where superpixels are not known yet
        self._painted: set[tuple[Rect, int]] = set()
        self._preview: Preview | None = None

    @property
    def erases(self) -> bool:
        """See ``Tool``."""
        return self._erases

    @property
    def is_open(self) -> bool:
        """Whether the stroke goes on, or a part of it is not painted yet."""
        return self._is_held or bool(self._waiting)

    @property
    def is_committed(self) -> bool:
        """See ``Tool``."""
        return bool(self._waiting) and not self._is_held

    @property
    def preview(self) -> Preview | None:
        """The superpixels around, and the one under the pointer."""
        return self._preview

    @property
    def work(self) -> Work | None:
        """See ``Tool``."""
        return self._work

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Paint the superpixel under the pointer."""
        if not self.is_open:
            self._erases = at.alt
        self._is_held = True
        self._at = None
        return self.move(label_map, at)

    def move(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Paint all superpixels on the way from the last point."""
        start = at.point if self._at is None else self._at.point
        # A fast hand skips superpixels; none that the straight way crosses may be left out.
        steps = max(1, math.ceil(math.dist(start, at.point) / max(1, self._grain.size / 4)))
        ways = np.linspace(start, at.point, steps + 1)[1:]
        self._waiting += [(y, x) for y, x in ways.tolist()]
        self._look_at(label_map, at)
        return self._paint(label_map)

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """End the stroke."""
        patch = self.move(label_map, at)
        self._is_held = False
        return patch

    def hover(self, label_map: LabelMap, at: Pointer) -> None:
        """Show the superpixels around the pointer."""
        self._look_at(label_map, at)

    def take(self, label_map: LabelMap, answer: object) -> MaskPatch | None:
        """Show the superpixels that were found, and paint what waits for them."""
        assert isinstance(answer, Superpixels)
        self._work = self._wanted = None
        if self._at is not None:
            self._look_at(label_map, self._at)
        return self._paint(label_map)

    def adapt(self, label_map: LabelMap, context: ToolContext) -> None:
        """Cut anew if they are to be of another size."""
        super().adapt(label_map, context)
        if self._grain != _grain_of(context):
            self._grain = _grain_of(context)
            self._work = self._wanted = None
            if self._at is not None:
                self._look_at(label_map, self._at)

    def _look_at(self, label_map: LabelMap, at: Pointer) -> None:
        self._at = at
        height, width = label_map.shape
        blocks = _blocks_around(at, height, width, block_side(self._grain.size))
        known = [self._context.superpixels.get(block, self._grain) for block in blocks]
        missing = [block for block, found in zip(blocks, known, strict=True) if found is None]
        # A stroke may have left the screen meanwhile; what it waits for comes before the rest.
        waiting = (self._block_at(label_map, point) for point in self._waiting)
        missing = [
            block
            for block in waiting
            if block and self._context.superpixels.get(block, self._grain) is None
        ][:1] + missing
        if missing and (self._wanted is None or self._wanted not in missing):
            self._wanted = missing[0]
            self._work = Work(partial(_find, self._context, missing[0], self._grain))
        elif not missing:
            self._work = self._wanted = None
        under = next(
            (found.at(at.point) for found in known if found and _holds(found.rect, at.point)), None
        )
        outlines = tuple(found.borders for found in known if found)
        self._preview = Preview(region=under, outlines=outlines, erases=self._erases)

    def _block_at(self, label_map: LabelMap, point: Point) -> Rect | None:
        height, width = label_map.shape
        return block_at(point, height, width, block_side(self._grain.size))

    def _paint(self, label_map: LabelMap) -> MaskPatch | None:
        """Return the edit that paints all superpixels of the stroke that are known by now."""
        region: Region | None = None
        still_waiting = []
        for point in self._waiting:
            block = self._block_at(label_map, point)
            if block is None:
                continue
            found = self._context.superpixels.get(block, self._grain)
            if found is None:
                still_waiting.append(point)
                continue
            number = found.number_at(point)
            if (block, number) not in self._painted:
                self._painted.add((block, number))
                part = found.at(point)
                region = part if region is None else region.united(part)
        self._waiting = still_waiting
        return region_patch(label_map, region, self._value) if region is not None else None


def _find(context: ToolContext, block: Rect, grain: Grain, _asker: Asker) -> Superpixels:
    found = superpixels(context.image, block, grain)
    # Here, not where the answer is taken: this gesture may be over by then, the next one gains.
    context.superpixels.put(grain, found)
    return found


def _grain_of(context: ToolContext) -> Grain:
    return Grain(context.options.cell_size, context.options.compactness)


def _holds(rect: Rect, point: Point) -> bool:
    return rect.top <= point[0] < rect.bottom and rect.left <= point[1] < rect.right


def _blocks_around(at: Pointer, height: int, width: int, side: int) -> list[Rect]:
    """Return the blocks on the screen, nearest to the pointer first, at most some."""
    view = at.view.clipped_to(height, width)
    own = block_at(at.point, height, width, side)
    if view.is_empty:
        return [own] if own is not None else []
    rows, columns = (
        _nearest(int(middle) // side, start // side, (end - 1) // side)
        for middle, start, end in (
            (at.y, view.top, view.bottom),
            (at.x, view.left, view.right),
        )
    )
    blocks = [
        Rect(row * side, column * side, (row + 1) * side, (column + 1) * side).clipped_to(
            height, width
        )
        for row in rows
        for column in columns
    ]

    def distance(block: Rect) -> float:
        middle = (block.top + block.bottom) / 2, (block.left + block.right) / 2
        return math.dist(middle, at.point)

    return sorted(blocks, key=distance)[:_SHOWN]


def _nearest(middle: int, first: int, last: int) -> range:
    """Return at most ``_SHOWN`` numbers of first..last around one of them."""
    start = min(max(middle - _SHOWN // 2, first), max(last - _SHOWN + 1, first))
    return range(start, min(start + _SHOWN, last + 1))
