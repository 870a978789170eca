"""Connected regions: of one class, of like colours, and the holes in them. Uses OpenCV."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.rect import Rect
from segstudio.core.region import Region

_FIRST_REACH: Final = 256  # half of the window's side, pixels
_NEAR: Final = 1024  # likewise; filling all of it takes some 10 ms


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
    is_far: bool = False,
    is_stopped: Callable[[], bool] = _never,
) -> Region:
    """Return the pixels of one class that are connected to a pixel.

    Args:
        label_map: (H, W) uint8 class indices.
        pixel: (row, column) on the label map.
        diagonal: Whether pixels that touch by a corner are connected (8 instead of 4 neighbours).
        image: (H, W, 3) uint8; given, the pixels must also have the colour of ``pixel``.
        tolerance: How far each channel may differ from the colour of ``pixel``, 0..255.
        is_far: ``near_class_region`` has found no end: begin beyond it.
        is_stopped: Asked before each larger window; if so, only a part of the region is returned.
    """
    if image is None:
        return _class_flooded(
            label_map, pixel, diagonal=diagonal, is_far=is_far, is_stopped=is_stopped
        )
    return _color_flooded(
        image, pixel, tolerance, diagonal=diagonal, is_stopped=is_stopped, label_map=label_map
    )


def near_class_region(
    label_map: LabelMap, pixel: tuple[int, int], *, diagonal: bool = False
) -> Region | None:
    """Return what ``class_region`` does, or None if that would take more than a moment."""
    found, is_cut = _class_flooded_within(label_map, pixel, _NEAR, diagonal=diagonal)
    return None if is_cut else found


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
    padded = np.zeros((height + 2, width + 2), np.uint8)
    padded[1:-1, 1:-1] = region.mask
    cv2.floodFill(padded, None, (0, 0), 2, flags=4 if diagonal else 8)
    return Region(region.rect, padded[1:-1, 1:-1] == 0)


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
        part = image[window.slices].copy()  # OpenCV refuses to read what may not be written
        barred = None if label_map is None else label_map[window.slices] != label_map[pixel]
        seed = (row - window.top, column - window.left)
        found = _flooded(part, seed, tolerance, diagonal=diagonal, barred=barred)
        rect = found.rect.moved(window.top, window.left)
        if not _is_cut(rect, window, height, width) or is_stopped():
            return Region(rect, found.mask)
        reach *= 4


def _class_flooded(
    label_map: LabelMap,
    pixel: tuple[int, int],
    *,
    diagonal: bool,
    is_far: bool,
    is_stopped: Callable[[], bool],
) -> Region:
    reach = 4 * _NEAR if is_far else _FIRST_REACH
    while True:
        found, is_cut = _class_flooded_within(label_map, pixel, reach, diagonal=diagonal)
        if not is_cut or is_stopped():
            return found
        reach *= 4


def _class_flooded_within(
    label_map: LabelMap, pixel: tuple[int, int], reach: int, *, diagonal: bool
) -> tuple[Region, bool]:
    """Return the region inside a window around the pixel, and whether the window cuts it."""
    import cv2

    height, width = label_map.shape
    row, column = pixel
    window = Rect(row - reach, column - reach, row + reach, column + reach).clipped_to(
        height, width
    )
    part = label_map[window.slices]
    # Writing into a copy is seven times as fast as marking what was reached in a mask.
    filled = part.copy()
    seed = (column - window.left, row - window.top)
    other = int(label_map[pixel]) ^ 1
    left, top, box_width, box_height = cv2.floodFill(
        filled, None, seed, other, flags=8 if diagonal else 4
    )[3]
    box = Rect(top, left, top + box_height, left + box_width)
    rect = box.moved(window.top, window.left)
    # In place: memory for another array costs more than the comparison.
    reached = filled[box.slices]
    mask = np.not_equal(reached, part[box.slices], out=reached.view(np.bool_))
    return Region(rect, mask), _is_cut(rect, window, height, width)


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
    reached = np.zeros((height + 2, width + 2), np.uint8)
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
    return Region(rect, part == 1)
