"""Undo and redo of mask edits, bounded in bytes."""

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.rect import Rect

DEFAULT_LIMIT: Final = 512 * 2**20
"""Bytes of compressed patches that one history may hold."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One named, compressed edit.

    Attributes:
        name: What the user did, as shown behind "Undo".
    """

    name: str
    rect: Rect
    _before: bytes
    _after: bytes

    @classmethod
    def of(cls, name: str, patch: MaskPatch) -> "Edit":
        """Return the edit that holds ``patch``."""
        # Level 1: label maps are long runs, so higher levels cost time and gain little.
        return cls(
            name,
            patch.rect,
            zlib.compress(patch.before.tobytes(), 1),
            zlib.compress(patch.after.tobytes(), 1),
        )

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self._before) + len(self._after)

    @property
    def before(self) -> LabelMap:
        """(h, w) uint8 pixels of ``rect`` before the edit."""
        return self._pixels(self._before)

    @property
    def after(self) -> LabelMap:
        """(h, w) uint8 pixels of ``rect`` after the edit."""
        return self._pixels(self._after)

    def _pixels(self, compressed: bytes) -> LabelMap:
        pixels = np.frombuffer(zlib.decompress(compressed), np.uint8)
        return pixels.reshape(self.rect.height, self.rect.width)


class History:
    """The edits of one label map, oldest first, with the place we are at.

    Not Qt's QUndoStack: that one counts steps, and one fill of a large image weighs as much as a
    million strokes. Here the oldest edits are dropped when the bytes exceed the limit.

    Args:
        limit: Bytes of compressed pixels to hold; the newest edit is kept whatever its size.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._limit = limit
        self._edits: list[Edit] = []
        self._done = 0  # edits[:done] are applied, edits[done:] can be redone
        self._size = 0

    def __len__(self) -> int:
        return len(self._edits)

    @property
    def size(self) -> int:
        """Bytes held by all edits."""
        return self._size

    @property
    def undo_name(self) -> str | None:
        """Name of the edit that ``undo`` would take back, or None."""
        return self._edits[self._done - 1].name if self._done else None

    @property
    def redo_name(self) -> str | None:
        """Name of the edit that ``redo`` would make again, or None."""
        return self._edits[self._done].name if self._done < len(self._edits) else None

    def push(self, edit: Edit) -> None:
        """Add an edit that is already applied; what could be redone is forgotten."""
        self._size -= sum(undone.size for undone in self._edits[self._done :])
        del self._edits[self._done :]
        self._edits.append(edit)
        self._size += edit.size
        while self._size > self._limit and len(self._edits) > 1:
            self._size -= self._edits.pop(0).size
        self._done = len(self._edits)

    def undo(self) -> Edit | None:
        """Step back; return the edit whose ``before`` must be written, or None at the start."""
        if not self._done:
            return None
        self._done -= 1
        return self._edits[self._done]

    def redo(self) -> Edit | None:
        """Step forward; return the edit whose ``after`` must be written, or None at the end."""
        if self._done == len(self._edits):
            return None
        self._done += 1
        return self._edits[self._done - 1]
