"""The polygons of Cityscapes: a JSON file for each image, objects painted in their order.

    {"imgHeight": 1024, "imgWidth": 2048, "objects": [{"label": "road", "polygon": [[x, y], ...]}]}

Objects are painted as Cityscapes' own script paints them: Pillow fills each polygon together with
its border, later ones over earlier ones. Deleted objects, and licence plates, whose label id is -1,
are left out; "cargroup" is a group of cars. What is not covered is unlabelled.

We write one polygon for each connected region, through the middles of its border's pixels, which
that script paints to the pixel. Unlabelled regions are objects called "unlabeled".

Source: https://github.com/mcordts/cityscapesScripts, helpers/annotation.py and
preparation/json2labelImg.py.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from segstudio.core.contours import painted_contours
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.json_files import read_json_object
from segstudio.storage.fresh_files import write_fresh

UNLABELED: Final = "unlabeled"
_LEFT_OUT: Final = "license plate"
_GROUP: Final = "group"
_MOST_POINTS: Final = 1_000_000  # of all objects of an image
_FAR: Final = 4  # of the image's sides


class Labels(NamedTuple):
    """What the labels stand for.

    Attributes:
        value_of: Label -> label map value.
        uncovered: Label map value of what no object covers.
    """

    value_of: Mapping[str, int]
    uncovered: int


def read_polygons(path: Path, size: tuple[int, int], labels: Labels) -> LabelMap:
    """Paint the objects of a file.

    Args:
        path: The JSON file.
        size: (height, width) of the image.
        labels: What the labels stand for.

    Returns:
        (H, W) uint8.

    Raises:
        FormatError: If the file is wrong, is about an image of another size, or holds a label that
            is not known.
    """
    value = read_json_object(path)
    height, width = size
    try:
        if (value.get("imgHeight"), value.get("imgWidth")) != size:
            said = f"{str(value.get('imgWidth'))[:20]} x {str(value.get('imgHeight'))[:20]}"
            raise ValueError(f"it is for {said} pixels, but its image has {width} x {height}")
        objects = value.get("objects")
        if not isinstance(objects, list):
            raise ValueError("it has no list objects")
        return _painted(objects, size, labels)
    except ValueError as error:
        raise FormatError(path, f"{error}", hint="Correct the object, or take it out") from error


def write_polygons(
    path: Path, label_map: LabelMap, label_set: LabelSet, labels: Labels
) -> LabelMap:
    """Write a label map as polygons and return what reads back.

    Args:
        path: The JSON file.
        label_map: (H, W) uint8.
        label_set: Its classes.
        labels: What their labels stand for, to read it back.

    Raises:
        StorageError: If it cannot be written.
    """
    height, width = label_map.shape
    objects = [
        {
            "label": UNLABELED if value == IGNORE_INDEX else label_set[value].name,
            "polygon": points.tolist(),
        }
        for value, points in painted_contours(label_map)
    ]
    content = {"imgHeight": height, "imgWidth": width, "objects": objects}
    write_fresh(path, json.dumps(content, separators=(",", ":")).encode("ascii"))
    return read_polygons(path, (height, width), labels)


def _painted(objects: list[Any], size: tuple[int, int], labels: Labels) -> LabelMap:
    height, width = size
    image = Image.new("L", (width, height), labels.uncovered)
    draw = ImageDraw.Draw(image)
    left = _MOST_POINTS
    for entry in objects:
        if not isinstance(entry, dict):
            raise ValueError("an object is none")
        label = entry.get("label")
        if entry.get("deleted") or label == _LEFT_OUT:
            continue
        points = _points(entry.get("polygon"), _FAR * max(size))
        left -= len(points)
        if left < 0:
            raise ValueError(f"it has more than {_MOST_POINTS} points")
        draw.polygon(points, fill=_value(label, labels.value_of))
    return np.array(image, np.uint8)


def _value(label: object, value_of: Mapping[str, int]) -> int:
    if isinstance(label, str):
        for name in (label, label.removesuffix(_GROUP)):
            if name in value_of:
                return value_of[name]
    raise ValueError(f"there is no class {str(label)[:40]!r}")


def _points(polygon: object, far: int) -> list[tuple[float, float]]:
    if not isinstance(polygon, list) or not polygon:
        raise ValueError("an object has no polygon")
    try:
        points = np.array(polygon)
    except ValueError:  # points of one and of three numbers, say
        points = np.array("")
    # The comparison is false for infinity, too.
    is_whole = points.dtype.kind in "iuf" and points.shape == (len(polygon), 2)
    if not is_whole or not (np.abs(points) <= far).all():
        raise ValueError(f"a polygon has points that are none, or far off: {str(polygon)[:60]}")
    pairs = [(x, y) for x, y in points.tolist()]
    # Pillow wants three; a region of one pixel, or a line, has fewer.
    return pairs + pairs[-1:] * (3 - len(pairs))
