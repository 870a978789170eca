"""Small pictures of large label maps, on which no difference gets lost."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from segstudio.core.label_set import LabelSet

DIFFERENT_COLOR: Final = (255, 0, 144)
"""Of pixels that differ: a pink that neither micrographs nor photographs hold."""

_GREY: Final = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


def difference_thumbnail(
    picture: RgbImage, different: NDArray[np.bool_], side: int, *, is_grey: bool = True
) -> RgbImage:
    """Return a small picture with what differs marked in ``DIFFERENT_COLOR``.

    A small pixel is marked if any of the pixels it stands for differs, so that a difference of one
    pixel is seen at any reduction; reduced marks are a pixel wider all around.

    Args:
        picture: (H, W, 3) uint8 RGB, what is compared.
        different: (H, W) bool.
        side: The longer side of the result at most, pixels.
        is_grey: Whether the picture is shown in grey, so that the marks stand out.

    Returns:
        (h, w, 3) uint8.
    """
    step = max(-(-max(different.shape) // side), 1)
    small = picture[::step, ::step]
    if is_grey:
        grey = np.rint(small @ _GREY).astype(np.uint8)
        small = np.repeat(grey[..., None], 3, axis=2)
    marked = _reduced(different, step)
    if step > 1:
        marked = _grown(marked)
    return np.where(marked[..., None], np.array(DIFFERENT_COLOR, np.uint8), small)


def outlined_thumbnail(picture: RgbImage, region: NDArray[np.bool_], side: int) -> RgbImage:
    """Return a small picture with a region outlined in ``DIFFERENT_COLOR``.

    A picture of less than half the side is enlarged by a whole factor: its pixels are seen as such.

    Args:
        picture: (H, W, 3) uint8 RGB.
        region: (H, W) bool.
        side: The longer side of the result at most, pixels.

    Returns:
        (h, w, 3) uint8.
    """
    step = max(-(-max(region.shape) // side), 1)
    factor = max(side // max(region.shape), 1)
    small = picture[::step, ::step].repeat(factor, axis=0).repeat(factor, axis=1)
    reduced = _reduced(region, step).repeat(factor, axis=0).repeat(factor, axis=1)
    around = _grown(reduced) & ~reduced
    return np.where(around[..., None], np.array(DIFFERENT_COLOR, np.uint8), small)


def tinted_thumbnail(
    picture: RgbImage, label_map: LabelMap, label_set: LabelSet, side: int
) -> RgbImage:
    """Return a small picture with the colours of its classes mixed in.

    The background and unlabelled pixels are left as they are.

    Args:
        picture: (H, W, 3) uint8 RGB.
        label_map: (H, W) uint8 class indices.
        label_set: The classes.
        side: The longer side of the result at most, pixels.

    Returns:
        (h, w, 3) uint8.
    """
    step = max(-(-max(label_map.shape) // side), 1)
    small, labels = picture[::step, ::step], label_map[::step, ::step]
    background = label_set.background_index
    plain = (labels == IGNORE_INDEX) | (labels == (-1 if background is None else background))
    colors = label_set.palette.astype(np.uint16)[labels]
    mixed = (3 * small.astype(np.uint16) + 2 * colors) // 5
    return np.where(plain[..., None], small, mixed).astype(np.uint8)


def differing_pixels(ours: LabelMap, theirs: LabelMap, ignore: int = 255) -> NDArray[np.bool_]:
    """Return where two label maps have different classes, (H, W) bool; both must have one."""
    different: NDArray[np.bool_] = (ours != theirs) & (ours != ignore) & (theirs != ignore)
    return different


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask with the neighbours above, below, left and right."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    return grown


def _reduced(mask: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    rows = np.arange(0, mask.shape[0], step)
    columns = np.arange(0, mask.shape[1], step)
    reduced: NDArray[np.bool_] = np.logical_or.reduceat(
        np.logical_or.reduceat(mask, rows, axis=0), columns, axis=1
    )
    return reduced
