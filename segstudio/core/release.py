"""Giving large arrays back to the system without holding up the user."""

import threading
import time
from typing import Any, Final

from numpy.typing import NDArray

_LARGE: Final = 2**22  # bytes; smaller ones stay with the process and cost nothing
_PAUSE_S: Final = 0.002


def release(arrays: list[NDArray[Any]]) -> None:
    """Drop references to arrays, large ones one after the other on a thread.

    To free 100 MB takes 10 to 30 ms, with Python's lock held: the edits of a whole image that go at
    once would stop the window for a tenth of a second. Between two, other threads get their turn.

    Args:
        arrays: Taken over, and empty afterwards. What else refers to an array keeps it.
    """
    large = [array for array in arrays if array.nbytes >= _LARGE]
    arrays.clear()
    if large:
        threading.Thread(target=_drop, args=(large,), name="release", daemon=True).start()


def _drop(arrays: list[NDArray[Any]]) -> None:
    while arrays:
        arrays.pop()
        time.sleep(_PAUSE_S)
