"""What TensorBoard itself reads from a run."""

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from run_events import RunEvents
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from trainer.reports.restraint import Guard
from trainer.reports.tensorboard import TensorBoard
from trainer.run_folder import TENSORBOARD


def _read(run: Path) -> EventAccumulator:
    reader = EventAccumulator(str(run / TENSORBOARD))
    reader.Reload()
    return reader


def test_tensorboard_shows_losses_metrics_and_pictures(cells: RunEvents, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    Image.fromarray(np.zeros((8, 16, 3), np.uint8)).save(tmp_path / "pictures" / "a.png")
    board = TensorBoard(tmp_path, 0)

    for event in (*cells.whole(2, picture="pictures/a.png", loss=0.25), {"event": "note"}):
        board.add(event)

    reader = _read(tmp_path)
    scalars = reader.Tags()["scalars"]
    assert {"loss/train", "loss/validation", "validation/mean_iou", "iou/cell"} <= set(scalars)
    assert {"step/loss", "step/learning rate", "step/images per second"} <= set(scalars)
    assert [(e.step, e.value) for e in reader.Scalars("loss/train")] == [(4, 0.25), (8, 0.25)]
    image = reader.Images("sample predictions")[0]
    assert (image.width, image.height) == (16, 8)


def test_metrics_that_are_not_defined_are_left_out(cells: RunEvents, tmp_path: Path) -> None:
    board = TensorBoard(tmp_path, 0)

    for event in cells.whole(2, absent=[1]):
        board.add(event)

    assert "iou/cell" not in _read(tmp_path).Tags()["scalars"]


def test_a_resumed_run_does_not_double_its_curves(cells: RunEvents, tmp_path: Path) -> None:
    before = TensorBoard(tmp_path, 0)
    for event in (*cells.whole(3)[:-1], {"event": "stopped"}):
        before.add(event)

    after = TensorBoard(tmp_path, 8)  # the checkpoint is that of epoch 2
    for event in (cells.step(9), cells.epoch(3, loss=0.125), {"event": "finished"}):
        after.add(event)

    losses = _read(tmp_path).Scalars("loss/train")
    assert [(event.step, event.value) for event in losses] == [(4, 1.0), (8, 0.5), (12, 0.125)]


def test_a_log_that_is_lost_is_noted_without_a_traceback(
    cells: RunEvents, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its own thread writes; the error comes up in a later call."""
    notes: list[str] = []
    guard = Guard("the TensorBoard log", notes.append)
    board = TensorBoard(tmp_path, 0)
    board.add(cells.step(1))
    # Moved in one step: its thread may be writing into the folder just now.
    (tmp_path / TENSORBOARD).rename(tmp_path / "gone")

    for number in range(2, 200):
        with guard():
            board.add(cells.step(number))
        time.sleep(0.002)

    assert len(notes) == 1
    assert "TensorBoard log could not be written" in notes[0]
    assert "Traceback" not in capfd.readouterr().err
