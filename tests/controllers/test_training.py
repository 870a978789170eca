"""Training from the window: a real project, the real trainer in a process of its own."""

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from labelled_project import SIDE, labelled_project
from pytestqt.qtbot import QtBot

from segstudio.controllers.followed_runs import RunState
from segstudio.controllers.jobs import Job
from segstudio.controllers.run_start import prepared_run
from segstudio.controllers.trainer_process import is_alive, kill
from segstudio.controllers.training import TrainingController
from segstudio.controllers.workspace import Workspace
from segstudio.core.review import Review
from segstudio.core.training_request import ImageChoice, TrainingRequest
from segstudio.errors import StorageError, UnreviewedError
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.opening import open_path
from segstudio.storage.processes import ProcessMark, mark_of
from segstudio.storage.project import Project, load_project
from segstudio.storage.review import approved_now, flagged_now, write_review
from segstudio.storage.training_runs import TrainingRun, find_runs, find_trials, new_run

KEYS = ("a.png", "b.png", "c.png", "d.png")
EXPERT = {"crop": [32, 32], "batch": 2, "device": "cpu"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Four labelled images; a model was run on the last, and nobody has looked at that yet."""
    splits = {"a.png": "train", "b.png": "train", "c.png": "val"}
    project = labelled_project(tmp_path / "images", KEYS, splits)
    said = project.read_any_mask("d.png")
    assert said is not None
    project.write_prediction("d.png", said)
    return project


Open = Callable[[], TrainingController]


@pytest.fixture
def open_project(qtbot: QtBot, project: Project) -> Iterator[Open]:
    """Open the project as a new start of the window does; processes are ended after the test."""
    opened: list[tuple[Workspace, TrainingController]] = []

    def open_project() -> TrainingController:
        workspace = Workspace()
        training = TrainingController(workspace)
        opened.append((workspace, training))
        workspace.set_opened(open_path(project.folder))
        qtbot.waitUntil(lambda: workspace.document is not None and len(workspace.labelled) == 4)
        return training

    yield open_project
    for workspace, training in opened:
        for run in training.runs:
            if mark := run.read_process():
                kill(mark)
        training.shut_down()
        workspace.flush()
        workspace.shut_down()


@pytest.mark.slow
def test_a_run_survives_the_window_is_paused_goes_on_and_makes_a_model(
    qtbot: QtBot, open_project: Open, project: Project
) -> None:
    training = open_project()
    training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))
    assert training.is_busy
    qtbot.waitUntil(lambda: bool(training.history.epochs), timeout=120_000)
    run = training.run
    assert run is not None
    training.shut_down()  # the window closes
    mark = run.read_process()
    assert is_alive(mark)

    again = open_project()  # and is started again
    qtbot.waitUntil(lambda: again.state is RunState.TRAINING, timeout=20_000)
    assert again.run == run
    assert again.history.epochs[0].epoch == 1

    again.pause()
    qtbot.waitUntil(lambda: again.state is RunState.PAUSED, timeout=90_000)
    assert not is_alive(mark)
    done = again.history.step

    again.resume()
    qtbot.waitUntil(lambda: again.history.step > done + 5, timeout=120_000)
    with qtbot.waitSignal(again.ended, timeout=120_000) as ended:
        again.finish()
    assert ended.args == [run]
    assert again.state is RunState.FINISHED
    assert run.model.is_file()
    assert again.pace.progress == 1

    recorded = json.loads((run.output / "images.json").read_text())
    keys = {split: {row["key"] for row in rows} for split, rows in recorded.items()}
    assert keys == {"train": {"a.png", "b.png"}, "val": {"c.png"}}
    # d.png, which nobody has looked at, was decided about all the same, for good.
    assert load_project(project.folder).splits.keys() == set(KEYS)


def test_a_run_whose_process_dies_says_so_and_can_go_on(qtbot: QtBot, open_project: Open) -> None:
    training = open_project()
    training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))
    qtbot.waitUntil(lambda: bool(training.history.epochs), timeout=120_000)
    assert training.run is not None
    mark = training.run.read_process()
    assert mark is not None
    with qtbot.waitSignal(training.failed, timeout=10_000) as failed:
        kill(mark)
    assert training.state is RunState.INTERRUPTED
    assert "signal 9" in failed.args[0].sentence
    assert "goes on from the last checkpoint" in failed.args[0].sentence
    assert training.run.can_resume


def test_a_training_that_is_cancelled_before_it_trains_leaves_nothing(
    qtbot: QtBot, open_project: Open, project: Project
) -> None:
    training = open_project()
    failures: list[object] = []
    training.failed.connect(failures.append)
    training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))
    qtbot.waitUntil(lambda: training.run is not None, timeout=20_000)
    assert training.run is not None
    mark = training.run.read_process()

    training.stop_at_once()

    qtbot.waitUntil(lambda: training.state is RunState.NONE, timeout=20_000)
    assert not is_alive(mark)
    qtbot.waitUntil(lambda: not any((project.folder / "runs").iterdir()), timeout=10_000)
    assert failures == []


def test_a_training_that_is_cancelled_while_labels_are_kept_leaves_nothing(
    qtbot: QtBot, open_project: Open, project: Project
) -> None:
    training = open_project()
    training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))

    training.stop_at_once()

    assert training.state is RunState.NONE
    training._workspace.flush()
    training._pool.wait()
    runs = project.folder / "runs"
    assert not runs.exists() or not any(runs.iterdir())


def test_a_training_begins_on_all_its_images_though_the_window_is_closed_at_once(
    qtbot: QtBot, open_project: Open, project: Project
) -> None:
    training = open_project()
    training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))
    qtbot.waitUntil((project.folder / "runs").is_dir)

    training.shut_down()

    (run,) = find_runs(project)
    mark = run.read_process()
    assert mark is not None
    assert is_alive(mark)
    kill(mark)
    assert load_project(run.labels).splits.keys() == {"a.png", "b.png", "c.png"}


def test_a_training_begins_though_the_window_is_closed_before_its_turn_has_come(
    open_project: Open, project: Project
) -> None:
    training = open_project()
    busy = threading.Event()
    Job(lambda _cancelled: busy.wait(10), training).start(training._pool)
    training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))
    threading.Timer(0.2, busy.set).start()

    training._workspace.flush()  # as the window does
    training.shut_down()

    (run,) = find_runs(project)
    mark = run.read_process()
    assert mark is not None
    assert is_alive(mark)
    kill(mark)


def test_a_training_asked_for_in_one_project_does_not_show_in_the_next(
    qtbot: QtBot, open_project: Open, project: Project, tmp_path: Path
) -> None:
    training = open_project()
    shutil.copytree(project.image_root, tmp_path / "other")
    other = open_path(tmp_path / "other")
    training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))

    training._workspace.set_opened(other)  # before what was painted is saved

    qtbot.waitUntil(lambda: any(run.read_process() for run in find_runs(project)), timeout=20_000)
    (run,) = find_runs(project)
    mark = run.read_process()
    assert mark is not None
    training._pool.wait()
    assert is_alive(mark)
    kill(mark)
    assert training.run is None
    assert training.state is RunState.NONE


@pytest.mark.parametrize("step", ["start", "note"])
def test_a_training_that_cannot_be_started_leaves_nothing(
    qtbot: QtBot,
    open_project: Open,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    marks: list[ProcessMark] = []

    def refuse(run: TrainingRun, mark: ProcessMark) -> None:
        marks.append(mark)
        raise StorageError(run.folder, "it could not be written (no space left)")

    if step == "start":
        monkeypatch.setattr(sys, "executable", str(project.folder / "no python"))
    else:
        monkeypatch.setattr(TrainingRun, "write_process", refuse)
    training = open_project()
    with qtbot.waitSignal(training.failed, timeout=20_000):
        training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))

    assert training.state is RunState.NONE
    assert len(marks) == (step == "note")
    qtbot.waitUntil(lambda: not any(map(is_alive, marks)))
    assert not any((project.folder / "runs").iterdir())


def test_a_run_that_is_cancelled_while_it_goes_on_is_ended(
    qtbot: QtBot, open_project: Open, project: Project
) -> None:
    request = TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT)
    run = prepared_run(project, request, threading.Event())
    assert run is not None
    run.output.mkdir()
    (run.output / "last.pt").write_bytes(b"cut off")
    training = open_project()
    qtbot.waitUntil(lambda: training.run == run)
    qtbot.waitUntil(lambda: not training.is_busy)
    failures: list[object] = []
    training.failed.connect(failures.append)

    training.resume()
    training.stop_at_once()

    assert training.is_busy
    qtbot.waitUntil(lambda: training.state is RunState.INTERRUPTED, timeout=20_000)
    assert training.run == run
    mark = run.read_process()
    assert mark is not None
    assert not is_alive(mark)
    assert failures == []
    assert run.can_resume


@pytest.mark.slow
def test_a_run_goes_on_after_its_project_was_moved(
    qtbot: QtBot, open_project: Open, project: Project, tmp_path: Path
) -> None:
    training = open_project()
    training.start(TrainingRequest(network="unet-mini", epochs=5000, expert=EXPERT))
    qtbot.waitUntil(lambda: bool(training.history.epochs), timeout=120_000)
    training.pause()
    qtbot.waitUntil(lambda: training.state is RunState.PAUSED, timeout=90_000)
    done = training.history.step
    training.shut_down()

    shutil.move(project.image_root, tmp_path / "moved")
    workspace = Workspace()
    again = TrainingController(workspace)
    workspace.set_opened(open_path(tmp_path / "moved" / "segstudio"))
    qtbot.waitUntil(lambda: again.state is RunState.PAUSED, timeout=20_000)
    again.resume()
    qtbot.waitUntil(lambda: again.history.step > done + 2, timeout=120_000)
    again.stop_at_once()
    qtbot.waitUntil(lambda: again.state is RunState.INTERRUPTED, timeout=20_000)
    again.shut_down()
    workspace.flush()
    workspace.shut_down()


def test_a_training_that_the_trainer_refuses_says_why(qtbot: QtBot, open_project: Open) -> None:
    training = open_project()
    with qtbot.waitSignal(training.failed, timeout=120_000) as failed:
        training.start(TrainingRequest(network="unet-mimi", minutes=1.0))
    assert "Did you mean unet-mini?" in failed.args[0].sentence
    assert training.state is RunState.FAILED


def test_a_training_without_images_says_what_to_do(
    qtbot: QtBot, open_project: Open, project: Project
) -> None:
    training = open_project()
    with qtbot.waitSignal(training.failed, timeout=10_000) as failed:
        training.start(
            TrainingRequest(network="unet-mini", minutes=1.0, images=ImageChoice.APPROVED)
        )
    error = failed.args[0]
    assert isinstance(error, UnreviewedError)
    assert "no approved image can train yet" in error.sentence
    assert error.key == "a.png"
    assert error.key in error.sentence
    assert not any((project.folder / "runs").iterdir())
    assert training.state is RunState.NONE


def test_another_process_of_the_same_number_is_not_the_trainer() -> None:
    here = mark_of(os.getpid())
    assert is_alive(here)
    assert not is_alive(replace(here, started=here.started - 1))
    assert not is_alive(replace(here, pid=2**22 - 3))
    assert not is_alive(None)


def test_a_process_of_another_computer_lives_as_long_as_it_gives_signs() -> None:
    there = replace(mark_of(os.getpid()), host="0123abcd")
    assert not there.is_here
    assert is_alive(there, last_sign=time.time())
    assert not is_alive(there, last_sign=time.time() - 3600)
    kill(there)  # the process of this number is another one here: ours


def test_the_choice_of_images_is_what_the_list_calls_them(project: Project, tmp_path: Path) -> None:
    project = project.with_splits({**project.splits, "d.png": "train"})
    write_review(project, "b.png", approved_now(Review(), is_approved=True))

    kept = {
        choice: freeze_labels(project, tmp_path / choice, choice).train for choice in ImageChoice
    }

    # d.png is what a model said; a.png and b.png were painted by hand, which the list calls so.
    assert kept == {
        ImageChoice.APPROVED: ("b.png",),
        ImageChoice.CORRECTED: ("a.png", "b.png"),
        ImageChoice.ALL: ("a.png", "b.png"),
    }


def test_what_is_only_asked_about_is_no_run(project: Project) -> None:
    trial = new_run(project, is_trial=True)
    trial.write_job({})

    assert find_runs(project) == []
    assert find_trials(project) == [trial]


def test_a_flagged_image_takes_no_part(project: Project, tmp_path: Path) -> None:
    write_review(project, "a.png", flagged_now(Review(), is_flagged=True))

    assert freeze_labels(project, tmp_path / "frozen").train == ("b.png",)


def test_approval_lets_an_image_take_part(project: Project, tmp_path: Path) -> None:
    project = project.with_splits({**project.splits, "d.png": "train"})
    before = freeze_labels(project, tmp_path / "before")
    write_review(project, "d.png", approved_now(Review(), is_approved=True))
    after = freeze_labels(project, tmp_path / "after")

    assert before.train == ("a.png", "b.png")
    assert after.train == ("a.png", "b.png", "d.png")
    # Painting on does not reach what is frozen.
    project.write_mask("a.png", np.zeros((SIDE, SIDE), np.uint8))
    frozen = load_project(tmp_path / "after").read_any_mask("a.png")
    assert frozen is not None
    assert frozen.any()
