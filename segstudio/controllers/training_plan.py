"""Ask the trainer what it would do, without training."""

import json
import shutil
import subprocess
import threading
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.trainer_process import TrainerError, run_trainer
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.core.training_request import TrainingRequest
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.project import Project
from segstudio.storage.training_runs import new_run


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training would do.

    Attributes:
        summary: How long it takes, on what, with how many images.
        settings: (name, value, why) of what was decided.
        notes: What else the user should know.
    """

    summary: str
    settings: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]


class TrainingPlan(QObject):
    """Runs ``trainer train --dry-run`` on the labels as they are.

    Signals:
        planned: What would be trained, as a ``Plan``.
        failed: A ``SegStudioError``.
    """

    planned = Signal(object)
    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._pool = Pool(1, self)
        self._job: Job | None = None

    def ask(self, request: TrainingRequest) -> None:
        """Ask about a request; the answer to one before is dropped."""
        project = self._workspace.freeze_splits()
        if project is None:
            return
        if self._job is not None:
            self._job.cancel()
        self._workspace.when_saved(lambda: self._ask(project, request))

    def shut_down(self) -> None:
        """Stop asking."""
        if self._job is not None:
            self._job.cancel()
        self._pool.shut_down()

    def _ask(self, project: Project, request: TrainingRequest) -> None:
        def ask(cancelled: threading.Event) -> Plan:
            return self._told(_dry_run(project, request, cancelled))

        self._job = Job(ask, self)
        self._job.succeeded.connect(self._on_planned)
        self._job.failed.connect(self._on_failed)
        self._job.start(self._pool)

    def _on_planned(self, plan: Plan) -> None:
        self._job = None
        self.planned.emit(plan)

    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(as_user_error(error))

    def _told(self, plan: dict[str, Any]) -> Plan:
        images, minutes = plan["images"], max(round(plan["seconds"] / 60), 1)
        took = self.tr("About a minute") if minutes == 1 else self.tr("About %d minutes") % minutes
        return Plan(
            self.tr("%s on %s; images that train: %d, that judge: %d.")
            % (took, plan["device_name"], images[TRAIN], images[VALIDATION]),
            (
                (self.tr("Classes"), ", ".join(item["name"] for item in plan["classes"]), ""),
                (self.tr("Varied by"), _augmentation(plan["recipe"]["augmentation"]), ""),
                *((each["setting"], each["value"], each["why"]) for each in plan["reasons"]),
            ),
            tuple(plan["notes"]),
        )


def _dry_run(
    project: Project, request: TrainingRequest, cancelled: threading.Event
) -> dict[str, Any]:
    run = new_run(project)
    try:
        freeze_labels(project, run.labels, request.images, cancelled=cancelled.is_set)
        run.write_job(request.options(data=run.labels, out=run.output, control=run.control))
        done = run_trainer(["train", "--job", str(run.job), "--dry-run", "--json"], run.folder)
    except subprocess.TimeoutExpired as error:
        raise TrainerError("The trainer took too long to look at the images") from error
    finally:
        shutil.rmtree(run.folder, ignore_errors=True)
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise TrainerError(told[-1].rstrip(".") if told else "The trainer gave no answer")
    plan: dict[str, Any] = json.loads(done.stdout)
    return plan


def _augmentation(settings: dict[str, Any]) -> str:
    least, most = settings["scale"]
    return (
        f"scale {least:g} to {most:g}, rotation {settings['rotation']:g}°, "
        f"flip {settings['flip']}, light and colour"
    )
