"""Several processes that train together, started as a user starts them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trainer.checkpoint import load_checkpoint
from trainer.run_folder import BEST, EVENTS, LAST, MODEL

ROOT = Path(__file__).parents[2]
LAUNCH = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


def _train(launch: tuple[str, ...], voc: Path, out: Path) -> list[dict[str, Any]]:
    # Neither dropout nor batch normalisation, which each process would do on its own share.
    arguments = (
        *("train", "--network", "unet", "--option", "norm=none", "--data", voc, "--out", out),
        *("--crop", 32, 32, "--batch", 2, "--epochs", 1, "--loss", "ce", "--ema", 0),
        # Adam would turn rounding errors of tiny gradients into steps of full size.
        *("--optimizer", "sgd", "--lr", 0.01, "--device", "cpu"),
    )
    done = subprocess.run(
        [sys.executable, *launch, "-m", "trainer", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in (out / EVENTS).read_text().splitlines()]


def test_two_processes_have_the_losses_of_one(tmp_path: Path, voc: Path) -> None:
    one = _train((), voc, tmp_path / "one")
    two = _train(LAUNCH, voc, tmp_path / "two")

    assert [event["processes"] for event in (one[0], two[0])] == [1, 2]
    for name in ("loss", "val_loss"):
        losses = [[e[name] for e in events if e["event"] == "epoch"] for events in (one, two)]
        assert len(losses[0]) == 1
        assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    (steps,) = (event["step"] for event in one if event["event"] == "epoch")
    # Only one of them wrote: every event once, and all files whole.
    assert [e["event"] for e in two if e["event"] in ("started", "epoch", "finished")] == [
        "started",
        "epoch",
        "finished",
    ]
    assert (tmp_path / "two" / MODEL).is_file()
    best = load_checkpoint(tmp_path / "two" / BEST).position
    assert best.best == pytest.approx(load_checkpoint(tmp_path / "one" / BEST).position.best)
    assert load_checkpoint(tmp_path / "two" / LAST).position.step == steps
