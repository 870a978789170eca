"""Reshape: grow, shrink, smooth a region or a class, remove its islands, fill its holes."""

from typing import NamedTuple

import numpy as np

from segstudio.core.flood import class_region
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.memory import empty
from segstudio.core.region import Region
from segstudio.core.reshape import class_mask, reshaped
from segstudio.tools.options import Extent, ToolContext, ToolOptions
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Asker, Pointer, Tool, Work


class _Found(NamedTuple):
    chosen: Region | None  # what a click chose
    patch: MaskPatch | None
    changed: Region | None  # the pixels that the patch changes
    pixels: int


class Reshape(Tool):
    """Shows what would change where the user clicks; Enter or a second click there does it."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._found: _Found | None = None
        self._work: Work | None = None
        self._finishes = False  # do it as soon as it is known
        self._preview: Preview | None = None

    @property
    def is_open(self) -> bool:
        """See ``Tool``."""
        return self._work is not None or self._found is not None

    @property
    def is_committed(self) -> bool:
        """See ``Tool``."""
        return self._finishes and self._work is not None

    @property
    def preview(self) -> Preview | None:
        """The pixels that would change."""
        return self._preview

    @property
    def work(self) -> Work | None:
        """See ``Tool``."""
        return self._work

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Choose the region or class under the pointer, or do it if it is chosen already."""
        if at.pixel_of(label_map) is None:
            return None
        if self._is_on_chosen(at):
            return self.finish(label_map)
        self.begun_at, self._finishes = at, False
        self._choose(label_map)
        return None

    def take(self, label_map: LabelMap, answer: object) -> MaskPatch | None:
        """Show what would change, or do it."""
        assert isinstance(answer, _Found)
        self._work = None
        self._found = answer
        self._preview = Preview(region=answer.changed, text=f"{answer.pixels:,} px")
        return self.finish(label_map) if self._finishes else None

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Do what is shown, now or when it is known."""
        if self._work is not None:
            self._finishes = True
            return None
        found, self._found, self._preview = self._found, None, None
        return found.patch if found is not None else None

    def follow(self, label_map: LabelMap) -> None:
        """Show what would change now: what was shown is of what is no longer there."""
        if self.is_open:
            self._choose(label_map)

    def adapt(self, label_map: LabelMap, context: ToolContext) -> None:
        """Show what would change with other options."""
        super().adapt(label_map, context)
        if self.is_open:
            self._choose(label_map)

    def _is_on_chosen(self, at: Pointer) -> bool:
        if self._found is not None and self._found.chosen is not None:
            return self._found.chosen.contains(at.y, at.x)
        # A second click may be faster than the computer.
        return self._work is not None and bool(self.begun_at and at.is_near(self.begun_at.point))

    def _choose(self, label_map: LabelMap) -> None:
        assert self.begun_at is not None
        pixel = self.begun_at.pixel_of(label_map)
        assert pixel is not None
        options = self._context.options
        self._work = Work(lambda asker: _find(label_map, pixel, options, asker))
        self._found = None
        shown = self._preview.region if self._preview is not None else None
        self._preview = Preview(region=shown, text="…")


def _find(
    label_map: LabelMap, pixel: tuple[int, int], options: ToolOptions, asker: Asker
) -> _Found:
    value = int(label_map[pixel])
    if options.extent is Extent.CLASS:
        chosen = class_mask(label_map, value)
    else:
        chosen = class_region(label_map, pixel, diagonal=True)
    if chosen is None:  # painted over while we looked; the question is asked again
        return _Found(None, None, None, 0)
    patch = asker.held(reshaped(label_map, chosen, value, options.reshaping, options.amount))
    if patch is None:
        return _Found(chosen, None, None, 0)
    changed = np.not_equal(patch.before, patch.after, out=empty(patch.before.shape, np.bool_))
    return _Found(chosen, patch, Region(patch.rect, changed), int(changed.sum()))
