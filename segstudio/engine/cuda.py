"""What onnxruntime does not say about the GPU: free memory, and pinned host memory.

Calls CUDA's runtime library, which onnxruntime has loaded by then, through ctypes.
"""

import contextlib
import ctypes
import sys
from typing import Final, NamedTuple

_NAMES: Final = (
    ("cudart64_13.dll", "cudart64_12.dll")
    if sys.platform == "win32"
    else ("libcudart.so.13", "libcudart.so.12")
)
_OK: Final = 0


class GpuMemory(NamedTuple):
    """Memory of the current GPU, bytes."""

    free: int
    total: int


class CudaRuntime:
    """The functions of CUDA's runtime that the engine needs.

    Raises:
        OSError: If the library is not there.
    """

    def __init__(self) -> None:
        self._library = _opened()
        self._pinned: tuple[int, int] | None = None

    def memory(self) -> GpuMemory | None:
        """Return the memory of the GPU, or None if it does not say."""
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        if self._library.cudaMemGetInfo(ctypes.byref(free), ctypes.byref(total)) != _OK:
            return None
        return GpuMemory(free.value, total.value)

    def pin(self, address: int, size: int) -> bool:
        """Keep a block of memory in place, so that the GPU copies it two to three times as fast.

        Replaces the block before. Returns whether that worked; without, copies are only slower.
        """
        if self._pinned == (address, size):
            return True
        self.unpin()
        done = self._library.cudaHostRegister(ctypes.c_void_p(address), ctypes.c_size_t(size), 0)
        if done == _OK:
            self._pinned = (address, size)
        else:
            self._library.cudaGetLastError()  # or the next call would report it
        return bool(done == _OK)

    def unpin(self) -> None:
        """Let go of the block; before its memory is given back."""
        if self._pinned is not None:
            self._library.cudaHostUnregister(ctypes.c_void_p(self._pinned[0]))
            self._pinned = None


def _opened() -> ctypes.CDLL:
    for name in _NAMES:
        with contextlib.suppress(OSError):
            return ctypes.CDLL(name)
    raise OSError("CUDA's runtime library is not there")
