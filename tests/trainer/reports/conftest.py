"""Histories of runs that were not trained."""

from collections.abc import Callable, Sequence

import pytest
from run_events import RunEvents

from trainer.reports.history import History
from trainer.run_folder import Event


@pytest.fixture
def cells() -> RunEvents:
    """Events of a run on two classes."""
    return RunEvents(["background", "cell"])


@pytest.fixture
def history_of() -> Callable[[Sequence[Event]], History]:
    """Return the history that events make."""

    def history_of(events: Sequence[Event]) -> History:
        history = History()
        for event in events:
            history.add(event)
        return history

    return history_of
