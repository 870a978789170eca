"""Cityscapes, laid out as https://github.com/mcordts/cityscapesScripts describes it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.errors import FormatError
from segstudio.formats.cityscapes_classes import ALL_CLASSES, TRAINING_CLASSES
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.table import FORMATS, read_any
from segstudio.storage.images import read_image
from segstudio.storage.masks import read_label_map

IDS = np.array([[0, 7, 8, 26, 33, 6]], np.uint8)
TRAIN_IDS = np.array([[255, 0, 1, 13, 18, 255]], np.uint8)


def _make(root: Path, city: str, *, split: str = "train", train_ids: bool = False) -> Path:
    stem = f"{city}_000000_000019"
    images, labels = (root / top / split / city for top in ("leftImg8bit", "gtFine"))
    for folder in (images, labels):
        folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (6, 1)).save(images / f"{stem}_leftImg8bit.png")
    Image.fromarray(IDS).save(labels / f"{stem}_gtFine_labelIds.png")
    if train_ids:
        Image.fromarray(TRAIN_IDS).save(labels / f"{stem}_gtFine_labelTrainIds.png")
    return root


@pytest.mark.parametrize("train_ids", [False, True])
def test_the_19_training_classes_are_read(tmp_path: Path, train_ids: bool) -> None:
    root = _make(tmp_path, "aachen", train_ids=train_ids)
    _make(root, "munster", split="val", train_ids=train_ids)
    dataset = read_any(root)
    assert dataset.label_set == TRAINING_CLASSES
    assert [item.key for item in dataset.splits["train"]] == ["train/aachen/aachen_000000_000019"]
    assert [item.key for item in dataset.splits["val"]] == ["val/munster/munster_000000_000019"]
    item = dataset.splits["val"][0]
    assert item.mask.name.endswith("labelTrainIds.png" if train_ids else "labelIds.png")
    assert np.array_equal(dataset.read_label_map(item), TRAIN_IDS)


def test_all_34_label_ids_are_read_on_request(tmp_path: Path) -> None:
    root = _make(tmp_path, "aachen", train_ids=True)
    dataset = read_any(root, format_name="cityscapes-34")
    assert dataset.label_set == ALL_CLASSES
    assert np.array_equal(dataset.read_label_map(dataset.splits["train"][0]), IDS)


def test_names_and_colours_are_the_published_ones() -> None:
    assert len(ALL_CLASSES) == 34
    assert len(TRAINING_CLASSES) == 19
    assert ALL_CLASSES[26] == TRAINING_CLASSES[13]
    assert (ALL_CLASSES[26].name, ALL_CLASSES[26].color) == ("car", Color(0, 0, 142))


def test_images_without_masks_are_told(tmp_path: Path) -> None:
    root = _make(_make(tmp_path, "aachen"), "bochum")
    next((root / "gtFine" / "train" / "bochum").glob("*labelIds.png")).unlink()
    dataset = read_any(root)
    assert len(dataset.splits["train"]) + len(dataset.splits["val"]) == 1
    (problem,) = dataset.problems
    assert "train/bochum/bochum_000000_000019" in problem


def test_no_mask_at_all_is_refused(tmp_path: Path) -> None:
    root = _make(tmp_path, "aachen")
    next(root.rglob("*labelIds.png")).unlink()
    with pytest.raises(FormatError, match="no image has a mask") as caught:
        read_any(root)
    assert "gtFine_trainvaltest.zip" in caught.value.hint


def test_a_value_that_is_no_label_id_is_refused(tmp_path: Path) -> None:
    root = _make(tmp_path, "aachen")
    Image.fromarray(np.array([[34]], np.uint8)).save(next(root.rglob("*labelIds.png")))
    for name in ("cityscapes", "cityscapes-34"):
        dataset = read_any(root, format_name=name)
        with pytest.raises(FormatError, match="it holds the value 34"):
            dataset.read_label_map(dataset.splits["train"][0])


def test_the_label_ids_are_written_for_the_evaluation_script(
    tmp_path: Path, make_item: Callable[..., LabelledArray]
) -> None:
    write = FORMATS["cityscapes"].write
    assert write is not None
    item = make_item("a.png", np.array([[0, 13, 18, 255]], np.uint8))
    write([item], TRAINING_CLASSES, tmp_path / "out", total=1)
    (ids,) = (tmp_path / "out").rglob("*_gtFine_labelIds.png")
    assert read_label_map(ids).tolist() == [[7, 26, 33, 0]]
    assert not (tmp_path / "out" / "classes.txt").exists()


PEER = Path(__file__).parents[1] / "peers" / "files" / "cityscapes"
KINDS = ("labelTrainIds.png", "labelIds.png", "color.png", "polygons.json")


def _peer(tmp_path: Path, *kinds: str) -> Path:
    """Return what Cityscapes' own script wrote, with these kinds of labels only."""
    root = Path(shutil.copytree(PEER, tmp_path / "set"))
    for path in (root / "gtFine").rglob("*_gtFine_*"):
        if not path.name.endswith(kinds):
            path.unlink()
    return root


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_reads_as_the_19_classes(tmp_path: Path, kind: str) -> None:
    dataset = read_any(_peer(tmp_path, kind), format_name="cityscapes")
    (item,) = (item for items in dataset.splits.values() for item in items)
    truth = read_label_map(next(PEER.rglob("*labelTrainIds.png")))
    assert np.array_equal(dataset.read_label_map(item), truth)


