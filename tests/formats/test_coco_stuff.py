"""COCO-Stuff, laid out as https://github.com/nightrome/cocostuff (README.md, Setup) describes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.errors import FormatError
from segstudio.formats.table import read_any

PIXELS = np.array([[0, 15, 181, 255]], np.uint8)


def _make(root: Path, images: str, masks: str, *names: str) -> Path:
    for folder in (root / images, root / masks):
        folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (4, 1)).save(root / images / f"{name}.jpg")
        Image.fromarray(PIXELS).save(root / masks / f"{name}.png")
    return root


@pytest.mark.parametrize("images", ["images/", ""])
@pytest.mark.parametrize("masks", ["annotations/", "stuffthingmaps/"])
def test_the_published_layout_is_read(tmp_path: Path, images: str, masks: str) -> None:
    for split, name in (("train2017", "000000000009"), ("val2017", "000000000139")):
        _make(tmp_path, images + split, masks + split, name)
    dataset = read_any(tmp_path)
    assert [item.key for item in dataset.splits["val"]] == ["val2017/000000000139.jpg"]
    assert np.array_equal(dataset.read_label_map(dataset.splits["train"][0]), PIXELS)
    names = dataset.label_set.names
    assert len(names) == 182
    # A value is the label id minus one: 1 person, 16 bird, 182 wood.
    assert (names[0], names[15], names[181]) == ("person", "bird", "wood")


def test_other_labels_are_read(tmp_path: Path) -> None:
    root = _make(tmp_path, "images/train2017", "annotations/train2017", "a")
    (root / "labels.txt").write_text("0: unlabeled\n1: cell\n2: wall: inner\n")
    dataset = read_any(root)
    assert dataset.label_set.names == ("cell", "wall: inner")
    with pytest.raises(FormatError, match=r"it holds the values 15, 181, but labels\.txt names 2"):
        dataset.read_label_map(dataset.splits["train"][0])


@pytest.mark.parametrize("content", ["cell\n", "0: unlabeled\n2: cell\n", "0: a\n1: b\n2: b\n"])
def test_wrong_labels_are_told(tmp_path: Path, content: str) -> None:
    root = _make(tmp_path, "images/train2017", "annotations/train2017", "a")
    (root / "labels.txt").write_text(content)
    with pytest.raises(FormatError, match=r"labels\.txt: it cannot be read"):
        read_any(root)


def test_pixel_maps_without_images_are_refused(tmp_path: Path) -> None:
    root = _make(tmp_path, "images/train2017", "annotations/train2017", "a")
    (root / "images" / "train2017" / "a.jpg").unlink()
    with pytest.raises(FormatError, match="no pixel map belongs to an image"):
        read_any(root)
