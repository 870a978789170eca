"""Files of a folder that nobody relies on before all of it is written: exports, unpacked archives.

``atomic_write`` has the disk flush every file, and its folder, before the next one begins. That
is right for a mask which replaces another, and half of the time of an export. Here files are
written under their own names at once and flushed together at the end; until then something else
must say that the folder is not whole (``formats.writing.new_export``).
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from segstudio.storage.atomic_write import encoded_json, storage_error, sync_folder, write_new

_PIECE: Final = 2**16  # bytes


def write_fresh(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, and read it back; it is flushed by ``flush_tree``.

    Raises:
        StorageError: If that fails, or there is such a file already.
    """
    try:
        write_new(path, content, flush=False)
        _compare(path, content)
    except OSError as error:
        if not isinstance(error, FileExistsError):  # that one is somebody else's
            with contextlib.suppress(OSError):  # the first failure is the one to tell
                path.unlink()
        raise storage_error(path, "could not be written", error) from error


@contextlib.contextmanager
def fresh_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that is not there yet, to be written in pieces; one that fails is removed.

    Raises:
        StorageError: If it cannot be made or written, or there is such a file already.
    """
    try:
        file = path.open("xb")
        try:
            with file:
                yield file
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise storage_error(path, "could not be written", error) from error


def write_fresh_json(path: Path, value: object) -> None:
    """Write a value as indented JSON; see ``write_fresh``."""
    write_fresh(path, encoded_json(value))


def flush_tree(folder: Path) -> None:
    """Have every file below a folder, and all their names, on the disk.

    Raises:
        StorageError: If the disk did not take one of them.
    """
    for parent, _, names in os.walk(folder):
        for name in names:
            _flush(Path(parent, name))
        try:
            sync_folder(Path(parent))
        except OSError as error:
            raise storage_error(Path(parent), "could not be written", error) from error


def _compare(path: Path, content: bytes) -> None:
    """Read a file back, piece by piece: new memory for all of it costs more than the reading."""
    with path.open("rb", buffering=0) as file:
        for place in range(0, len(content) + 1, _PIECE):
            if file.read(_PIECE) != content[place : place + _PIECE]:
                raise OSError(errno.EIO, "what was written reads back differently")


def _flush(path: Path) -> None:
    # Windows flushes only what is open for writing.
    access = os.O_RDWR if os.name == "nt" else os.O_RDONLY
    try:
        descriptor = os.open(path, access)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise storage_error(path, "could not be written", error) from error
