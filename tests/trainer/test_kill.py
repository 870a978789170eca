"""A trainer that is killed again and again ends with the weights of one that never was."""

import json
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
KILLS = 20
EPOCHS = 30


def _command(run: Path, *more: object) -> list[str]:
    return [sys.executable, "-m", "trainer", "train", "--out", str(run), *map(str, more)]


def _last_event(run: Path) -> dict[str, Any]:
    lines = (run / "events.jsonl").read_text().splitlines()
    event: dict[str, Any] = json.loads(lines[-1])
    return event


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_at_random_moments_a_run_still_ends_as_if_it_never_was(
    make_voc: Callable[..., Path], tmp_path: Path
) -> None:
    data = make_voc(tmp_path / "data", train=8, size=(64, 96))
    options = ("--data", data, "--network", "unet-mini", "--epochs", EPOCHS, "--crop", 32, 32)
    options += ("--batch", 2, "--device", "cpu", "--seed", 3)
    subprocess.run(_command(tmp_path / "whole", *options), cwd=ROOT, check=True)
    rng = random.Random(0)

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
    assert _last_event(run)["metrics"] == _last_event(tmp_path / "whole")["metrics"]
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
