"""The masks of one open project: written over what we know, never over somebody else's work.

    masks/a.jpg.png                    the mask
    history/a.jpg/2026-11-21 ... .png  the three masks before it
    history/a.jpg/undo                 what can be undone, see ``storage.records``

A mask is known by the fingerprint of its pixels, not by a number inside the file or beside it: a
program that rewrites a PNG keeps or drops text chunks as it likes, and a sidecar does not notice,
but pixels that differ cannot pass for ours.
"""

import contextlib
import errno
import hashlib
import os
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.history import DEFAULT_LIMIT, EditKind, History
from segstudio.core.label_map import LabelMap, unlabelled
from segstudio.errors import MaskError, StorageError
from segstudio.storage.atomic_write import atomic_write, make_folder
from segstudio.storage.masks import recolor_file, write_label_map
from segstudio.storage.project import Project
from segstudio.storage.records import (
    FINGERPRINT_BYTES,
    BaseRecord,
    EditRecord,
    base_record,
    decode_records,
    edit_record,
    encode_record,
)

GENERATIONS: Final = 3
UNDO_FILE_LIMIT: Final = 32 * 2**20
"""Bytes of edits that are kept on disk for one image; ``DEFAULT_LIMIT`` for all of them."""

_UNDO_FILE: Final = "undo"
# File systems without hard links.
_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_Signature = tuple[int, int, int] | None


class MaskChangedError(StorageError):
    """A mask was changed by somebody else since it was read; both are kept.

    Attributes:
        ours: The file that holds the label map that was to be saved.
    """

    def __init__(self, path: Path, ours: Path) -> None:
        super().__init__(
            path,
            f"another program changed this mask; your labels were saved beside it as {ours.name}",
            hint="Choose which of the two to keep",
        )
        self.ours = ours


@dataclass(frozen=True, slots=True)
class StoredMask:
    """A label map as it was read, with what was known about it.

    Attributes:
        label_map: (H, W) uint8; all unlabelled if there is no file.
        fingerprint: Of ``label_map``.
        history: What can be undone; empty if it belongs to other pixels.
    """

    label_map: LabelMap
    fingerprint: bytes
    history: History


@dataclass(frozen=True, slots=True)
class _Known:
    """The file as we last saw it; the signature is None if there was none."""

    signature: _Signature
    fingerprint: bytes
    ours: Path | None = None  # where our label map lies after a conflict


@dataclass(frozen=True, slots=True)
class _Ahead:
    signature: _Signature
    label_map: LabelMap
    fingerprint: bytes


