"""``trainer doctor`` as a user meets it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from label_sets import truncate, write_every_mask, write_mask
from PIL import Image

from trainer.__main__ import run

MakeVoc = Callable[..., Path]
Printed = pytest.CaptureFixture[str]


def _json(capsys: Printed, *arguments: object, code: int = 0) -> dict[str, Any]:
    assert run(["doctor", "--json", *map(str, arguments)]) == code
    captured = capsys.readouterr()
    assert captured.err == ""
    result: dict[str, Any] = json.loads(captured.out)
    return result


def test_sound_data_is_described(capsys: Printed, tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "cells", train=4, val=2, classes=("background", "cell"))

    assert run(["doctor", "--data", str(root)]) == 0

    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "cells: Pascal VOC" in text
    assert "6 indexed; the value is the class index, 255 is unlabelled" in text
    assert "all is well" in text


def test_programs_get_the_same_as_json(capsys: Printed, tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "cells", train=4, val=2, classes=("background", "cell"))
    write_every_mask(root, np.arange(48 * 64).reshape(48, 64) % 4 // 3)

    found = _json(capsys, "--data", root)

    assert found["usable"]
    assert found["format"] == "voc"
    assert found["splits"]["train"]["images"] == 4
    assert found["splits"]["train"]["median"] == [48, 64]
    assert found["masks"] == {"grey": 6}
    assert found["mask_values"] == {"0": 6 * 48 * 64 * 3 // 4, "1": 6 * 48 * 64 // 4}
    assert found["classes"][1]["name"] == "cell"
    assert found["classes"][1]["splits"]["val"] == {
        "pixels": 2 * 48 * 64 // 4,
        "share": 0.25,
        "images": 2,
    }
    assert found["findings"] == []


def test_the_fingerprint_is_that_of_training(
    capsys: Printed, voc: Path, start: Callable[..., Any]
) -> None:
    (voc / "ImageSets" / "Segmentation" / "test.txt").write_text("image0")

    found = _json(capsys, "--data", voc)

    assert found["fingerprint"] == start().found.fingerprint


def test_all_problems_are_told_at_once(capsys: Printed, voc: Path) -> None:
    truncate(voc / "JPEGImages" / "image0.png")
    write_mask(voc, "image1", np.zeros((10, 12)))
    (voc / "JPEGImages" / "Thumbs.db").touch()

    found = _json(capsys, "--data", voc, code=2)

    assert not found["usable"]
    assert found["splits"]["train"]["unusable"] == 2
    codes = [finding["code"] for finding in found["findings"]]
    assert codes == ["unusable-image", "size-mismatch", "single-image", "left-out"]
    assert found["findings"][0]["files"] == ["image0.png"]

    assert run(["doctor", "--data", str(voc)]) == 2
    text = " ".join(capsys.readouterr().out.split())
    assert "refused: image0.png: the file is damaged and cannot be opened" in text
    assert "cannot be trained on: 2 problems" in text


def test_test_images_are_looked_at_too(capsys: Printed, voc: Path) -> None:
    (voc / "ImageSets" / "Segmentation" / "test.txt").write_text("image4")
    for folder, suffix in (("JPEGImages", "png"), ("SegmentationClass", "png")):
        source = voc / folder / f"image0.{suffix}"
        (voc / folder / f"image4.{suffix}").write_bytes(source.read_bytes()[:90])

    found = _json(capsys, "--data", voc)

    assert found["usable"]
    assert "neither in training nor in validation: image4.png" in found["findings"][-1]["message"]
    assert found["splits"]["test"] | {"unlabelled": None} == {
        "images": 0, "unusable": 1, "smallest": None, "median": None, "largest": None,
        "grey": 0, "unlabelled": None,
    }  # fmt: skip


def test_masks_of_0_and_255_are_told_what_they_were_read_as(capsys: Printed, voc: Path) -> None:
    write_every_mask(voc, np.where(np.arange(48 * 64).reshape(48, 64) % 4, 255, 0))

    assert run(["doctor", "--data", str(voc)]) == 2
    assert "--positive dark if it is 0" in capsys.readouterr().out

    assert run(["doctor", "--data", str(voc), "--positive", "dark"]) == 0
    text = capsys.readouterr().out
    assert "0 to 127 is class 1" in text
    assert "values in the masks: 0 (25.0%), 255 (75.0%)" in text


def test_smoothed_masks_are_warned_of(capsys: Printed, voc: Path) -> None:
    write_every_mask(voc, np.arange(48 * 64).reshape(48, 64) % 256)

    found = _json(capsys, "--data", voc, "--positive", "light")

    (finding,) = [each for each in found["findings"] if each["code"] == "smoothed-masks"]
    assert "99.22% of the mask pixels are neither 0 nor 255" in finding["message"]


def test_colours_are_listed_as_they_are(capsys: Printed, voc: Path) -> None:
    red = np.zeros((48, 64, 3), np.uint8)
    red[:12, :, 0] = 200
    write_every_mask(voc, red)
    (voc / "labelmap.txt").write_text("background:0,0,0::\ncell:200,0,0::\n")

    found = _json(capsys, "--data", voc)

    assert found["masks"] == {"colour": 4}
    assert found["mask_values"] == {"#000000": 4 * 36 * 64, "#c80000": 4 * 12 * 64}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--data", "nowhere"), "there is no such folder"),
        (("--data", "."), "no known label format"),
        ((), "--data"),
    ],
)
def test_what_cannot_be_looked_at_is_one_line(
    capsys: Printed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["doctor", *arguments]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err


def test_a_label_set_of_shapes_has_no_values(capsys: Printed, tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    (tmp_path / "train2017").mkdir()
    images = []
    for number in range(5):
        pixels = np.random.default_rng(number).integers(0, 255, (8, 9, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "train2017" / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "height": 8, "width": 9})
    square = [[1, 1, 6, 1, 6, 6, 1, 6]]
    content = {
        "images": images,
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "iscrowd": 0, "segmentation": square}
            for n in range(5)
        ],
    }
    (tmp_path / "annotations" / "instances_train2017.json").write_text(json.dumps(content))

    found = _json(capsys, "--data", tmp_path)

    assert found["masks"] == {"shapes in JSON": 5}
    assert found["mask_values"] == {}
