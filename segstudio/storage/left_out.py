"""Parts of images that were proposed to be labelled and that a person does not want to see again.

left_out/a.jpg.json   {"version": 1, "left_out": [[10, 20, 40, 60], ...]}

Each is the top, left, bottom and right of a half-open rectangle, image pixels.
"""

from pathlib import Path
from typing import Final

from segstudio.core.rect import Rect
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.project import Project
from segstudio.storage.sidecar import read_sidecar

_VERSION: Final = 1
_MAX_BYTES: Final = 2**20
_MOST: Final = 1000


def left_out_path(project: Project, key: str) -> Path:
    """Return the file of what was left out of an image; it may not exist."""
    return project.folder / "left_out" / f"{key}.json"


def read_left_out(project: Project, key: str) -> tuple[Rect, ...]:
    """Return what was left out of an image; what is missing or damaged counts as nothing."""
    value = read_sidecar(left_out_path(project, key), version=_VERSION, max_bytes=_MAX_BYTES)
    rows = None if value is None else value.get("left_out")
    if not isinstance(rows, list):
        return ()
    return tuple(Rect(*row) for row in rows if _is_rect(row))


def leave_out(project: Project, key: str, rect: Rect) -> None:
    """Note a part; the oldest of very many are forgotten. Raises StorageError."""
    _write(project, key, (*read_left_out(project, key), rect)[-_MOST:])


def take_in(project: Project, key: str, rect: Rect) -> None:
    """Forget that a part was left out; raises StorageError."""
    _write(project, key, tuple(each for each in read_left_out(project, key) if each != rect))


def _write(project: Project, key: str, rects: tuple[Rect, ...]) -> None:
    path = left_out_path(project, key)
    make_folder(path.parent)
    atomic_write_json(path, {"version": _VERSION, "left_out": [list(rect) for rect in rects]})


def _is_rect(row: object) -> bool:
    return isinstance(row, list) and len(row) == 4 and all(type(n) is int and n >= 0 for n in row)
