"""Undo and redo of mask edits, bounded in bytes."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.rect import Rect

DEFAULT_LIMIT: Final = 512 * 2**20
"""Bytes of patches that the histories of all images may hold together."""


@dataclass(frozen=True, slots=True)
class PackedPatch:
    """A patch with its pixels compressed by zlib.

    Attributes:
        rect: Where, half-open, in image pixels.
        before: The (h, w) uint8 pixels that the edit replaced, row by row, compressed.
        after: The pixels that it wrote, likewise.
    """

    rect: Rect
    before: bytes
    after: bytes

    @classmethod
    def of(cls, patch: MaskPatch) -> "PackedPatch":
        """Return ``patch`` with its pixels compressed."""
        # Level 1: label maps are long runs, so higher levels cost time and gain little.
        return cls(
            patch.rect,
            zlib.compress(patch.before.tobytes(), 1),
            zlib.compress(patch.after.tobytes(), 1),
        )

    def unpacked(self) -> MaskPatch:
        """Return the patch.

        Raises:
            ValueError: If the bytes are not the pixels of the rectangle.
        """
        return MaskPatch(self.rect, self._pixels(self.before), self._pixels(self.after))

    def _pixels(self, packed: bytes) -> LabelMap:
        count = self.rect.height * self.rect.width
        inflate = zlib.decompressobj()
        try:
            pixels = inflate.decompress(packed, count)
        except zlib.error as error:
            raise ValueError("the pixels of an edit are damaged") from error
        if len(pixels) != count:
            raise ValueError("the pixels of an edit do not fill its rectangle")
        return np.frombuffer(pixels, np.uint8).reshape(self.rect.height, self.rect.width)


class Edit:
    """One named edit: the patches that were written together.

    An edit is made with plain pixels, because compressing them would hold up the next stroke;
    ``pack`` compresses them later, on any thread.

    Args:
        name: What the user did, as shown behind "Undo".
        patches: Rectangles that do not overlap, in any order.
    """

    __slots__ = ("_patches", "name")

    def __init__(self, name: str, patches: Sequence[MaskPatch | PackedPatch]) -> None:
        self.name = name
        self._patches = tuple(patches)

    @classmethod
    def of(cls, name: str, patch: MaskPatch) -> "Edit":
        """Return the edit that holds one patch."""
        return cls(name, (patch,))

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(
            len(patch.before) + len(patch.after)
            if isinstance(patch, PackedPatch)
            else patch.before.nbytes + patch.after.nbytes
            for patch in self._patches
        )

    def pack(self) -> tuple[PackedPatch, ...]:
        """Compress the pixels, where they are not yet, and return the patches."""
        packed = tuple(
            patch if isinstance(patch, PackedPatch) else PackedPatch.of(patch)
            for patch in self._patches
        )
        # One assignment: a thread that reads meanwhile sees the pixels in one form or the other.
        self._patches = packed
        return packed

    def patches(self) -> Iterator[MaskPatch]:
        """Yield the patches with plain pixels, one by one."""
        for patch in self._patches:
            yield patch.unpacked() if isinstance(patch, PackedPatch) else patch


class EditKind(Enum):
    """What happened to an edit; the numbers stand in journals and must not change."""

    EDIT = 1
    UNDO = 2
    REDO = 3


class History:
    """The edits of one label map, oldest first, with the place we are at.

    Not Qt's QUndoStack: that one counts steps, and one fill of a large image weighs as much as a
    million strokes. Here the oldest edits are dropped when the bytes exceed the limit.

    Args:
        limit: Bytes of pixels to hold; the newest edit is kept whatever its size.
        edits: Edits made before, oldest first.
        done: How many of them are applied; all unless given.
    """

    def __init__(
        self,
        limit: int = DEFAULT_LIMIT,
        *,
        edits: Iterable[Edit] = (),
        done: int | None = None,
    ) -> None:
        self._limit = limit
        self._edits = list(edits)
        # edits[:done] are applied, edits[done:] can be redone
        self._done = len(self._edits) if done is None else done

    def __len__(self) -> int:
        return len(self._edits)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits, oldest first; the first ``done`` of them are applied."""
        return tuple(self._edits)

    @property
    def done(self) -> int:
        """How many edits are applied."""
        return self._done

    @property
    def size(self) -> int:
        """Bytes held by all edits."""
        # Counted anew: edits shrink when the journal's thread packs them.
        return sum(edit.size for edit in self._edits)

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
        del self._edits[self._done :]
        self._edits.append(edit)
        self._done = len(self._edits)
        self.trim(self._limit)

    def trim(self, limit: int) -> None:
        """Drop the oldest edits until at most ``limit`` bytes are held or one edit is left."""
        size = self.size
        dropped = 0
        while size > limit and dropped < len(self._edits) - 1:
            size -= self._edits[dropped].size
            dropped += 1
        del self._edits[:dropped]
        # Edits that are undone rest on those before them: without these they cannot be redone.
        if dropped > self._done:
            self._edits.clear()
        self._done = max(self._done - dropped, 0)

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
