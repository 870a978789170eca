"""Memory that the window's process and the worker process share, for images and results.

A file without a name (Linux: ``memfd``; else a temporary file) that both processes map. Not
``multiprocessing.shared_memory``: there the exit of a worker can take the block from its owner.

One image at a time lies in it:

    image       (H, W, 3) uint8, from the start
    class map   (H, W) uint8
    confidence  (H, W) float32, at a multiple of 64 bytes
    entropy     (H, W) float32, at a multiple of 64 bytes

What nobody writes to takes no memory.
"""

import contextlib
import mmap
import os
import sys
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap, RgbImage

_ALIGNMENT: Final = 64
# Getting pages anew costs 100 ms at 12 megapixels, so only large images give them back.
_KEPT_BYTES: Final = 256 * 2**20


class Views(NamedTuple):
    """The arrays in the shared memory; writing to them writes there."""

    image: RgbImage
    class_map: LabelMap
    confidence: NDArray[np.float32]
    entropy: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Bytes from the image's first to the class map's last, which lie together."""
        return self.image.size + self.class_map.size


def _layout(height: int, width: int) -> tuple[int, int, int, int]:
    """Return where class map, confidence and entropy begin, and where everything ends."""
    class_map = height * width * 3
    confidence = _aligned(class_map + height * width)
    entropy = _aligned(confidence + height * width * 4)
    return class_map, confidence, entropy, entropy + height * width * 4


def _aligned(place: int) -> int:
    return -(-place // _ALIGNMENT) * _ALIGNMENT


class SharedPixels:
    """The shared memory, seen from one of the two processes; grows as needed.

    Attributes:
        descriptor: Of the file; the other process maps the same.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._map: mmap.mmap | None = None

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make the memory, empty.

        Args:
            folder: A folder of our own, for systems that need a file.
        """
        if sys.platform == "linux":
            import fcntl

            descriptor = os.memfd_create("segstudio", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            # Reading beyond the end kills a process: the worker must not be able to cut the file.
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
            return cls(descriptor)
        path = cls.path_in(folder)
        descriptor = os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
        if os.name != "nt":  # Windows cannot remove a file in use; there its name is the way in
            path.unlink()
        return cls(descriptor)

    @classmethod
    def opened(cls, folder: Path) -> Self:
        """Open the memory by its name, where descriptors cannot be handed over (Windows)."""
        return cls(os.open(cls.path_in(folder), _FLAGS))

    @staticmethod
    def path_in(folder: Path) -> Path:
        """Return the file's place, on the systems that need one."""
        return folder / "pixels"

    def views(self, height: int, width: int) -> Views:
        """Return the arrays for an image of this size, and make room for them.

        Raises:
            OSError: If the system gives no more memory.
        """
        class_map, confidence, entropy, end = _layout(height, width)
        if self._map is None or len(self._map) < end:
            if os.fstat(self.descriptor).st_size < end:
                os.ftruncate(self.descriptor, end)
            # The old map is dropped, not closed: arrays of the last image may still look at it.
            self._map = mmap.mmap(self.descriptor, end)
        count = height * width
        return Views(
            np.frombuffer(self._map, np.uint8, count * 3).reshape(height, width, 3),
            np.frombuffer(self._map, np.uint8, count, class_map).reshape(height, width),
            np.frombuffer(self._map, np.float32, count, confidence).reshape(height, width),
            np.frombuffer(self._map, np.float32, count, entropy).reshape(height, width),
        )

    def holds(self, height: int, width: int) -> bool:
        """Return whether there is room for an image of this size where the memory lies now."""
        return self._map is not None and len(self._map) >= _layout(height, width)[-1]

    @property
    def keeps_pages(self) -> bool:
        """Whether the same pages serve the next image; else ``release`` gives them back."""
        return self._map is None or len(self._map) <= _KEPT_BYTES

    def release(self) -> None:
        """Give the pages of a large image back to the system; their content is lost."""
        remove = getattr(mmap, "MADV_REMOVE", None)
        if self._map is not None and remove is not None and not self.keeps_pages:
            with contextlib.suppress(OSError):
                self._map.madvise(remove)

    def close(self) -> None:
        """Close the file; arrays that were handed out stay valid."""
        self._map = None
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


_FLAGS: Final = os.O_RDWR | getattr(os, "O_BINARY", 0)