@pytest.mark.parametrize("kind", ["labelIds.png", "polygons.json"])
def test_every_kind_of_file_reads_as_the_34_label_ids(tmp_path: Path, kind: str) -> None:
    dataset = read_any(_peer(tmp_path, kind), format_name="cityscapes-34")
    (item,) = (item for items in dataset.splits.values() for item in items)
    truth = read_label_map(next(PEER.rglob("*labelIds.png")))
    assert np.array_equal(dataset.read_label_map(item), truth)


def test_colours_that_label_ids_share_read_as_the_first(tmp_path: Path) -> None:
    dataset = read_any(_peer(tmp_path, "color.png"), format_name="cityscapes-34")
    (item,) = (item for items in dataset.splits.values() for item in items)
    truth = read_label_map(next(PEER.rglob("*labelIds.png")))
    assert np.array_equal(dataset.read_label_map(item), np.where(truth < 5, 0, truth))


@pytest.mark.parametrize("label_set", [TRAINING_CLASSES, LabelSet.named(["background", "cell"])])
@pytest.mark.parametrize("format_name", ["cityscapes", "cityscapes-34"])
def test_polygons_alone_bring_an_export_back(
    tmp_path: Path,
    make_item: Callable[..., LabelledArray],
    format_name: str,
    label_set: LabelSet,
) -> None:
    rng = np.random.default_rng(2)
    label_map = rng.integers(0, 2, (30, 40), dtype=np.uint8)
    label_map[5:25, 5:35] = 1
    label_map[8:20, 9:30] = 255
    label_map[12, 10:29] = 0
    write = FORMATS[format_name].write
    assert write is not None
    report = write([make_item("a.png", label_map)], label_set, tmp_path / "out", total=1)
    assert report.changed == {}
    for path in (tmp_path / "out" / "gtFine").rglob("*.png"):
        path.unlink()
    dataset = read_any(tmp_path / "out", format_name=format_name)
    (item,) = (item for items in dataset.splits.values() for item in items)
    assert item.mask.name.endswith("polygons.json")
    assert np.array_equal(dataset.read_label_map(item), label_map)


def test_colours_are_those_of_the_classes(
    tmp_path: Path, make_item: Callable[..., LabelledArray]
) -> None:
    write = FORMATS["cityscapes"].write
    assert write is not None
    item = make_item("a.png", np.array([[0, 13, 255]], np.uint8))
    write([item], TRAINING_CLASSES, tmp_path / "out", total=1)
    (color,) = (tmp_path / "out").rglob("*_gtFine_color.png")
    assert read_image(color).tolist() == [[[128, 64, 128], [0, 0, 142], [0, 0, 0]]]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"imgWidth": 7}, "it is for 7 x 40 pixels, but its image has 60 x 40"),
        ({"objects": None}, "it has no list objects"),
        ({"objects": [{"label": "moon", "polygon": [[0, 0]]}]}, "there is no class 'moon'"),
        ({"objects": [{"label": "car", "polygon": []}]}, "an object has no polygon"),
        ({"objects": [{"label": "car", "polygon": [[0, 1e9]]}]}, "far off"),
        ({"objects": [{"label": "car", "polygon": [[1, 2], [1, 2, 3]]}]}, "points that are none"),
        ({"objects": [{"label": "car", "polygon": [["1", "2"]]}]}, "points that are none"),
        ({"objects": [{"label": "car", "polygon": [["a", 1]]}]}, "points that are none"),
    ],
)
def test_a_wrong_polygon_file_is_refused(
    tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    root = _peer(tmp_path, "polygons.json")
    path = next(root.rglob("*polygons.json"))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    dataset = read_any(root)
    with pytest.raises(FormatError, match=problem):
        dataset.read_label_map(dataset.splits["train"][0])
