"""Names in label files, joined to a folder: they come from strangers and stay inside it."""

import os
from pathlib import Path, PurePosixPath, PureWindowsPath


def confined(folder: Path, name: str) -> Path:
    """Return the file ``name`` in ``folder``.

    Raises:
        ValueError: If the name is empty, absolute, on a drive, goes up, or holds a NUL byte.
    """
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    if not posix.parts or "\0" in name:
        raise ValueError(f"{name[:80]!r} is not the name of a file")
    if posix.is_absolute() or windows.anchor or ".." in (*posix.parts, *windows.parts):
        raise ValueError(f"{name[:80]!r} is not inside {folder.name}")
    return folder / posix


def is_there(path: Path) -> bool:
    """Return whether there is such a file; a name that no disk can hold is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, say, or with a NUL byte
        return False


def leads_outside(folder: Path, path: Path) -> bool:
    """Return whether symbolic links in ``path`` lead out of ``folder``, which may be one itself."""
    inside = os.path.realpath(folder)
    return os.path.commonpath([inside, os.path.realpath(path)]) != inside
