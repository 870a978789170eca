"""Run lengths along the rows, as CVAT keeps masks; ``formats.coco_masks`` has those of COCO."""

import numpy as np
from numpy.typing import NDArray


def row_runs(mask: NDArray[np.bool_]) -> list[int]:
    """Return how many pixels in a row are off, on, off, ..., through the rows of a mask."""
    pixels = mask.ravel()
    changes = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    start = [0, 0] if pixels.size and pixels[0] else [0]
    runs: list[int] = np.diff([*start, *changes.tolist(), pixels.size]).tolist()
    return runs


def mask_of_row_runs(runs: NDArray[np.int64], height: int, width: int) -> NDArray[np.bool_]:
    """Return the mask of run lengths; what they leave out at the end is off.

    Raises:
        ValueError: If one is negative, or they count more pixels than there are.
    """
    size = height * width
    if runs.size and (runs.min() < 0 or runs.max() > size):
        raise ValueError("a run-length code holds a count that is out of range")
    total = int(runs.sum())
    if total > size:
        raise ValueError(f"a run-length code counts more than {height} x {width} pixels")
    is_on = np.arange(len(runs) + 1) % 2 == 1
    is_on[-1] = False
    return np.repeat(is_on, np.append(runs, size - total)).reshape(height, width)
