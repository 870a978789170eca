"""Choosing the format of a folder."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.export_project import export_project
from segstudio.formats.table import FORMATS, read_any
from segstudio.formats.voc import write_voc
from segstudio.storage.opening import create_project

MakeItem = Callable[..., LabelledArray]
CLASSES = LabelSet.named(["background", "cell"])


def test_every_format_stands_in_the_table_under_its_name() -> None:
    assert [row.name for row in FORMATS.values()] == list(FORMATS)
    assert {
        *("voc", "png", "camvid", "pets", "cityscapes", "cityscapes-34"),
        *("coco-stuff", "coco-panoptic", "coco-instances", "segstudio"),
        *("yolo", "yolo-mask", "labelme", "xanylabeling", "cvat", "cvat-mask", "labelstudio"),
        *("supervisely", "datumaro", "ade20k", "rgb", "tiff", "npy", "huggingface"),
        "png16",
    } <= FORMATS.keys()


def test_a_folder_of_nothing_names_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(FormatError, match="no known label format") as caught:
        read_any(tmp_path)
    assert all(row.title in caught.value.hint for row in FORMATS.values())
    assert caught.value.hint.startswith("Put images into a folder images and masks")


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "masks.zip").touch()
    with pytest.raises(FormatError, match="this is a file") as caught:
        read_any(tmp_path / "masks.zip")
    assert caught.value.hint == "Name the folder of the label set"


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_a_named_format_that_does_not_fit_says_what_it_needs(
    tmp_path: Path, format_name: str
) -> None:
    with pytest.raises(FormatError) as caught:
        read_any(tmp_path, format_name=format_name)
    assert caught.value.hint


def test_an_unknown_format_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="there is no format yolo9") as caught:
        read_any(tmp_path, format_name="yolo9")
    assert "voc" in caught.value.hint


@pytest.mark.parametrize(
    "format_name", sorted(row.name for row in FORMATS.values() if not row.asks_positive)
)
def test_positive_is_refused_where_values_have_a_meaning(tmp_path: Path, format_name: str) -> None:
    with pytest.raises(FormatError, match="defines what the values") as caught:
        read_any(tmp_path, positive=Positive.DARK, format_name=format_name)
    assert "--positive" in caught.value.hint


def test_a_label_set_with_a_project_inside_is_not_guessed(
    tmp_path: Path, make_item: MakeItem
) -> None:
    root = tmp_path / "set"
    write_voc([make_item("a.png"), make_item("b.png", split="val")], CLASSES, root, total=2)
    create_project(root)
    with pytest.raises(FormatError, match=r"Pascal VOC\) and a segstudio project") as caught:
        read_any(root)
    assert "--format voc or --format segstudio" in caught.value.hint
    assert len(read_any(root, format_name="voc").splits["train"]) == 1


def test_a_project_cannot_be_the_target_of_an_export(tmp_path: Path) -> None:
    Image.new("RGB", (3, 2)).save(tmp_path / "a.png")
    project = create_project(tmp_path).with_label_set(CLASSES)
    project.write_mask("a.png", np.zeros((2, 3), np.uint8))
    with pytest.raises(FormatError, match="can only be read"):
        export_project(project, "segstudio", tmp_path / "out")
