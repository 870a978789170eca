"""How large a part of an image a model can see at once, by the memory that it takes."""

import contextlib
import re
import sys
from pathlib import Path
from typing import Final

from segstudio.engine.cuda import CudaRuntime
from segstudio.engine.tiles import MAX_PASS_PIXELS, MIN_PASS_PIXELS

_LEAST_BYTES_PER_PIXEL: Final = 64
_SHARE: Final = 0.5
_PLENTY: Final = 8 * 2**30
_SMALL_ENOUGH: Final = 2**20


class PassMemory:
    """Measures what a model takes for each pixel, and tells how many pixels fit.

    onnxruntime keeps the memory that a run needed, so what the process has grown by since the model
    was loaded is the need of the largest part so far.

    Args:
        gpu: The GPU that the model runs on, or None.
        limit: Bytes that the process may take, or None.
    """

    def __init__(self, gpu: CudaRuntime | None, limit: int | None) -> None:
        self._gpu = gpu
        self._limit = limit
        self._at_load = self._used()
        self._largest = 0
        self._per_pixel = 0.0

    def note(self, pixels: int) -> None:
        """Note that a part of this many pixels has just run."""
        used = self._used()
        if pixels > self._largest and used is not None and self._at_load is not None:
            self._largest = pixels
            self._per_pixel = max((used - self._at_load) / pixels, _LEAST_BYTES_PER_PIXEL)

    def wants_trial(self, pixels: int) -> bool:
        """Return whether a small part should run first, to measure, before so many pixels do."""
        available = self._available()
        if self._largest or available is None:
            return False
        return pixels > MAX_PASS_PIXELS or (pixels > _SMALL_ENOUGH and available < _PLENTY)

    def pass_pixels(self) -> int:
        """Return how many pixels may run at once."""
        available = self._available()
        if not self._per_pixel or available is None:
            return MAX_PASS_PIXELS
        # What the process holds from earlier runs serves the next one again.
        held = self._per_pixel * self._largest
        fits = int((available * _SHARE + held) / self._per_pixel)
        return max(min(fits, MAX_PASS_PIXELS), MIN_PASS_PIXELS)

    def _used(self) -> int | None:
        if self._gpu is not None:
            memory = self._gpu.memory()
            return None if memory is None else memory.total - memory.free
        return _kilobytes("/proc/self/status", "RssAnon")

    def _available(self) -> int | None:
        if self._gpu is not None:
            memory = self._gpu.memory()
            return None if memory is None else memory.free
        available = _kilobytes("/proc/meminfo", "MemAvailable")
        taken = _kilobytes("/proc/self/status", "VmData")
        if available is not None and taken is not None and self._limit is not None:
            return max(min(available, self._limit - taken), 0)
        return available


def _kilobytes(file: str, name: str) -> int | None:
    """Return a value from one of the kernel's lists, bytes; None where there is no such list."""
    if sys.platform != "linux":
        return None
    with contextlib.suppress(OSError):
        if found := re.search(rf"^{name}:\s+(\d+) kB$", Path(file).read_text(), re.MULTILINE):
            return int(found[1]) * 1024
    return None
