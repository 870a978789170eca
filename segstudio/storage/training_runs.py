"""The training runs of a project, each a folder of its own.

runs/2026-11-21 13.20.05/
job.json       what to train, for the trainer
labels/        the labels as they were at the start, see ``frozen_labels``
run/           what the trainer writes, see ``trainer.run_folder``
process.json   the process that trains or last trained
control        what the window asks of it
trainer.log    what it prints
note.txt       what the user says about it
"""

import contextlib
import errno
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from segstudio.core.strict_json import parse_json
from segstudio.errors import StorageError
from segstudio.storage.atomic_write import atomic_write, atomic_write_json, make_folder
from segstudio.storage.processes import ProcessMark
from segstudio.storage.project import Project

_VERSION: Final = 1
_MAX_NOTE: Final = 2**16
_HIDDEN: Final = "."  # begins the names of folders that are no runs to be shown


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One run on disk.

    Attributes:
        folder: Its folder.
    """

    folder: Path

    @property
    def name(self) -> str:
        """When it was begun; tells it from the project's other runs."""
        return self.folder.name

    @property
    def job(self) -> Path:
        """The file of what to train."""
        return self.folder / "job.json"

    @property
    def labels(self) -> Path:
        """The folder of the labels that it trains on."""
        return self.folder / "labels"

    @property
    def output(self) -> Path:
        """The trainer's run folder; it may not exist yet."""
        return self.folder / "run"

    @property
    def events(self) -> Path:
        """The file of what happened; it may not exist yet."""
        return self.output / "events.jsonl"

    @property
    def model(self) -> Path:
        """The model that it made; it may not exist."""
        return self.output / "model.onnx"

    @property
    def best(self) -> Path:
        """The checkpoint of its best weights; it may not exist."""
        return self.output / "best.pt"

    @property
    def report(self) -> Path:
        """The report as one HTML file; it may not exist."""
        return self.output / "report.html"

    @property
    def control(self) -> Path:
        """The file through which the trainer is asked to end."""
        return self.folder / "control"

    @property
    def log(self) -> Path:
        """What the trainer prints."""
        return self.folder / "trainer.log"

    @property
    def can_resume(self) -> bool:
        """Whether there is a state to go on from."""
        return (self.output / "last.pt").is_file()

    def write_job(self, options: Mapping[str, Any]) -> None:
        """Keep the options of the command; raises StorageError."""
        atomic_write_json(self.job, {"version": _VERSION, "train": dict(options)})

    def read_job(self) -> dict[str, Any]:
        """Return the options of the command; nothing if they cannot be read."""
        value = _read_json(self.job)
        options = value.get("train") if value.get("version") == _VERSION else None
        return dict(options) if isinstance(options, dict) else {}

    def write_process(self, mark: ProcessMark) -> None:
        """Keep which process trains; raises StorageError."""
        atomic_write_json(self.folder / "process.json", {"version": _VERSION, "process": mark.tag})

    def read_process(self) -> ProcessMark | None:
        """Return the process that trains or last trained, or None if that is not known."""
        return ProcessMark.parse(str(_read_json(self.folder / "process.json").get("process")))

    def last_sign(self) -> float:
        """Return when the trainer last wrote something, seconds since 1970; 0 if never."""
        signs = (self.folder / "process.json", self.log, self.events)
        return max(map(_changed, signs))

    def ask(self, word: str) -> None:
        """Ask the trainer to "pause" or to "finish"; raises StorageError."""
        atomic_write(self.control, f"{word}\n".encode("ascii"))

    def ask_nothing(self) -> None:
        """Take back what was asked; raises StorageError."""
        try:
            self.control.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                self.control, f"it could not be removed ({error.strerror})"
            ) from error

    def write_note(self, text: str) -> None:
        """Keep what the user says about the run; raises StorageError."""
        atomic_write(self.folder / "note.txt", text.encode("utf-8", "replace")[:_MAX_NOTE])

    def read_note(self) -> str:
        """Return what the user said about the run."""
        try:
            with (self.folder / "note.txt").open("rb") as file:
                return file.read(_MAX_NOTE).decode("utf-8", "replace")
        except OSError:
            return ""

    def log_end(self, limit: int = 4000) -> str:
        """Return the last characters that the trainer printed."""
        try:
            with self.log.open("rb") as file:
                file.seek(0, 2)
                file.seek(max(file.tell() - limit, 0))
                return file.read(limit).decode("utf-8", "replace")
        except OSError:
            return ""


def new_run(project: Project, *, is_trial: bool = False) -> TrainingRun:
    """Make the folder of a new run; raises StorageError.

    Args:
        project: Whose run it is.
        is_trial: Whether it is none to be kept: it is not among the project's runs.
    """
    runs = project.folder / "runs"
    make_folder(runs)
    base = f"{_HIDDEN if is_trial else ''}{datetime.now():%Y-%m-%d %H.%M.%S}"
    for name in (base, *(f"{base} ({number})" for number in range(2, 100))):
        with contextlib.suppress(FileExistsError):
            try:
                (runs / name).mkdir()
            except OSError as error:
                if error.errno == errno.EEXIST:
                    raise
                raise StorageError(
                    runs, f"no run can be kept here ({error.strerror})", hint="Free some space"
                ) from error
            return TrainingRun(runs / name)
    raise StorageError(runs, "too many runs were begun at once", hint="Try again in a second")


def find_runs(project: Project) -> list[TrainingRun]:
    """Return the runs of a project, the newest first."""
    try:
        folders = [path for path in (project.folder / "runs").iterdir() if path.is_dir()]
    except OSError:  # none was begun yet
        return []
    runs = [TrainingRun(path) for path in folders if not path.name.startswith(_HIDDEN)]
    return sorted((run for run in runs if run.job.is_file()), key=_age, reverse=True)


def find_trials(project: Project) -> list[TrainingRun]:
    """Return the trials that are there: one that goes on, or what a killed one left."""
    return [TrainingRun(path) for path in (project.folder / "runs").glob(f"{_HIDDEN}*")]


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _age(run: TrainingRun) -> str:
    return run.name


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
