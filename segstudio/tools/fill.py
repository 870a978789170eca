"""Fill: the connected region under the pointer, or the holes in it."""

from functools import partial

from segstudio.core.flood import class_fill, class_region, holes, near_class_region
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import Region, region_patch
from segstudio.tools.options import FillMode, ToolContext
from segstudio.tools.tool import Asker, Pointer, Tool, Work


class Fill(Tool):
    """Gives the connected pixels of one class under the pointer the chosen class."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._work: Work | None = None
        self._pixel: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the pixels are being looked for on a thread."""
        return self._work is not None

    @property
    def is_committed(self) -> bool:
        """See ``Tool``."""
        return self.is_open

    @property
    def work(self) -> Work | None:
        """See ``Tool``."""
        return self._work

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Fill at once; a large region, or one by colour, when it is found."""
        pixel = at.pixel_of(label_map)
        if pixel is None:
            return None
        options = self._context.options
        if options.fill_mode is FillMode.REGION and label_map[pixel] == self._value:
            return None
        if not options.by_color or options.fill_mode is FillMode.HOLES:
            region = near_class_region(label_map, pixel, diagonal=options.diagonal)
            if region is not None:
                return _patch(label_map, pixel, region, self._context)
        self._pixel = pixel
        self.follow(label_map)
        return None

    def take(self, label_map: LabelMap, answer: object) -> MaskPatch | None:
        """Write what was found on a thread."""
        assert answer is None or isinstance(answer, MaskPatch)
        self._work = self._pixel = None
        return answer

    def follow(self, label_map: LabelMap) -> None:
        """Look for the pixels again, in what is there now."""
        if self._pixel is not None:
            self._work = Work(partial(_found, label_map, self._pixel, self._context))


def _patch(
    label_map: LabelMap, pixel: tuple[int, int], region: Region, context: ToolContext
) -> MaskPatch | None:
    options = context.options
    if options.fill_mode is FillMode.HOLES:
        inside = holes(region, diagonal=options.diagonal)
        return region_patch(label_map, inside, int(label_map[pixel]))
    return region_patch(label_map, region, context.class_index)


def _found(
    label_map: LabelMap, pixel: tuple[int, int], context: ToolContext, asker: Asker
) -> MaskPatch | None:
    options = context.options
    by_color = options.by_color and options.fill_mode is FillMode.REGION
    if options.fill_mode is FillMode.REGION and not by_color:
        return asker.held(
            class_fill(
                label_map,
                pixel,
                context.class_index,
                diagonal=options.diagonal,
                is_stopped=asker.is_stopped,
            )
        )
    region = class_region(
        label_map,
        pixel,
        diagonal=options.diagonal,
        image=context.image if by_color else None,
        tolerance=options.tolerance,
        is_stopped=asker.is_stopped,
    )
    return asker.held(_patch(label_map, pixel, region, context))
