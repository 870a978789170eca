"""Which models made the runtime crash, so that none does so at every start of the program."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from segstudio.core.strict_json import parse_json
from segstudio.errors import ModelError, StorageError
from segstudio.storage.atomic_write import atomic_write, make_folder

_MAX_NOTES: Final = 200
_MAX_BYTES: Final = 2**20


class CrashedBeforeError(ModelError):
    """A model crashed the runtime the last time, and is not tried again unasked."""


@dataclass(frozen=True, slots=True)
class _Note:
    size: int
    changed: int
    reason: str


class CrashNotes:
    """The models that crashed, in one small file; a file that changed since is another model.

    Args:
        path: The file; it may not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def check(self, model: Path) -> None:
        """Raise ``CrashedBeforeError`` if this model crashed the last time."""
        note = self._read().get(str(model))
        if note is not None and (note.size, note.changed) == _identity(model):
            raise CrashedBeforeError(
                model,
                f"this model made the runtime crash before ({note.reason})",
                hint="Choose another one, or try it once more",
            )

    def add(self, model: Path, reason: str) -> None:
        """Note that a model crashed."""
        size, changed = _identity(model)
        when = datetime.now().strftime("%Y-%m-%d %H:%M")
        self._write(self._read() | {str(model): _Note(size, changed, f"{reason}, {when}")})

    def drop(self, model: Path) -> None:
        """Forget about a model, because it ran."""
        notes = self._read()
        if notes.pop(str(model), None) is not None:
            self._write(notes)

    def _read(self) -> dict[str, _Note]:
        try:
            if self._path.stat().st_size > _MAX_BYTES:
                return {}
            value = parse_json(self._path.read_bytes())
            return {
                str(model): _Note(int(note["size"]), int(note["changed"]), str(note["reason"]))
                for model, note in dict(value).items()  # type: ignore[call-overload]
            }
        except (OSError, ValueError, TypeError, KeyError):
            return {}

    def _write(self, notes: dict[str, _Note]) -> None:
        latest = dict(list(notes.items())[-_MAX_NOTES:])
        value = {
            model: {"size": note.size, "changed": note.changed, "reason": note.reason}
            for model, note in latest.items()
        }
        try:
            make_folder(self._path.parent)
            atomic_write(self._path, json.dumps(value, indent=1).encode("ascii"))
        except StorageError:
            return  # only a convenience is lost


def _identity(model: Path) -> tuple[int, int]:
    try:
        status = model.stat()
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns
