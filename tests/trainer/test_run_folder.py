import json
from pathlib import Path

import pytest

from segstudio.errors import StorageError
from trainer.errors import RunError
from trainer.run_folder import (
    EVENTS,
    Event,
    EventLog,
    event_line,
    read_recipe,
    start_run,
    thin_steps,
)


def test_a_folder_with_something_in_it_is_not_a_new_run(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(RunError) as caught:
        start_run(tmp_path)

    assert "not empty" in caught.value.sentence
    assert "--out" in caught.value.sentence


def test_a_folder_with_a_run_in_it_offers_to_resume(tmp_path: Path) -> None:
    (tmp_path / "last.pt").write_bytes(b"")

    with pytest.raises(RunError, match="not empty") as caught:
        start_run(tmp_path)

    assert "--resume" in caught.value.hint


def test_a_folder_without_a_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run folder"):
        read_recipe(tmp_path)
    with pytest.raises(RunError, match="no such run folder"):
        read_recipe(tmp_path / "nowhere")


def test_events_are_lines_of_json_even_after_a_half_written_one(tmp_path: Path) -> None:
    EventLog(tmp_path)({"event": "started"})
    with (tmp_path / EVENTS).open("a") as file:
        file.write('{"event": "st')

    EventLog(tmp_path)({"event": "resumed", "loss": float("nan")})

    lines = (tmp_path / EVENTS).read_text().splitlines()
    assert json.loads(lines[0]) == {"event": "started"}
    assert json.loads(lines[2]) == {"event": "resumed", "loss": None}


def test_steps_are_thinned_out_and_epochs_are_not() -> None:
    passed: list[Event] = []
    emit = thin_steps(passed.append)

    for number in range(50):
        emit({"event": "step", "step": number})
        emit({"event": "epoch", "epoch": number})

    kinds = [event["event"] for event in passed]
    assert kinds[0] == "step"
    assert kinds.count("epoch") == 50
    assert 1 <= kinds.count("step") < 50


def test_a_log_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "gone")

    with pytest.raises(StorageError, match=r"events\.jsonl"):
        log({"event": "started"})


def test_json_has_no_numbers_that_json_lacks() -> None:
    line = event_line({"event": "epoch", "metrics": [{"iou": float("nan")}, float("inf"), 0.5]})

    assert json.loads(line) == {"event": "epoch", "metrics": [{"iou": None}, None, 0.5]}
