"""The one function through which this program writes files.

A reader sees the old content or the new, never a part, whatever fails in between. Not QSaveFile:
on a full disk PySide 6.12's can install a short file and report success.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, Self

from segstudio.errors import StorageError
from segstudio.storage.processes import Life, ProcessMark, this_process

_PREFIX: Final = ".segstudio-"
_SUFFIX: Final = ".tmp"
_TEMPORARY: Final = re.compile(r"\.segstudio-(?:([0-9a-f.]+)-)?[0-9a-f]{16}\.tmp")
_FORGOTTEN_SECONDS: Final = 7 * 24 * 3600
_REASONS: Final = {
    errno.ENOSPC: ("there is no space left on the disk", "Free some space and save again"),
    errno.EDQUOT: ("your disk quota is used up", "Free some space and save again"),
    errno.EFBIG: ("it is larger than this disk allows", "Choose another disk"),
    errno.EROFS: ("the disk is read-only", "Choose a folder that you may write"),
    errno.EACCES: ("you may not write here", "Choose a folder that you may write"),
    errno.EPERM: ("you may not write here", "Choose a folder that you may write"),
    errno.ENOENT: ("its folder is gone", "Bring the folder back and save again"),
    errno.ENOTDIR: ("a file is where a folder should be", "Choose another folder"),
    errno.EEXIST: ("a file is where a folder should be", "Choose another folder"),
    errno.EISDIR: ("a folder is where the file should be", "Choose another name"),
    errno.ENAMETOOLONG: ("its name is too long", "Shorten the name of the image or its folder"),
}
# File systems that cannot flush a folder, or folders that may be written but not read.
_CANNOT_SYNC: Final = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES}


def atomic_write(path: Path, content: bytes) -> None:
    """Replace the content of ``path``, completely or not at all.

    The bytes go to a temporary file in the same folder, are flushed to the disk, read back and
    compared, and renamed over ``path``. A symbolic link is followed, and the permissions of a file
    that is replaced are kept.

    Raises:
        StorageError: If that fails; ``path`` then holds what it held before, or the new content
            if the disk failed after the renaming.
    """
    try:
        _replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        raise storage_error(path, "could not be saved", error) from error


def rewrite(path: Path, change: Callable[[bytes], bytes | None]) -> bool:
    """Replace the content of ``path`` by other bytes that mean the same; its time stays.

    What another program writes into the file meanwhile is left; see ``atomic_write`` for the rest.

    Args:
        path: The file.
        change: Returns the new content, or None to leave the file as it is.

    Returns:
        Whether the file has the new content now.

    Raises:
        StorageError: If it cannot be read or written; it then holds what it held before.
    """
    target = Path(os.path.realpath(path))
    try:
        read = target.stat()
        content = change(target.read_bytes())
        return content is not None and _replace(target, content, read)
    except OSError as error:
        raise storage_error(path, "could not be saved", error) from error


def _replace(target: Path, content: bytes, read: os.stat_result | None = None) -> bool:
    """Replace a file; if ``read`` is given only while it is that file still, whose time it gets."""
    temporary = temporary_path(target.parent)
    mode = _mode(target)
    try:
        write_new(temporary, content)
        if temporary.read_bytes() != content:
            raise OSError(errno.EIO, "what was written reads back differently")
        if mode is not None:
            # File systems without permissions, such as FAT, refuse, and need none kept.
            with contextlib.suppress(PermissionError):
                temporary.chmod(mode)
        if read is not None:
            os.utime(temporary, ns=(read.st_atime_ns, read.st_mtime_ns))
            if _identity(target.stat()) != _identity(read):
                temporary.unlink()
                return False
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):  # the first failure is the one to tell
            temporary.unlink()
        raise
    sync_folder(target.parent)
    return True


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def atomic_write_json(path: Path, value: object) -> None:
    """Replace the content of ``path`` by ``value`` as indented JSON; see ``atomic_write``."""
    atomic_write(path, encoded_json(value))


def encoded_json(value: object) -> bytes:
    """Return a value as indented JSON, plain ASCII."""
    text = json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)
    return (text + "\n").encode("ascii")


def temporary_path(folder: Path) -> Path:
    """Return the path of a new temporary file that tells which process makes it.

    Not made from a target's name, which may already be as long as a name can be.
    """
    return folder / f"{_PREFIX}{this_process().tag}-{secrets.token_hex(8)}{_SUFFIX}"


def sweep(folder: Path) -> list[Path]:
    """Remove what killed processes left half written in ``folder`` and below; return its paths.

    Only temporary files of ours: those of processes that are known to be dead and, where nothing is
    known of the process, those that are a week old. What cannot be removed stays.
    """
    removed = []
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
                path = Path(parent, name)
                with contextlib.suppress(OSError):
                    if _is_left_over(path):
                        path.unlink()
                        removed.append(path)
    return removed


def _is_left_over(path: Path) -> bool:
    match = _TEMPORARY.fullmatch(path.name)
    if match is None:
        return False
    process = ProcessMark.parse(match[1] or "")
    life = process.life() if process else Life.UNKNOWN
    if life is Life.UNKNOWN:
        return time.time() - path.stat().st_mtime > _FORGOTTEN_SECONDS
    return life is Life.DEAD


class StreamedFile:
    """A file that is written piece by piece, and is there only when all of it is.

    As ``atomic_write`` does, it flushes to the disk, reads back and renames, but never holds the
    whole content. Used in a ``with`` block; what a block that fails has written is removed.

    Args:
        path: The file to replace.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._target = Path(os.path.realpath(path))
        self._temporary = temporary_path(self._target.parent)
        self._file: BinaryIO | None = None
        self._written = hashlib.sha256()

    def __enter__(self) -> Self:
        try:
            _mode(self._target)
            self._file = self._temporary.open("xb")
        except OSError as error:
            raise storage_error(self._path, "could not be saved", error) from error
        return self

    def write(self, content: bytes) -> None:
        """Write the next piece.

        Raises:
            StorageError: If that fails.
        """
        if self._file is None:
            raise ValueError("the file is not open")
        try:
            self._file.write(content)
        except OSError as error:
            raise storage_error(self._path, "could not be saved", error) from error
        self._written.update(content)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            with file:
                file.flush()
                os.fsync(file.fileno())
            if kind is None:
                with self._temporary.open("rb") as written:
                    read = hashlib.file_digest(written, "sha256")
                if read.digest() != self._written.digest():
                    raise OSError(errno.EIO, "what was written reads back differently")
                self._temporary.replace(self._target)
                sync_folder(self._target.parent)
        except OSError as error:
            if kind is None:
                raise storage_error(self._path, "could not be saved", error) from error
        finally:
            with contextlib.suppress(OSError):  # gone where it was renamed
                self._temporary.unlink()


