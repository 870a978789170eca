"""Cut-out: the object in a box, told from what is around it by its colours. Uses OpenCV."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage
from segstudio.core.memory import copied, empty, writable
from segstudio.core.rect import Rect
from segstudio.core.region import Region

_MAX_PIXELS: Final = 160_000  # of the reduced patch; what is larger is looked at reduced
_MARGIN: Final = 0.25  # of the box: how much around it shows what is not the object
_LEAST_MARGIN: Final = 8  # pixels
_ITERATIONS: Final = 4
_MIDDLE: Final = 0.4  # of the sides of the box
_SEED: Final = 1  # the colour clusters start at random; the same box shall give the same object


def object_in_box(image: RgbImage, box: Rect) -> Region | None:
    """Return the pixels of the object in a box, or None if none is found.

    GrabCut: Rother, Kolmogorov, Blake, "GrabCut: interactive foreground extraction using iterated
    graph cuts", SIGGRAPH 2004. Everything outside the box counts as background; where that leaves
    nothing, the middle of the box counts as the object. The cost is bounded: large boxes are looked
    at in a reduced patch, and the outline is as coarse.

    Args:
        image: (H, W, 3) uint8 RGB.
        box: Around the object; may reach beyond the image.
    """
    import cv2

    height, width = image.shape[:2]
    box = box.clipped_to(height, width)
    if box.is_empty:
        return None
    margin = max(_LEAST_MARGIN, round(_MARGIN * max(box.height, box.width)))
    window = Rect(
        box.top - margin, box.left - margin, box.bottom + margin, box.right + margin
    ).clipped_to(height, width)
    scale = min(1.0, math.sqrt(_MAX_PIXELS / (window.height * window.width)))
    size = (max(1, round(window.width * scale)), max(1, round(window.height * scale)))
    part = writable(image[window.slices])
    if scale < 1:
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    labels = np.full(part.shape[:2], cv2.GC_BGD, np.uint8)
    inner = _scaled(box, window, size)
    labels[inner.slices] = cv2.GC_PR_FGD
    if (labels == cv2.GC_PR_FGD).all():
        # The box fills the image; its rim is then all that can tell what background looks like.
        labels[[0, -1]] = labels[:, [0, -1]] = cv2.GC_BGD
        if not (labels == cv2.GC_PR_FGD).any():
            return None
    found = _cut(part, labels)
    if not found.any():
        # Its colours are around it too. The user has put the box around it: its middle is a part.
        _mark_middle(labels, inner)
        found = _cut(part, labels)
    if scale < 1:
        # Interpolated, not repeated: an outline in steps of the reduced pixels looks like an error.
        full = (window.width, window.height)
        grey = empty((window.height, window.width), np.uint8)
        cv2.resize(found * np.uint8(255), full, grey, interpolation=cv2.INTER_LINEAR)
        found = np.greater(grey, 127, out=grey.view(np.bool_))
    mask = copied(found[box.moved(-window.top, -window.left).slices])
    return Region(box, mask) if mask.any() else None


def _cut(pixels: RgbImage, labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which pixels are the object, given what is known of them in OpenCV's labels."""
    import cv2

    cv2.setRNGSeed(_SEED)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))  # the size that OpenCV wants
    no_box = (0, 0, 0, 0)
    labels = labels.copy()
    cv2.grabCut(pixels, labels, no_box, background, foreground, _ITERATIONS, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))


def _mark_middle(labels: NDArray[np.uint8], box: Rect) -> None:
    """Mark the middle of a box as certainly the object, in place."""
    import cv2

    down, right = (round(side * (1 - _MIDDLE) / 2) for side in (box.height, box.width))
    middle = Rect(box.top + down, box.left + right, box.bottom - down, box.right - right)
    labels[middle.slices] = cv2.GC_FGD


def _scaled(box: Rect, window: Rect, size: tuple[int, int]) -> Rect:
    """Return the pixels of the window, reduced to (width, height) ``size``, that a box covers."""
    across, down = size[0] / window.width, size[1] / window.height
    return Rect(
        math.floor((box.top - window.top) * down),
        math.floor((box.left - window.left) * across),
        math.ceil((box.bottom - window.top) * down),
        math.ceil((box.right - window.left) * across),
    ).clipped_to(size[1], size[0])
