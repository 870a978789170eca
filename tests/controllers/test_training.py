"""Training from the window: a real project, the real trainer in a process of its own."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.controllers.followed_runs import RunState
from segstudio.controllers.trainer_process import is_alive, kill
from segstudio.controllers.training import TrainingController
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_set import LabelSet
from segstudio.core.review import Review
from segstudio.core.training_request import ImageChoice, TrainingRequest
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.project import Project, create_project, load_project, open_path
from segstudio.storage.review import approved_now, flagged_now, write_review
from segstudio.storage.training_runs import ProcessMark

SIDE = 48
KEYS = ("a.png", "b.png", "c.png", "d.png")
EXPERT = {"crop": [32, 32], "batch": 2, "device": "cpu"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Four labelled images; a model was run on the last, and nobody has looked at that yet."""
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell"]))
    rng = np.random.default_rng(0)
    for number, key in enumerate(KEYS):
        labels = np.zeros((SIDE, SIDE), np.uint8)
        labels[:, 10 + 5 * number :] = 1
        pixels = labels[..., None] * 90 + rng.integers(0, 60, (SIDE, SIDE, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(root / key)
        project.write_mask(key, labels)
    project.write_prediction("d.png", labels)
    project = project.with_splits(dict.fromkeys(("a.png", "b.png"), "train") | {"c.png": "val"})
    project.save()
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
    with qtbot.waitSignal(training.failed, timeout=10_000) as failed:
        training.stop_at_once()
    assert training.state is RunState.INTERRUPTED
    assert "goes on from the last checkpoint" in failed.args[0].sentence
    assert training.run is not None
    assert training.run.can_resume


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
            TrainingRequest(network="unet-mini", minutes=1.0, images=ImageChoice.CORRECTED)
        )
    assert "no corrected image can train yet" in failed.args[0].sentence
    assert training.state is RunState.NONE


def test_another_process_of_the_same_number_is_not_the_trainer() -> None:
    import os

    import psutil

    started = psutil.Process().create_time()
    assert is_alive(ProcessMark(os.getpid(), started))
    assert not is_alive(ProcessMark(os.getpid(), started - 60))
    assert not is_alive(ProcessMark(2**22 - 3, started))
    assert not is_alive(None)


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
