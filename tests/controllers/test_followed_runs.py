"""What a training run does follows from what it has told and from whether its process lives."""

from typing import Any

import pytest
from run_events import RunEvents

from segstudio.controllers.followed_runs import RunState, add_known, state_now
from segstudio.core.run_history import History

EVENTS = RunEvents(["background", "cell"])
START = EVENTS.started()
FAILED: dict[str, Any] = {"event": "failed", "error": "The disk is full", "time": 1.0}


def _history(*events: dict[str, Any]) -> History:
    history = History()
    for event in events:
        add_known(history, event)
    return history


@pytest.mark.parametrize(
    ("events", "is_alive", "is_ending", "was_cancelled", "state"),
    [
        ([], True, False, False, RunState.PREPARING),
        ([START], True, False, False, RunState.TRAINING),
        ([START], True, True, False, RunState.ENDING),
        ([START, {"event": "stopped", "time": 1.0}], False, False, False, RunState.PAUSED),
        ([START, FAILED], False, False, False, RunState.FAILED),
        ([START], False, False, False, RunState.INTERRUPTED),
        ([], False, True, True, RunState.INTERRUPTED),
        ([], False, False, False, RunState.FAILED),
    ],
)
def test_what_a_run_does(
    events: list[dict[str, Any]],
    is_alive: bool,
    is_ending: bool,
    was_cancelled: bool,
    state: RunState,
) -> None:
    history = _history(*events)
    assert (
        state_now(history, is_alive=is_alive, is_ending=is_ending, was_cancelled=was_cancelled)
        is state
    )


def test_a_run_that_was_paused_and_goes_on_prepares_until_it_trains() -> None:
    paused = _history(START, {"event": "stopped", "time": 1.0})
    assert (
        state_now(paused, is_alive=True, is_ending=False, was_cancelled=False) is RunState.PREPARING
    )
    add_known(paused, EVENTS.started("resumed"))
    assert (
        state_now(paused, is_alive=True, is_ending=False, was_cancelled=False) is RunState.TRAINING
    )
