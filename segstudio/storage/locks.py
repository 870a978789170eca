"""Locks: of a file, held by the system, and of a project, held by a file in its folder.

A project may lie on a network folder, where the system's locks are refused, ignored, or seen by one
computer only. There its lock is a file that can be made once and tells who made it.
"""

import contextlib
import errno
import getpass
import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from segstudio.core.strict_json import parse_json
from segstudio.errors import ProjectError
from segstudio.storage.atomic_write import encoded_json, storage_error, temporary_path
from segstudio.storage.processes import Life, ProcessMark, this_process

LOCK_FILE: Final = "segstudio.lock"
_MAX_LOCK_BYTES: Final = 64 * 2**10
_WRITING_SECONDS: Final = 10.0  # a lock without content is being written, or its maker died at it
_ATTEMPTS: Final = 5
# File systems without hard links.
_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}

_held: dict[Path, int] = {}  # lock files of this process, and how often each is held
_held_guard: Final = threading.Lock()


def try_lock(descriptor: int) -> bool:
    """Lock an open file against other processes, without waiting.

    The system releases the lock when the file is closed or the process ends, however it ends, so
    that no lock is ever stale. Works on local disks; network folders may refuse or ignore it, and
    then the answer is True.

    Returns:
        False if another process, or another opening of the file, holds it.
    """
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock of a project.

    Attributes:
        process: The process.
        user: Name of its user.
        host: Name of its computer.
        since: Seconds since 1970.
    """

    process: ProcessMark
    user: str
    host: str
    since: float


class ProjectLockedError(ProjectError):
    """A project is open in another program.

    Attributes:
        holder: Who has it open, or None while that is being written.
        may_be_taken: Whether the holder may have ended without a trace, so that the user may decide
            to go on: it ran on another computer.
    """

    def __init__(self, folder: Path, holder: Holder | None) -> None:
        self.holder = holder
        self.may_be_taken = holder is not None and holder.process.life() is Life.UNKNOWN
        where = "in another window"
        if holder is not None:
            since = time.strftime("%Y-%m-%d %H:%M", time.localtime(holder.since))
            computer = f" on {holder.host}" if self.may_be_taken else ""
            where = f"in another window, by {holder.user}{computer} since {since}"
        super().__init__(folder, f"this project is open {where}")


class ProjectLock:
    """The right to write into a project's folder; made by ``acquire``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_held = True

    @classmethod
    def acquire(cls, folder: Path, *, take_over: bool = False) -> "ProjectLock":
        """Take the lock of a project, from a process that died too.

        Opening a project twice in one process shares the lock.

        Args:
            folder: The project folder.
            take_over: Take it too from a process of which nothing is known.

        Raises:
            ProjectLockedError: If another process holds it.
            StorageError: If the folder cannot be written.
        """
        path = Path(os.path.realpath(folder)) / LOCK_FILE
        with _held_guard:
            if _held.get(path) and _is_ours(_read(path)):
                _held[path] += 1
                return cls(path)
            try:
                _take(path, folder, take_over=take_over)
            except OSError as error:
                raise storage_error(folder, "cannot be edited", error) from error
            _held[path] = 1
            return cls(path)

    def release(self) -> None:
        """Give the lock back; the last of a process removes its file."""
        with _held_guard:
            if not self._is_held:
                return
            self._is_held = False
            _held[self._path] -= 1
            if not _held[self._path]:
                del _held[self._path]
                # Gone or somebody else's when the folder was moved, or the lock taken over.
                if _is_ours(_read(self._path)):
                    with contextlib.suppress(OSError):
                        self._path.unlink()


def _take(path: Path, folder: Path, *, take_over: bool) -> None:
    for _ in range(_ATTEMPTS):
        if _make(path):
            return
        holder = _read(path)
        if _is_ours(holder):
            return  # in a folder that was moved while this process had it open
        if not _may_remove(path, holder, take_over=take_over):
            raise ProjectLockedError(folder, holder)
        _remove(path, holder)
    raise ProjectLockedError(folder, _read(path))


def _make(path: Path) -> bool:
    """Make the lock with its content in one step; return False if there is one."""
    content = _content()
    temporary = temporary_path(path.parent)
    try:
        _write_new(temporary, content)
        try:
            os.link(temporary, path)
        except FileExistsError:
            # The answer of a network server may get lost, and the second try finds our own link.
            return temporary.stat().st_nlink == 2
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            try:
                _write_new(path, content)
            except FileExistsError:
                return False
        return True
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        if os.write(descriptor, content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(descriptor)


def _content() -> bytes:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container may know no name for its user
        user = "somebody"
    return encoded_json(
        {
            "process": this_process().tag,
            "user": user,
            "host": socket.gethostname(),
            "since": time.time(),
        }
    )


def _read(path: Path) -> Holder | None:
    try:
        if path.stat().st_size > _MAX_LOCK_BYTES:
            return None
        value = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(value, dict):
        return None
    process = ProcessMark.parse(str(value.get("process")))
    since = value.get("since")
    if process is None or not isinstance(since, int | float):
        return None
    return Holder(process, str(value.get("user"))[:80], str(value.get("host"))[:80], float(since))


def _is_ours(holder: Holder | None) -> bool:
    return holder is not None and holder.process == this_process()


def _may_remove(path: Path, holder: Holder | None, *, take_over: bool) -> bool:
    if holder is None:
        # Only where there are no hard links can a lock be seen before it has its content.
        return _age(path) > _WRITING_SECONDS
    life = holder.process.life()
    return life is Life.DEAD or (life is Life.UNKNOWN and take_over)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _remove(path: Path, holder: Holder | None) -> None:
    """Take a lock away that we have seen; of several processes that try, one does."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.rename(aside)
    except FileNotFoundError:  # another process was faster
        return
    if _read(aside) != holder:
        # That one has made its own meanwhile, which is now in our hands: give it back.
        with contextlib.suppress(OSError):
            os.link(aside, path)
    aside.unlink(missing_ok=True)
