"""Every value of a label file, replaced by one that no program writes.

The file of an image is read, or refused with a sentence; nothing else happens, and the image beside
it comes as it is.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from segstudio.core.label_set import LabelSet
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.table import FORMATS, read_labels

MakeItem = Callable[..., LabelledArray]
CLASSES = LabelSet.named(["background", "cell", "wall"])
LABEL_MAP = np.zeros((6, 8), np.uint8)
LABEL_MAP[1:4, 2:7] = 1
LABEL_MAP[2, 4] = 2

DEEP = "[" * 2000 + "]" * 2000
_LONG = f'"{"x" * 300}"'
VALUES = [
    *(_LONG, "null", "true", '"x"', '"../../../x.png"', '"\\u0000"', "[]", "{}", "[null]"),
    *("-1", "1e9", "0.5", "1e308", "1e999", f"1{'0' * 400}", "NaN"),
]
"""JSON texts."""


class Place(NamedTuple):
    """Where the labels of ``bad.png`` stand.

    Attributes:
        file: The JSON file.
        entry: Keys that lead to what is about this image alone.
    """

    file: str
    entry: tuple[str | int, ...] = ()


PLACES = {
    "labelme": [Place("train/bad.json")],
    "xanylabeling": [Place("train/bad.json")],
    "supervisely": [Place("train/ann/bad.png.json")],
    "labelstudio": [Place("tasks.json", (1,))],
    "datumaro": [Place("annotations/train.json", ("items", 1))],
    "coco-instances": [
        Place("annotations/instances_train2017.json", ("images", 1)),
        # Two of each image, one for each class.
        Place("annotations/instances_train2017.json", ("annotations", 2)),
    ],
    "coco-panoptic": [
        Place("annotations/panoptic_train2017.json", ("images", 1)),
        Place("annotations/panoptic_train2017.json", ("annotations", 1)),
    ],
    "cityscapes": [Place("gtFine/train/segstudio/bad_gtFine_polygons.json")],
}
CASES = [(name, place) for name, places in PLACES.items() for place in places]


def _write(make_item: MakeItem, format_name: str, root: Path) -> None:
    write = FORMATS[format_name].write
    assert write is not None
    items = [make_item(name, LABEL_MAP) for name in ("good.png", "bad.png")]
    write(items, CLASSES, root, total=2)
    for path in root.rglob("*_gtFine_*.png"):  # so that polygons are read
        path.unlink()


def _leaves(value: Any, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401
    """Yield the keys that lead to each value, except for the later ones of long lists."""
    yield keys
    pairs = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        pairs = list(enumerate(value))[:2]
    for key, item in pairs:
        yield from _leaves(item, (*keys, key))


def _replaced(text: str, keys: tuple[str | int, ...], new: str) -> str:
    """Return a JSON text with another text in the place of one value."""
    value = json.loads(text)
    target = value
    for key in keys[:-1]:
        target = target[key]
    target[keys[-1]] = "@@"
    return json.dumps(value).replace('"@@"', new)


def _assert_read_or_refused(root: Path, format_name: str, told: str) -> None:
    dataset = read_labels(root, format_name=format_name)
    items = {item.image.name[:4]: item for split in dataset.splits.values() for item in split}
    assert np.array_equal(dataset.read_label_map(items["good"]), LABEL_MAP), told
    if "bad." not in items and "bad_" not in items:
        assert dataset.problems, told
        return
    try:
        label_map = dataset.read_label_map(items.get("bad.") or items["bad_"])
    except SegStudioError:
        return  # any other error would have passed by
    assert label_map.shape == LABEL_MAP.shape, told


@pytest.mark.parametrize(("format_name", "place"), CASES)
def test_a_hostile_value_costs_its_own_image_at_most(
    tmp_path: Path, make_item: MakeItem, format_name: str, place: Place
) -> None:
    root = tmp_path / "set"
    _write(make_item, format_name, root)
    path = root / place.file
    text = path.read_text()
    entry = json.loads(text)
    for key in place.entry:
        entry = entry[key]
    places = [keys for keys in _leaves(entry) if place.entry or keys]
    assert len(places) > 4
    for keys in places:
        # A file of all images that is nested without end cannot be walked through.
        for value in VALUES if place.entry else [*VALUES, DEEP]:
            path.write_text(_replaced(text, (*place.entry, *keys), value))
            _assert_read_or_refused(root, format_name, f"{keys}: {value[:20]}")


@pytest.mark.parametrize("value", ["", "x", "-1", "1e9", "nan", "inf", "1e308", "9" * 400, "0,0;1"])
def test_a_hostile_attribute_of_cvat_costs_its_own_image_at_most(
    tmp_path: Path, make_item: MakeItem, value: str
) -> None:
    root = tmp_path / "set"
    _write(make_item, "cvat", root)
    path = root / "annotations.xml"
    text = path.read_text()
    head, bad = text.split('<image id="1"')
    attributes = list(re.finditer(r'(\w+)="([^"]*)"', bad))
    assert len(attributes) > 8
    for found in attributes:
        spoilt = f"{bad[: found.start(2)]}{value}{bad[found.end(2) :]}"
        path.write_text(f'{head}<image id="1"{spoilt}')
        _assert_read_or_refused(root, "cvat", f"{found[1]}: {value[:20]}")
