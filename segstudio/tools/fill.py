"""Fill: the connected region under the pointer, or the holes in it."""

from functools import partial

from segstudio.core.flood import class_region, holes
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import region_patch
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
        """Whether a fill by colour is being looked for."""
        return self._work is not None

    @property
    def work(self) -> Work | None:
        """See ``Tool``."""
        return self._work

    def press(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Fill at once; by colour, when the pixels are found."""
        pixel = at.pixel_of(label_map)
        if pixel is None:
            return None
        options = self._context.options
        if options.fill_mode is FillMode.HOLES:
            region = class_region(label_map, pixel, diagonal=options.diagonal)
            inside = holes(region, diagonal=options.diagonal)
            return region_patch(label_map, inside, int(label_map[pixel]))
        if label_map[pixel] == self._value:
            return None
        if options.by_color:
            self._pixel = pixel
            self.follow(label_map)
            return None
        region = class_region(label_map, pixel, diagonal=options.diagonal)
        return region_patch(label_map, region, self._value)

    def take(self, label_map: LabelMap, answer: object) -> MaskPatch | None:
        """Write the fill by colour."""
        assert answer is None or isinstance(answer, MaskPatch)
        self._work = self._pixel = None
        return answer

    def follow(self, label_map: LabelMap) -> None:
        """Look for the pixels of one colour and class, in what is there now."""
        if self._pixel is not None:
            self._work = Work(partial(_color_patch, label_map, self._pixel, self._context))


def _color_patch(
    label_map: LabelMap, pixel: tuple[int, int], context: ToolContext, asker: Asker
) -> MaskPatch | None:
    region = class_region(
        label_map,
        pixel,
        diagonal=context.options.diagonal,
        image=context.image,
        tolerance=context.options.tolerance,
        is_stopped=asker.is_stopped,
    )
    return asker.held(region_patch(label_map, region, context.class_index))
