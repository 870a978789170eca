"""A trainer that is killed again and again ends with the weights of one that never was.

Twenty kills take some minutes; in pieces, each with moments of its own:

    SEGSTUDIO_KILLS=7 SEGSTUDIO_SEED=1 python -m pytest -m slow tests/trainer/test_kill.py -s
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from trainer.checkpoint import load_checkpoint
from trainer.run_folder import BEST, LAST

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("SEGSTUDIO_KILLS", "20"))
SEED = int(os.environ.get("SEGSTUDIO_SEED", "0"))
EPOCHS = 30


def _command(run: Path, *more: object) -> list[str]:
    return [sys.executable, "-m", "trainer", "train", "--out", str(run), *map(str, more)]


def _events(run: Path) -> list[dict[str, Any]]:
    lines = (run / "events.jsonl").read_text().splitlines()
    # A line that a kill cut off is followed by one of its own.
    return [json.loads(line) for line in lines if line.endswith("}")]


def _lost_steps(run: Path) -> list[int]:
    """Return how many steps each session did again that the one before had told of."""
    lost, step = [], 0
    for event in _events(run):
        if event["event"] in ("started", "resumed"):
            lost.append(max(step - event["step"], 0))
        step = event.get("step", step)
    return lost[1:]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_at_random_moments_a_run_still_ends_as_if_it_never_was(
    make_voc: Callable[..., Path], tmp_path: Path
) -> None:
    data = make_voc(tmp_path / "data", train=8, size=(64, 96))
    options = ("--data", data, "--network", "unet-mini", "--epochs", EPOCHS, "--crop", 32, 32)
    options += ("--batch", 2, "--device", "cpu", "--seed", 3)
    subprocess.run(_command(tmp_path / "whole", *options), cwd=ROOT, check=True)
    rng = random.Random(SEED)

    run = tmp_path / "killed"
    kills = 0
    while True:
        more = ("--resume",) if (run / LAST).exists() else options
        process = subprocess.Popen(_command(run, *more), cwd=ROOT, stdout=subprocess.DEVNULL)
        before = _size(run)
        if kills < KILLS:
            # Not before it trains: what is killed while it loads is told by nothing else.
            while process.poll() is None and _size(run) <= before:
                time.sleep(0.02)
            time.sleep(rng.random() * 0.6)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
        code = process.wait()
        assert code in (0, -signal.SIGKILL)
        if code == 0:
            break

    assert kills >= min(KILLS, 3)
    lost, per_epoch = _lost_steps(run), _events(run)[0]["steps_per_epoch"]
    told = f"{kills} kills; steps done again: {lost}; a checkpoint every {per_epoch} steps"
    sys.stdout.write(f"{told}\n")
    assert max(lost) <= per_epoch  # a checkpoint is saved after every epoch
    assert _events(run)[-1]["metrics"] == _events(tmp_path / "whole")[-1]["metrics"]
    for name in (LAST, BEST):
        one, other = (load_checkpoint(tmp_path / folder / name) for folder in ("whole", "killed"))
        assert one.position.step == other.position.step
        for weight, value in one.model.items():
            assert torch.equal(value, other.model[weight]), weight


def _size(run: Path) -> int:
    """Return how long the file of events is."""
    try:
        return (run / "events.jsonl").stat().st_size
    except OSError:  # there is none yet
        return 0
