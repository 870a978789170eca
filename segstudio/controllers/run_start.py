"""Set a training run up and start the trainer on it, or let it go on."""

import shutil
import threading
from dataclasses import replace

from segstudio.controllers.trainer_process import kill, start_trainer
from segstudio.core.training_request import TrainingRequest
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.processes import ProcessMark
from segstudio.storage.project import Project, load_project
from segstudio.storage.training_runs import TrainingRun, new_run


def prepared_run(
    project: Project,
    request: TrainingRequest,
    cancelled: threading.Event,
    *,
    is_trial: bool = False,
) -> TrainingRun | None:
    """Freeze the labels and write the job file of a new run.

    Args:
        project: Its splits must be decided for every labelled image.
        request: What to train.
        cancelled: Gives it up when it is set.
        is_trial: Whether it is only asked what would be trained.

    Returns:
        The run, or None if it was cancelled: nothing is left of it then, nor after an error.

    Raises:
        SegStudioError: With a sentence, if it cannot be trained or written.
    """
    run = new_run(project, is_trial=is_trial)
    try:
        freeze_labels(project, run.labels, request.images, cancelled=cancelled.is_set)
        if not cancelled.is_set():  # else only some of the images take part
            run.write_job(request.options(data=run.labels, out=run.output, control=run.control))
            return run
    except BaseException:
        remove_run(run)
        raise
    remove_run(run)
    return None


def remove_run(run: TrainingRun) -> None:
    """Remove a run that did not begin; what cannot be removed stays."""
    shutil.rmtree(run.folder, ignore_errors=True)


def begun_run(
    project: Project, request: TrainingRequest, give_up: threading.Event
) -> tuple[TrainingRun, ProcessMark] | None:
    """Set a run up and start the trainer on it; as ``prepared_run``."""
    run = prepared_run(project, request, give_up)
    if run is None:
        return None
    try:
        mark = _start(run, ["train", "--job", str(run.job)])
    except BaseException:
        remove_run(run)
        raise
    if give_up.is_set():
        kill(mark)
        remove_run(run)
        return None
    return run, mark


def go_on_with(run: TrainingRun, project: Project) -> ProcessMark:
    """Let a run go on where it was, wherever project and images lie by now.

    Args:
        run: A run with a checkpoint.
        project: Whose run it is.

    Raises:
        SegStudioError: With a sentence, if it cannot be started.
    """
    run.ask_nothing()
    frozen = load_project(run.labels)
    if frozen.image_root != project.image_root:
        replace(frozen, image_root=project.image_root).save()
    # The run's own record says where its labels were when it began.
    where = ["--data", str(run.labels), "--control", str(run.control)]
    return _start(run, ["train", "--out", str(run.output), "--resume", *where])


def _start(run: TrainingRun, arguments: list[str]) -> ProcessMark:
    mark = start_trainer(arguments, run.folder, run.log)
    try:
        run.write_process(mark)
    except BaseException:
        kill(mark)  # nobody would find it again
        raise
    return mark
