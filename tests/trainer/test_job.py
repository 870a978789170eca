"""The trainer as another program starts and stops it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trainer.loop
from trainer.__main__ import run
from trainer.checkpoint import load_checkpoint
from trainer.control import ControlFile
from trainer.loop import Ending, train
from trainer.run_folder import BEST, LAST, Emit
from trainer.session import Session

Events = list[dict[str, Any]]


def _job(path: Path, **options: object) -> Path:
    path.write_text(json.dumps({"version": 1, "train": options}))
    return path


def test_a_dry_run_of_a_job_says_what_would_be_trained_and_writes_nothing(
    tmp_path: Path, voc: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"data": str(voc), "network": "unet-mini", "out": str(tmp_path / "run"), "epochs": 3}
    job = _job(tmp_path / "job.json", **options, crop=[32, 48], batch=2, device="cpu")

    assert run(["train", "--job", str(job), "--dry-run", "--json"]) == 0

    plan = json.loads(capsys.readouterr().out)
    assert plan["recipe"]["crop"] == [32, 48]
    assert plan["recipe"]["epochs"] == 3
    assert plan["images"] == {"train": 3, "val": 1}
    assert plan["seconds"] > 0
    assert {"setting", "value", "why"} == plan["reasons"][0].keys()
    assert not (tmp_path / "run").exists()


def test_the_command_line_stands_above_the_job(
    tmp_path: Path, voc: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = _job(tmp_path / "job.json", data=str(voc), network="unet-mini", out="x", minutes=2.0)

    assert run(["train", "--job", str(job), "--batch", "3", "--dry-run"]) == 0

    assert "3 training and 1 validation image; about 2:00" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not valid JSON"),
        ('{"version": 2, "train": {}}', "is not a job file of version 1"),
        ('{"version": 1, "train": []}', "is not a job file of version 1"),
        ('{"version": 1, "train": {"netwrok": "x"}}', "train has no option 'netwrok'"),
        ('{"version": 1, "train": {"out": "x", "crop": "big"}}', "--crop"),
    ],
)
def test_a_job_file_that_is_wrong_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    job = tmp_path / "job.json"
    job.write_text(text)

    assert run(["train", "--job", str(job)]) == 2

    complaint = capsys.readouterr().err
    assert words in complaint
    assert complaint.count("\n") == 1


def test_a_control_file_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "control"
    control = ControlFile(path)
    assert not control.wants_pause

    monkeypatch.setattr("trainer.control._INTERVAL", 0.0)
    control = ControlFile(path)
    for asked in ("pause", "finish", "go on, please"):
        path.write_text(f"{asked}\n")
        assert (control.wants_pause, control.wants_finish) == (asked == "pause", asked == "finish")
    assert not ControlFile(None).wants_finish


def test_a_run_that_is_to_finish_judges_what_it_has_and_ends(
    start: Callable[..., Session], keep: Emit, events: Events
) -> None:
    session = start(epochs=500)

    ending = train(
        session,
        keep,
        started=0.0,
        should_stop=lambda: False,
        should_finish=lambda: session.position.step >= 4,
    )

    assert ending is Ending.FINISHED
    assert [event["epoch"] for event in events if event["event"] == "epoch"][-1] <= 2
    assert load_checkpoint(session.folder / BEST).position.metrics


def test_long_epochs_are_saved_on_the_way(
    start: Callable[..., Session], keep: Emit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer.loop, "_SAVING_SECONDS", 0.0)
    session = start(epochs=1)
    saved: list[int] = []

    def look(event: Any) -> None:  # noqa: ANN401 - any event
        keep(event)
        if (session.folder / LAST).exists():
            saved.append(load_checkpoint(session.folder / LAST).position.step_in_epoch)

    train(session, look, started=0.0, should_stop=lambda: False)

    assert any(step > 0 for step in saved)
