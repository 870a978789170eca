"""Memory for arrays of whole images, which goes back to the system without holding anybody up.

To free 100 MB takes 10 to 30 ms. Who lets an array of NumPy's own go holds Python's lock for all
that time, on whatever thread, and the window stands still. Large arrays from here lie in pages of
their own instead: when the last array that uses them is gone, a thread gives them back, a few at a
time.
"""

import math
import mmap
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

_Value = TypeVar("_Value", bound=np.generic)

_LARGE: Final = 2**22  # bytes; smaller arrays are NumPy's own, and cost nothing to free
_STEP: Final = 2**20  # bytes given back at a time, in some 0.2 ms
_PAUSE_S: Final = 0.0002  # in between; a thread that waits for Python's lock has it at once
_HAS_PAGES: Final = hasattr(mmap, "MAP_ANONYMOUS")  # not on Windows

_left: "SimpleQueue[_Pages]" = SimpleQueue()
_giver: threading.Thread | None = None


def zeros(shape: tuple[int, ...], dtype: "type[_Value] | np.dtype[_Value]") -> NDArray[_Value]:
    """Return an array of zeros. Where it is large, no memory is used before it is written.

    Raises:
        MemoryError: If there is not so much memory.
    """
    kind: np.dtype[_Value] = np.dtype(dtype)
    count = math.prod(shape)
    if count * kind.itemsize < _LARGE or not _HAS_PAGES:
        return np.zeros(shape, kind)
    return np.frombuffer(_new_pages(count * kind.itemsize), kind, count).reshape(shape)


def empty(shape: tuple[int, ...], dtype: "type[_Value] | np.dtype[_Value]") -> NDArray[_Value]:
    """Return an array whose values are to be written before they are read; see ``zeros``."""
    kind: np.dtype[_Value] = np.dtype(dtype)
    is_small = math.prod(shape) * kind.itemsize < _LARGE
    return np.empty(shape, kind) if is_small else zeros(shape, kind)


def copied(array: NDArray[_Value]) -> NDArray[_Value]:
    """Return a copy, its rows in one piece."""
    result = empty(array.shape, array.dtype)
    np.copyto(result, array)
    return result


def writable(array: NDArray[_Value]) -> NDArray[_Value]:
    """Return the array; a copy if it may not be written, for OpenCV refuses even to read that."""
    return array if array.flags.writeable else copied(array)


class _Pages(mmap.mmap):
    """Pages that outlive the arrays on them, until ``_give_back`` has had them."""

    # Bound here: at the end of the program, names of the module may be gone.
    def __del__(self, leave: "Callable[[_Pages], None]" = _left.put) -> None:
        if not self.closed:
            leave(self)


def _new_pages(size: int) -> _Pages:
    global _giver
    if _giver is None or not _giver.is_alive():  # a forked process has no threads at first
        _giver = threading.Thread(target=_give_back, name="memory", daemon=True)
        _giver.start()
    try:
        return _Pages(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError(f"there are no {size:,} bytes of memory") from error


def _give_back() -> None:
    while True:
        pages = _left.get()
        # All at once would keep others waiting who ask the system for memory meanwhile.
        for start in range(0, len(pages), _STEP):
            pages.madvise(mmap.MADV_DONTNEED, start, min(_STEP, len(pages) - start))
            time.sleep(_PAUSE_S)
        pages.close()
        del pages  # else it would be held until the next ones come
