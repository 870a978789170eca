"""What the tests of the tools share: an image of two grey halves, and writing what a tool says."""

from collections.abc import Callable

import numpy as np
import pytest

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.superpixels import SuperpixelCache
from segstudio.tools.options import ToolContext, ToolOptions
from segstudio.tools.tool import Asker, Tool

Answer = Callable[[Tool, LabelMap], MaskPatch | None]
MakeContext = Callable[..., ToolContext]
Write = Callable[[LabelMap, MaskPatch | None], None]


@pytest.fixture
def make_context() -> MakeContext:
    """Return a context of class 1 that erases to 0, with any option changed."""

    def make_context(
        *,
        image: np.ndarray | None = None,
        class_index: int = 1,
        last_point: tuple[float, float] | None = None,
        superpixels: SuperpixelCache | None = None,
        **options: object,
    ) -> ToolContext:
        if image is None:
            image = np.zeros((40, 40, 3), np.uint8)
        return ToolContext(
            image=image,
            class_index=class_index,
            erased_index=0,
            paint_name="paint",
            erase_name="erase",
            options=ToolOptions(**options),  # type: ignore[arg-type]
            last_point=last_point,
            superpixels=superpixels or SuperpixelCache(),
        )

    return make_context


@pytest.fixture
def write() -> Write:
    """Write a patch as the document would, after checking that it tells the truth."""

    def write(label_map: LabelMap, patch: MaskPatch | None) -> None:
        if patch is not None:
            assert np.array_equal(patch.before, label_map[patch.rect.slices])
            assert not np.array_equal(patch.before, patch.after)
            label_map[patch.rect.slices] = patch.after

    return write


@pytest.fixture
def answer() -> Answer:
    """Answer a tool's questions until it has none; return the last edit that it made of them."""

    def answer(tool: Tool, label_map: LabelMap) -> MaskPatch | None:
        patch = None
        assert tool.work is not None
        while (work := tool.work) is not None:
            patch = (
                tool.take(label_map, work.run(Asker(lambda: False, lambda patch: patch))) or patch
            )
        return patch

    return answer
