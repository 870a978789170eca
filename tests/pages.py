"""What lies under an array from ``segstudio.core.memory``."""

import mmap

import numpy as np


def pages_under(array: np.ndarray) -> mmap.mmap | None:
    """Return the pages that a thread will give back, or None if the memory is NumPy's own."""
    below: object = array
    while isinstance(below, np.ndarray):
        below = below.base
    if isinstance(below, memoryview) and isinstance(below.obj, mmap.mmap):
        return below.obj
    return None