class MaskStore:
    """Reads and writes masks, their histories and generations; safe on several threads.

    Between the check that a mask is as we know it and its replacement lies a moment in which
    another program can write it unseen; what it wrote is then among the generations.

    Args:
        folder: The project folder.
        read_only: Leave everything in the folder as it is; nothing may be written then.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self._folder = folder
        self._read_only = read_only
        self._known: dict[str, _Known] = {}
        self._ahead: dict[str, _Ahead] = {}
        self._locks: dict[str, threading.Lock] = {}

    def fingerprint(self, key: str) -> bytes | None:
        """Return the fingerprint of a mask as we last read or wrote it, or None."""
        known = self._known.get(key)
        return known.fingerprint if known else None

    def read(self, project: Project, key: str, height: int, width: int) -> StoredMask:
        """Read a mask and its history.

        Raises:
            MaskError: If the file is damaged or does not have the image's size.
        """
        with self._lock(key):
            found = self._ahead.pop(key, None)
            signature = _signature(project.mask_path(key))
            if found is None or (found.signature, found.label_map.shape) != (
                signature,
                (height, width),
            ):
                found = _read(project, key, height, width)
            self._known[key] = _Known(found.signature, found.fingerprint)
            history = self._read_history(key, found.fingerprint)
            return StoredMask(found.label_map, found.fingerprint, history)

    def read_saved(self, project: Project, key: str) -> StoredMask | None:
        """Read a mask and its history, whatever its size; return None if there is none.

        Raises:
            MaskError: If the file is damaged.
        """
        with self._lock(key):
            signature = _signature(project.mask_path(key))
            label_map = project.read_any_mask(key)
            if label_map is None:
                return None
            print_ = fingerprint(label_map)
            self._known[key] = _Known(signature, print_)
            return StoredMask(label_map, print_, self._read_history(key, print_))

    def read_ahead(self, project: Project, key: str, height: int, width: int) -> None:
        """Read a mask that will be wanted; ``read`` takes it, if nobody changes it before.

        Raises:
            MaskError: If the file is damaged or does not have the image's size.
        """
        with self._lock(key):
            self._ahead[key] = _read(project, key, height, width)

    def forget_ahead(self, but: Collection[str] = ()) -> None:
        """Forget the masks that were read ahead, save those with these keys."""
        for key in [key for key in self._ahead if key not in but]:
            self._ahead.pop(key, None)

    def write(
        self,
        project: Project,
        key: str,
        label_map: LabelMap,
        history: History | None = None,
        announce: Callable[[bytes], None] = lambda _fingerprint: None,
    ) -> bytes:
        """Save a label map and its history, and keep the mask it replaces; return its fingerprint.

        Args:
            project: For the place and the colours.
            key: Image key.
            label_map: (H, W) uint8.
            history: What can be undone, or None to leave what is on disk.
            announce: Called with the fingerprint before the mask is replaced.

        Raises:
            MaskChangedError: If the mask is not the one that was last read or written here.
            StorageError: If it cannot be written; the old one is then intact.
        """
        with self._lock(key):
            path = project.mask_path(key)
            self._check(project, key, label_map)
            print_ = fingerprint(label_map)
            if history is not None:
                # First, so that after a crash in between the replayed journal fits to it.
                self._write_history(key, print_, label_map, history)
            self._keep_generation(key, path)
            announce(print_)
            project.write_mask(key, label_map)
            self._known[key] = _Known(_signature(path), print_)
            return print_

    def recolor(self, project: Project, key: str) -> None:
        """Let a mask file show the colours of the classes; its pixels and its time stay.

        Raises:
            StorageError: If it cannot be written; the old one is then intact.
        """
        # Its new signature is not noted: the next ``write`` sees that the pixels are the same.
        with self._lock(key):
            recolor_file(project.mask_path(key), project.label_set.palette)

    def distrust(self, key: str) -> None:
        """Take the mask as somebody else's, so that ``write`` keeps both."""
        with self._lock(key):
            self._known[key] = _Known(None, b"")

    def accept_theirs(self, project: Project, key: str) -> Path | None:
        """Know the mask as it is now; return the file that holds our own label map, if any."""
        with self._lock(key):
            known = self._known.get(key)
            print_ = _file_fingerprint(project, key) or bytes(FINGERPRINT_BYTES)
            self._known[key] = _Known(_signature(project.mask_path(key)), print_)
            return known.ours if known else None

    def history_folder(self, key: str) -> Path:
        """Return the folder of an image's history; it may not exist."""
        return self._folder / "history" / key

    def undo_path(self, key: str) -> Path:
        """Return the file of what can be undone in an image; it may not exist."""
        return self.history_folder(key) / _UNDO_FILE

    def _lock(self, key: str) -> threading.Lock:
        # One for each image: reading the next one must not wait until this one is written.
        return self._locks.setdefault(key, threading.Lock())

    def _check(self, project: Project, key: str, label_map: LabelMap) -> None:
        path, known = project.mask_path(key), self._known.get(key)
        signature = _signature(path)
        if known is None or signature is None or signature == known.signature:
            return
        if _file_fingerprint(project, key) == known.fingerprint:
            return  # touched or copied, but not changed
        ours = known.ours or _beside(path)
        write_label_map(ours, label_map, project.label_set.palette)
        self._known[key] = replace(known, ours=ours)
        raise MaskChangedError(path, ours)

    def _keep_generation(self, key: str, path: Path) -> None:
        if _signature(path) is None:
            return
        folder = self.history_folder(key)
        make_folder(folder)
        kept = folder / f"{datetime.now():%Y-%m-%d %H.%M.%S.%f}.png"
        try:
            try:
                # The old file gets a second name; replacing the mask then takes only the first.
                os.link(os.path.realpath(path), kept)
            except OSError as error:
                if error.errno not in _NO_LINKS and error.errno != errno.EXDEV:
                    raise
                atomic_write(kept, path.read_bytes())
            # An image folder may bear the name of an image, and lie here with histories of its own.
            for old in sorted(p for p in folder.glob("*.png") if p.is_file())[:-GENERATIONS]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                path, f"the mask before this one cannot be kept ({error.strerror})"
            ) from error

    def write_history(self, key: str, label_map: LabelMap, history: History) -> None:
        """Save what can be undone in a mask that is as it was; raises StorageError."""
        with self._lock(key):
            self._write_history(key, fingerprint(label_map), label_map, history)

    def _read_history(self, key: str, print_: bytes) -> History:
        path = self.undo_path(key)
        history = read_undo_file(path, print_)
        if history is None:
            # Of other pixels. Set aside, not removed: its mask may come back.
            if not self._read_only:
                with contextlib.suppress(OSError):
                    path.replace(path.with_name(f"{_UNDO_FILE} of other pixels"))
            return History()
        return history

    def _write_history(
        self, key: str, print_: bytes, label_map: LabelMap, history: History
    ) -> None:
        for edit in history.edits:
            edit.pack()
        history = History(edits=history.edits, done=history.done)
        history.trim(UNDO_FILE_LIMIT, packed=True)
        height, width = label_map.shape
        folder = self.history_folder(key)
        if not len(history) and not folder.exists():
            return
        base = base_record(key, print_, (height, width), history.done)
        parts = [encode_record(base, 0)]
        for number, edit in enumerate(history.edits, 1):
            parts.append(encode_record(edit_record("", EditKind.EDIT, edit), number))
        make_folder(folder)
        atomic_write(folder / _UNDO_FILE, b"".join(parts))


