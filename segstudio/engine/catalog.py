"""The models that a user can choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segstudio.storage.image_list import natural_key


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that may hold a model; nothing of it has been read yet.

    Attributes:
        path: The file.
        name: Name shown to people: the file's, without its suffix.
        origin: Where it lies: "bundled", "project" or "user".
    """

    path: Path
    name: str
    origin: str


def find_models(folders: Mapping[str, Path]) -> list[ModelFile]:
    """Return the ONNX files in some folders.

    Args:
        folders: Origin -> folder, in the order wanted. Folders that are missing or cannot be read
            hold no models.

    Returns:
        The files of the first folder in natural order, then those of the next; hidden files are
        left out, and so is a file that was found before.
    """
    found: dict[Path, ModelFile] = {}
    for origin, folder in folders.items():
        for path in _onnx_files(folder):
            found.setdefault(path.resolve(), ModelFile(path, path.stem, origin))
    return list(found.values())


def shown_names(models: Sequence[ModelFile]) -> list[str]:
    """Return names for a list that people choose from.

    Every run of the trainer ends with a ``model.onnx``: models of one name get their folder, with
    as many folders above it as tell them apart.
    """
    return [_shown_name(model, models) for model in models]


def _shown_name(model: ModelFile, models: Sequence[ModelFile]) -> str:
    others = [other.path for other in models if other.name == model.name and other != model]
    if not others:
        return model.name
    folders = model.path.parent.parts
    for count in range(1, len(folders)):
        own = folders[-count:]
        if all(other.parent.parts[-count:] != own for other in others):
            break
    else:
        own = folders
    return f"{model.name} ({Path(*own)})"


def _onnx_files(folder: Path) -> list[Path]:
    try:
        paths = [
            path
            for path in folder.iterdir()
            if path.suffix.lower() == ".onnx" and path.name[0] != "." and path.is_file()
        ]
    except OSError:
        return []
    return sorted(paths, key=lambda path: natural_key(path.name))