def make_folder(path: Path) -> None:
    """Make the folder ``path`` and its parents, where they are missing.

    Raises:
        StorageError: If that fails.
    """
    try:
        if path.is_dir():
            return
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(parents=True, exist_ok=True)
        for folder in missing:  # a file is only as safe as the folder it lies in
            sync_folder(folder.parent)
    except OSError as error:
        raise storage_error(path, "this folder could not be made", error) from error


def _mode(target: Path) -> int | None:
    """Return the permissions of the file that is to be replaced, or None if there is none."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    # Renaming over a device such as /dev/null would take it away from the whole machine.
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is a device or a pipe")
    return stat.S_IMODE(status.st_mode)


def write_new(path: Path, content: bytes, *, flush: bool = True) -> None:
    """Write a file that must not be there yet; one that fails may stay, cut off.

    Args:
        path: The file.
        content: All of it.
        flush: Whether to return only when the disk has it.

    Raises:
        OSError: If that fails.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if flush:
            os.fsync(descriptor)
        elif hasattr(os, "posix_fadvise"):
            # Linux begins to write at this advice, so that a later flush has little to wait for.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def give_second_name(source: Path, target: Path) -> None:
    """Make ``target`` hold what ``source`` holds now; it stays so when ``source`` is replaced.

    A hard link where the file system has them, which costs nothing; else a copy.

    Raises:
        StorageError: If that fails; also if ``target`` is there already.
    """
    make_folder(target.parent)
    try:
        os.link(os.path.realpath(source), target)
    except FileExistsError as error:
        raise storage_error(target, "could not be made", error) from error
    except OSError:  # file systems without hard links
        try:
            content = source.read_bytes()
        except OSError as error:
            raise storage_error(source, "could not be read", error) from error
        atomic_write(target, content)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can do that."""
    if os.name == "nt":  # Windows cannot open folders; its rename is journaled
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def storage_error(path: Path, what: str, error: OSError) -> StorageError:
    """Return what a failed system call means for the user, and what helps."""
    reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))
    return StorageError(path, f"{what}: {reason}", hint=hint)
