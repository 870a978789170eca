"""The example for clusters, in Dask's local mode: the same masks as the command's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from program import Run

import segstudio
from segstudio.core.label_map import RgbImage

pytest.importorskip("distributed")

_ROOT = Path(segstudio.__file__).parents[1]


def test_a_cluster_writes_what_the_command_writes(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    images, ours, theirs = (tmp_path / name for name in ("images", "ours", "theirs"))
    run("predict", "--model", contract_model, "--out", ours, images)
    done = subprocess.run(
        [
            *(sys.executable, _ROOT / "examples" / "predict_on_a_cluster.py"),
            *(contract_model, theirs, images),
        ],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = {path.relative_to(theirs): path.read_bytes() for path in theirs.rglob("*.png")}
    expected = {path.relative_to(ours): path.read_bytes() for path in ours.rglob("*.png")}
    assert len(written) == len(pictures)
    assert written == expected
