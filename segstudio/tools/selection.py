"""What the tools share that show pixels before they paint them."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.region import Region, region_patch
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Asker, Pointer, Tool, Work

_WAITING: Final = "…"
_QUICK: Final = 4_000_000  # pixels; the edit of more is made off the GUI thread


class _Found(NamedTuple):
    region: Region | None
    pixels: int


class Selection(Tool):
    """Selects pixels off the GUI thread and shows them; Enter, or a click in them, paints.

    Whoever is faster than the computer loses nothing: Enter that comes before the answer paints
    when the answer is there.
    """

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._selected: Region | None = None
        self._work: Work | None = None
        self._finishes = False  # paint as soon as it is known what
        self._writes: Region | None = None  # the region whose edit is being made
        self._preview: Preview | None = None
        self._confirms = False  # with the release of the button
        self._before: dict[str, Any] = {}  # the press that is under way

    @property
    def is_open(self) -> bool:
        """See ``Tool``."""
        return self._work is not None or self._selected is not None

    @property
    def is_committed(self) -> bool:
        """See ``Tool``."""
        return self._finishes and self._work is not None

    @property
    def preview(self) -> Preview | None:
        """The selected pixels."""
        return self._preview

    @property
    def work(self) -> Work | None:
        """See ``Tool``."""
        return self._work

    def take(self, label_map: LabelMap, answer: object) -> MaskPatch | None:
        """Show the region that was found, or return the edit that was made of it."""
        self._work = None
        if self._writes is not None:
            assert answer is None or isinstance(answer, MaskPatch)
            self._writes = self._preview = None
            self._finishes = False
            return answer
        assert isinstance(answer, _Found)
        self._selected = answer.region
        self._preview = self._shown(answer.region, answer.pixels)
        return self.finish(label_map) if self._finishes else None

    def finish(self, label_map: LabelMap) -> MaskPatch | None:
        """Paint the selected pixels, now or when they are known."""
        if self._work is not None:
            self._finishes = True
            return None
        region, self._selected = self._selected, None
        if region is None or region.mask.size <= _QUICK:
            self._finishes = False
            self._preview = None
            return region_patch(label_map, region, self._value) if region is not None else None
        self._finishes = True
        self._writes = region
        self._make_patch(label_map, region)
        return None

    def release(self, label_map: LabelMap, at: Pointer) -> MaskPatch | None:
        """Paint what is selected if the button was pressed there."""
        self._before = {}
        confirms, self._confirms = self._confirms, False
        return self.finish(label_map) if confirms else None

    def let_go(self) -> None:
        """See ``Tool``: what was selected before the press is selected again."""
        before, self._before = self._before, {}
        vars(self).update(before)

    def _note_before(self) -> None:
        """Keep everything as it is before a press."""
        self._before = {name: value for name, value in vars(self).items() if name != "_before"}

    def follow(self, label_map: LabelMap) -> None:
        """Make the edit anew if it was being made of what is no longer there."""
        if self._writes is not None:
            self._make_patch(label_map, self._writes)

    def _ask(self, find: Callable[[Asker], Region | None]) -> None:
        """Look for the pixels to select; what is shown stays until they are found."""

        def run(asker: Asker) -> _Found:
            region = find(asker)
            return _Found(region, 0 if region is None else int(region.mask.sum()))

        self._work = Work(run)
        self._writes = None
        region = self._selected
        self._preview = Preview(region=region, erases=self.erases, text=f"{self._note}{_WAITING}")

    def _shown(self, region: Region | None, pixels: int) -> Preview | None:
        """Return what to show of the pixels that were found."""
        if region is None:
            return None
        return Preview(region=region, erases=self.erases, text=f"{self._note}{pixels:,} px")

    @property
    def _note(self) -> str:
        """What to tell before the number of pixels."""
        return ""

    def _make_patch(self, label_map: LabelMap, region: Region) -> None:
        value = self._value
        self._work = Work(lambda asker: asker.held(region_patch(label_map, region, value)))
