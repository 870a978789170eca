"""Records of edits, as journals and undo histories hold them.

    magic     4 bytes  "SgEd"
    length    4 bytes  of the payload
    sequence  8 bytes  one more than that of the record before
    check     4 bytes  CRC-32 of length, sequence and payload, with a seed
    payload            what happened; see ``_encode``

Numbers are little-endian. The seed is not zero because the CRC of nothing is zero: a sector of
zeros, which a power cut leaves behind, would be a valid empty record.
"""

import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from segstudio.core.history import Edit, EditKind, PackedPatch
from segstudio.core.rect import Rect

FINGERPRINT_BYTES: Final = 16
_MAGIC: Final = b"SgEd"
_HEADER: Final = struct.Struct("<4sIQI")
_CHECKED: Final = struct.Struct("<IQ")
_SEED: Final = 0x5E65ED17
_BASE: Final = 0
_KIND: Final = struct.Struct("<BdH")  # kind, time, bytes of the key
_BASE_BODY: Final = struct.Struct(f"<{FINGERPRINT_BYTES}sIIQ")
_EDIT_BODY: Final = struct.Struct("<HI")  # bytes of the name, patches
_PATCH: Final = struct.Struct("<IIIIII")  # rectangle, bytes before, bytes after


@dataclass(frozen=True, slots=True)
class BaseRecord:
    """The label map of an image as it was, or is about to be, in its file.

    Attributes:
        key: Image key.
        fingerprint: Of the label map, see ``storage.mask_store.fingerprint``.
        height: Of the image, pixels.
        width: Of the image, pixels.
        holds: Sequence of the last edit that the label map holds.
        time: When, seconds since 1970.
    """

    key: str
    fingerprint: bytes
    height: int
    width: int
    holds: int
    time: float


@dataclass(frozen=True, slots=True)
class EditRecord:
    """An edit that was made, undone or made again.

    Attributes:
        key: Image key.
        kind: Which of the three.
        edit: The edit.
        time: When, seconds since 1970.
    """

    key: str
    kind: EditKind
    edit: Edit
    time: float


Record = BaseRecord | EditRecord


def base_record(key: str, fingerprint: bytes, size: tuple[int, int], holds: int) -> BaseRecord:
    """Return a base record of this moment; ``size`` is (height, width)."""
    height, width = size
    return BaseRecord(key, fingerprint, height, width, holds, time.time())


def edit_record(key: str, kind: EditKind, edit: Edit) -> EditRecord:
    """Return an edit record of this moment."""
    return EditRecord(key, kind, edit, time.time())


def encode_record(record: Record, sequence: int) -> bytes:
    """Return the bytes of a record. The edit's pixels are packed, which takes time."""
    payload = _encode(record)
    check = zlib.crc32(payload, zlib.crc32(_CHECKED.pack(len(payload), sequence), _SEED))
    return _HEADER.pack(_MAGIC, len(payload), sequence, check) + payload


def decode_records(content: bytes) -> Iterator[tuple[int, Record]]:
    """Yield (sequence, record) up to the first that is not whole; never raises."""
    place = 0
    expected: int | None = None
    while place + _HEADER.size <= len(content):
        magic, length, sequence, check = _HEADER.unpack_from(content, place)
        payload = content[place + _HEADER.size : place + _HEADER.size + length]
        if magic != _MAGIC or len(payload) != length or expected not in (None, sequence):
            return
        if check != zlib.crc32(payload, zlib.crc32(_CHECKED.pack(length, sequence), _SEED)):
            return
        try:
            record = _decode(payload)
        except (struct.error, ValueError):  # written by a version that knows other kinds
            return
        yield sequence, record
        place += _HEADER.size + length
        expected = sequence + 1


def _encode(record: Record) -> bytes:
    key = record.key.encode("utf-8", "surrogatepass")  # names of files need not be text
    if isinstance(record, BaseRecord):
        return (
            _KIND.pack(_BASE, record.time, len(key))
            + key
            + _BASE_BODY.pack(record.fingerprint, record.height, record.width, record.holds)
        )
    name = record.edit.name.encode("utf-8", "surrogatepass")
    patches = record.edit.pack()
    parts = [_KIND.pack(record.kind.value, record.time, len(key)), key]
    parts += [_EDIT_BODY.pack(len(name), len(patches)), name]
    for patch in patches:
        parts.append(_PATCH.pack(*patch.rect, len(patch.before), len(patch.after)))
        parts += [patch.before, patch.after]
    return b"".join(parts)


def _decode(payload: bytes) -> Record:
    kind, when, length = _KIND.unpack_from(payload)
    place = _KIND.size + length
    key = payload[_KIND.size : place].decode("utf-8", "surrogatepass")
    if kind == _BASE:
        fingerprint, height, width, holds = _BASE_BODY.unpack_from(payload, place)
        return BaseRecord(key, fingerprint, height, width, holds, when)
    length, count = _EDIT_BODY.unpack_from(payload, place)
    place += _EDIT_BODY.size + length
    name = payload[place - length : place].decode("utf-8", "surrogatepass")
    patches = []
    for _ in range(count):
        top, left, bottom, right, before, after = _PATCH.unpack_from(payload, place)
        middle = place + _PATCH.size + before
        place += _PATCH.size
        patches.append(
            PackedPatch(
                Rect(top, left, bottom, right), payload[place:middle], payload[middle:][:after]
            )
        )
        place = middle + after
    if place != len(payload):
        raise ValueError("the record is longer or shorter than it says")
    return EditRecord(key, EditKind(kind), Edit(name, patches), when)
