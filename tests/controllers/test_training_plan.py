"""Asking what would be trained: the real trainer, which only answers."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from segstudio.controllers.training_plan import TrainingPlan
from segstudio.controllers.workspace import Workspace
from segstudio.core.training_request import TrainingRequest
from segstudio.storage.opening import open_path

# Refused at once, for no image is labelled.
REFUSED = TrainingRequest(network="unet-mini", minutes=1.0)


def test_only_the_last_of_two_questions_is_answered(qtbot: QtBot, workspace: Workspace) -> None:
    plan = TrainingPlan(workspace)
    answers: list[object] = []
    plan.planned.connect(answers.append)
    plan.failed.connect(answers.append)

    plan.ask(REFUSED)
    plan.ask(REFUSED)

    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    plan._pool.wait()
    assert len(answers) == 1
    plan.shut_down()


def test_a_question_about_one_project_is_not_answered_in_the_next(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    plan = TrainingPlan(workspace)
    answers: list[object] = []
    plan.planned.connect(answers.append)
    plan.failed.connect(answers.append)
    plan.ask(REFUSED)

    workspace.set_opened(open_path(folder))  # anew

    qtbot.waitUntil(lambda: workspace.document is not None)
    workspace.flush()
    plan._pool.wait()
    plan.shut_down()
    assert answers == []
