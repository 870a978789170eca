"""Which class of the project a model's class means; kept with the project.

    models/NAME.classes.json   {"version": 1, "classes": {"membrane": "cell wall", "dirt": null}}

A class that is not named has the same name in the project; null leaves its pixels unlabelled. Names
that were changed since are followed: those here, and those in the cards of models.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.class_names import followed_classes
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import class_mapping
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.class_change_log import dated, read_changes
from segstudio.storage.lineage import read_lineage
from segstudio.storage.project import Project
from segstudio.storage.sidecar import read_sidecar

_VERSION: Final = 1
_MAX_BYTES: Final = 2**20


def class_choice_path(project: Project, model: Path) -> Path:
    """Return the file for a model; it may not exist."""
    return project.models_folder / f"{model.stem}.classes.json"


def read_class_choice(project: Project, model: Path) -> dict[str, str | None]:
    """Return model class -> project class, or None to ignore it; empty if nothing was chosen."""
    path = class_choice_path(project, model)
    value = read_sidecar(path, version=_VERSION, max_bytes=_MAX_BYTES)
    choice = None if value is None else value.get("classes")
    if not isinstance(choice, dict):
        return {}
    return {
        name: target for name, target in choice.items() if target is None or isinstance(target, str)
    }


def write_class_choice(project: Project, model: Path, choice: Mapping[str, str | None]) -> None:
    """Keep what a model's classes mean; raises StorageError."""
    path = class_choice_path(project, model)
    make_folder(path.parent)
    atomic_write_json(path, {"version": _VERSION, "classes": dict(choice)})


def class_choice(
    project: Project, model: Path, names: Sequence[str], *, until: str = ""
) -> dict[str, str | None]:
    """Return what classes of a model are called in the project now, where that is another name.

    What the user chose for the model comes first. Then the name counts: as it was when the model
    was trained, where that is known, and through all changes of the project's classes since.

    Args:
        project: The project.
        model: The model's file.
        names: Its classes.
        until: Look at the changes up to this moment only, named as runs are; empty for all.

    Returns:
        Model class -> project class, or None where its pixels are to be left unlabelled. A class
        that the project never had is not in it.

    Raises:
        ProjectError: If a change of the classes cannot be read.
    """
    changes = dated(read_changes(project))
    if until:
        changes = tuple(change for change in changes if change.name <= until)
    lineage = read_lineage(model)
    chosen = read_class_choice(project, model)
    wanted = [chosen.get(name, name) for name in names]
    by_choice = followed_classes([name or "" for name in wanted], project.label_set, changes)
    by_name = followed_classes(
        names, project.label_set, changes, since=lineage.run if lineage else ""
    )
    found: dict[str, str | None] = {}
    for place, name in enumerate(names):
        index = by_choice[place] if name in chosen else by_name[place]
        target = wanted[place] if index is None else _name_of(project, index)
        if target != name:
            found[name] = target
    return found


def class_table(
    project: Project, model: Path, names: Sequence[str], *, until: str = ""
) -> NDArray[np.uint8]:
    """Return the lookup table from a model's class indices to the project's; see ``class_choice``.

    Returns:
        (256,) uint8; classes that the project does not have, and 255, become 255 (ignore).
    """
    choice = class_choice(project, model, names, until=until)
    return class_mapping([choice.get(name, name) or "" for name in names], project.label_set)


def _name_of(project: Project, index: int) -> str | None:
    return None if index == IGNORE_INDEX else project.label_set[index].name
