"""The folders that were open last."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings

_KEY: Final = "recent"
_KEPT: Final = 6


def recent_folders(settings: QSettings) -> list[Path]:
    """Return the folders that were open last and still exist, the latest first."""
    value = settings.value(_KEY, [])
    # A list of one comes back from the file as its one text.
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list):
        return []
    return [path for path in map(Path, texts) if path.is_dir()]


def add_recent(settings: QSettings, folder: Path) -> None:
    """Put a folder at the head of the list."""
    others = [path for path in recent_folders(settings) if path != folder]
    settings.setValue(_KEY, [str(path) for path in [folder, *others][:_KEPT]])
