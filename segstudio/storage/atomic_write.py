"""The one function through which this program writes files.

A reader sees the old content or the new, never a part, whatever fails in between. Not QSaveFile:
on a full disk PySide 6.12's can install a short file and report success.
"""

import contextlib
import errno
import json
import os
import secrets
from pathlib import Path

from segstudio.errors import StorageError

_REASONS = {
    errno.ENOSPC: ("there is no space left on the disk", "Free some space and save again"),
    errno.EDQUOT: ("your disk quota is used up", "Free some space and save again"),
    errno.EROFS: ("the disk is read-only", "Choose a folder that you may write"),
    errno.EACCES: ("you may not write here", "Choose a folder that you may write"),
    errno.EPERM: ("you may not write here", "Choose a folder that you may write"),
    errno.ENOENT: ("its folder is gone", "Bring the folder back and save again"),
    errno.ENOTDIR: ("a file is where a folder should be", "Choose another folder"),
    errno.EEXIST: ("a file is where a folder should be", "Choose another folder"),
}


def atomic_write(path: Path, content: bytes) -> None:
    """Replace the content of ``path``, completely or not at all.

    The bytes go to a temporary file in the same folder, are flushed to the disk, read back and
    compared, and renamed over ``path``. A symbolic link is followed, and the permissions of a file
    that is replaced are kept.

    Raises:
        StorageError: If that fails; ``path`` then holds what it held before.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        _write_new(temporary, content)
        try:
            if temporary.read_bytes() != content:
                raise OSError(errno.EIO, "what was written reads back differently")
            with contextlib.suppress(FileNotFoundError):
                temporary.chmod(target.stat().st_mode & 0o7777)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise _storage_error(path, "could not be saved", error) from error


def atomic_write_json(path: Path, value: object) -> None:
    """Replace the content of ``path`` by ``value`` as indented JSON; see ``atomic_write``."""
    text = json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)
    atomic_write(path, (text + "\n").encode("ascii"))


def make_folder(path: Path) -> None:
    """Make the folder ``path`` and its parents, where they are missing.

    Raises:
        StorageError: If that fails.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _storage_error(path, "this folder could not be made", error) from error


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0))
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except BaseException:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open folders; its rename is journaled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _storage_error(path: Path, what: str, error: OSError) -> StorageError:
    reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))
    return StorageError(path, f"{what}: {reason}", hint=hint)
