"""Reports must not harm the run."""

import pytest

from segstudio.errors import SegStudioError
from trainer.reports.restraint import Cadence, Guard


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock whose only item is the time."""
    now = [100.0]
    monkeypatch.setattr("trainer.reports.restraint.time.monotonic", lambda: now[0])
    return now


def test_a_report_waits_before_the_first_time_and_between_two(clock: list[float]) -> None:
    cadence = Cadence(2)

    assert not cadence.is_due
    clock[0] += 2
    assert cadence.is_due
    with cadence.spending():
        pass
    assert not cadence.is_due
    clock[0] += 2
    assert cadence.is_due


def test_a_slow_report_is_made_less_often(clock: list[float]) -> None:
    cadence = Cadence(2)

    with cadence.spending():
        clock[0] += 1
    clock[0] += 49
    assert not cadence.is_due
    clock[0] += 1
    assert cadence.is_due


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SegStudioError("a.png: the disk is full", hint="Free some space"), ". Free some space"),
        (ModuleNotFoundError("no", name="matplotlib"), "pip install 'segstudio[train]'"),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_a_failure_is_noted_once(error: Exception, words: str) -> None:
    notes: list[str] = []
    guard = Guard("curves.png", notes.append)

    for _ in range(2):
        with guard():
            raise error

    assert len(notes) == 1
    assert notes[0].startswith("curves.png could not be written: ")
    assert words in notes[0]


def test_an_interruption_is_no_failure() -> None:
    notes: list[str] = []

    with pytest.raises(KeyboardInterrupt), Guard("curves.png", notes.append)():
        raise KeyboardInterrupt

    assert notes == []
