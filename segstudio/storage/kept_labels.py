"""Labels that a model doubted and a person found right, so that nobody is asked about them again.

Classes stand there by the names that they had, and are followed to those of today.

kept/a.jpg.json   {"version": 1, "kept": [{"rect": [10, 20, 40, 60], "labelled": "cell",
"predicted": "background"}, ...]}
"""

from pathlib import Path
from typing import Final, NamedTuple

from segstudio.core.class_names import followed_names
from segstudio.core.rect import Rect
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.class_change_log import dated, read_changes
from segstudio.storage.project import Project
from segstudio.storage.sidecar import read_sidecar

_VERSION: Final = 1
_MAX_BYTES: Final = 2**20
_MOST: Final = 1000
_SAME: Final = 0.5


class Kept(NamedTuple):
    """A region whose label is right.

    Attributes:
        rect: What it lies in, half-open, image pixels.
        labelled: Name of its class.
        predicted: Name of the class that a model said.
    """

    rect: Rect
    labelled: str
    predicted: str

    def is_about(self, other: "Kept") -> bool:
        """Return whether another doubt is the same: the same classes, about the same place."""
        return self[1:] == other[1:] and _overlap(self.rect, other.rect) >= _SAME


def kept_path(project: Project, key: str) -> Path:
    """Return the file of what was kept in an image; it may not exist."""
    return project.folder / "kept" / f"{key}.json"


def read_kept(project: Project, key: str) -> tuple[Kept, ...]:
    """Return what was kept in an image; what is missing or damaged counts as nothing.

    Raises:
        ProjectError: If a change of the project's classes cannot be read.
    """
    value = read_sidecar(kept_path(project, key), version=_VERSION, max_bytes=_MAX_BYTES)
    rows = None if value is None else value.get("kept")
    try:
        found = [_kept(row) for row in rows] if isinstance(rows, list) else []
    except ValueError:
        return ()
    names = {name for kept in found for name in kept[1:]}
    now = followed_names(names, project.label_set, dated(read_changes(project))) if found else {}
    return tuple(
        kept._replace(
            labelled=now.get(kept.labelled, kept.labelled) or "",
            predicted=now.get(kept.predicted, kept.predicted) or "",
        )
        for kept in found
    )


def keep_label(project: Project, key: str, kept: Kept) -> None:
    """Note that a label is right; the oldest of very many are forgotten. Raises StorageError."""
    path = kept_path(project, key)
    make_folder(path.parent)
    rows = [*read_kept(project, key), kept][-_MOST:]
    value = [
        {"rect": list(row.rect), "labelled": row.labelled, "predicted": row.predicted}
        for row in rows
    ]
    atomic_write_json(path, {"version": _VERSION, "kept": value})


def _kept(value: object) -> Kept:
    if not isinstance(value, dict):
        raise ValueError("a row is not an object")
    rect, labelled, predicted = (value.get(name) for name in ("rect", "labelled", "predicted"))
    if not isinstance(rect, list) or len(rect) != 4 or any(type(n) is not int for n in rect):
        raise ValueError("a rectangle is not four whole numbers")
    if not isinstance(labelled, str) or not isinstance(predicted, str):
        raise ValueError("a class has no name")
    return Kept(Rect(*rect), labelled, predicted)


def _overlap(one: Rect, other: Rect) -> float:
    """Return intersection over union of two rectangles."""
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    width = min(one.right, other.right) - max(one.left, other.left)
    shared = max(height, 0) * max(width, 0)
    union = one.height * one.width + other.height * other.width - shared
    return shared / union if union > 0 else 0.0
