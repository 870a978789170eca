"""Supervisely: a JSON file for each image, with bitmaps and polygons.

    meta.json                     classes: title and colour
    DATASET/img/a.jpg             images of one data set; we write train and val
    DATASET/ann/a.jpg.json        its objects

A bitmap is a PNG, packed by zlib, in base64, whose upper left corner lies at its origin. Polygons
have an outer ring and holes; the corners are pixels, which belong to the shape. We write bitmaps
only, which keep every pixel.

Source: https://developer.supervisely.com/getting-started/supervisely-annotation-format (project
structure, project meta, objects).
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.core.raster import rectangle_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.bitmaps import (
    bytes_of_text,
    inflated,
    mask_of_png,
    most_png_bytes,
    png_of_mask,
    text_of_bytes,
)
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.json_files import read_json_object
from segstudio.formats.reading import listed, refuse_positive
from segstudio.formats.shapes import (
    Part,
    ShapeClasses,
    checked_points,
    kind_of,
    label_of,
    labels_to_list,
    own_classes,
    paint,
    parts_of,
    placed,
    polygon_pixels,
    refuse_far,
    shape_classes,
    true_size,
)
from segstudio.formats.splitting import split_of
from segstudio.formats.writing import copy_image, new_export, write_each
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.fresh_files import write_fresh, write_fresh_json

_META: Final = "meta.json"
_WITHOUT_PIXELS: Final = frozenset({"point", "line", "polyline", "graph", "any"})


def is_supervisely(root: Path) -> bool:
    """Return whether ``root`` holds ``meta.json`` and folders of annotations."""
    return (root / _META).is_file() and any(_datasets(root))


def read_supervisely(
    root: Path, *, positive: Positive | None = None, images: Path | None = None
) -> LabelledDataset:
    """Read a project of Supervisely's; the shapes are drawn later, image by image.

    Args:
        root: The folder that holds ``meta.json``.
        positive: Must be None.
        images: Another folder where the images may be.

    Raises:
        FormatError: If something is missing or wrong, no image is there, or ``positive`` is given.
    """
    refuse_positive(root, positive, "Supervisely")
    needs = "It needs meta.json, DATASET/img/a.jpg and DATASET/ann/a.jpg.json"
    if not is_supervisely(root):
        raise FormatError(root, "this is not a project of Supervisely's", hint=needs)
    classes = shape_classes(root / _META, _labels(root / _META))
    gathered = Gathered(ImageFinder(root, images))
    for dataset in _datasets(root):
        split = split_of(dataset.name) or "all"
        for path in listed(dataset / "ann"):
            if path.suffix != ".json" or path.name.startswith("."):
                continue
            name = path.name.removesuffix(".json")
            image = dataset / "img" / name
            if not image.is_file():
                try:
                    image = gathered.finder.find_by_name(name)
                except ValueError as error:
                    gathered.leave_out(path.name, str(error))
                    continue
            gathered.add(image, path, split)
    return gathered.dataset(root, classes.label_set, partial(_read_label_map, classes), needs)


def write_supervisely(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, bitmaps and ``meta.json``; see ``Writer``."""
    classes = own_classes(label_set)

    def write(stem: str, item: LabelledArray) -> LabelMap:
        images, annotations = (out / item.split / name for name in ("img", "ann"))
        make_folder(images)
        make_folder(annotations)
        image = copy_image(item.image, images, stem)
        height, width = item.label_map.shape
        value = {
            "description": "",
            "tags": [],
            "size": {"height": height, "width": width},
            "objects": [
                _bitmap(part, label_of(part.value, label_set))
                for part in parts_of(item.label_map, label_set)
            ],
        }
        path = annotations / f"{image.name}.json"
        write_fresh(path, json.dumps(value, allow_nan=False).encode("ascii"))
        return _read_label_map(classes, LabelledImage(image.name, image, path))

    with new_export(out):
        _, report = write_each(items, label_set, write, total=total, progress=progress)
        described = [
            {"title": name, "shape": "bitmap", "color": color.hex.upper()}
            for name, color in labels_to_list(label_set)
        ]
        write_fresh_json(out / _META, {"classes": described, "tags": [], "projectType": "images"})
    return report


