"""All files below a folder, as fast as the system tells them."""

import os
from collections.abc import Iterator
from pathlib import Path


def files_below(folder: Path) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """Yield each file below a folder with its relative path, with forward slashes.

    Folders that are not there or may not be read hold nothing; symbolic links to folders are not
    entered. ``Path.rglob`` takes ten times as long, which shows with 100,000 files.
    """
    pending = [(os.fspath(folder), "")]
    while pending:
        current, prefix = pending.pop()
        try:
            with os.scandir(current) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append((entry.path, f"{prefix}{entry.name}/"))
                    else:
                        yield prefix + entry.name, entry
        except OSError:
            continue
