"""``trainer evaluate`` and ``trainer export`` with their options, as a user runs them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from segstudio.storage.masks import read_label_map
from trainer.__main__ import run
from trainer.run_folder import BEST
from trainer.session import Session

ROOT = Path(__file__).parents[2]
Evaluate = Callable[..., dict[str, Any]]


@pytest.fixture
def trained(start: Callable[..., Session]) -> Path:
    """Return the folder of a run whose network says different things in different places."""
    session = start()
    torch.nn.init.normal_(session.segmenter.network.get_submodule("head").weight)  # type: ignore[arg-type]
    session.save(BEST)
    return session.folder


@pytest.fixture
def evaluate(trained: Path, voc: Path, capsys: pytest.CaptureFixture[str]) -> Evaluate:
    """Evaluate the run and return the JSON: ``evaluate("--flips", "both")``."""

    def evaluate(*options: object, model: Path = trained) -> dict[str, Any]:
        words = ["evaluate", model, "--data", voc, "--json", *options]
        assert run([str(word) for word in words]) == 0
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return evaluate


def _complaint(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert run([str(word) for word in words]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1, errors
    return errors


def test_the_json_tells_how_the_network_was_asked(evaluate: Evaluate) -> None:
    plain = evaluate()
    asked = evaluate(
        "--window", "16x24", "--overlap", 0.25, "--flips", "both", "--scales", "0.5,1,2"
    )

    assert plain["inference"] == {
        "window": None, "overlap": 0.5, "flips": "none", "scales": [1.0]
    }  # fmt: skip
    assert asked["inference"] == {
        "window": [16, 24], "overlap": 0.25, "flips": "both", "scales": [0.5, 1.0, 2.0]
    }  # fmt: skip
    assert asked["mean_iou"] != plain["mean_iou"]
    assert asked.keys() == plain.keys()


def test_a_window_larger_than_the_images_gives_the_same_numbers(evaluate: Evaluate) -> None:
    plain, windowed = evaluate(), evaluate("--window", 64)

    assert windowed["inference"]["window"] == [64, 64]
    assert {**windowed, "inference": plain["inference"]} == plain


def test_contours_are_judged_on_request(
    evaluate: Evaluate, trained: Path, voc: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = evaluate("--boundary")

    assert 0 <= result["mean_boundary_f_score"] <= 1
    assert all("boundary_f_score" in row for row in result["classes"])
    assert "mean_boundary_f_score" not in evaluate()
    words = ["evaluate", trained, "--data", voc, "--boundary", "--flips", "both"]
    assert run([str(word) for word in words]) == 0
    shown = capsys.readouterr().out
    for text in (
        "boundary F",
        "mean accuracy",
        f"{result['pixel_accuracy']:.4f}"[:3],
        "flips both",
    ):
        assert text in shown


def test_the_masks_are_those_that_were_judged(
    evaluate: Evaluate, tmp_path: Path, voc: Path
) -> None:
    out = tmp_path / "new" / "masks"

    result = evaluate("--flips", "horizontal", "--out", out)

    assert [path.name for path in out.iterdir()] == ["image3.png.png"]
    predicted = read_label_map(out / "image3.png.png")
    truth = read_label_map(voc / "SegmentationClass" / "image3.png")
    assert (predicted == truth).mean() == result["pixel_accuracy"]
    with Image.open(out / "image3.png.png") as mask:
        assert mask.mode == "P"


@pytest.mark.parametrize("folder", [".", "SegmentationClass", "JPEGImages"])
def test_masks_never_get_among_the_labels(
    capsys: pytest.CaptureFixture[str], trained: Path, voc: Path, folder: str
) -> None:
    before = {path: path.read_bytes() for path in voc.rglob("*") if path.is_file()}

    complaint = _complaint(
        capsys, "evaluate", trained, "--data", voc, "--out", voc / folder / ".." / folder
    )

    assert "holds the label set's image3.png" in complaint
    assert {path: path.read_bytes() for path in voc.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--window", "big"), "'big' is neither SIDE nor HEIGHTxWIDTH"),
        (("--window", "1x2x3"), "neither SIDE nor"),
        (("--window", "0"), "--window needs sides"),
        (("--scales", "half"), "'half' is no list of numbers"),
        (("--scales", "99"), "--scales are factors between 0.1 and 4"),
        (("--overlap", "1"), "--overlap must be"),
        (("--flips", "vertical"), "vertical"),
    ],
)
def test_options_that_make_no_sense_are_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    assert words in _complaint(capsys, "evaluate", tmp_path, "--data", tmp_path, *options)


def test_int8_is_exported_where_the_data_is_now_and_runs_in_the_app(
    evaluate: Evaluate,
    trained: Path,
    voc: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    moved, model = voc.rename(tmp_path / "moved"), tmp_path / "models" / "m.onnx"
    export = ("export", trained, "--out", model, "--precision", "int8", "--max-loss", 100)

    assert "--data DIR" in _complaint(capsys, *export)
    assert not model.parent.exists()

    assert run([str(word) for word in (*export, "--data", moved)]) == 0
    shown = capsys.readouterr().out
    assert "int8" in shown
    assert "times as fast" in shown

    result = evaluate("--data", moved, "--out", tmp_path / "judged", model=model)
    assert f"{100 * result['mean_iou']:.2f}" in shown
    image = moved / "JPEGImages" / "image3.png"
    done = subprocess.run(
        [sys.executable, "-m", "segstudio", "predict", "--model", model, "--provider", "cpu",
         "--out", tmp_path / "predicted", image],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    name = "image3.png.png"
    assert np.array_equal(
        read_label_map(tmp_path / "predicted" / name), read_label_map(tmp_path / "judged" / name)
    )


def test_what_loses_more_than_allowed_is_not_written(
    capsys: pytest.CaptureFixture[str], trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "models" / "m.onnx"

    complaint = _complaint(
        capsys, "export", trained, "--out", out, "--precision", "fp16", "--max-loss", -100
    )

    assert "points of mean IoU" in complaint
    assert not out.parent.exists()
