"""The folders that were open last, and the models that were added from anywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings

_FOLDERS: Final = "recent"
_MOST_FOLDERS: Final = 6
_MODELS: Final = "models"
_MOST_MODELS: Final = 12


def recent_folders(settings: QSettings) -> list[Path]:
    """Return the folders that were open last and still exist, the latest first."""
    return _paths(settings, _FOLDERS, Path.is_dir)


def add_recent(settings: QSettings, folder: Path) -> None:
    """Put a folder at the head of the list."""
    _put_first(settings, _FOLDERS, folder, recent_folders(settings), _MOST_FOLDERS)


def added_models(settings: QSettings) -> list[Path]:
    """Return the model files that were added and still exist, the latest first."""
    return _paths(settings, _MODELS, Path.is_file)


def keep_model(settings: QSettings, file: Path) -> None:
    """Put a model file at the head of the list."""
    _put_first(settings, _MODELS, file, added_models(settings), _MOST_MODELS)


def _paths(settings: QSettings, key: str, exists: Callable[[Path], bool]) -> list[Path]:
    value = settings.value(key, [])
    # A list of one comes back from the file as its one text.
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list):
        return []
    return [path for path in map(Path, texts) if exists(path)]


def _put_first(settings: QSettings, key: str, path: Path, paths: list[Path], most: int) -> None:
    others = [other for other in paths if other != path]
    settings.setValue(key, [str(path) for path in [path, *others][:most]])
