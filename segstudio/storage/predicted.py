"""Which model made the prediction of an image, so that no model is asked the same thing twice.

predictions/a.jpg.json   {"version": 1, "model": "cells.onnx", "size": 123, "changed": 456}
"""

from pathlib import Path
from typing import Final

from segstudio.core.strict_json import parse_json
from segstudio.errors import StorageError
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.project import Project

_VERSION: Final = 1
_MAX_BYTES: Final = 2**16
_MOST_NAME: Final = 200


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


def predicted_by(project: Project, key: str) -> str:
    """Return the file name of the model whose prediction an image has, or "" if not known."""
    path = _path(project, key)
    try:
        if path.stat().st_size > _MAX_BYTES:
            return ""
        value = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return ""
    name = value.get("model") if isinstance(value, dict) else None
    return name[:_MOST_NAME] if isinstance(name, str) else ""


def forget_predicted(project: Project, key: str) -> None:
    """Forget which model made an image's prediction; raises StorageError."""
    path = _path(project, key)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(path, f"it could not be removed ({error.strerror})") from error


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
