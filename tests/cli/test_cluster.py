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


def _spread(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, _ROOT / "examples" / "predict_on_a_cluster.py", *map(str, arguments)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_cluster_writes_what_the_command_writes_and_names_what_failed(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    images, ours, theirs = (tmp_path / name for name in ("images", "ours", "theirs"))
    (images / "torn.png").write_text("no picture")
    run("predict", "--model", contract_model, "--out", ours, images)
    done = _spread(contract_model, theirs, images)
    assert done.stdout.splitlines() == [
        "torn.png: this is not an image we can read. Use PNG, JPEG, TIFF, WebP or BMP",
        f"4 of 5 images have their mask in {theirs}",
    ]
    assert done.returncode == 2, done.stderr
    written = {path.relative_to(theirs): path.read_bytes() for path in theirs.rglob("*.png")}
    expected = {path.relative_to(ours): path.read_bytes() for path in ours.rglob("*.png")}
    assert len(written) == len(pictures)
    assert written == expected


def test_what_is_missing_is_told_before_a_cluster_starts(
    tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    gone = _spread(tmp_path / "gone.onnx", tmp_path / "out", tmp_path / "images")
    assert gone.stderr.endswith("gone.onnx: there is no such model\n")
    nowhere = _spread(contract_model, tmp_path / "out", tmp_path / "nowhere")
    assert nowhere.stderr.endswith("nowhere: there is no such folder\n")
    assert (gone.returncode, nowhere.returncode) == (2, 2)
