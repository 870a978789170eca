"""Label files as users name them: a folder, an archive, or one file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.dataset import LabelledArray, LabelledDataset
from segstudio.formats.source import prepared_source, read_source
from segstudio.formats.table import FORMATS

MakeItem = Callable[..., LabelledArray]
CLASSES = LabelSet.named(["background", "cell", "wall"])
LABEL_MAP = np.array([[0, 1, 1], [2, 2, 0]], np.uint8)
SINGLE = {
    "coco-instances": "annotations/instances_train2017.json",
    "cvat": "annotations.xml",
    "labelstudio": "tasks.json",
    "labelme": "train/a.json",
    "xanylabeling": "train/a.json",
}


@pytest.fixture(params=sorted(SINGLE))
def single(request: pytest.FixtureRequest, tmp_path: Path, make_item: MakeItem) -> Path:
    """Return one label file, alone in its folder, and under a name that says nothing."""
    write = FORMATS[request.param].write
    assert write is not None
    write([make_item("a.png", LABEL_MAP)], CLASSES, tmp_path / "out", total=1)
    file = tmp_path / "downloads" / f"project 7{Path(SINGLE[request.param]).suffix}"
    file.parent.mkdir()
    shutil.copy(tmp_path / "out" / SINGLE[request.param], file)
    return file


def _images(folder: Path, make_item: MakeItem) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(make_item("a.png", LABEL_MAP).image, folder / "a.png")
    return folder


def _read(file: Path, scratch: Path, *images: Path) -> LabelledDataset:
    scratch.mkdir()
    return read_source(prepared_source(file, scratch), images=images)


def _assert_is_whole(dataset: LabelledDataset, image: Path) -> None:
    (item,) = (item for items in dataset.splits.values() for item in items)
    assert item.image == image
    label_map = dataset.read_label_map(item)
    names = [dataset.label_set.names[value] for value in label_map.ravel().tolist()]
    assert names == [CLASSES.names[value] for value in LABEL_MAP.ravel().tolist()]


def test_a_single_file_is_about_images_of_the_project(
    single: Path, tmp_path: Path, make_item: MakeItem
) -> None:
    project = _images(tmp_path / "mine" / "deep", make_item).parent
    dataset = _read(single, tmp_path / "scratch", project)
    assert dataset.problems == ()
    _assert_is_whole(dataset, project / "deep" / "a.png")


def test_a_single_file_is_about_images_beside_it(
    single: Path, tmp_path: Path, make_item: MakeItem
) -> None:
    (tmp_path / "empty").mkdir()
    _images(single.parent, make_item)
    dataset = _read(single, tmp_path / "scratch", tmp_path / "empty")
    _assert_is_whole(dataset, single.parent / "a.png")


def test_a_single_file_without_images_is_refused(single: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError) as caught:
        _read(single, tmp_path / "scratch", tmp_path / "empty")
    assert "project 7" in caught.value.sentence


def test_another_json_file_is_no_label_file(tmp_path: Path) -> None:
    file = tmp_path / "package.json"
    file.write_text(json.dumps({"name": "x", "images": []}))
    with pytest.raises(FormatError, match="no known label format was found"):
        _read(file, tmp_path / "scratch")


def test_a_file_that_is_none_of_these_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "labels.docx"
    file.write_bytes(b"PK")
    with pytest.raises(FormatError, match="no folder, ZIP archive, JSON or XML file"):
        prepared_source(file, tmp_path)
    with pytest.raises(FormatError, match="there is no such file or folder"):
        prepared_source(tmp_path / "gone", tmp_path)


def test_images_of_a_coco_folder_may_lie_in_the_project(
    tmp_path: Path, make_item: MakeItem
) -> None:
    write = FORMATS["coco-instances"].write
    assert write is not None
    write([make_item("a.png", LABEL_MAP)], CLASSES, tmp_path / "out", total=1)
    shutil.rmtree(tmp_path / "out" / "train2017")
    project = _images(tmp_path / "mine", make_item)
    dataset = _read(tmp_path / "out", tmp_path / "scratch", project)
    _assert_is_whole(dataset, project / "a.png")