def _bitmap(part: Part, label: str) -> dict[str, Any]:
    packed = text_of_bytes(zlib.compress(png_of_mask(part.mask), 1))
    return {
        "classTitle": label,
        "description": "",
        "tags": [],
        "geometryType": "bitmap",
        "bitmap": {"data": packed, "origin": [part.rect.left, part.rect.top]},
    }


def _datasets(root: Path) -> list[Path]:
    return [path for path in listed(root) if (path / "ann").is_dir()]


def _labels(path: Path) -> list[tuple[str, Color | None]]:
    value = read_json_object(path)
    found: list[tuple[str, Color | None]] = []
    classes = value.get("classes")
    for entry in classes if isinstance(classes, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("title"), str):
            raise FormatError(path, "a class has no title", hint="Export it again")
        try:
            color = Color.from_hex(str(entry.get("color")))
        except ValueError:
            color = None
        found.append((entry["title"], color))
    return found


def _read_label_map(classes: ShapeClasses, item: LabelledImage) -> LabelMap:
    value = read_json_object(item.mask)
    size = value.get("size")
    claimed = (size.get("height"), size.get("width")) if isinstance(size, dict) else None
    label_map = np.full(true_size(item, claimed), classes.uncovered, np.uint8)
    objects = value.get("objects")
    try:
        for one in objects if isinstance(objects, list) else []:
            if not isinstance(one, dict):
                raise ValueError("an object is none")
            if kind_of(one, "geometryType") not in _WITHOUT_PIXELS:
                region = _region(one, *label_map.shape)
                paint(label_map, region, classes.value_of(one.get("classTitle")))
    except ValueError as error:
        raise FormatError(
            item.mask, f"{error}", hint="Correct the object and export again"
        ) from error
    return label_map


def _region(one: Mapping[str, Any], height: int, width: int) -> Region | None:
    kind = kind_of(one, "geometryType")
    if kind == "bitmap":
        bitmap = one.get("bitmap")
        if not isinstance(bitmap, dict):
            raise ValueError("a bitmap has no data")
        origin = checked_points([bitmap.get("origin")], 1)
        refuse_far(origin, height, width)
        ((left, top),) = origin.astype(int).tolist()
        png = inflated(bytes_of_text(bitmap.get("data")), most_png_bytes(height, width))
        return placed(mask_of_png(png, height, width), top, left, height, width)
    points = one.get("points")
    if not isinstance(points, dict):
        raise ValueError(f"there is no geometry type {kind[:40]!r}")
    if kind == "rectangle":
        corners = checked_points(points.get("exterior"), 2)
        refuse_far(corners, height, width)
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        rect = Rect(int(top), int(left), int(bottom) + 1, int(right) + 1)
        return rectangle_region(rect, height, width)
    if kind == "polygon":
        return _polygon(points, height, width)
    raise ValueError(f"there is no geometry type {kind[:40]!r}")


def _polygon(points: Mapping[str, Any], height: int, width: int) -> Region | None:
    # Its corners are pixels, so the outline runs through their middles.
    outer = polygon_pixels(checked_points(points.get("exterior"), 3) + 0.5, height, width)
    holes = points.get("interior")
    if outer is None or not isinstance(holes, list):
        return outer
    mask = np.zeros((height, width), np.bool_)
    mask[outer.rect.slices] = outer.mask
    for hole in holes:
        inner = polygon_pixels(checked_points(hole, 3) + 0.5, height, width)
        if inner is not None:
            mask[inner.rect.slices] &= ~inner.mask
    return Region(Rect(0, 0, height, width), mask)