def read_undo_file(path: Path, print_: bytes) -> History | None:
    """Return what can be undone in a label map, or None if the file is about other pixels.

    Args:
        path: The file; one that is missing or damaged holds nothing.
        print_: Fingerprint of the label map.
    """
    try:
        records = [record for _, record in decode_records(path.read_bytes())]
    except OSError:
        return History()
    if not records or not isinstance(records[0], BaseRecord):
        return History()
    base = records[0]
    edits = [record.edit for record in records[1:] if isinstance(record, EditRecord)]
    if base.fingerprint != print_ or base.holds > len(edits):
        return None
    return History(edits=edits, done=base.holds)


def fingerprint(label_map: LabelMap) -> bytes:
    """Return 16 bytes that tell this (H, W) uint8 label map from any other."""
    digest = hashlib.sha256(repr(label_map.shape).encode("ascii"))
    digest.update(np.ascontiguousarray(label_map).data)
    return digest.digest()[:FINGERPRINT_BYTES]


def drop_old_histories(folder: Path, limit: int = DEFAULT_LIMIT) -> None:
    """Remove the undo files of a project that were not used longest, until they fit ``limit``."""
    found = []
    for path in (folder / "history").rglob(f"{_UNDO_FILE}*"):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= limit:
            return
        with contextlib.suppress(OSError):
            path.unlink()
        total -= size


def beside_name(path: Path, now: datetime) -> str:
    """Return the name under which our label map is kept beside somebody else's mask."""
    return f"{path.name.removesuffix('.png')} (mine, {now:%Y-%m-%d %H.%M.%S}).png"


def _beside(path: Path) -> Path:
    return path.with_name(beside_name(path, datetime.now()))


def _read(project: Project, key: str, height: int, width: int) -> _Ahead:
    signature = _signature(project.mask_path(key))
    label_map = project.read_mask(key, height, width)
    if label_map is None:
        label_map = unlabelled(height, width)
    return _Ahead(signature, label_map, fingerprint(label_map))


def _signature(path: Path) -> _Signature:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _file_fingerprint(project: Project, key: str) -> bytes | None:
    try:
        label_map = project.read_any_mask(key)
    except MaskError:
        return None
    return None if label_map is None else fingerprint(label_map)
