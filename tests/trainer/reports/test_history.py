"""A run's history, from its events."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from run_events import RunEvents

from trainer.errors import RunError
from trainer.reports.epochs_csv import epochs_csv
from trainer.reports.history import History, read_history
from trainer.run_folder import EVENTS, Event, EventLog

HistoryOf = Callable[[Sequence[Event]], History]


def _write(folder: Path, events: Sequence[Event]) -> Path:
    log = EventLog(folder)
    for event in events:
        log(event)
    return folder


def test_a_history_read_is_the_history_that_was_followed(
    cells: RunEvents, history_of: HistoryOf, tmp_path: Path
) -> None:
    events = cells.whole(3)

    assert read_history(_write(tmp_path, events)) == history_of(events)


def test_what_a_resumed_run_does_again_counts_once(cells: RunEvents, history_of: HistoryOf) -> None:
    before = [*cells.whole(3)[:-1], cells.step(13), cells.step(14)]
    again = [cells.started("resumed", epoch=2), cells.step(9, loss=0.5), cells.epoch(3, loss=0.25)]

    history = history_of([*before, {"event": "stopped", "time": 1.7e9}, *again])

    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3]
    assert history.epochs[2].loss == 0.25
    assert [step.step for step in history.steps] == list(range(1, 10))
    assert history.steps[-1].loss == 0.5
    assert history.ending is None
    assert len(history.starts) == 2


def test_the_best_epoch_is_the_last_that_was_best(cells: RunEvents, history_of: HistoryOf) -> None:
    history = history_of([*cells.whole(2)[:-1], cells.epoch(3, is_best=False)])

    assert history.best is not None
    assert history.best.epoch == 2
    assert len(history.best.confusion) == 2


def test_a_long_run_keeps_some_of_its_steps_from_first_to_last(
    cells: RunEvents, history_of: HistoryOf
) -> None:
    history = history_of([cells.started(), *(cells.step(number) for number in range(1, 50_001))])

    numbers = [step.step for step in history.steps]
    assert 500 < len(numbers) <= 2000
    assert numbers == sorted(numbers)
    assert numbers[0] == 1
    assert numbers[-1] > 49_900


def test_half_written_lines_are_passed_over(cells: RunEvents, tmp_path: Path) -> None:
    _write(tmp_path, cells.whole(1)[:-1])
    with (tmp_path / EVENTS).open("a") as file:
        file.write('{"event": "epo')

    assert len(read_history(tmp_path).epochs) == 1


def test_a_folder_without_a_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such run folder"):
        read_history(tmp_path / "nowhere")
    with pytest.raises(RunError, match="not a run folder"):
        read_history(tmp_path)
    (tmp_path / EVENTS).write_text("")
    with pytest.raises(RunError, match="tells of no training"):
        read_history(tmp_path)


@pytest.mark.parametrize("line", ['{"event": "epoch", "epoch": 1}', "[1, 2]", '{"time": 1}'])
def test_events_of_others_are_refused_by_their_line(
    cells: RunEvents, tmp_path: Path, line: str
) -> None:
    _write(tmp_path, [cells.started()])
    with (tmp_path / EVENTS).open("a") as file:
        file.write(f"{line}\n")

    with pytest.raises(RunError, match="line 2 of its events"):
        read_history(tmp_path)


def test_the_table_has_a_row_for_each_epoch(cells: RunEvents, history_of: HistoryOf) -> None:
    history = history_of(cells.whole(2, absent=[1], lr=float("nan")))

    header, first, second = epochs_csv(history).splitlines()

    assert header == (
        "epoch,step,seconds,lr,train_loss,val_loss,mean_iou,pixel_accuracy,mean_accuracy,"
        "iou of background,iou of cell"
    )
    assert first == "1,4,2.0,,1.000000,1.100000,1.000000,1.000000,1.000000,1.000000,"
    assert second.startswith("2,8,4.0,,0.500000,0.550000,")


def test_a_table_of_no_epochs_has_its_header(cells: RunEvents, history_of: HistoryOf) -> None:
    assert epochs_csv(history_of([cells.started()])).count("\n") == 1
