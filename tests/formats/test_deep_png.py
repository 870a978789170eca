"""16-bit masks, whose values need not be class indices."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.errors import FormatError
from segstudio.formats.table import read_any

VALUES = np.array([[0, 1004, 65535], [7, 1004, 0]], np.uint16)


def _make(root: Path, values: np.ndarray, table: str | None = None) -> Path:
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
    Image.new("RGB", values.shape[::-1]).save(root / "images" / "a.png")
    Image.fromarray(values).save(root / "masks" / "a.png")
    if table is not None:
        (root / "values.txt").write_text(table)
    return root


def _read(root: Path) -> tuple[tuple[str, ...], list[list[int]]]:
    dataset = read_any(root)
    assert dataset.format_name == "png16"
    (item,) = (item for items in dataset.splits.values() for item in items)
    return dataset.label_set.names, dataset.read_label_map(item).tolist()


def test_every_value_is_a_class_where_nothing_names_them(tmp_path: Path) -> None:
    names, label_map = _read(_make(tmp_path, VALUES))
    assert names == ("background", "value 7", "value 1004")
    assert label_map == [[0, 2, 255], [1, 2, 0]]


def test_a_table_names_the_values_in_its_order(tmp_path: Path) -> None:
    root = _make(tmp_path, VALUES, "1004 road\n0 void\n7 street light\n65535 sky\n")
    names, label_map = _read(root)
    assert names == ("road", "void", "street light", "sky")
    assert label_map == [[1, 0, 3], [2, 0, 1]]


def test_small_values_count_as_they_are_with_a_table(tmp_path: Path) -> None:
    names, label_map = _read(_make(tmp_path, np.array([[2, 1]], np.uint16), "1 a\n2 b\n"))
    assert (names, label_map) == (("a", "b"), [[1, 0]])


def test_a_value_that_the_table_lacks_is_refused(tmp_path: Path) -> None:
    root = _make(tmp_path, VALUES, "0 background\n7 cell\n")
    with pytest.raises(FormatError, match=r"it holds the value 1004, which values.txt does not"):
        _read(root)


def test_numbers_of_objects_are_no_classes(tmp_path: Path) -> None:
    values = np.arange(300, dtype=np.uint16).reshape(15, 20)
    with pytest.raises(FormatError, match="hold 300 values, and there can be 255 classes"):
        read_any(_make(tmp_path, values))


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("road 7\n", "the line 'road 7' is wrong"),
        ("7\n", "the line '7' is wrong"),
        ("70000 road\n", "the line '70000 road' is wrong"),
        ("7 road\n7 path\n", "the value 7 stands twice"),
        ("7 road\n8 road\n", "it cannot be used"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, table: str, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        read_any(_make(tmp_path, VALUES, table))
