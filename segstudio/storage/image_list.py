"""The images of a folder, in the order of a person, and which folders are projects."""

import os
import re
from pathlib import Path
from typing import Final

from segstudio.core.strict_json import parse_json
from segstudio.storage.images import is_image_name

PROJECT_FILE: Final = "project.json"
PROJECT_FOLDER: Final = "segstudio"
_SORTABLE: Final = "\0%03d%s"
_NUMBER: Final = re.compile(r"(\d+)")


def find_images(folder: Path) -> list[str]:
    """Return the paths of the images under ``folder``, relative, with forward slashes.

    The order is natural: ``cell2.png`` comes before ``cell10.png``. Hidden folders, folders of
    projects, folders that may not be read and symbolic links to folders are not entered.

    Raises:
        OSError: If ``folder`` itself cannot be read.
    """
    keys: list[str] = []
    pending = [(folder, "")]
    while pending:
        current, prefix = pending.pop()
        try:
            with os.scandir(current) as scanned:
                entries = list(scanned)
        except OSError:
            if current == folder:
                raise
            continue  # one folder of somebody else must not keep the user from all others
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and not is_project(Path(entry.path)):
                    pending.append((Path(entry.path), f"{prefix}{entry.name}/"))
            elif is_image_name(entry.name) and not _is_linked_folder(entry):
                keys.append(prefix + entry.name)
    return sorted(sorted(keys), key=natural_key)  # names that are alike but for zeros: by letters


def is_project(folder: Path) -> bool:
    """Return whether a folder holds a project of ours, damaged ones included.

    Other programs have a ``project.json`` too; images beside it are images all the same.
    """
    path = folder / PROJECT_FILE
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises in folders we may not enter
        return False
    try:
        value = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return True
    return isinstance(value, dict) and "image_root" in value


def _is_linked_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that ends nowhere; opening it will say so
        return False


def natural_key(key: str) -> str:
    """Return what names are sorted by, so that ``cell2.png`` comes before ``cell10.png``.

    A text, not a list of its parts: 100,000 lists would make Python's garbage collector stop all
    threads to look at them.
    """
    # Splitting at a captured group gives text, number, text, ...
    parts = _NUMBER.split(key.casefold())
    # A number comes before any letter, as a name before a longer one; its digits are counted first.
    parts[1::2] = [_SORTABLE % (len(digits), digits) for digits in map(_digits, parts[1::2])]
    return "".join(parts)


def _digits(number: str) -> str:
    return str(int(number))  # without zeros before it, whatever script it is in
