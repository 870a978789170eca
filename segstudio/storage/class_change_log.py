"""What was done to the classes of a project, in files.

    class-changes/2026-11-21 13.20.05.123456.json   a change: classes before and after, its table
    class-changes/2026-11-21 13.20.05.123456/       what it takes to undo it

The files are only ever added to: taking a change back is a change too. So the classes of a model
that was trained at any time, under names that are gone, can be followed to those of today.

A file is there before the first mask changes and says whether the change is done. One that is not
is finished, or taken back, when the project is opened next (``storage.class_changes``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from segstudio.core.class_change import (
    ChangeKind,
    ClassChange,
    ClassTable,
    RegionSplit,
)
from segstudio.core.class_names import DatedChange
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet
from segstudio.core.strict_json import parse_json
from segstudio.errors import ProjectError
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.project import Project

_VERSION: Final = 1
CHANGES_FOLDER: Final = "class-changes"
_MAX_BYTES: Final = 2**20


class ChangeState(StrEnum):
    """How far a change is; the words stand in files."""

    BEGUN = "begun"
    TAKEN_BACK = "being taken back"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What a change did.

    Attributes:
        images: Images whose labels changed, be it only the numbers of their classes.
        pixels: Pixels that became another class, or unlabelled, or were taken back.
        left: Pixels that an undo left as they are, because they were edited since.
        left_images: Images that have such pixels.
    """

    images: int = 0
    pixels: int = 0
    left: int = 0
    left_images: int = 0

    def plus(self, other: "ChangeReport") -> "ChangeReport":
        """Return what both did."""
        return ChangeReport(
            self.images + other.images,
            self.pixels + other.pixels,
            self.left + other.left,
            self.left_images + other.left_images,
        )


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change as it stands in its file.

    Attributes:
        path: The file.
        text: What the user did, in the user's words.
        change: The change.
        state: How far it is.
        report: What it did, once it is done.
    """

    path: Path
    text: str
    change: ClassChange
    state: ChangeState = ChangeState.BEGUN
    report: ChangeReport = ChangeReport()

    @property
    def name(self) -> str:
        """When it was begun; tells it from the project's other changes, and sorts by time."""
        return self.path.stem

    @property
    def kept(self) -> Path:
        """The folder of what it takes to undo it; it may not exist."""
        return self.path.with_suffix("")

    def with_state(self, state: ChangeState, report: ChangeReport | None = None) -> "StoredChange":
        """Return it with another state."""
        return replace(self, state=state, report=report or self.report)

    def save(self) -> None:
        """Write its file; raises StorageError."""
        atomic_write_json(self.path, _encoded(self))


def new_change(project: Project, change: ClassChange, text: str) -> StoredChange:
    """Write down a change that is about to be made; raises StorageError."""
    folder = project.folder / CHANGES_FOLDER
    make_folder(folder)
    # Behind all others, whatever the clock says: the order of the names is that of the changes.
    last = max((path.stem for path in folder.glob("*.json")), default="")
    name = max(f"{datetime.now():%Y-%m-%d %H.%M.%S.%f}", f"{last}+" if last else "")
    stored = StoredChange(folder / f"{name}.json", text, change)
    stored.save()
    return stored


def read_changes(project: Project) -> list[StoredChange]:
    """Return the changes of a project, the oldest first.

    Raises:
        ProjectError: If one cannot be read: what its masks mean is not known then.
    """
    return [_read(path) for path in change_files(project)]


def change_files(project: Project) -> list[Path]:
    """Return the files of the changes of a project, the oldest first."""
    folder = project.folder / CHANGES_FOLDER
    return [path for path in sorted(folder.glob("*.json")) if path.name[0] != "."]


def pending(changes: Sequence[StoredChange]) -> list[StoredChange]:
    """Return the changes that are neither done nor taken back."""
    return [stored for stored in changes if stored.state is not ChangeState.DONE]


def dated(changes: Sequence[StoredChange]) -> tuple[DatedChange, ...]:
    """Return the changes that are done, to follow classes through them."""
    return tuple(
        DatedChange(stored.name, stored.change)
        for stored in changes
        if stored.state is ChangeState.DONE
    )


def refuse_half_changed(project: Project) -> None:
    """Refuse to read masks of which some have the classes of before, and some those of after.

    Raises:
        ProjectError: If a change of the classes was interrupted.
    """
    for stored in pending(read_changes(project)):
        raise ProjectError(
            project.folder,
            f'a change of its classes is under way or was interrupted ("{stored.text}")',
            hint="Open the project in segstudio, which finishes it",
        )


def _encoded(stored: StoredChange) -> dict[str, Any]:
    change, report = stored.change, stored.report
    return {
        "version": _VERSION,
        "state": stored.state.value,
        "text": stored.text,
        "kind": change.kind.value,
        "subjects": list(change.subjects),
        "target": change.target,
        "before": change.before.to_json(),
        "after": change.after.to_json(),
        "table": list(change.table),
        "homes": list(change.homes),
        "split": None
        if change.split is None
        else [change.split.source, change.split.target, change.split.at_most],
        "undoes": change.undoes,
        "left": None if change.left is None else list(change.left),
        "report": [report.images, report.pixels, report.left, report.left_images],
    }


def _read(path: Path) -> StoredChange:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("it is too large")
        value = parse_json(path.read_bytes())
        if not isinstance(value, dict) or value.get("version") != _VERSION:
            raise ValueError("it was written by another version of segstudio")
        return _decoded(path, value)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProjectError(
            path,
            f"this change of the classes cannot be read ({error})",
            hint="Bring back a copy of the file: without it nobody knows what the masks mean",
        ) from error


def _decoded(path: Path, value: dict[str, Any]) -> StoredChange:
    undoes = str(value["undoes"])
    if undoes and Path(undoes).name != undoes:
        raise ValueError("it takes back what is no change")
    split = value["split"]
    left = value["left"]
    change = ClassChange(
        ChangeKind(value["kind"]),
        tuple(str(name) for name in value["subjects"]),
        str(value["target"]),
        LabelSet.from_json(value["before"]),
        LabelSet.from_json(value["after"]),
        _table(value["table"]),
        tuple(int(home) for home in value["homes"]),
        None if split is None else RegionSplit(*(int(number) for number in split)),
        undoes,
        None if left is None else _table(left),
    )
    report = ChangeReport(*(int(number) for number in value["report"]))
    return StoredChange(path, str(value["text"]), change, ChangeState(value["state"]), report)


def _table(value: object) -> ClassTable:
    if not isinstance(value, list) or len(value) != 256:
        raise ValueError("its table does not have 256 entries")
    table = tuple(int(entry) for entry in value)
    if not all(0 <= entry <= IGNORE_INDEX for entry in table) or table[-1] != IGNORE_INDEX:
        raise ValueError("its table is wrong")
    return table
