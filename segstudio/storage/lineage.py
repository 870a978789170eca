"""Where the models of a project come from.

    models/cells 2.onnx           the model
    models/cells 2.lineage.json   the run that made it, and the model it was trained from

A model is never removed when a better one comes, so that one can go back to it.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from segstudio.core.strict_json import parse_json
from segstudio.errors import StorageError
from segstudio.storage.atomic_write import atomic_write, atomic_write_json, make_folder
from segstudio.storage.project import Project
from segstudio.storage.training_runs import TrainingRun

_VERSION: Final = 1
_SUFFIX: Final = ".lineage.json"


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where one model comes from.

    Attributes:
        run: Name of the run that made it.
        parent: Name of the model that it was trained from or compared with, or an empty string.
        promoted: When it was taken over, as ISO 8601 with the time zone.
    """

    run: str
    parent: str
    promoted: str


@dataclass(frozen=True, slots=True)
class Trainable:
    """A model whose checkpoint is there, so that it can be trained further.

    Attributes:
        name: The model's name.
        checkpoint: Its weights.
        network: Name of its network in the trainer's table.
        backbone: Its backbone, or None.
    """

    name: str
    checkpoint: Path
    network: str
    backbone: str | None


def promote(project: Project, run: TrainingRun, name: str, parent: str) -> Path:
    """Put the model of a run among the project's models; return its file.

    A model that is there already stays the one that it is.

    Args:
        project: The project.
        run: The run; it has made a model.
        name: Name of the model; a number is added if there is one of that name.
        parent: Name of the model that was used until now, or an empty string.

    Raises:
        StorageError: If it cannot be written.
    """
    if known := models_by_run(project).get(run.name):
        return known
    folder = project.models_folder
    make_folder(folder)
    path = _free_path(folder, name)
    try:
        content = run.model.read_bytes()
    except OSError as error:
        raise StorageError(
            run.model, f"the model cannot be read ({error.strerror})", hint="Train it again"
        ) from error
    now = datetime.now(UTC).isoformat(timespec="seconds")
    # First where it comes from: a model without that could not be trained further.
    atomic_write_json(
        _lineage_path(path), {"version": _VERSION, **asdict(Lineage(run.name, parent, now))}
    )
    atomic_write(path, content)
    return path


def read_lineage(model: Path) -> Lineage | None:
    """Return where a model comes from, or None if that is not known."""
    value = _read(_lineage_path(model))
    if value.get("version") != _VERSION or not isinstance(value.get("run"), str):
        return None
    return Lineage(value["run"], str(value.get("parent", "")), str(value.get("promoted", "")))


def promoted_at(model: Path) -> str:
    """Return when a model was taken over, to sort by; empty if that is not known."""
    lineage = read_lineage(model)
    return lineage.promoted if lineage else ""


def trainable(project: Project, model: Path) -> Trainable | None:
    """Return what it takes to train a model further, or None if its checkpoint is not there."""
    lineage = read_lineage(model)
    if lineage is None or Path(lineage.run).name != lineage.run:
        return None
    run = TrainingRun(project.folder / "runs" / lineage.run)
    recipe = _read(run.output / "recipe.json")
    network, backbone = recipe.get("network"), recipe.get("backbone")
    if not run.best.is_file() or not isinstance(network, str):
        return None
    return Trainable(model.stem, run.best, network, backbone if isinstance(backbone, str) else None)


def models_by_run(project: Project) -> dict[str, Path]:
    """Return the models that were made of runs, by the names of the runs."""
    found = {}
    for path in sorted(project.models_folder.glob("*.onnx")):
        if lineage := read_lineage(path):
            found[lineage.run] = path
    return found


def _free_path(folder: Path, name: str) -> Path:
    number = 1
    while True:
        path = folder / (f"{name}.onnx" if number == 1 else f"{name} {number}.onnx")
        if not path.exists() and not _lineage_path(path).exists():
            return path
        number += 1


def _lineage_path(model: Path) -> Path:
    return model.with_name(f"{model.stem}{_SUFFIX}")


def _read(path: Path) -> dict[str, Any]:
    try:
        value = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
