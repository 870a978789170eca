"""The Oxford-IIIT Pet layout."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.errors import FormatError
from segstudio.formats.table import read_any
from segstudio.storage.images import read_image_size

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "pets"


def _make(root: Path, *names: str, trimap: np.ndarray | None = None) -> Path:
    trimap = np.array([[1, 2, 3]], np.uint8) if trimap is None else trimap
    for folder in (root / "images", root / "annotations" / "trimaps"):
        folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (3, 1)).save(root / "images" / f"{name}.jpg")
        Image.fromarray(trimap).save(root / "annotations" / "trimaps" / f"{name}.png")
    return root


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data is not here")
def test_the_real_data_is_read() -> None:
    dataset = read_any(REAL)
    assert {split: len(items) for split, items in dataset.splits.items()} == {
        "train": 14,
        "val": 4,
    }
    assert dataset.problems == ()
    found = set()
    for item in dataset.splits["val"]:
        label_map = dataset.read_label_map(item)
        assert label_map.shape == read_image_size(item.image)
        found |= set(np.unique(label_map).tolist())
    assert found == {0, 1, 2}


def test_values_are_the_published_ones_minus_one(tmp_path: Path) -> None:
    dataset = read_any(_make(tmp_path, "a", trimap=np.array([[1, 2, 3, 0]], np.uint8)))
    assert dataset.label_set.names == ("pet", "background", "border")
    assert dataset.read_label_map(dataset.splits["train"][0]).tolist() == [[0, 1, 2, 255]]


def test_other_values_are_refused(tmp_path: Path) -> None:
    dataset = read_any(_make(tmp_path, "a", trimap=np.array([[1, 4]], np.uint8)))
    with pytest.raises(FormatError, match=r"a\.png: it holds the value 4, but"):
        dataset.read_label_map(dataset.splits["train"][0])


def test_lists_are_read_and_the_test_images_set_apart(tmp_path: Path) -> None:
    root = _make(tmp_path, "Bombay_1", "Bombay_2", "pug_1", "pug_2", "pug_3", "pug_4")
    lists = root / "annotations"
    names = ["Bombay_1", "Bombay_2", "pug_1", "pug_2", "pug_3"]
    lines = [f"{name} 1 1 1" for name in (*names, "gone_1")]
    (lists / "trainval.txt").write_text("\n".join(("#Image CLASS-ID SPECIES BREED ID", *lines)))
    (lists / "test.txt").write_text("pug_4 1 1 1\n")
    dataset = read_any(root)
    splits = {split: {item.key for item in items} for split, items in dataset.splits.items()}
    assert splits["test"] == {"pug_4"}
    assert splits["train"] | splits["val"] == set(names)
    assert len(splits["val"]) == 1
    (problem,) = dataset.problems
    assert problem.endswith("gone_1")


def test_the_stray_files_of_the_archives_are_passed_over(tmp_path: Path) -> None:
    root = _make(tmp_path, "a")
    (root / "annotations" / "trimaps" / "._a.png").write_bytes(b"\0\5\26\7")
    dataset = read_any(root)
    assert len(dataset.splits["train"]) == 1
    assert dataset.problems == ("1 file in trimaps passed over: ._a.png",)


def test_lists_of_absent_images_are_refused(tmp_path: Path) -> None:
    root = _make(tmp_path, "a")
    (root / "annotations" / "trainval.txt").write_text("b 1 1 1\n")
    with pytest.raises(FormatError, match="none of the images in the lists is here"):
        read_any(root)


def test_trimaps_without_images_are_refused(tmp_path: Path) -> None:
    root = _make(tmp_path, "a")
    (root / "images" / "a.jpg").unlink()
    with pytest.raises(FormatError, match="no trimap belongs to an image") as caught:
        read_any(root)
    assert caught.value.hint
