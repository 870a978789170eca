"""Every format that can be written: what comes back is what was given."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.table import FORMATS, Writer, read_any
from segstudio.formats.writing import UNFINISHED
from segstudio.storage.images import read_image

MakeItem = Callable[..., LabelledArray]

WRITERS = {row.name: row.write for row in FORMATS.values() if row.write is not None}
CLASSES = LabelSet.named(["background", "cell", "wall"])
CAMVID_LIKE = LabelSet.named(["sky", "road", "tree"])
# Formats that have no word for unlabelled pixels, where what is not covered is the background.
_WITHOUT_UNLABELLED = {"yolo"}
ALL_CLASSES = LabelSet.named(f"class {index}" for index in range(255))


@pytest.fixture(params=sorted(WRITERS))
def format_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def write(format_name: str) -> Writer:
    return WRITERS[format_name]


def _drawn(rng: np.random.Generator, num_classes: int) -> LabelMap:
    """Return regions with thin lines, rings, islands of one pixel and unlabelled pixels."""
    height, width = rng.integers(1, 60, 2).tolist()
    rows, columns = np.mgrid[:height, :width]
    label_map = np.full((height, width), rng.integers(num_classes), np.uint8)
    for _ in range(6):
        value = 255 if rng.random() < 0.3 else rng.integers(num_classes)
        row, column, radius = rng.integers(height), rng.integers(width), rng.integers(1, 20)
        distance = np.hypot(rows - row, columns - column)
        label_map[abs(distance - radius) < 1] = value  # a ring
        label_map[row, :] = rng.integers(num_classes)  # a line
        label_map[:, column] = value
        label_map[rng.random((height, width)) < 0.01] = rng.integers(num_classes)  # islands
    return label_map


def _assert_comes_back(
    out: Path, write: Writer, label_set: LabelSet, items: list[LabelledArray], name: str
) -> None:
    report = write(items, label_set, out, total=len(items))
    if name in _WITHOUT_UNLABELLED and label_set.background_index == 0:
        lost = sum(int(np.count_nonzero(item.label_map == 255)) for item in items)
        assert report.changed == ({255: lost} if lost else {})
        items = [
            item._replace(label_map=np.where(item.label_map == 255, 0, item.label_map))
            for item in items
        ]
    else:
        assert report.changed == {}
    assert report.images == len(items)
    dataset = read_any(out, format_name=name)
    assert dataset.label_set.names == label_set.names
    assert dataset.problems == ()
    for items_of_split in dataset.splits.values():
        for item in items_of_split:
            stem = Path(item.image.name).stem.removesuffix("_leftImg8bit")
            given = next(i for i in items if Path(i.key).stem == stem)
            assert np.array_equal(dataset.read_label_map(item), given.label_map)
            assert np.array_equal(read_image(item.image), read_image(given.image))
    counted = {split: len(dataset.splits.get(split, ())) for split in ("train", "val")}
    assert counted == {
        split: sum(item.split == split for item in items) for split in ("train", "val")
    }


@pytest.mark.parametrize("label_set", [CLASSES, CAMVID_LIKE], ids=["background", "no background"])
def test_drawn_label_maps_come_back(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer, label_set: LabelSet
) -> None:
    rng = np.random.default_rng(5)
    items = [
        make_item(f"{n}.png", _drawn(rng, len(label_set)), split="val" if n % 4 == 0 else "train")
        for n in range(5)
    ]
    _assert_comes_back(tmp_path / "out", write, label_set, items, format_name)


def test_a_sample_of_drawn_label_maps_of_all_values_comes_back(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer
) -> None:
    """Of the thousand below, which take minutes."""
    rng = np.random.default_rng(7)
    items = [make_item(f"{n}.png", _drawn(rng, 255)) for n in range(4)]
    items.append(make_item("v.png", _drawn(rng, 255), split="val"))
    _assert_comes_back(tmp_path / "out", write, ALL_CLASSES, items, format_name)


def test_noise_of_all_255_classes_comes_back(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer
) -> None:
    rng = np.random.default_rng(6)
    noise = rng.integers(0, 256, (41, 37), dtype=np.uint8)
    items = [make_item("a.png", noise), make_item("b.jpg", noise[:1, :1], split="val")]
    _assert_comes_back(tmp_path / "out", write, ALL_CLASSES, items, format_name)


def test_images_for_testing_stay_apart(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer
) -> None:
    splits = ("train", "val", "test")
    label_map = np.ones((3, 4), np.uint8)
    items = [make_item(f"{split}.png", label_map, split=split) for split in splits]
    write(items, CLASSES, tmp_path / "out", total=3)
    dataset = read_any(tmp_path / "out", format_name=format_name)
    for split in splits:
        (item,) = dataset.splits[split]
        assert item.image.name.startswith(split)
        assert np.array_equal(dataset.read_label_map(item), label_map)


@pytest.mark.slow
def test_a_thousand_drawn_label_maps_of_all_values_come_back(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer
) -> None:
    rng = np.random.default_rng(7)
    image = make_item("a.png").image

    def items() -> Iterator[LabelledArray]:
        for number in range(1000):
            label_map = _drawn(rng, 255)
            picture = image.with_name(f"{number}.png")
            Image.new("L", label_map.shape[::-1]).save(picture)
            split = "train" if number % 5 else "val"
            yield LabelledArray(picture.name, picture, label_map, split)

    report = write(items(), ALL_CLASSES, tmp_path / "out", total=1000)
    assert (report.images, report.changed) == (1000, {})
    rng = np.random.default_rng(7)
    given = {f"{number}": _drawn(rng, 255) for number in range(1000)}
    dataset = read_any(tmp_path / "out", format_name=format_name)
    found = {item.key: item for items in dataset.splits.values() for item in items}
    assert len(found) == 1000  # Pascal VOC lists each twice: trainval
    for item in found.values():
        stem = Path(item.image.name).stem.removesuffix("_leftImg8bit")
        assert np.array_equal(dataset.read_label_map(item), given[stem])


@pytest.mark.parametrize("value", [0, 1, 255])
def test_one_value_alone_comes_back(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer, value: int
) -> None:
    items = [
        make_item(f"{split}.png", np.full((3, 5), value, np.uint8), split=split)
        for split in ("train", "val")
    ]
    _assert_comes_back(tmp_path / "out", write, CLASSES, items, format_name)


def test_a_written_folder_is_recognised(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer
) -> None:
    label_map = np.ones((3, 4), np.uint8)
    items = [make_item("a.png", label_map), make_item("b.png", label_map, split="val")]
    write(items, CLASSES, tmp_path / "out", total=2)
    assert FORMATS[format_name].recognises(tmp_path / "out")
    found, named = read_any(tmp_path / "out"), read_any(tmp_path / "out", format_name=format_name)
    assert found.label_set == named.label_set
    assert found.splits == named.splits


def test_a_turned_image_is_written_upright(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer
) -> None:
    items = [make_item("a.jpg", np.ones((6, 9), np.uint8), orientation=6)]
    write(items, CLASSES, tmp_path / "out", total=1)
    dataset = read_any(tmp_path / "out", format_name=format_name)
    item = next(item for items in dataset.splits.values() for item in items)
    assert read_image(item.image).shape[:2] == dataset.read_label_map(item).shape == (6, 9)


def test_names_that_no_list_can_hold_come_back(
    tmp_path: Path, make_item: MakeItem, format_name: str, write: Writer
) -> None:
    keys = ["two words.png", "s/a.png", "s__a.jpg", "A.png", "a.png", "細胞.png"]
    label_maps = [np.full((2, n + 1), n % 3, np.uint8) for n in range(len(keys))]
    items = [make_item(*given) for given in zip(keys, label_maps, strict=True)]
    write(items, CLASSES, tmp_path / "out", total=len(items))
    dataset = read_any(tmp_path / "out", format_name=format_name)
    read = {
        label_map.shape[1]: label_map
        for items in dataset.splits.values()
        for label_map in map(dataset.read_label_map, items)
    }
    assert all(np.array_equal(read[m.shape[1]], m) for m in label_maps)


def test_a_value_that_is_no_class_is_refused(
    tmp_path: Path, make_item: MakeItem, write: Writer
) -> None:
    item = make_item("a.png", np.full((2, 2), 3, np.uint8))
    with pytest.raises(FormatError, match="value 3, but the project names 3 classes"):
        write([item], CLASSES, tmp_path / "out", total=1)


def test_a_stopped_export_is_not_taken_for_a_whole_one(
    tmp_path: Path, make_item: MakeItem, write: Writer
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write([make_item("a.png")], CLASSES, tmp_path / "out", total=1, progress=stop)
    with pytest.raises(FormatError, match="stopped before it was finished") as caught:
        read_any(tmp_path / "out")
    assert UNFINISHED in caught.value.hint


def test_a_folder_that_is_not_empty_is_left_alone(
    tmp_path: Path, make_item: MakeItem, write: Writer
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(FormatError, match="this folder is not empty"):
        write([make_item("a.png")], CLASSES, tmp_path / "out", total=1)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]
