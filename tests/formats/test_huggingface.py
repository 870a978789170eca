"""Rows of Parquet files that are wrong: each is told, and the others come."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.dataset import LabelledArray, LabelledImage
from segstudio.formats.import_labels import plan_import, run_import
from segstudio.formats.table import FORMATS, read_labels
from segstudio.storage.opening import create_project

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

MakeItem = Callable[..., LabelledArray]
CLASSES = LabelSet.named(["background", "cell"])
TRAIN = Path("data", "train-00000-of-00001.parquet")


@pytest.fixture
def root(tmp_path: Path, make_item: MakeItem) -> Path:
    """Return a label set of good.png and bad.png."""
    write = FORMATS["huggingface"].write
    assert write is not None
    label_map = np.ones((6, 8), np.uint8)
    items = [make_item(name, label_map) for name in ("good.png", "bad.png")]
    write(items, CLASSES, tmp_path / "set", total=2)
    return tmp_path / "set"


def _change(root: Path, column: str, value: object) -> None:
    """Give the row of bad.png another value."""
    table = parquet.read_table(root / TRAIN)
    rows: list[dict[str, Any]] = table.to_pylist()
    assert rows[1]["image"]["path"] == "bad.png"
    rows[1][column] = value
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=table.schema), root / TRAIN)


def _file(pixels: np.ndarray, *, orientation: int = 1) -> dict[str, object]:
    exif = Image.Exif()
    exif[0x112] = orientation
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", exif=exif)
    return {"bytes": buffer.getvalue(), "path": "bad.png"}


def _items(root: Path) -> list[LabelledImage]:
    return [item for items in read_labels(root).splits.values() for item in items]


WHOLE = np.ones((6, 8), np.uint8)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("mask", {"bytes": b"junk", "path": "bad.png"}, "not an image we can read"),
        ("mask", {"bytes": None, "path": "bad.png"}, "row 1 left out, which lacks its image or"),
        ("image", None, "row 1 left out, which lacks its image or mask"),
        ("mask", _file(WHOLE[:3]), "its labels have 8 x 3 pixels, the image has 8 x 6"),
        ("mask", _file(WHOLE * 9), "it holds the value 9, but id2label.json names 2 classes"),
        ("mask", _file(np.stack([WHOLE * 3, WHOLE, WHOLE], -1)), "this is a colour picture"),
        ("image", _file(WHOLE, orientation=6), "turned by its EXIF data and the mask is not"),
    ],
)
def test_a_wrong_row_is_told(root: Path, column: str, value: object, reason: str) -> None:
    _change(root, column, value)
    plan = plan_import(read_labels(root), create_project(root.parent / "new"))
    project, report = run_import(plan)
    assert project.labelled_keys() == {"good.png"}
    (row,) = report.rows
    assert reason in row.reason


@pytest.mark.parametrize("name", ["../../../evil.png", "/tmp/evil.png", "C:\\x\\evil.png"])
def test_a_name_that_leads_outside_is_cut_to_its_end(root: Path, tmp_path: Path, name: str) -> None:
    image = _file(WHOLE)
    _change(root, "image", image | {"path": name})
    assert sorted(item.image.name for item in _items(root)) == ["evil.png", "good.png"]
    for path in tmp_path.rglob("evil*"):
        assert path.is_relative_to(tmp_path / "cache")


def test_rows_of_one_name_are_kept_apart(root: Path) -> None:
    _change(root, "image", _file(WHOLE) | {"path": "good.png"})
    items = _items(root)
    assert len({item.image for item in items}) == len({item.mask for item in items}) == 2


def test_a_file_that_is_cut_off_is_told(root: Path) -> None:
    (root / TRAIN).write_bytes((root / TRAIN).read_bytes()[:200])
    with pytest.raises(FormatError, match="this is no Parquet file"):
        read_labels(root)
