"""Which model made the prediction of an image, so that no model is asked the same thing twice.

predictions/a.jpg.json   {"version": 1, "model": "cells.onnx", "size": 123, "changed": 456}
"""

from pathlib import Path
from typing import Final

from segstudio.core.strict_json import parse_json
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.project import Project

_VERSION: Final = 1
_MAX_BYTES: Final = 2**16


def note_predicted(project: Project, key: str, model: Path) -> None:
    """Note that an image's prediction is this model's; raises StorageError."""
    path = _path(project, key)
    make_folder(path.parent)
    atomic_write_json(path, _identity(model))


def is_predicted(project: Project, key: str, model: Path) -> bool:
    """Return whether an image's prediction is this model's, as the file is now."""
    path = _path(project, key)
    try:
        if path.stat().st_size > _MAX_BYTES or not project.prediction_path(key).is_file():
            return False
        return bool(parse_json(path.read_bytes()) == _identity(model))
    except (OSError, ValueError):
        return False


def _path(project: Project, key: str) -> Path:
    return project.prediction_path(key).with_suffix(".json")


def _identity(model: Path) -> dict[str, object]:
    status = model.stat()
    return {
        "version": _VERSION,
        "model": model.name,
        "size": status.st_size,
        "changed": status.st_mtime_ns,
    }
