"""In which format a run reads its data: chosen once, then kept."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.errors import FormatError
from segstudio.storage.opening import create_project
from trainer.__main__ import run
from trainer.errors import RunError
from trainer.run_folder import LAST, read_recipe
from trainer.session import Session, resumed_session

Start = Callable[..., Session]


def test_the_format_that_was_recognised_is_saved(start: Start) -> None:
    assert read_recipe(start().folder).format == "voc"


def test_a_folder_of_two_formats_is_read_as_the_one_that_is_named(start: Start, voc: Path) -> None:
    create_project(voc)  # as the window does when the folder is opened in it
    with pytest.raises(FormatError, match="Pascal VOC") as caught:
        start()
    assert "--format voc or --format segstudio" in caught.value.hint

    assert start(format="voc").recipe.format == "voc"


def test_a_resumed_run_keeps_its_format(start: Start, voc: Path) -> None:
    session = start()
    session.save(LAST)
    create_project(voc)

    assert resumed_session(session.folder, kept={"format": "voc"}).recipe.format == "voc"
    with pytest.raises(RunError, match="its format is voc"):
        resumed_session(session.folder, kept={"format": "png"})


def test_a_model_is_judged_on_data_of_the_format_that_is_named(
    start: Start, voc: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = start()
    session.save(LAST)
    create_project(voc)
    evaluate = ["evaluate", str(session.folder / LAST), "--data", str(voc)]

    assert run(evaluate) == 2
    assert "--format voc" in capsys.readouterr().err
    assert run([*evaluate, "--format", "voc"]) == 0


def test_data_that_defines_its_values_is_judged_by_a_model_of_0_and_255(
    start: Start, voc: Path, tmp_path: Path
) -> None:
    pets = tmp_path / "pets"
    (pets / "annotations").mkdir(parents=True)
    shutil.copytree(voc / "JPEGImages", pets / "images")
    shutil.copytree(voc / "SegmentationClass", pets / "annotations" / "trimaps")
    (pets / "classes.txt").write_text("background\nforeground\n")
    for path in (voc / "SegmentationClass").iterdir():
        Image.fromarray(np.asarray(Image.open(path)) * np.uint8(255)).save(path)
    session = start(positive="dark")
    session.save(LAST)

    assert run(["evaluate", str(session.folder / LAST), "--data", str(pets)]) == 0


def test_class_indices_are_judged_by_a_model_of_0_and_255(
    start: Start, voc: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spread = tmp_path / "spread"
    shutil.copytree(voc, spread)
    for path in (spread / "SegmentationClass").iterdir():
        Image.fromarray(np.asarray(Image.open(path)) * np.uint8(255)).save(path)
    session = start(data=str(spread), positive="light")
    session.save(LAST)
    scores = []
    for data in (spread, voc):
        assert run(["evaluate", str(session.folder / LAST), "--data", str(data), "--json"]) == 0
        scores.append(json.loads(capsys.readouterr().out)["classes"])

    assert scores[0] == scores[1]


def test_what_the_reader_left_out_is_told_with_the_scores(
    start: Start, voc: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = start()
    session.save(LAST)
    (voc / "JPEGImages" / "Thumbs.db").touch()

    assert run(["evaluate", str(session.folder / LAST), "--data", str(voc)]) == 0
    assert "note: 1 file in JPEGImages passed over: Thumbs.db" in capsys.readouterr().out
