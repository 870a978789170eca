"""Which model made the prediction of an image, so that no model is asked the same thing twice.

predictions/a.jpg.json
    {"version": 1, "model": "cells.onnx", "size": 123, "changed": 456, "uncertainty": 0.07}
"""

import contextlib
from pathlib import Path
from typing import Any, Final

from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.project import Project
from segstudio.storage.sidecar import read_sidecar

_VERSION: Final = 1
_MAX_BYTES: Final = 2**16
_MOST_NAME: Final = 200


def predicted_path(project: Project, key: str) -> Path:
    """Return the file that says whose an image's prediction is; it may not exist."""
    return project.prediction_path(key).with_suffix(".json")


def note_predicted(
    project: Project, key: str, model: Path | None, uncertainty: float | None = None
) -> None:
    """Note whose an image's prediction is, and how sure the model was of it.

    Args:
        project: The project.
        key: Image key.
        model: The model, or None if it should be asked again whichever it was.
        uncertainty: Mean over the image, 0 certain to 1 unsure, or None if that is not known.

    Raises:
        StorageError: If it cannot be written.
    """
    path = predicted_path(project, key)
    make_folder(path.parent)
    value: dict[str, object] = {"version": _VERSION}
    if model is not None:
        with contextlib.suppress(OSError):  # it is gone since it ran
            value = _identity(model)
    if uncertainty is not None:
        value["uncertainty"] = round(uncertainty, 6)
    atomic_write_json(path, value)


def is_predicted(project: Project, key: str, model: Path) -> bool:
    """Return whether an image's prediction is this model's, as the file is now."""
    value = _read(project, key)
    if value is None or not project.prediction_path(key).is_file():
        return False
    try:
        identity = _identity(model)
    except OSError:
        return False
    return all(value.get(name) == part for name, part in identity.items())


def predicted_by(project: Project, key: str) -> str:
    """Return the file name of the model whose prediction an image has, or "" if not known."""
    name = (_read(project, key) or {}).get("model")
    return name[:_MOST_NAME] if isinstance(name, str) else ""


def read_uncertainty(project: Project, key: str) -> float | None:
    """Return how unsure the model was on average, 0 to 1, or None if that is not known."""
    value = (_read(project, key) or {}).get("uncertainty")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 1 else None


def _read(project: Project, key: str) -> dict[str, Any] | None:
    return read_sidecar(predicted_path(project, key), version=_VERSION, max_bytes=_MAX_BYTES)


def _identity(model: Path) -> dict[str, object]:
    status = model.stat()
    return {
        "version": _VERSION,
        "model": model.name,
        "size": status.st_size,
        "changed": status.st_mtime_ns,
    }
