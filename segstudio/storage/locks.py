"""Locks that die with their process."""

import os


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
