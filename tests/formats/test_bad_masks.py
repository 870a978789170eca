"""Masks that are wrong, in every format that has a file for each: a row, and the rest comes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.import_labels import Fate, plan_import, run_import
from segstudio.formats.table import FORMATS, read_labels
from segstudio.storage.opening import create_project

MakeItem = Callable[..., LabelledArray]
CLASSES = LabelSet.named(["background", "cell"])
Paths = tuple[Path, Path]

# Where the image bad.png and its mask lie.
PLACES = {
    "voc": ("JPEGImages/bad.png", "SegmentationClass/bad.png"),
    "png": ("images/bad.png", "masks/bad.png"),
    "png16": ("images/bad.png", "masks/bad.png"),
    "tiff": ("images/bad.png", "masks/bad.tif"),
    "npy": ("images/bad.png", "masks/bad.npy"),
    "rgb": ("images/bad.png", "masks/bad.png"),
    "camvid": ("train/bad.png", "trainannot/bad.png"),
    "pets": ("images/bad.png", "annotations/trimaps/bad.png"),
    "cityscapes": (
        "leftImg8bit/train/segstudio/bad_leftImg8bit.png",
        "gtFine/train/segstudio/bad_gtFine_labelTrainIds.png",
    ),
    "cityscapes-34": (
        "leftImg8bit/train/segstudio/bad_leftImg8bit.png",
        "gtFine/train/segstudio/bad_gtFine_labelIds.png",
    ),
    "coco-stuff": ("images/train2017/bad.png", "annotations/train2017/bad.png"),
    "coco-panoptic": ("train2017/bad.png", "annotations/panoptic_train2017/bad.png"),
    "yolo-mask": ("images/train/bad.png", "masks/train/bad.png"),
    "ade20k": ("images/training/bad.png", "annotations/training/bad.png"),
    "cvat-mask": ("JPEGImages/bad.png", "SegmentationClass/bad.png"),
}
# What the format keeps in the pixels of a class that is not there, and how the row names it.
FOREIGN: dict[str, tuple[int | tuple[int, int, int], str]] = {
    "png16": (777, "it holds the value 777, which values.txt does not name"),
    "rgb": ((1, 2, 3), "it has colours that labelmap.txt does not name: #010203"),
    "cvat-mask": ((1, 2, 3), "it has colours that labelmap.txt does not name: #010203"),
    "coco-panoptic": ((1, 2, 3), "it holds the segment 197121, which the JSON file does not have"),
}
# Their lists name the image of each mask with its suffix.
NAMED_WITH_SUFFIX = {"camvid", "coco-panoptic"}


@pytest.fixture(params=sorted(PLACES))
def format_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path, make_item: MakeItem, format_name: str) -> Path:
    """Return a label set of good.png and bad.png, both in the split train."""
    label_map = np.zeros((6, 8), np.uint8)
    label_map[1:4, 2:7] = 1
    write = FORMATS[format_name].write
    assert write is not None
    items = [make_item(name, label_map) for name in ("good.png", "bad.png")]
    write(items, CLASSES, tmp_path / "set", total=2)
    for path in (tmp_path / "set").rglob("bad_gtFine_*"):
        if path.name != Path(PLACES[format_name][1]).name:
            path.unlink()  # Cityscapes has the labels of an image several times
    return tmp_path / "set"


@pytest.fixture
def paths(root: Path, format_name: str) -> Paths:
    image, mask = (root / place for place in PLACES[format_name])
    assert image.is_file()
    assert mask.is_file()
    return image, mask


def _rows(root: Path, format_name: str) -> list[str]:
    """Import into a new project, of which only good.png must come; return the reasons."""
    dataset = read_labels(root, format_name=format_name)
    plan = plan_import(dataset, create_project(root.parent / "new"))
    project, report = run_import(plan)
    assert [Path(key).stem.split("_")[0] for key in project.labelled_keys()] == ["good"]
    assert report.counts[Fate.IMPORTED] == 1
    rows = [f"{row.name}: {row.reason}" for row in report.rows]
    assert any("bad" in row for row in rows)
    return rows


def _save_foreign(format_name: str, mask: Path) -> str:
    """Fill a mask with a value of no class; return how the row names it."""
    value, told = FOREIGN.get(format_name, (99, "it holds the value 99"))
    values = np.full((6, 8), value) if isinstance(value, int) else np.full((6, 8, 3), value)
    if mask.suffix == ".npy":
        np.save(mask, values)
    else:
        kind = np.uint16 if format_name == "png16" else np.uint8
        Image.fromarray(values.astype(kind)).save(mask)
    return told


def test_a_mask_of_another_size_is_told(root: Path, paths: Paths, format_name: str) -> None:
    _, mask = paths
    if mask.suffix == ".npy":
        np.save(mask, np.load(mask)[:3, :4])
    else:
        with Image.open(mask) as image:
            cut = image.crop((0, 0, 4, 3))
        cut.save(mask)
    rows = _rows(root, format_name)
    assert any("its labels have 4 x 3 pixels, the image has 8 x 6" in row for row in rows)


def test_a_value_of_no_class_is_told(root: Path, paths: Paths, format_name: str) -> None:
    told = _save_foreign(format_name, paths[1])
    assert any(told in row for row in _rows(root, format_name))


@pytest.mark.parametrize("length", [0, 20, 40])
def test_a_mask_that_is_cut_off_is_told(
    root: Path, paths: Paths, format_name: str, length: int
) -> None:
    _, mask = paths
    mask.write_bytes(mask.read_bytes()[:length])
    _rows(root, format_name)


def test_a_mask_that_is_gone_is_told(root: Path, paths: Paths, format_name: str) -> None:
    paths[1].unlink()
    _rows(root, format_name)


def test_an_image_that_is_gone_is_told(root: Path, paths: Paths, format_name: str) -> None:
    paths[0].unlink()
    _rows(root, format_name)


def test_an_image_turned_without_its_mask_is_told(
    root: Path, paths: Paths, format_name: str
) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    Image.new("RGB", (8, 6)).save(paths[0], exif=exif)
    rows = _rows(root, format_name)
    told = "The image is turned by its EXIF data and the mask is not: turn the mask"
    assert any(told in row for row in rows)


@pytest.mark.parametrize("format_name", sorted({*PLACES} - NAMED_WITH_SUFFIX), indirect=True)
def test_a_mask_of_two_images_is_told(root: Path, paths: Paths, format_name: str) -> None:
    Image.new("RGB", (8, 6)).save(paths[0].with_suffix(".jpg"))
    _rows(root, format_name)
