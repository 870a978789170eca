"""Rare classes and where they are, so that crops can be placed on them.

Of 11 classes of a street, a crop shows a bicycle once in a while and road always. As in nnU-Net
(Isensee et al., 2021, arXiv:1904.08128) a share of the crops is placed on a class that is rare.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap

ClassPixels = Mapping[int, NDArray[np.int32]]
"""Some pixels of each class, as (N,) indices into the flattened label map."""

_MOST_PIXELS: Final = 1000
_FEW: Final = 0.1


def rare_classes(class_pixels: Sequence[int]) -> tuple[int, ...]:
    """Return the classes of which most crops show nothing: those with few of the pixels.

    Few is less than half of what an equal share would be, and less than a tenth.

    Args:
        class_pixels: Labelled pixels of each class.
    """
    shown = [pixels for pixels in class_pixels if pixels]
    limit = sum(shown) * min(1 / max(2 * len(shown), 1), _FEW)
    return tuple(index for index, pixels in enumerate(class_pixels) if 0 < pixels < limit)


def find_pixels(label_map: LabelMap, classes: Sequence[int]) -> ClassPixels:
    """Return up to 1000 pixels of each of the classes that a label map shows.

    Args:
        label_map: (H, W) uint8 class indices.
        classes: Those to look for.
    """
    flat = label_map.ravel()
    found = {index: np.flatnonzero(flat == index) for index in classes}
    return {
        # Evenly spread over the class, whatever its size.
        index: pixels[:: -(-len(pixels) // _MOST_PIXELS)].astype(np.int32)
        for index, pixels in found.items()
        if len(pixels)
    }


def find_labelled(label_map: LabelMap) -> NDArray[np.int32] | None:
    """Return some labelled pixels, or None where half of all pixels or more are labelled.

    Where a person has looked at a few regions only, most crops would hold nothing to learn.

    Args:
        label_map: (H, W) uint8 class indices.

    Returns:
        (N,) indices into the flattened label map.
    """
    labelled = np.flatnonzero(label_map.ravel() != IGNORE_INDEX)
    if not len(labelled) or 2 * len(labelled) >= label_map.size:
        return None
    return labelled[:: -(-len(labelled) // _MOST_PIXELS)].astype(np.int32)


def draw_spot(
    pixels: ClassPixels, width: int, share: float, rng: np.random.Generator
) -> tuple[int, int] | None:
    """Draw the (y, x) of a pixel of a rare class, or None where the crop may lie anywhere.

    Args:
        pixels: Those of an image's rare classes; each class is as likely as the others.
        width: The image's, pixels.
        share: Probability of a pixel, if there is any.
        rng: Source of randomness.
    """
    if rng.random() >= share or not pixels:
        return None
    indices = pixels[sorted(pixels)[int(rng.integers(len(pixels)))]]
    return divmod(int(indices[int(rng.integers(len(indices)))]), width)
