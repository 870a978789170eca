"""Training reads every format in the table, and finds the same labels in each."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from label_sets import survey_of
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.formats.cityscapes_classes import ALL_CLASSES, TRAIN_IDS, TRAINING_CLASSES
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.table import FORMATS
from segstudio.storage.opening import create_project

CLASSES = LabelSet.named(["background", "cell", "wall"])
WRITABLE = sorted(name for name, row in FORMATS.items() if row.write)


def _label_map(number: int) -> LabelMap:
    label_map = np.zeros((24, 32), np.uint8)
    label_map[2:10, number : number + 8] = 1
    label_map[12:20, 4:20] = 2
    return label_map


def _images(folder: Path) -> Iterator[LabelledArray]:
    folder.mkdir()
    for number in range(6):
        pixels = np.random.default_rng(number).integers(0, 256, (24, 32, 3), dtype=np.uint8)
        path = folder / f"image{number}.png"
        Image.fromarray(pixels).save(path)
        split = "val" if number > 3 else "train"
        yield LabelledArray(path.name, path, _label_map(number), split)


@pytest.mark.parametrize("format_name", WRITABLE)
def test_every_format_is_read(
    tmp_path: Path, format_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # where Parquet is unpacked
    root = tmp_path / "set"
    write = FORMATS[format_name].write
    assert write
    write(_images(tmp_path / "source"), CLASSES, root, total=6)

    found = survey_of(root)

    assert found.format_name == format_name
    assert found.images == {"train": 4, "val": 2}
    assert found.label_set.names == CLASSES.names
    assert found.class_pixels == (4 * (24 * 32 - 64 - 128), 4 * 64, 4 * 128)
    assert found.warnings == ()


def test_a_project_is_read(tmp_path: Path) -> None:
    items = list(_images(tmp_path / "source"))
    project = create_project(tmp_path / "source").with_label_set(CLASSES)
    for item in items:
        project.write_mask(item.key, item.label_map)
    project.save()

    found = survey_of(tmp_path / "source")

    assert found.format_name == "segstudio"
    assert sum(found.images.values()) == 6
    assert found.label_set.names == CLASSES.names


@pytest.mark.parametrize(
    ("format_name", "label_set"),
    [("cityscapes", TRAINING_CLASSES), ("cityscapes-34", ALL_CLASSES)],
)
def test_raw_cityscapes_trains_19_classes_or_all_34(
    tmp_path: Path, format_name: str, label_set: LabelSet
) -> None:
    ids = np.arange(34, dtype=np.uint8).repeat(8).reshape(16, 17)
    for split, number in (("train", 0), ("train", 1), ("val", 2)):
        pixels = np.random.default_rng(number).integers(0, 256, (16, 17, 3), dtype=np.uint8)
        for folder, suffix, array in (
            ("leftImg8bit", "leftImg8bit", pixels),
            ("gtFine", "gtFine_labelIds", ids),
        ):
            path = tmp_path / folder / split / "bonn" / f"bonn_{number}_{suffix}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(array).save(path)

    found = survey_of(tmp_path, format_name=format_name)

    assert found.label_set == label_set
    assert found.class_pixels == (2 * 8,) * len(label_set)
    trained = np.count_nonzero(TRAIN_IDS[:34] != 255) if len(label_set) == 19 else 34
    assert found.unlabelled == pytest.approx(1 - trained / 34)
