"""``segstudio score``: masks against the truth."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from segstudio.__main__ import exit_code
from segstudio.core.agreement import cohen_kappa
from segstudio.core.boundary import BoundaryScores, boundary_counts
from segstudio.core.metrics import Scores, confusion_matrix
from segstudio.core.thumbnails import DIFFERENT_COLOR

Score = Callable[..., Any]

_RANDOM = np.random.default_rng(3)
_TRUE = _RANDOM.integers(0, 3, (20, 30), np.uint8)
_PREDICTED = np.where(_RANDOM.random((20, 30)) < 0.8, _TRUE, 2).astype(np.uint8)


def _write(folder: Path, masks: Mapping[str, NDArray[np.uint8]]) -> Path:
    for name, mask in masks.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(mask).save(path)
    return folder


@pytest.fixture
def score(capsys: pytest.CaptureFixture[str]) -> Score:
    """Score two folders; returns the JSON, or the sentence if they cannot be compared."""

    def score(*arguments: object) -> Any:  # noqa: ANN401 - JSON or a sentence
        code = exit_code(["score", *map(str, arguments), "--json"])
        out, err = capsys.readouterr()
        if code == 0:
            assert err == ""
            return json.loads(out)
        assert (code, out, err.count("\n")) == (2, "", 1)
        return err.removesuffix("\n")

    return score


def test_scores_are_those_of_one_matrix_over_all_images(score: Score, tmp_path: Path) -> None:
    predicted = _write(tmp_path / "p", {"a.png": _PREDICTED, "b.png": _TRUE})
    truth = _write(tmp_path / "t", {"a.png": _TRUE, "b.png": _TRUE, "c.png": _TRUE})
    matrix = confusion_matrix(_TRUE, _PREDICTED, 3) + confusion_matrix(_TRUE, _TRUE, 3)
    expected = Scores.of(matrix)

    result = score(predicted, truth)

    assert result.pop("images") == 2
    assert result.pop("truths_without_prediction") == 1
    assert result.pop("confusion") == matrix.tolist()
    assert result.pop("kappa") == cohen_kappa(matrix)
    contours = [boundary_counts(_TRUE, guess, 3) for guess in (_PREDICTED, _TRUE)]
    boundaries = BoundaryScores.of(contours)
    assert result.pop("mean_boundary_f_score") == boundaries.mean_f_score
    found = tuple(row.pop("boundary_f_score") for row in result["classes"])
    assert found == boundaries.f_score
    each = {row["name"]: row["different"] for row in result.pop("each")}
    assert each == {"a.png": int((_TRUE != _PREDICTED).sum()), "b.png": 0}
    assert result == expected.to_json(["0", "1", "2"])
    # Two single files are compared too.
    assert score(predicted / "a.png", truth / "a.png")["images"] == 1


@pytest.mark.parametrize(
    ("predicted", "truth"),
    [
        ("a.png", "a.png"),
        ("a.png.png", "a.png"),
        ("a.png.png", "a.png.png"),
        ("a.png", "a.png.png"),
        ("a.jpg.png", "a.png"),
        ("a.jpg.png", "a.tif"),
        ("x/y/a 1.v2.png", "x/y/a 1.v2.png"),
    ],
)
def test_masks_are_paired_by_name(score: Score, tmp_path: Path, predicted: str, truth: str) -> None:
    other = {"aa.png": _PREDICTED, "b.png": _PREDICTED, "photo/a.jpg": _PREDICTED}
    folder = _write(tmp_path / "t", {truth: _TRUE, **other})
    result = score(_write(tmp_path / "p", {predicted: _TRUE}), folder)
    assert (result["images"], result["mean_iou"]) == (1, 1.0)


def test_a_prediction_without_truth_is_named(score: Score, tmp_path: Path) -> None:
    predicted = _write(tmp_path / "p", {"a.png": _TRUE, "b.png": _TRUE, "c.png": _TRUE})
    truth = _write(tmp_path / "t", {"a.png": _TRUE, "x/b.png": _TRUE})
    sentence = score(predicted, truth)
    assert sentence.startswith(f"{predicted / 'b.png'}: {truth} holds no truth of that name.")


def test_two_possible_truths_are_not_guessed_between(score: Score, tmp_path: Path) -> None:
    predicted = _write(tmp_path / "p", {"a.jpg.png": _TRUE})
    truth = _write(tmp_path / "t", {"a.bmp": _TRUE, "a.tif": _TRUE})
    assert "a.bmp and a.tif could both be its truth" in score(predicted, truth)


def test_names_and_number_of_classes_come_from_the_file(score: Score, tmp_path: Path) -> None:
    predicted = _write(tmp_path / "p", {"a.png": _TRUE})
    (tmp_path / "classes.txt").write_text("sky\r\nroad\ncar\n\n")
    (tmp_path / "two.txt").write_text("sky\nroad\n")
    result = score(predicted, predicted, "--classes", tmp_path / "classes.txt")
    assert [item["name"] for item in result["classes"]] == ["sky", "road", "car"]
    sentence = score(predicted, predicted, "--classes", tmp_path / "two.txt")
    assert "value 2 is not one of the 2 classes. Name all classes with --classes" in sentence


def test_ignored_pixels_do_not_count(score: Score, tmp_path: Path) -> None:
    void = np.where(_TRUE == 2, 11, _TRUE).astype(np.uint8)
    truth = _write(tmp_path / "t", {"a.png": void})
    predicted = _write(tmp_path / "p", {"a.png": np.minimum(_TRUE, 1)})
    result = score(predicted, truth, "--ignore", "11")
    assert result["pixels"] == int((_TRUE < 2).sum())
    assert result["pixel_accuracy"] == 1.0
    assert len(result["classes"]) == 2


@pytest.mark.parametrize("positive", ["dark", "light"])
@pytest.mark.parametrize("also_predicted", [False, True])
def test_masks_of_0_and_255_are_read_as_the_user_says(
    score: Score, tmp_path: Path, positive: str, also_predicted: bool
) -> None:
    true, guess = (_TRUE > 0), (_PREDICTED > 0)
    light = {"dark": ~true, "light": true}[positive]
    light_guess = {"dark": ~guess, "light": guess}[positive]
    masks = {"a.png": light.astype(np.uint8) * 255, "b.png": np.zeros((9, 9), np.uint8)}
    truth = _write(tmp_path / "t", masks)
    value = (light_guess * 255 if also_predicted else guess).astype(np.uint8)
    empty = np.full((9, 9), 0 if also_predicted else int(positive == "dark"), np.uint8)
    predicted = _write(tmp_path / "p", {"a.png": value, "b.png": empty})

    sentence = score(predicted, truth)
    assert "255 may be a class or mean unlabelled. Say which one is class 1 with" in sentence

    result = score(predicted, truth, "--positive", positive)
    matrix = confusion_matrix(true.astype(np.uint8), guess.astype(np.uint8), 2)
    # The mask of zeros alone is all dark.
    matrix[int(positive == "dark"), int(positive == "dark")] += 81
    for row in result["classes"]:
        row.pop("boundary_f_score")
    assert result["classes"] == Scores.of(matrix).to_json(["0", "1"])["classes"]
    contours = [
        boundary_counts(true.astype(np.uint8), guess.astype(np.uint8), 2),
        boundary_counts(np.zeros((9, 9), np.uint8), np.zeros((9, 9), np.uint8), 2),
    ]
    assert result["mean_boundary_f_score"] == BoundaryScores.of(contours).mean_f_score


def test_positive_leaves_masks_of_classes_alone(score: Score, tmp_path: Path) -> None:
    folder = _write(tmp_path / "p", {"a.png": _TRUE})
    assert score(folder, folder, "--positive", "dark") == score(folder, folder)


def test_what_cannot_be_compared_is_one_sentence(score: Score, tmp_path: Path) -> None:
    folder = _write(tmp_path / "p", {"a.png": _TRUE})
    small = _write(tmp_path / "small", {"a.png": _TRUE[:5]})
    color = _write(tmp_path / "color", {"a.png": np.zeros((20, 30, 3), np.uint8)})
    unlabelled = _write(tmp_path / "u", {"a.png": np.full((20, 30), 255, np.uint8)})
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.png").write_bytes(b"\x89PNG, or not")
    (tmp_path / "empty").mkdir()
    for predicted, truth, part in (
        (folder, tmp_path / "none", "none: there is no such file or folder. Check the name"),
        (folder, small, "a.png: the sizes differ: 30 x 5 and 30 x 20. Compare"),
        (folder, color, "a.png: this is a colour picture, not a mask of class indices"),
        (folder, tmp_path / "bad", "a.png: "),
        (folder, folder / "a.png", "one is a file and one is a folder"),
        (tmp_path / "empty", folder, "there are no masks in this folder"),
        (folder, unlabelled, "255 may be a class"),
    ):
        assert part in score(predicted, truth), part


def test_the_table_shows_every_class_and_absent_ones_as_a_dash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _write(tmp_path / "p", {"a.png": np.zeros((4, 4), np.uint8)})
    (tmp_path / "classes.txt").write_text("[bold]cell[/]\nother\n")
    code = exit_code(["score", *[str(folder)] * 2, "--classes", str(tmp_path / "classes.txt")])
    shown = capsys.readouterr().out
    assert code == 0
    assert "[bold]cell[/]" in shown
    assert "pixel accuracy 1.0000" in shown
    (other,) = [line for line in shown.splitlines() if "other" in line]
    assert other.count(" - ") == 5


def test_what_differs_most_is_told_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worse = np.where(_RANDOM.random((20, 30)) < 0.5, _TRUE, 0).astype(np.uint8)
    masks = {"good.png": _TRUE, "bad.png": _PREDICTED, "worse.png": worse}
    predicted = _write(tmp_path / "p", masks)
    truth = _write(tmp_path / "t", dict.fromkeys(masks, _TRUE))
    sheet = tmp_path / "sheet.png"
    assert exit_code(["score", str(predicted), str(truth), "--sheet", str(sheet)]) == 0
    shown = capsys.readouterr().out
    assert "2 images drawn to" in shown
    assert shown.index("worse.png") < shown.index("bad.png")
    assert "good.png" not in shown
    with Image.open(sheet) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    marked = (pixels == DIFFERENT_COLOR).all(axis=-1)
    assert marked.sum() == (worse != _TRUE).sum() + (_PREDICTED != _TRUE).sum()
    left = marked[:, : 12 + 240 + 6]
    assert left.sum() == (worse != _TRUE).sum()  # the worst comes first
