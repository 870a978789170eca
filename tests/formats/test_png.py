"""Folders of images beside folders of masks, as people have them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.errors import FormatError, MaskError
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import LabelledDataset
from segstudio.formats.pairing import pair
from segstudio.formats.png import is_png
from segstudio.formats.table import read_any

MASK = np.array([[0, 1, 2, 255]], np.uint8)


def _make(root: Path, *paths: str) -> Path:
    """Make files: images of four pixels, masks where the name or the folder says so, or text."""
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix in (".txt", ".db", ".json") or file.name.startswith("."):
            file.write_text("no image")
        elif file.suffix == ".png":
            Image.fromarray(MASK).save(file)
        else:
            Image.new("RGB", (4, 1)).save(file)
    return root


def _pairs(dataset: LabelledDataset) -> dict[str, str]:
    return {
        item.key: item.mask.relative_to(dataset.root).as_posix()
        for items in dataset.splits.values()
        for item in items
    }


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("images/a.jpg", "masks/a.png"),
        ("images/a.jpg", "masks/a.jpg.png"),
        ("images/a.jpg", "labels/a_mask.png"),
        ("Image/a.tif", "Mask/a.png"),
        ("imgs/s/a.jpg", "gt/s/a.png"),
        ("images/0001TP_006690.jpg", "labels/0001TP_006690_L.png"),
        ("a.jpg", "a_mask.png"),
        ("a.jpg", "a-labels.png"),
        ("train/images/a.jpg", "train/masks/a.png"),
        ("train/a.jpg", "train/a_mask.png"),
        ("train/a.jpg", "train_masks/a.png"),
        ("train_images/a.jpg", "train_labels/a.png"),
        ("images/train/a.jpg", "masks/train/a.png"),
        ("images/train/s/a.jpg", "annotations/train/s/a.png"),
    ],
)
def test_usual_layouts_are_recognised(tmp_path: Path, image: str, mask: str) -> None:
    root = _make(tmp_path, image, mask)
    dataset = read_any(root)
    assert is_png(root)
    assert _pairs(dataset) == {image: mask}
    assert dataset.problems == ()
    (item,) = dataset.splits["train"]
    assert np.array_equal(dataset.read_label_map(item), MASK)


@pytest.mark.parametrize(
    "pattern",
    [
        "{split}/images/{name}.jpg {split}/masks/{name}.png",
        "images/{split}/{name}.jpg masks/{split}/{name}.png",
    ],
)
@pytest.mark.parametrize("validation", ["val", "valid", "validation", "Val"])
def test_folders_decide_the_split(tmp_path: Path, pattern: str, validation: str) -> None:
    for split, name in (("train", "a"), ("train", "b"), (validation, "c"), ("test", "d")):
        _make(tmp_path, *pattern.format(split=split, name=name).split())
    splits = read_any(tmp_path).splits
    stems = {split: [item.image.stem for item in items] for split, items in splits.items()}
    assert stems == {"train": ["a", "b"], "val": ["c"], "test": ["d"]}


@pytest.mark.parametrize("line", ["a", "a.jpg", "images/a.jpg", "images/a"])
def test_lists_decide_the_split(tmp_path: Path, line: str) -> None:
    _make(tmp_path, *(f"images/{n}.jpg" for n in "abc"), *(f"masks/{n}.png" for n in "abc"))
    (tmp_path / "train.txt").write_text("b\nc\n")
    (tmp_path / "val.txt").write_text(f"{line}\r\n")
    splits = read_any(tmp_path).splits
    assert [item.image.stem for item in splits["train"]] == ["b", "c"]
    assert [item.image.stem for item in splits["val"]] == ["a"]


def test_names_in_lists_without_image_are_told(tmp_path: Path) -> None:
    _make(tmp_path, "images/a.jpg", "masks/a.png")
    (tmp_path / "train.txt").write_text("a\nb\nc\n")
    (problem,) = read_any(tmp_path).problems
    assert "2 names in train.txt" in problem
    assert problem.endswith("b, c")


def test_lists_that_fit_nothing_are_refused(tmp_path: Path) -> None:
    _make(tmp_path, "images/a.jpg", "masks/a.png")
    (tmp_path / "train.txt").write_text("x\n")
    with pytest.raises(FormatError, match="none of the names") as caught:
        read_any(tmp_path)
    assert caught.value.hint


def test_where_nothing_decides_a_fifth_judges_and_always_the_same(tmp_path: Path) -> None:
    names = [f"{number:02}" for number in range(20)]
    _make(tmp_path, *(f"images/{n}.jpg" for n in names), *(f"masks/{n}.png" for n in names))
    splits = read_any(tmp_path).splits
    assert {split: len(items) for split, items in splits.items()} == {"train": 16, "val": 4}
    assert read_any(tmp_path).splits == splits


def test_training_images_judge_where_only_test_images_are_set_apart(tmp_path: Path) -> None:
    names = [f"train/images/{n}.jpg" for n in range(5)] + ["test/images/x.jpg"]
    masks = [name.replace("images", "masks").replace("jpg", "png") for name in names]
    splits = read_any(_make(tmp_path, *names, *masks)).splits
    assert {split: len(items) for split, items in splits.items()} == {
        "train": 4,
        "val": 1,
        "test": 1,
    }


def test_stray_and_single_files_are_told_and_passed_over(tmp_path: Path) -> None:
    _make(tmp_path, "images/a.jpg", "images/b.jpg", "images/._a.jpg", "images/Thumbs.db")
    _make(tmp_path, "masks/a.png", "masks/c.png", "masks/._a.png", "masks/a.json")
    dataset = read_any(tmp_path)
    assert _pairs(dataset) == {"images/a.jpg": "masks/a.png"}
    assert dataset.problems == (
        "2 files in images passed over: ._a.jpg, Thumbs.db",
        "2 files in masks passed over: ._a.png, a.json",
        "1 mask left out, which has no image: c.png",
        "1 image left out, which has no mask: b.jpg",
    )


def test_no_pair_at_all_is_refused_with_the_names(tmp_path: Path) -> None:
    _make(tmp_path, "images/a.jpg", "masks/b.png")
    with pytest.raises(FormatError, match=r"no mask belongs to an image.*b\.png.*a\.jpg") as caught:
        read_any(tmp_path)
    assert "masks/a.png" in caught.value.hint


def test_the_better_name_wins() -> None:
    images = ["a.jpg", "a.png", "b.jpg", "c.jpg", "d.jpg", "d.png"]
    masks = ["a.jpg.png", "a.png", "b_mask.png", "b.png", "c.png", "c.tif", "d.png"]
    pairing = pair(images, masks)
    assert dict(pairing.pairs) == {
        "a.jpg": "a.jpg.png",
        "a.png": "a.png",
        "b.jpg": "b.png",
        "c.jpg": "c.png",
    }
    assert pairing.problems == [
        "1 mask left out, which fits several images of one stem: d.png",
        "2 masks left out, which came second for an image: c.tif, b_mask.png",
        "2 images left out, which have no mask: d.jpg, d.png",
    ]


def test_classes_are_read_and_values_checked(tmp_path: Path) -> None:
    _make(tmp_path, "images/a.jpg", "masks/a.png")
    (tmp_path / "classes.txt").write_text("background\ncell\nwall\n")
    dataset = read_any(tmp_path)
    assert dataset.label_set.names == ("background", "cell", "wall")
    (tmp_path / "classes.txt").write_text("background\ncell\n")
    dataset = read_any(tmp_path)
    with pytest.raises(FormatError, match=r"a\.png: it holds the value 2, but classes\.txt names"):
        dataset.read_label_map(dataset.splits["train"][0])


@pytest.mark.parametrize("content", [b"a\na\n", b"\xff\n", b"a\x07b\n"])
def test_wrong_classes_are_told(tmp_path: Path, content: bytes) -> None:
    _make(tmp_path, "images/a.jpg", "masks/a.png")
    (tmp_path / "classes.txt").write_bytes(content)
    with pytest.raises(FormatError, match=r"classes\.txt: the class names cannot be read"):
        read_any(tmp_path)


def test_masks_of_0_and_255_are_asked_about(tmp_path: Path) -> None:
    _make(tmp_path, "images/a.jpg", "masks/a.png")
    Image.fromarray(np.array([[0, 255, 0, 255]], np.uint8)).save(tmp_path / "masks" / "a.png")
    dataset = read_any(tmp_path)
    with pytest.raises(FormatError, match="only 0 and 255"):
        dataset.read_label_map(dataset.splits["train"][0])
    dataset = read_any(tmp_path, positive=Positive.LIGHT)
    assert dataset.read_label_map(dataset.splits["train"][0]).tolist() == [[0, 1, 0, 1]]


def test_a_colour_picture_is_no_mask(tmp_path: Path) -> None:
    _make(tmp_path, "images/a.jpg", "masks/a.png")
    Image.new("RGB", (4, 1), "red").save(tmp_path / "masks" / "a.png")
    dataset = read_any(tmp_path)
    with pytest.raises(MaskError, match="colour picture"):
        dataset.read_label_map(dataset.splits["train"][0])
