"""Writing Pascal VOC: what comes back is what was given, whatever the names and the pixels."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError, ImageError, StorageError
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.voc import read_voc, write_voc
from segstudio.storage.images import is_turned, read_image

MakeItem = Callable[..., LabelledArray]

CLASSES = LabelSet.named(["background", "cell", "wall"])
ALL_CLASSES = LabelSet.named(f"class {index}" for index in range(255))


def _read_back(out: Path, split: str) -> list[LabelMap]:
    dataset = read_voc(out)
    return [dataset.read_label_map(item) for item in dataset.splits[split]]


@pytest.mark.parametrize("seed", range(5))
def test_no_pixel_of_any_label_map_changes(tmp_path: Path, make_item: MakeItem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    label_maps = [rng.integers(0, 256, rng.integers(1, 80, 2), dtype=np.uint8) for _ in range(4)]
    items = [make_item(f"{place}.png", label_map) for place, label_map in enumerate(label_maps)]
    report = write_voc(items, ALL_CLASSES, tmp_path / "out", total=len(items))
    assert (report.images, report.changed_pixels) == (4, 0)
    for given, read in zip(label_maps, _read_back(tmp_path / "out", "train"), strict=True):
        assert np.array_equal(given, read)


def test_all_255_classes_come_back_with_names_and_colours(
    tmp_path: Path, make_item: MakeItem
) -> None:
    write_voc([make_item("a.png")], ALL_CLASSES, tmp_path / "out", total=1)
    assert read_voc(tmp_path / "out").label_set == ALL_CLASSES


@pytest.mark.parametrize("values", [[0, 255], [255, 255]])
def test_background_and_unlabelled_pixels_alone_come_back(
    tmp_path: Path, make_item: MakeItem, values: list[int]
) -> None:
    label_map = np.array([values], np.uint8)
    write_voc([make_item("a.png", label_map)], CLASSES, tmp_path / "out", total=1)
    assert np.array_equal(_read_back(tmp_path / "out", "train")[0], label_map)


@pytest.mark.parametrize("name", ["#1", "# a", "細胞", "a,b", "1,2,3", "<b>", "a b", "a\u2019s"])
def test_unusual_class_names_come_back(tmp_path: Path, make_item: MakeItem, name: str) -> None:
    label_set = LabelSet.named(["background", name, "last"])
    write_voc([make_item("a.png")], label_set, tmp_path / "out", total=1)
    assert read_voc(tmp_path / "out").label_set == label_set


def test_colons_leave_class_names_but_no_two_become_one(
    tmp_path: Path, make_item: MakeItem
) -> None:
    label_set = LabelSet.named([":", "a:b", "a b", "a b 2", "b:", "b", "::"])
    write_voc([make_item("a.png")], label_set, tmp_path / "out", total=1)
    names = read_voc(tmp_path / "out").label_set.names
    assert names == ("class", "a b 3", "a b", "a b 2", "b 2", "b", "class 2")


def test_the_layout_is_that_of_pascal_voc(tmp_path: Path, make_item: MakeItem) -> None:
    items = [make_item("b.jpg"), make_item("a.png", split="val")]
    write_voc(items, CLASSES, tmp_path / "out", total=2)
    files = sorted(
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    )
    assert files == [
        "ImageSets/Segmentation/train.txt",
        "ImageSets/Segmentation/trainval.txt",
        "ImageSets/Segmentation/val.txt",
        "JPEGImages/a.png",
        "JPEGImages/b.jpg",
        "SegmentationClass/a.png",
        "SegmentationClass/b.png",
        "labelmap.txt",
    ]
    lists = tmp_path / "out" / "ImageSets" / "Segmentation"
    assert (lists / "train.txt").read_bytes() == b"b\n"
    assert (lists / "val.txt").read_bytes() == b"a\n"
    assert (lists / "trainval.txt").read_bytes() == b"a\nb\n"


def test_images_are_copied_byte_for_byte(tmp_path: Path, make_item: MakeItem) -> None:
    item = make_item("a.JPG")
    write_voc([item], CLASSES, tmp_path / "out", total=1)
    copy = tmp_path / "out" / "JPEGImages" / "a.jpg"
    assert copy.read_bytes() == item.image.read_bytes()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_turned_images_are_written_upright(
    tmp_path: Path, make_item: MakeItem, suffix: str, orientation: int
) -> None:
    label_map = np.ones((6, 9), np.uint8)
    item = make_item(f"a{suffix}", label_map, orientation=orientation)
    write_voc([item], CLASSES, tmp_path / "out", total=1)
    (copy,) = (tmp_path / "out" / "JPEGImages").iterdir()
    assert not is_turned(copy)
    assert np.array_equal(read_image(copy), read_image(item.image))
    assert read_image(copy).shape[:2] == label_map.shape


def test_images_with_one_stem_are_kept_apart(tmp_path: Path, make_item: MakeItem) -> None:
    keys = ["a.jpg", "a.png", "A.tif", "s/a.png", "s__a.png"]
    label_maps = [np.full((2, 2), index % 3, np.uint8) for index in range(len(keys))]
    items = [make_item(key, label_map) for key, label_map in zip(keys, label_maps, strict=True)]
    write_voc(items, CLASSES, tmp_path / "out", total=len(items))
    read = _read_back(tmp_path / "out", "train")
    assert [label_map[0, 0] for label_map in read] == [0, 1, 2, 0, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no files of such names")
@pytest.mark.parametrize(
    "key",
    [
        "two words.png",
        "a:b.png",
        'w"h?a*t.png',
        "line\nbreak.png",
        "ideographic\u3000space.png",
        "\u2028.png",
        "-rf.png",
        "#a.png",
        "a.b.c.png",
        "細胞/é.png",
        "half \udcff.png",
        f"{'x' * 200}/{'細' * 80}.png",
    ],
)
def test_every_image_name_comes_back(tmp_path: Path, make_item: MakeItem, key: str) -> None:
    label_map = np.full((2, 3), 2, np.uint8)
    write_voc([make_item(key, label_map)], CLASSES, tmp_path / "out", total=1)
    dataset = read_voc(tmp_path / "out")
    (item,) = dataset.splits["train"]
    assert not set(item.key) & set(' <>:"\\|?*\n')
    assert np.array_equal(dataset.read_label_map(item), label_map)
    assert read_image(item.image).shape == (2, 3, 3)


def test_no_images_give_empty_lists(tmp_path: Path) -> None:
    report = write_voc([], CLASSES, tmp_path / "out", total=0)
    assert report.images == 0
    assert read_voc(tmp_path / "out").splits == {"train": [], "trainval": [], "val": []}


def test_progress_is_told_after_each_image(tmp_path: Path, make_item: MakeItem) -> None:
    told: list[tuple[int, int]] = []
    items = [make_item("a.png"), make_item("b.png")]
    write_voc(items, CLASSES, tmp_path / "out", total=2, progress=lambda *args: told.append(args))
    assert told == [(1, 2), (2, 2)]


def test_a_stopped_export_cannot_be_taken_for_a_whole_one(
    tmp_path: Path, make_item: MakeItem
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_voc([make_item("a.png")], CLASSES, tmp_path / "out", total=1, progress=stop)
    with pytest.raises(FormatError):
        read_voc(tmp_path / "out")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, make_item: MakeItem) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(FormatError, match="out: this folder is not empty"):
        write_voc([make_item("a.png")], CLASSES, tmp_path / "out", total=1)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path, make_item: MakeItem) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(FormatError):
        write_voc([make_item("a.png")], CLASSES, tmp_path / "out", total=1)


def test_an_empty_folder_is_used(tmp_path: Path, make_item: MakeItem) -> None:
    (tmp_path / "out").mkdir()
    assert write_voc([make_item("a.png")], CLASSES, tmp_path / "out", total=1).images == 1


def test_an_image_that_is_gone_is_told(tmp_path: Path, make_item: MakeItem) -> None:
    item = make_item("a.png")
    item.image.unlink()
    with pytest.raises(ImageError, match=r"a\.png: there is no such file"):
        write_voc([item], CLASSES, tmp_path / "out", total=1)


def test_a_place_that_may_not_be_written_is_told(
    open_folder_for_all: Path,
    as_nobody: Callable[[], AbstractContextManager[None]],
) -> None:
    with as_nobody(), pytest.raises(StorageError, match="you may not write here"):
        write_voc([], CLASSES, open_folder_for_all / "out", total=0)


def test_the_mask_is_in_the_colours_of_the_classes(tmp_path: Path, make_item: MakeItem) -> None:
    label_map = np.array([[0, 1, 2, 255]], np.uint8)
    write_voc([make_item("a.png", label_map)], CLASSES, tmp_path / "out", total=1)
    with Image.open(tmp_path / "out" / "SegmentationClass" / "a.png") as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image.convert("RGB")), _published(label_map))


def _published(label_map: LabelMap) -> object:
    """Return the colours of a label map; unlabelled is that of Pascal VOC's published masks."""
    palette = CLASSES.palette
    palette[255] = (224, 224, 192)
    return palette[label_map]
