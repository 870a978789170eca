"""A disk that becomes full while a network trains costs what was not saved yet, and no more."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.storage.opening import create_project
from trainer.checkpoint import load_checkpoint
from trainer.run_folder import LAST

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="LD_PRELOAD is of Linux"
)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """A project whose three images are labelled."""
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell"]))
    rng = np.random.default_rng(0)
    for key in ("a.png", "b.png", "c.png"):
        mask = np.zeros((48, 64), np.uint8)
        mask[:, rng.integers(10, 50) :] = 1
        pixels = mask[..., None] * 90 + rng.integers(0, 60, (48, 64, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(root / key)
        project.write_mask(key, mask)
    project.with_splits({"a.png": "train", "b.png": "train", "c.png": "val"}).save()
    return project.folder


def train(shim: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, Path(__file__).with_name("checkpointer.py"), *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_checkpoint_that_does_not_fit_leaves_the_one_before(
    shim: Path, tmp_path: Path, labels: Path
) -> None:
    done = train(shim, "saves", tmp_path / "run", labels)

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) > 2
    for line in lines:
        assert line["step"] == (line["at"] if line["said"] == "saved" else 0), line
    refused = [line["said"] for line in lines if line["said"] != "saved"]
    assert refused
    assert all(re.search("(?i)no space left", said) for said in refused), refused
    # Nothing of what did not fit takes the space that is wanted so badly.
    assert not lines[0]["left"]


@pytest.mark.slow
def test_a_run_whose_disk_was_full_goes_on_once_there_is_space(
    shim: Path, tmp_path: Path, labels: Path
) -> None:
    whole, run = tmp_path / "whole", tmp_path / "run"
    done = train(shim, "trains", whole, labels, 0)
    assert done.returncode == 0, done.stderr
    calls = json.loads(done.stdout.splitlines()[-1])["calls"]

    full = train(shim, "trains", run, labels, calls // 2)
    assert full.returncode == 2
    assert "Traceback" not in full.stderr
    assert re.search("(?i)no space left", full.stderr)

    resumed = [sys.executable, "-m", "trainer", "train", "--out", str(run), "--resume"]
    assert subprocess.run(resumed, cwd=ROOT, capture_output=True, check=False).returncode == 0
    ends = [
        json.loads((folder / "events.jsonl").read_text().splitlines()[-1])
        for folder in (whole, run)
    ]
    assert ends[0]["event"] == ends[1]["event"] == "finished"
    assert ends[0]["metrics"] == ends[1]["metrics"]
    assert load_checkpoint(run / LAST).position.epoch == 4
