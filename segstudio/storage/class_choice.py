"""Which class of the project a model's class means; kept with the project.

    models/NAME.classes.json   {"version": 1, "classes": {"membrane": "cell wall", "dirt": null}}

A class that is not named has the same name in the project; null leaves its pixels unlabelled.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from segstudio.core.strict_json import parse_json
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.project import Project

_VERSION: Final = 1
_MAX_BYTES: Final = 2**20


def class_choice_path(project: Project, model: Path) -> Path:
    """Return the file for a model; it may not exist."""
    return project.models_folder / f"{model.stem}.classes.json"


def read_class_choice(project: Project, model: Path) -> dict[str, str | None]:
    """Return model class -> project class, or None to ignore it; empty if nothing was chosen."""
    path = class_choice_path(project, model)
    try:
        if path.stat().st_size > _MAX_BYTES:
            return {}
        value = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(value, dict) or value.get("version") != _VERSION:
        return {}
    choice = value.get("classes")
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
