"""COCO panoptic, written here as https://cocodataset.org/#format-data defines it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.palette import Color
from segstudio.errors import FormatError
from segstudio.formats.table import read_any

CATEGORIES = [
    {"id": 1, "name": "person", "isthing": 1, "color": [220, 20, 60]},
    {"id": 184, "name": "tree-merged", "isthing": 0, "color": [107, 142, 35]},
]
# Ids from panopticapi's sample_data/panoptic_examples.json: red + 256 green + 65536 blue.
IDS = np.array([[3937500, 3937500, 0, 2330219], [3153362, 2330219, 2330219, 0]])
SEGMENTS = [
    {"id": 3937500, "category_id": 1, "iscrowd": 0, "area": 2, "bbox": [0, 0, 2, 1]},
    {"id": 3153362, "category_id": 1, "iscrowd": 1, "area": 1, "bbox": [0, 1, 1, 1]},
    {"id": 2330219, "category_id": 184, "iscrowd": 0, "area": 3, "bbox": [1, 0, 3, 2]},
]


def _make(root: Path, *, segments: object = SEGMENTS, **annotation: object) -> Path:
    pngs = root / "annotations" / "panoptic_val2017"
    for folder in (pngs, root / "val2017"):
        folder.mkdir(parents=True)
    Image.new("RGB", (4, 2)).save(root / "val2017" / "000000142238.jpg")
    rgb = np.stack([IDS % 256, IDS // 256 % 256, IDS // 65536], axis=-1).astype(np.uint8)
    Image.fromarray(rgb).save(pngs / "000000142238.png")
    image = {"id": 142238, "file_name": "000000142238.jpg", "height": 2, "width": 4}
    entry: dict[str, Any] = {"image_id": 142238, "file_name": "000000142238.png"}
    value = {
        "images": [image],
        "annotations": [entry | {"segments_info": segments} | annotation],
        "categories": CATEGORIES,
    }
    pngs.with_suffix(".json").write_text(json.dumps(value))
    return root


def _label_map(root: Path) -> LabelMap:
    dataset = read_any(root)
    return dataset.read_label_map(dataset.splits["val"][0])


def test_segments_become_their_categories(tmp_path: Path) -> None:
    dataset = read_any(_make(tmp_path))
    assert dataset.label_set.names == ("person", "tree-merged")
    assert dataset.label_set[1].color == Color(107, 142, 35)
    assert [item.key for item in dataset.splits["val"]] == ["val2017/000000142238.jpg"]
    assert _label_map(tmp_path).tolist() == [[0, 0, 255, 1], [0, 1, 1, 255]]


def test_a_segment_that_the_json_lacks_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="it holds the segment 2330219") as caught:
        _label_map(_make(tmp_path, segments=SEGMENTS[:2]))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("segments", "problem"),
    [
        (None, "a segment has the id None"),
        ([3], "a segment has the id None"),
        ([{"id": 0, "category_id": 1}], "the id 0"),
        ([{"id": 2**24, "category_id": 1}], "the id 16777216"),
        ([*SEGMENTS, SEGMENTS[0]], "the id 3937500"),
        ([{"id": 5, "category_id": 2}], "segment 5 is of the unknown category 2"),
        ([{"id": 5, "category_id": [1]}], r"unknown category \[1\]"),
    ],
)
def test_wrong_segments_are_told(tmp_path: Path, segments: object, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        _label_map(_make(tmp_path, segments=segments))


@pytest.mark.parametrize("name", ["../../secret.png", "/etc/x.png", "", None])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str | None) -> None:
    dataset = read_any(_make(tmp_path, file_name=name))
    assert not dataset.splits["val"]
    assert dataset.problems == (
        "panoptic_val2017.json: 1 image left out, whose masks have no name inside "
        "panoptic_val2017: 000000142238.jpg",
    )


def test_images_without_annotation_are_told(tmp_path: Path) -> None:
    root = _make(tmp_path, image_id=1)
    dataset = read_any(root)
    assert not dataset.splits["val"]
    assert "1 annotation passed over, whose image is not here" in dataset.problems[0]
    assert "1 image left out, which have no annotation" in dataset.problems[1]
