"""Ask the trainer what it would do, without training."""

import json
import threading
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.run_start import prepared_run, remove_run
from segstudio.controllers.trainer_process import TrainerError, run_trainer
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.core.training_request import TrainingRequest
from segstudio.storage.project import Project
from segstudio.storage.training_runs import find_trials


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
        workspace.project_changed.connect(self._drop)

    def ask(self, request: TrainingRequest) -> None:
        """Ask about a request; the answer to one before is dropped."""
        project = self._workspace.store.freeze_splits()
        if project is None:
            return
        self._drop()
        job = self._job = Job(lambda cancelled: self._plan(project, request, cancelled), self)
        job.succeeded.connect(self._on_planned)
        job.failed.connect(self._on_failed)
        self._workspace.autosave.when_saved(lambda: job.start(self._pool))

    def shut_down(self) -> None:
        """Stop asking."""
        self._drop()
        self._pool.shut_down()

    def _drop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _plan(
        self, project: Project, request: TrainingRequest, cancelled: threading.Event
    ) -> Plan | None:
        plan = _dry_run(project, request, cancelled)
        return None if plan is None else self._told(plan)

    def _on_planned(self, plan: Plan) -> None:
        self._job = None
        self.planned.emit(plan)

    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(as_user_error(error))

    def _told(self, plan: dict[str, Any]) -> Plan:
        images = plan["images"]
        return Plan(
            self.tr("%s on %s; images that train: %d, that judge: %d.")
            % (
                self._duration(plan["seconds"]),
                plan["device_name"],
                images[TRAIN],
                images[VALIDATION],
            ),
            (
                (self.tr("Classes"), ", ".join(item["name"] for item in plan["classes"]), ""),
                (self.tr("Varied by"), _augmentation(plan["recipe"]["augmentation"]), ""),
                *((each["setting"], each["value"], each["why"]) for each in plan["reasons"]),
            ),
            tuple(plan["notes"]),
        )

    def _duration(self, seconds: float) -> str:
        minutes = round(seconds / 60)
        if minutes < 1:
            return self.tr("Less than a minute")
        if minutes == 1:
            return self.tr("About a minute")
        if minutes < 120:
            return self.tr("About %d minutes") % minutes
        return self.tr("About %d hours") % round(seconds / 3600)


def _dry_run(
    project: Project, request: TrainingRequest, cancelled: threading.Event
) -> dict[str, Any] | None:
    """Return what the trainer says, or None if it was cancelled."""
    for left in find_trials(project):  # by a window that was killed
        remove_run(left)
    run = prepared_run(project, request, cancelled, is_trial=True)
    if run is None:
        return None
    try:
        asked = ["train", "--job", str(run.job), "--dry-run", "--json"]
        done = run_trainer(asked, run.folder, cancelled.is_set)
    finally:
        remove_run(run)
    if cancelled.is_set():
        return None
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise TrainerError(told[-1].rstrip(".") if told else "The trainer gave no answer")
    plan: dict[str, Any] = json.loads(done.stdout)
    return plan


def _augmentation(settings: dict[str, Any]) -> str:
    """Return in words how crops are varied; what is off is left out."""
    translate = QCoreApplication.translate
    (least, most), parts = settings["scale"], []
    if settings["warped"]:
        if least != most:
            parts.append(translate("TrainingPlan", "size × %g to %g") % (least, most))
        if settings["rotation"]:
            parts.append(translate("TrainingPlan", "turned up to %g°") % settings["rotation"])
        if settings["elastic"]:
            parts.append(translate("TrainingPlan", "bent"))
    if settings["flip"] == "both":
        parts.append(translate("TrainingPlan", "mirrored both ways"))
    elif settings["flip"] == "horizontal":
        parts.append(translate("TrainingPlan", "mirrored left to right"))
    if settings["light_share"] and (settings["brightness"] or settings["contrast"]):
        parts.append(translate("TrainingPlan", "brightness and contrast"))
    has_colour = settings["hue"] or settings["saturation"]
    if settings["hsv_share"] and has_colour and not settings["grey"]:
        parts.append(translate("TrainingPlan", "colour"))
    parts += [
        word
        for share, word in (
            ("blur_share", translate("TrainingPlan", "blur")),
            ("noise_share", translate("TrainingPlan", "noise")),
            ("jpeg_share", translate("TrainingPlan", "JPEG artefacts")),
        )
        if settings[share]
    ]
    return ", ".join(parts) or translate("TrainingPlan", "nothing")
