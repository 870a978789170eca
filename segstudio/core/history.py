"""Undo and redo of mask edits, bounded in bytes."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import Changes, MaskPatch
from segstudio.core.memory import empty
from segstudio.core.rect import Rect
from segstudio.core.strips import strips

DEFAULT_LIMIT: Final = 512 * 2**20
"""Bytes of patches that the histories of all images may hold together."""

PLAIN_LIMIT: Final = 64 * 2**20
"""Bytes of them that may be plain pixels; the edits next to undo and redo are plain anyhow."""

_LEVEL: Final = 1  # label maps are long runs, so higher levels cost time and gain little
_PIECE: Final = 2**13  # packed bytes; they hold at most 8 MB of pixels


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
        return cls(patch.rect, _deflated(patch.before), _deflated(patch.after))

    def unpacked(self) -> MaskPatch:
        """Return the patch.

        Raises:
            ValueError: If the bytes are not the pixels of the rectangle.
        """
        size = self.rect.height, self.rect.width
        return MaskPatch(self.rect, _inflated(self.before, size), _inflated(self.after, size))


def _deflated(pixels: LabelMap) -> bytes:
    deflate = zlib.compressobj(_LEVEL)
    # Not ``tobytes`` of all: it would hold Python's lock while it copies a whole image.
    parts = [
        deflate.compress(np.ascontiguousarray(pixels[strip]).data)
        for strip in strips(*pixels.shape)
    ]
    return b"".join([*parts, deflate.flush()])


def _inflated(packed: bytes, size: tuple[int, int]) -> LabelMap:
    """Return the (h, w) uint8 pixels of ``_deflated``; ValueError if they are others."""
    pixels = empty(size, np.uint8)
    rest = pixels.reshape(-1)
    inflate = zlib.decompressobj()
    try:
        for start in range(0, len(packed), _PIECE):
            part = np.frombuffer(inflate.decompress(packed[start : start + _PIECE]), np.uint8)
            if part.size > rest.size:
                raise ValueError("the pixels of an edit are more than its rectangle holds")
            rest[: part.size] = part
            rest = rest[part.size :]
    except zlib.error as error:
        raise ValueError("the pixels of an edit are damaged") from error
    if rest.size or not inflate.eof:
        raise ValueError("the pixels of an edit do not fill its rectangle")
    return pixels


class Edit:
    """One named edit: the patches that were written together.

    An edit is made with plain pixels, because compressing them would hold up the next stroke;
    ``pack`` compresses them later, on any thread. The plain pixels of those edits that the user
    may undo or redo next are kept besides, because unpacking would hold up the undo.

    Args:
        name: What the user did, as shown behind "Undo".
        patches: Rectangles that do not overlap, in any order; plain or all of them packed.

    Attributes:
        unpacked_size: Bytes of plain pixels, held or not.
        packed_size: Bytes held of compressed pixels.
    """

    __slots__ = ("_is_near", "_packed", "_plain", "name", "packed_size", "unpacked_size")

    def __init__(self, name: str, patches: "Changes | Sequence[MaskPatch | PackedPatch]") -> None:
        self.name = name
        self._is_near = False
        # One of the two is always there. Each is replaced as a whole, and the new one set before
        # the old one goes, so that a thread that reads meanwhile sees the pixels in some form.
        self._plain: Changes | tuple[MaskPatch, ...] | None = None
        self._packed: tuple[PackedPatch, ...] | None = None
        if isinstance(patches, Changes):
            self._plain = patches
        elif patches and all(isinstance(patch, PackedPatch) for patch in patches):
            self._packed = tuple(patch for patch in patches if isinstance(patch, PackedPatch))
        else:
            self._plain = tuple(
                patch.unpacked() if isinstance(patch, PackedPatch) else patch for patch in patches
            )
        self.packed_size = _packed_size(self._packed or ())
        self.unpacked_size = (
            patches.nbytes
            if isinstance(patches, Changes)
            else sum(2 * patch.rect.height * patch.rect.width for patch in patches)
        )

    @classmethod
    def of(cls, name: str, patch: MaskPatch) -> "Edit":
        """Return the edit that holds one patch."""
        return cls(name, (patch,))

    @property
    def size(self) -> int:
        """Bytes held."""
        return self.plain_size + self.packed_size

    @property
    def plain_size(self) -> int:
        """Bytes held of plain pixels."""
        return self.unpacked_size if self.is_plain else 0

    @property
    def is_plain(self) -> bool:
        """Whether ``patches`` need not decompress anything."""
        return self._plain is not None

    def pack(self) -> tuple[PackedPatch, ...]:
        """Compress the pixels, where they are not yet, and return the patches."""
        packed = self._packed
        if packed is None:
            packed = tuple(PackedPatch.of(patch) for patch in self.patches())
            self.packed_size = _packed_size(packed)
            self._packed = packed
        if not self._is_near:
            self._plain = None
        return packed

    def unpack(self) -> None:
        """Hold the plain pixels too, on any thread, if the user may undo or redo it next."""
        if self._is_near and self._plain is None:
            self._plain = tuple(self.patches())

    def set_near(self, is_near: bool) -> None:
        """Keep the plain pixels, or only until they are packed."""
        self._is_near = is_near
        if not is_near and self._packed is not None:
            self._plain = None

    def rects(self) -> Iterator[Rect]:
        """Yield what the patches cover, or more."""
        plain = self._plain
        if isinstance(plain, Changes):
            yield from plain.rects()
        else:
            yield from (patch.rect for patch in plain or self._packed or ())

    def patches(self) -> Iterator[MaskPatch]:
        """Yield the patches with plain pixels, one by one."""
        plain = self._plain
        if isinstance(plain, Changes):
            plain = self._plain = plain.patches()
        if plain is not None:
            yield from plain
        else:
            yield from (patch.unpacked() for patch in self._packed or ())


def _packed_size(patches: Iterable[PackedPatch]) -> int:
    return sum(len(patch.before) + len(patch.after) for patch in patches)


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

    Edits that may be undone or redone next keep plain pixels, up to ``PLAIN_LIMIT`` bytes.
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
        # Counted anew: edits change their size when the journal's thread packs them.
        return sum(edit.size for edit in self._edits)

    @property
    def to_undo(self) -> Edit | None:
        """The edit that ``undo`` would take back, or None."""
        return self._edits[self._done - 1] if self._done else None

    @property
    def to_redo(self) -> Edit | None:
        """The edit that ``redo`` would make again, or None."""
        return self._edits[self._done] if self._done < len(self._edits) else None

    @property
    def undo_name(self) -> str | None:
        """Name of the edit that ``undo`` would take back, or None."""
        return self.to_undo.name if self.to_undo else None

    @property
    def redo_name(self) -> str | None:
        """Name of the edit that ``redo`` would make again, or None."""
        return self.to_redo.name if self.to_redo else None

    def push(self, edit: Edit) -> None:
        """Add an edit that is already applied; what could be redone is forgotten."""
        del self._edits[self._done :]
        self._edits.append(edit)
        self._done = len(self._edits)
        self._mark_near()
        self.trim(self._limit)

    def trim(self, limit: int, *, packed: bool = False) -> None:
        """Drop the oldest edits until at most ``limit`` bytes are held or one edit is left.

        Args:
            limit: Bytes.
            packed: Count compressed pixels only, as they lie in files.
        """
        sizes = [edit.packed_size if packed else edit.size for edit in self._edits]
        size = sum(sizes)
        dropped = 0
        while size > limit and dropped < len(self._edits) - 1:
            size -= sizes[dropped]
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
        self._mark_near()
        return self._edits[self._done]

    def redo(self) -> Edit | None:
        """Step forward; return the edit whose ``after`` must be written, or None at the end."""
        if self._done == len(self._edits):
            return None
        self._done += 1
        self._mark_near()
        return self._edits[self._done - 1]

    def near(self) -> tuple[Edit, ...]:
        """Return the edits that would be undone and redone next."""
        return tuple(self._edits[max(self._done - 1, 0) : self._done + 1])

    def _mark_near(self) -> None:
        """Let those edits keep plain pixels that are next, and others only as far as they fit."""
        for edit in self.near():
            edit.set_near(True)
        room = PLAIN_LIMIT - sum(edit.unpacked_size for edit in self.near())
        for others in (
            range(self._done - 2, -1, -1),
            range(self._done + 1, len(self._edits)),
        ):
            for place in others:
                edit = self._edits[place]
                if not edit.is_plain:
                    break  # those beyond were let go before
                room -= edit.plain_size
                edit.set_near(room >= 0)


class Histories:
    """The histories of images that were left, by image key; the oldest are forgotten.

    Args:
        limit: Bytes that they, and that of the open image, may hold together.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._limit = limit
        self._histories: dict[str, History] = {}

    def keep(self, key: str, history: History) -> None:
        """Take over the history of an image that is left."""
        self._histories[key] = history
        self.trim()

    def take(self, key: str) -> History | None:
        """Hand over the history of an image that is opened again, if it is still there."""
        return self._histories.pop(key, None)

    def clear(self) -> None:
        """Forget all of them."""
        self._histories.clear()

    def trim(self, beside: int = 0) -> None:
        """Forget the oldest until the rest fits beside the bytes of the open image's history."""
        held = beside + sum(history.size for history in self._histories.values())
        while held > self._limit and self._histories:
            held -= self._histories.pop(next(iter(self._histories))).size
