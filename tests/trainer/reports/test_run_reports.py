"""The reports that a real run leaves in its folder."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from trainer.__main__ import run
from trainer.loop import Ending, train
from trainer.reports.history import read_history
from trainer.reports.live import RunReports
from trainer.run_folder import Event, EventLog, thin_steps
from trainer.session import Session, resumed_session


def _run(*arguments: object) -> int:
    return run([str(argument) for argument in arguments])


def _train(session: Session, *, stop_after: float = float("inf")) -> Ending:
    """Train without the export, which takes long."""
    log = EventLog(session.folder)
    reports = RunReports(session, log)

    def record(event: Event) -> None:
        log(event)
        reports(event)

    emit = thin_steps(record)
    ending = train(
        session,
        emit,
        started=0,
        should_stop=lambda: session.position.step >= stop_after,
        pictures=reports.pictures,
    )
    if ending is Ending.FINISHED:
        emit({"event": "finished", "time": 0})
    return ending


def _notes(folder: Path) -> list[str]:
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    return [event["message"] for event in events if event["event"] == "note"]


def test_a_run_leaves_its_reports_and_a_resumed_one_goes_on_with_them(
    start: Callable[..., Session],
) -> None:
    session = start("first run", epochs=2)
    out = session.folder
    _train(session)

    assert _train(resumed_session(out, epochs=3)) is Ending.FINISHED

    rows = list(csv.DictReader((out / "epochs.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert all(0 < float(row["mean_iou"]) < 1 for row in rows)
    scalars = EventAccumulator(str(out / "tensorboard"))
    scalars.Reload()
    steps = [event.step for event in scalars.Scalars("loss/train")]
    assert steps == [int(row["step"]) for row in rows]
    with Image.open(out / "pictures" / "epoch-0003.png") as picture:
        assert picture.width > 1000
    with Image.open(out / "curves.png") as curves:
        assert curves.width > 1000
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "first run" in page
    assert "resumed 1 time: after epoch 2" in page
    assert page.count("data:image/svg+xml") == 8
    assert page.count("data:image/png") == 1
    assert 'class="matrix"' in page
    assert _notes(out) == []


def test_reports_are_made_anew_from_the_run_folder_alone(
    start: Callable[..., Session], capsys: pytest.CaptureFixture[str]
) -> None:
    session = start(epochs=2)
    _train(session)
    made = ("report.html", "curves.png", "epochs.csv")
    before = [(session.folder / name).read_bytes() for name in made]
    for name in made:
        (session.folder / name).unlink()

    assert _run("report", session.folder) == 0

    assert str(session.folder / "report.html") in capsys.readouterr().out
    assert [(session.folder / name).read_bytes() for name in made] == before

    (session.folder / "report.html").unlink()
    (session.folder / "report.html").mkdir()  # nothing can be renamed over a folder
    assert _run("report", session.folder) == 2
    errors = capsys.readouterr().err
    assert "report.html could not be written" in errors
    assert errors.count("\n") == 1


def test_a_stopped_run_has_a_report(start: Callable[..., Session]) -> None:
    session = start(epochs=4)

    assert _train(session, stop_after=session.batches().steps_per_epoch + 1) is Ending.STOPPED

    assert "stopped" in (session.folder / "report.html").read_text(encoding="utf-8")
    assert len(read_history(session.folder).epochs) == 1


def test_reports_that_cannot_be_written_do_not_end_the_run(
    start: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = start(epochs=3)
    for name in ("curves.png", "report.html", "epochs.csv"):
        (session.folder / name).mkdir()  # nothing can be renamed over a folder
    (session.folder / "tensorboard").write_text("in the way")
    (session.folder / "pictures").write_text("in the way")

    assert _train(session) is Ending.FINISHED

    notes = _notes(session.folder)
    assert len(notes) == 5
    for name in ("curves.png", "report.html", "epochs.csv", "TensorBoard", "sample picture"):
        assert sum(name in note for note in notes) == 1


def test_a_run_without_matplotlib_has_a_report_without_curves(
    start: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "trainer.reports.charts", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    session = start(epochs=1)

    assert _train(session) is Ending.FINISHED

    (note,) = _notes(session.folder)
    assert "matplotlib is not installed" in note
    page = (session.folder / "report.html").read_text(encoding="utf-8")
    assert "data:image/svg+xml" not in page
    assert "matplotlib is not installed" in page


def test_events_that_cannot_be_written_do_end_the_run(start: Callable[..., Session]) -> None:
    session = start(epochs=1)
    (session.folder / "events.jsonl").mkdir()

    with pytest.raises(Exception, match=r"events\.jsonl"):
        _train(session)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: None, "no such run folder"),
        (lambda folder: folder.mkdir(), "not a run folder"),
    ],
    ids=["nowhere", "empty"],
)
def test_a_report_of_no_run_is_refused_in_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    make: Callable[[Path], None],
    words: str,
) -> None:
    make(tmp_path / "run")

    assert _run("report", tmp_path / "run") == 2

    errors = capsys.readouterr().err
    assert words in errors
    assert errors.count("\n") == 1
