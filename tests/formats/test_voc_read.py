"""Reading Pascal VOC as other programs write it."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.palette import Color
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.table import read_any
from segstudio.formats.voc import is_voc, read_voc

MASK = np.array([[0, 1, 2, 255]], np.uint8)


def _voc(
    root: Path,
    stems: Iterable[str],
    *,
    lists: dict[str, bytes] | None = None,
    labelmap: bytes | None = None,
    mask: LabelMap | None = None,
    folders: tuple[str, str] = ("JPEGImages", "SegmentationClass"),
) -> Path:
    images, masks = (root / name for name in folders)
    splits = root / "ImageSets" / "Segmentation"
    for folder in (images, masks, splits):
        folder.mkdir(parents=True)
    mask = MASK if mask is None else mask
    for stem in stems:
        Image.fromarray(mask).save(masks / f"{stem}.png")
        Image.new("RGB", mask.shape[::-1]).save(images / f"{stem}.jpg")
    for name, content in (lists or {}).items():
        (splits / name).write_bytes(content)
    if labelmap is not None:
        (root / "labelmap.txt").write_bytes(labelmap)
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "voc"


@pytest.mark.parametrize("images", ["JPEGImages", "Images"])
@pytest.mark.parametrize("masks", ["SegmentationClass", "Labels"])
def test_both_names_of_the_folders_are_known(root: Path, images: str, masks: str) -> None:
    _voc(root, ["a"], lists={"train.txt": b"a\n"}, folders=(images, masks))
    (item,) = read_any(root).splits["train"]
    assert (item.key, item.image.name, item.mask.parent.name) == ("a", "a.jpg", masks)


@pytest.mark.parametrize(
    "content",
    [
        b"a\nb\n",
        b"a\nb",
        b"a\r\nb\r\n",
        b"\xef\xbb\xbfa\r\nb\r\n",
        b"\n a \n\n\tb\n\n",
        b"a 1\nb -1\n",
        b"a\t 0\nb\t 1\n",
    ],
)
def test_lists_of_other_programs_are_read(root: Path, content: bytes) -> None:
    _voc(root, ["a", "b"], lists={"train.txt": content})
    assert [item.key for item in read_voc(root).splits["train"]] == ["a", "b"]


def test_a_stem_may_hold_spaces_and_marks(root: Path) -> None:
    stems = ["two words", "a:b", "é 細胞", "x.y"]
    _voc(root, stems, lists={"val.txt": "\n".join(stems).encode()})
    assert [item.key for item in read_voc(root).splits["val"]] == stems


def test_every_list_is_a_split_in_its_own_order(root: Path) -> None:
    _voc(root, ["a", "b", "c"], lists={"train.txt": b"c\na\n", "test.txt": b"b\n"})
    splits = read_voc(root).splits
    assert {name: [item.key for item in items] for name, items in splits.items()} == {
        "train": ["c", "a"],
        "test": ["b"],
    }


def test_hidden_files_are_no_lists_and_no_images(root: Path) -> None:
    _voc(root, ["a"], lists={"train.txt": b"a\n", "._train.txt": b"\x00\x05\x16\xff"})
    (root / "JPEGImages" / "._a.jpg").write_bytes(b"\x00\x05\x16")
    (root / "JPEGImages" / "Thumbs.db").write_bytes(b"")
    dataset = read_voc(root)
    assert list(dataset.splits) == ["train"]
    assert dataset.problems == ("2 files in JPEGImages passed over: ._a.jpg, Thumbs.db",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"gone\n", r"1 name in train\.txt passed over, without an image: gone"),
        (b"../a\n", r"1 name in train\.txt passed over, without an image: \.\./a"),
        (b"\xff\xfe\n", r"train\.txt: this list of images cannot be read"),
    ],
)
def test_a_wrong_list_is_told(root: Path, content: bytes, problem: str) -> None:
    _voc(root, ["a"], lists={"train.txt": content})
    with pytest.raises(FormatError, match=problem):
        read_voc(root)


def test_listed_files_that_are_gone_are_passed_over_and_told(root: Path) -> None:
    _voc(root, ["a", "b", "c", "d"], lists={"train.txt": b"a\nb\nc\nd\n"})
    (root / "SegmentationClass" / "b.png").unlink()
    (root / "JPEGImages" / "c.jpg").unlink()
    (root / "JPEGImages" / "d.jpg").unlink()
    dataset = read_voc(root)
    assert [item.key for item in dataset.splits["train"]] == ["a"]
    assert dataset.problems == (
        "2 names in train.txt passed over, without an image: c, d",
        "1 name in train.txt passed over, without a mask: b",
        "2 masks left out, which have no image: c.png, d.png",
    )


def test_files_that_no_list_names_are_told(root: Path) -> None:
    _voc(root, ["a", "b", "c"], lists={"train.txt": b"a\n"})
    (root / "SegmentationClass" / "c.png").unlink()
    assert read_voc(root).problems == (
        "1 image left out, which has no mask: c.jpg",
        "1 image with a mask in no list, left out: b.jpg",
    )


def test_of_two_masks_of_one_stem_the_second_is_told(root: Path) -> None:
    _voc(root, ["a"], lists={"train.txt": b"a\n"})
    Image.fromarray(MASK).save(root / "SegmentationClass" / "a.tif")
    dataset = read_voc(root)
    assert dataset.splits["train"][0].mask.name == "a.png"
    assert dataset.problems == ("1 mask left out, which came second for an image: a.tif",)


def test_masks_need_not_be_png(root: Path) -> None:
    _voc(root, ["a"], lists={"train.txt": b"a\n"})
    (root / "SegmentationClass" / "a.png").unlink()
    Image.fromarray(MASK).save(root / "SegmentationClass" / "a.tif")
    assert _label_map(root).tolist() == MASK.tolist()


def test_two_images_of_one_stem_are_told(root: Path) -> None:
    _voc(root, ["a", "b"], lists={"train.txt": b"a\nb\n"})
    Image.new("RGB", (4, 1)).save(root / "JPEGImages" / "a.png")
    dataset = read_voc(root)
    assert [item.key for item in dataset.splits["train"]] == ["b"]
    assert "1 mask left out, which fits several images of one stem: a.png" in dataset.problems


@pytest.mark.parametrize("missing", ["JPEGImages", "SegmentationClass", "ImageSets"])
def test_other_folders_are_not_pascal_voc(root: Path, missing: str) -> None:
    _voc(root, [], lists={"train.txt": b""})
    (root / missing).rename(root / "x")
    assert not is_voc(root)
    with pytest.raises(FormatError, match="voc: this is not a Pascal VOC folder"):
        read_voc(root)
    with pytest.raises(FormatError, match="no known label format was found"):
        read_any(root)


def test_a_folder_without_lists_is_told(root: Path) -> None:
    with pytest.raises(FormatError, match="this is not a Pascal VOC folder"):
        read_any(_voc(root, ["a"]))


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="there is no such folder"):
        read_any(tmp_path / "gone")


def test_a_folder_that_may_not_be_read_is_told(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    root = _voc(open_folder_for_all / "voc", ["a"], lists={"train.txt": b"a\n"})
    (root / "JPEGImages").chmod(0o700)
    with as_nobody(), pytest.raises(FormatError, match="JPEGImages: this folder cannot be read"):
        read_voc(root)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_classes_are_read_as_cvat_writes_them(root: Path, newline: str, mark: str) -> None:
    lines = ["# label:color_rgb:parts:actions", "background:0,0,0::", "cell:1, 20,255:a,b:c", ""]
    _voc(root, [], lists={"train.txt": b""}, labelmap=(mark + newline.join(lines)).encode())
    label_set = read_voc(root).label_set
    assert label_set.names == ("background", "cell")
    assert label_set[1].color == Color(1, 20, 255)


def test_a_class_without_a_colour_gets_one(root: Path) -> None:
    _voc(root, [], lists={"train.txt": b""}, labelmap=b"a:::\nb:::\n")
    first, second = read_voc(root).label_set
    assert (first.name, second.name) == ("a", "b")
    assert first.color != second.color


def test_names_may_stand_in_a_plain_list(root: Path) -> None:
    _voc(root, ["a"], lists={"train.txt": b"a\n"}, mask=np.array([[0, 255]], np.uint8))
    (root / "classes.txt").write_text("background\ncell\n")
    assert read_voc(root).label_set.names == ("background", "cell")
    assert _label_map(root).tolist() == [[0, 255]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"cell\n", "a line reads 'cell'"),
        (b"cell:1,2::\n", "a line reads 'cell:1,2::'"),
        (b"cell:1,2,256::\n", "colour 1,2,256 is out of range"),
        (b"a:1,2,3::\na:4,5,6::\n", "two classes are called 'a'"),
        (b"\xff:1,2,3::\n", "codec"),
    ],
)
def test_wrong_classes_are_told(root: Path, content: bytes, problem: str) -> None:
    _voc(root, [], lists={"train.txt": b""}, labelmap=content)
    with pytest.raises(FormatError, match=rf"labelmap\.txt: it cannot be read \(.*{problem}"):
        read_voc(root)


def _label_map(root: Path, positive: Positive | None = None) -> LabelMap:
    dataset = read_any(root, positive=positive)
    return dataset.read_label_map(dataset.splits["train"][0])


def test_values_are_class_indices(root: Path) -> None:
    _voc(root, ["a"], lists={"train.txt": b"a\n"})
    assert _label_map(root).tolist() == [[0, 1, 2, 255]]


def test_a_value_that_names_no_class_is_told(root: Path) -> None:
    labelmap = b"background:0,0,0::\ncell:1,2,3::\n"
    _voc(root, ["a"], lists={"train.txt": b"a\n"}, labelmap=labelmap)
    with pytest.raises(FormatError, match=r"a\.png: it holds the value 2, .* names 2 classes"):
        _label_map(root)


def test_masks_of_0_and_255_are_not_guessed(root: Path) -> None:
    _voc(root, ["a"], lists={"train.txt": b"a\n"}, mask=np.array([[0, 255]], np.uint8))
    with pytest.raises(FormatError, match="holds only 0 and 255"):
        _label_map(root)


@pytest.mark.parametrize("labelmap", [None, b"background:0,0,0::\ncell:1,2,3::\n"])
def test_masks_of_0_and_255_are_read_as_the_user_says(root: Path, labelmap: bytes | None) -> None:
    mask = np.array([[0, 255]], np.uint8)
    _voc(root, ["a"], lists={"train.txt": b"a\n"}, mask=mask, labelmap=labelmap)
    assert _label_map(root, Positive.DARK).tolist() == [[1, 0]]
    assert _label_map(root, Positive.LIGHT).tolist() == [[0, 1]]


def test_255_is_void_where_the_classes_are_named(root: Path) -> None:
    labelmap, mask = b"background:0,0,0::\n", np.array([[0, 255]], np.uint8)
    _voc(root, ["a"], lists={"train.txt": b"a\n"}, labelmap=labelmap, mask=mask)
    assert _label_map(root).tolist() == [[0, 255]]
