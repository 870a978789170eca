"""Connected regions: of one class, of like colours, and the holes in them. Uses OpenCV."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.memory import copied, empty, writable, zeros
from segstudio.core.rect import Rect
from segstudio.core.region import Region

_FIRST_REACH: Final = 256  # half of the window's side, pixels
_NEAR: Final = 2**21  # pixels of a window; filling all of it takes some 10 ms
_NEAR_WINDOWS: Final = 2  # more of them were guessed wrong
_STEP: Final = 8  # of the pixels that are looked at to guess how far a region goes


def _never() -> bool:
    return False


def load_opencv() -> None:
    """Load OpenCV, on a thread, so that the first tool that needs it need not wait."""
    import cv2  # noqa: F401


def class_region(
    label_map: LabelMap,
    pixel: tuple[int, int],
    *,
    diagonal: bool = False,
    image: RgbImage | None = None,
    tolerance: int = 0,
    is_stopped: Callable[[], bool] = _never,
) -> Region:
    """Return the pixels of one class that are connected to a pixel.

    Args:
        label_map: (H, W) uint8 class indices.
        pixel: (row, column) on the label map.
        diagonal: Whether pixels that touch by a corner are connected (8 instead of 4 neighbours).
        image: (H, W, 3) uint8; given, the pixels must also have the colour of ``pixel``.
        tolerance: How far each channel may differ from the colour of ``pixel``, 0..255.
        is_stopped: Asked before each larger window; if so, only a part of the region is returned.
    """
    if image is not None:
        return _color_flooded(
            image, pixel, tolerance, diagonal=diagonal, is_stopped=is_stopped, label_map=label_map
        )
    other = label_map[pixel] ^ 1
    return _class_flooded(label_map, pixel, other, diagonal, is_stopped).region()


def near_class_region(
    label_map: LabelMap, pixel: tuple[int, int], *, diagonal: bool = False
) -> Region | None:
    """Return what ``class_region`` does, or None if that would take more than a moment."""
    for window in islice(_class_windows(label_map, pixel, diagonal), _NEAR_WINDOWS):
        if window.height * window.width > _NEAR:
            return None
        found = _class_flooded_within(label_map, window, pixel, label_map[pixel] ^ 1, diagonal)
        if not found.is_cut:
            return found.region()
    return None


def class_fill(
    label_map: LabelMap,
    pixel: tuple[int, int],
    class_index: int,
    *,
    diagonal: bool = False,
    is_stopped: Callable[[], bool] = _never,
) -> MaskPatch | None:
    """Return the edit that gives a class region a class, or None if it has that class.

    The same as ``region_patch`` of ``class_region``, in half its time and memory: what was flooded
    to find the region is what the edit writes.

    Args:
        label_map: (H, W) uint8 class indices; read, never written.
        pixel: (row, column) on the label map.
        class_index: Value to write.
        diagonal: Whether pixels that touch by a corner are connected.
        is_stopped: Asked before each larger window; if so, only a part of the region is filled.
    """
    if label_map[pixel] == class_index:
        return None
    found = _class_flooded(label_map, pixel, np.uint8(class_index), diagonal, is_stopped)
    part = found.box.slices
    return MaskPatch(found.rect, copied(found.before[part]), found.after[part])


def color_region(
    image: RgbImage,
    pixel: tuple[int, int],
    tolerance: int,
    *,
    diagonal: bool = False,
    is_stopped: Callable[[], bool] = _never,
) -> Region:
    """Return the connected pixels whose colour is like that of a pixel.

    Args:
        image: (H, W, 3) uint8.
        pixel: (row, column) on the image.
        tolerance: How far each channel may differ, 0..255.
        diagonal: Whether pixels that touch by a corner are connected.
        is_stopped: Asked before each larger window; if so, only a part of the region is returned.
    """
    return _color_flooded(image, pixel, tolerance, diagonal=diagonal, is_stopped=is_stopped)


def holes(region: Region, *, diagonal: bool = False) -> Region:
    """Return the pixels that a region encloses.

    Args:
        region: A connected region.
        diagonal: Whether the region was connected by corners; what it encloses is then not.
    """
    import cv2

    # From a rim around it, whatever is not reached without crossing the region lies inside.
    height, width = region.mask.shape
    padded = zeros((height + 2, width + 2), np.uint8)
    inner = padded[1:-1, 1:-1]
    inner[:] = region.mask
    cv2.floodFill(padded, None, (0, 0), 2, flags=4 if diagonal else 8)
    return Region(region.rect, np.equal(inner, 0, out=empty(inner.shape, np.bool_)))


def _color_flooded(
    image: RgbImage,
    pixel: tuple[int, int],
    tolerance: int,
    *,
    diagonal: bool,
    is_stopped: Callable[[], bool],
    label_map: LabelMap | None = None,
) -> Region:
    """Flood by colour, and by class if ``label_map`` is given.

    Looks at a window around the pixel that grows until the region ends inside it, so that the
    cost follows the region, not the image.
    """
    height, width = image.shape[:2]
    row, column = pixel
    reach = _FIRST_REACH
    while True:
        window = Rect(row - reach, column - reach, row + reach, column + reach).clipped_to(
            height, width
        )
        part = writable(image[window.slices])
        barred = None
        if label_map is not None:
            classes, barred = label_map[window.slices], empty(part.shape[:2], np.bool_)
            np.not_equal(classes, label_map[pixel], out=barred)
        seed = (row - window.top, column - window.left)
        found = _flooded(part, seed, tolerance, diagonal=diagonal, barred=barred)
        rect = found.rect.moved(window.top, window.left)
        if not _is_cut(rect, window, height, width) or is_stopped():
            return Region(rect, found.mask)
        reach *= 4


@dataclass(frozen=True, slots=True, eq=False)
class _Flooded:
    """A region that got another value.

    Attributes:
        window: Where it was looked for, in image pixels.
        before: (h, w) uint8, the window of the label map, not a copy.
        after: (h, w) uint8, a copy in which the region has its new value.
        box: What the region lies in, on the window.
        is_cut: Whether the region may go on outside the window.
    """

    window: Rect
    before: LabelMap
    after: LabelMap
    box: Rect
    is_cut: bool

    @property
    def rect(self) -> Rect:
        """What the region lies in, in image pixels."""
        return self.box.moved(self.window.top, self.window.left)

    def region(self) -> Region:
        """Return the region; ``after`` is used up."""
        # In place: memory for another array costs more than the comparison.
        reached = self.after[self.box.slices]
        mask = np.not_equal(reached, self.before[self.box.slices], out=reached.view(np.bool_))
        return Region(self.rect, mask)


def _class_flooded(
    label_map: LabelMap,
    pixel: tuple[int, int],
    value: np.uint8,
    diagonal: bool,
    is_stopped: Callable[[], bool],
) -> _Flooded:
    for window in _class_windows(label_map, pixel, diagonal):
        found = _class_flooded_within(label_map, window, pixel, value, diagonal)
        if not found.is_cut or is_stopped():
            return found
    raise AssertionError("the last window is the whole image, which cuts nothing")


def _class_windows(label_map: LabelMap, pixel: tuple[int, int], diagonal: bool) -> Iterator[Rect]:
    """Yield larger and larger windows in which a region may end; the last is the whole image."""
    height, width = label_map.shape
    row, column = pixel
    window = Rect(row, column, row + 1, column + 1).grown(_FIRST_REACH).clipped_to(height, width)
    yield window
    window = window.united(_guessed(label_map, pixel, diagonal))
    yield window
    while window != Rect(0, 0, height, width):
        window = window.grown(max(window.height, window.width)).clipped_to(height, width)
        yield window


def _guessed(label_map: LabelMap, pixel: tuple[int, int], diagonal: bool) -> Rect:
    """Return what a region probably lies in, from some of its pixels."""
    import cv2

    top, left = pixel[0] % _STEP, pixel[1] % _STEP
    some = label_map[top::_STEP, left::_STEP].copy()
    seed = (pixel[1] // _STEP, pixel[0] // _STEP)
    x, y, width, height = cv2.floodFill(
        some, None, seed, int(label_map[pixel]) ^ 1, flags=8 if diagonal else 4
    )[3]
    box = Rect(y * _STEP, x * _STEP, (y + height) * _STEP, (x + width) * _STEP).moved(top, left)
    # Its edges lie between the pixels that were looked at.
    return box.grown(_STEP).clipped_to(*label_map.shape)


def _class_flooded_within(
    label_map: LabelMap, window: Rect, pixel: tuple[int, int], value: np.uint8, diagonal: bool
) -> _Flooded:
    import cv2

    part = label_map[window.slices]
    # Writing into a copy is seven times as fast as marking what was reached in a mask.
    filled = copied(part)
    seed = (pixel[1] - window.left, pixel[0] - window.top)
    left, top, width, height = cv2.floodFill(
        filled, None, seed, int(value), flags=8 if diagonal else 4
    )[3]
    box = Rect(top, left, top + height, left + width)
    is_cut = _is_cut(box.moved(window.top, window.left), window, *label_map.shape)
    return _Flooded(window, part, filled, box, is_cut)


def _is_cut(rect: Rect, window: Rect, height: int, width: int) -> bool:
    """Whether a region in a window of an image may go on outside it."""
    return (
        (rect.top == window.top > 0)
        or (rect.left == window.left > 0)
        or (rect.bottom == window.bottom < height)
        or (rect.right == window.right < width)
    )


def _flooded(
    pixels: LabelMap | RgbImage,
    pixel: tuple[int, int],
    tolerance: int,
    *,
    diagonal: bool,
    barred: NDArray[np.bool_] | None = None,
) -> Region:
    import cv2

    height, width = pixels.shape[:2]
    # OpenCV wants a mask with a rim of one pixel; it marks what it reached with 1.
    reached = zeros((height + 2, width + 2), np.uint8)
    if barred is not None:
        reached[1:-1, 1:-1] = barred
        reached[1:-1, 1:-1] *= 2
    limits = (tolerance,) * (pixels.ndim if pixels.ndim == 3 else 1)
    flags = (8 if diagonal else 4) | 1 << 8 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    row, column = pixel
    _area, _pixels, _mask, (left, top, box_width, box_height) = cv2.floodFill(
        pixels, reached, (column, row), 0, limits, limits, flags
    )
    rect = Rect(top, left, top + box_height, left + box_width)
    part = reached[top + 1 : top + 1 + box_height, left + 1 : left + 1 + box_width]
    return Region(rect, np.equal(part, 1, out=empty(part.shape, np.bool_)))
