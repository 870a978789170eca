"""Datumaro: one JSON file for each subset, with masks as COCO's run lengths.

    annotations/train.json        classes and items; also val.json, default.json
    images/train/a.jpg

An item's id is the path of its image without suffix. Masks, polygons, boxes and ellipses cover
pixels; shapes with a larger ``z_order`` lie on top. We write masks only, which keep every pixel.

Source: https://openvinotoolkit.github.io/datumaro/latest/docs/data-formats/datumaro_format.html,
and the files that Datumaro 1.13 writes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.core.raster import ellipse_region, rectangle_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.coco_masks import compressed, mask_of_counts, read_counts
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.json_files import Span, read_span, scan_json
from segstudio.formats.reading import refuse_positive
from segstudio.formats.shapes import (
    ShapeClasses,
    kind_of,
    labels_to_list,
    own_classes,
    paint,
    parts_of,
    polygon_pixels,
    refuse_far,
    shape_classes,
    true_size,
)
from segstudio.formats.splitting import split_of
from segstudio.formats.writing import Numbered, new_export, write_listed
from segstudio.storage.atomic_write import StreamedFile, make_folder
from segstudio.storage.images import IMAGE_SUFFIXES

_ANNOTATIONS: Final = "annotations"
_LISTS: Final = frozenset({"items"})
_WITHOUT_PIXELS: Final = frozenset({"label", "points", "polyline", "caption", "cuboid_3d"})
_VERSION: Final = "1.0"
_IMAGE_MEDIA: Final = 2


def is_datumaro(root: Path) -> bool:
    """Return whether ``root`` holds a JSON file of Datumaro's."""
    return any(map(_looks_right, _files(root)))


def read_datumaro(
    root: Path, *, positive: Positive | None = None, images: Path | None = None
) -> LabelledDataset:
    """Read Datumaro's JSON files; the shapes are drawn later, image by image.

    Args:
        root: The folder that holds ``annotations``.
        positive: Must be None.
        images: Another folder where the images may be.

    Raises:
        FormatError: If no file is there, one is wrong, they have other classes, no image is there,
            or ``positive`` is given.
    """
    refuse_positive(root, positive, "Datumaro")
    paths = [path for path in _files(root) if _looks_right(path)]
    needs = "It needs annotations/train.json and images/train/a.jpg"
    if not paths:
        raise FormatError(root, "there is no JSON file of Datumaro's", hint=needs)
    gathered = Gathered(ImageFinder(root, images))
    places: dict[str, Span] = {}
    classes: ShapeClasses | None = None
    labels: list[tuple[str, Color | None]] = []
    for path in paths:
        own = _read_items(path, gathered, places)
        if classes is not None and [name for name, _ in own] != [name for name, _ in labels]:
            raise FormatError(
                path,
                f"it has other classes than {paths[0].name}",
                hint="Merge the subsets with Datumaro first",
            )
        labels = own
        classes = shape_classes(path, labels)
    assert classes is not None  # there is a path
    read = partial(_read_label_map, classes, [name.strip() for name, _ in labels], places)
    return gathered.dataset(root, classes.label_set, read, needs)


def write_datumaro(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images and a JSON file per split; see ``Writer``."""
    classes = own_classes(label_set)
    labels = [name for name, _ in labels_to_list(label_set)]
    head = json.dumps(_head(label_set), separators=(",", ":"))[:-1] + ',"items":['
    files: dict[str, StreamedFile] = {}
    counts: dict[str, int] = {}

    def file_of(split: str) -> StreamedFile:
        if split not in files:
            file = StreamedFile(out / _ANNOTATIONS / f"{split}.json")
            files[split] = stack.enter_context(file)
            file.write(head.encode("ascii"))
        return files[split]

    def make(numbered: Numbered, image: Path) -> tuple[LabelMap, str]:
        text = json.dumps(_item(image, numbered.item, label_set), separators=(",", ":"))
        read = np.full(numbered.item.label_map.shape, classes.uncovered, np.uint8)
        _draw(read, json.loads(text), classes, labels)
        return read, text

    def add(item: LabelledArray, text: str) -> None:
        counts[item.split] = counts.get(item.split, 0) + 1
        separator = ",\n" if counts[item.split] > 1 else "\n"
        file_of(item.split).write(f"{separator}{text}".encode("ascii"))

    with new_export(out), ExitStack() as stack:
        make_folder(out / _ANNOTATIONS)
        for split in (TRAIN, VALIDATION):
            file_of(split)
        report = write_listed(
            items,
            label_set,
            (out / "images").joinpath,
            make,
            add,
            total=total,
            progress=progress,
        )
        for file in files.values():
            file.write(b"\n]}\n")
    return report


def _head(label_set: LabelSet) -> dict[str, Any]:
    labels = labels_to_list(label_set)
    return {
        "dm_format_version": _VERSION,
        "media_type": _IMAGE_MEDIA,
        "infos": {},
        "categories": {
            "label": {
                "label_groups": [],
                "labels": [{"name": name, "parent": "", "attributes": []} for name, _ in labels],
                "attributes": [],
            },
            "mask": {
                "colormap": [
                    {"label_id": place, "r": color.red, "g": color.green, "b": color.blue}
                    for place, (_, color) in enumerate(labels)
                ]
            },
        },
    }


def _item(image: Path, item: LabelledArray, label_set: LabelSet) -> dict[str, Any]:
    height, width = item.label_map.shape
    annotations = []
    for number, part in enumerate(parts_of(item.label_map, label_set), start=1):
        mask = np.zeros((height, width), np.bool_)
        mask[part.rect.slices] = part.mask
        annotations.append(
            {
                "id": number,
                "type": "mask",
                # Without these, Datumaro makes one crowd of them when it writes COCO.
                "attributes": {"is_crowd": False},
                "group": number,
                "label_id": min(part.value, len(label_set)),
                "rle": compressed(mask),
                "z_order": 0,
            }
        )
    return {
        "id": image.stem,
        "annotations": annotations,
        "attr": {},
        "image": {"path": image.name, "size": [height, width]},
    }


def _files(root: Path) -> list[Path]:
    return sorted(path for path in (root / _ANNOTATIONS).glob("*.json") if path.name[0] != ".")


def _looks_right(path: Path) -> bool:
    try:
        for element in scan_json(path, _LISTS | {"images", "annotations"}):
            if element.key == "dm_format_version":
                return True
            if element.key == "items":
                return isinstance(element.value, dict) and "annotations" in element.value
            if element.key in ("images", "annotations", ""):
                return False
    except FormatError:
        return False
    return False


def _read_items(
    path: Path, gathered: Gathered, places: dict[str, Span]
) -> list[tuple[str, Color | None]]:
    """Note where the items of a file stand; returns its labels."""
    labels: list[tuple[str, Color | None]] | None = None
    split = split_of(path.stem) or "all"
    for element in scan_json(path, _LISTS):
        if element.key == "categories":
            labels = _labels(path, element.value)
        if element.key != "items":
            continue
        if isinstance(element.value, ValueError) or not isinstance(element.value, dict):
            told = f"because {element.value}" if element.value else "which is no object"
            gathered.leave_out(f"the item at byte {element.span.start}", told[:120])
            continue
        name = element.value.get("id")
        try:
            image = _find_image(gathered.finder, path.stem, element.value)
        except ValueError as error:
            gathered.leave_out(ascii(str(name)[:80]), str(error))
            continue
        item = gathered.add(image, path, split)
        if item is not None:
            places[item.key] = element.span
    if labels is None:
        raise FormatError(path, "it names no classes", hint="Export it again with Datumaro")
    return labels


def _labels(path: Path, categories: object) -> list[tuple[str, Color | None]]:
    try:
        labels = categories["label"]["labels"]  # type: ignore[index]
        names = [str(label["name"]) for label in labels]
        masks = categories.get("mask", {})  # type: ignore[attr-defined]
        colors = {
            entry["label_id"]: Color(int(entry["r"]), int(entry["g"]), int(entry["b"]))
            for entry in masks.get("colormap", [])
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(
            path, "its categories are wrong", hint="Export it again with Datumaro"
        ) from error
    return [(name, colors.get(place)) for place, name in enumerate(names)]


def _find_image(finder: ImageFinder, subset: str, value: Mapping[str, Any]) -> Path:
    name, image = value.get("id"), value.get("image")
    path = image.get("path") if isinstance(image, dict) else None
    names = [path] if isinstance(path, str) and path else []
    if isinstance(name, str):
        names += [f"{name}{suffix}" for suffix in sorted(IMAGE_SUFFIXES)]
    problem = ValueError("which names no image")
    for candidate in names:
        for prefix in (f"images/{subset}/", "images/", ""):
            try:
                return finder.find(prefix + candidate)
            except ValueError as error:
                problem = error
                if ".." in candidate:
                    raise
    raise problem


def _read_label_map(
    classes: ShapeClasses, labels: list[str], places: Mapping[str, Span], item: LabelledImage
) -> LabelMap:
    value = read_span(item.mask, places[item.key])
    image = value.get("image")
    claimed = image.get("size") if isinstance(image, dict) else None
    size = true_size(item, claimed if isinstance(claimed, list) and claimed else None)
    label_map = np.full(size, classes.uncovered, np.uint8)
    try:
        _draw(label_map, value, classes, labels)
    except ValueError as error:
        raise FormatError(
            item.mask, f"{error} ({item.key})", hint="Correct the annotation"
        ) from error
    return label_map


def _draw(
    label_map: LabelMap, value: Mapping[str, Any], classes: ShapeClasses, labels: list[str]
) -> None:
    annotations = value.get("annotations")
    shapes = annotations if isinstance(annotations, list) else []
    for shape in sorted(_with_pixels(shapes), key=_z_order):
        label = shape.get("label_id")
        if type(label) is not int or not 0 <= label < len(labels):
            raise ValueError(f"there is no class {str(label)[:20]}")
        paint(label_map, _region(shape, *label_map.shape), classes.value_of(labels[label]))


def _with_pixels(shapes: Iterable[object]) -> Iterator[Mapping[str, Any]]:
    for shape in shapes:
        if not isinstance(shape, dict):
            raise ValueError("an annotation is no object")
        if kind_of(shape, "type") not in _WITHOUT_PIXELS:
            yield shape


def _z_order(shape: Mapping[str, Any]) -> float:
    order = shape.get("z_order") or 0
    if type(order) not in (int, float):
        raise ValueError(f"the z_order of a shape is no number: {str(order)[:20]}")
    return order


def _region(shape: Mapping[str, Any], height: int, width: int) -> Region | None:
    kind = kind_of(shape, "type")
    if kind == "mask":
        counts = read_counts(shape.get("rle"), height, width)
        return Region(Rect(0, 0, height, width), mask_of_counts(counts, height, width))
    if kind == "polygon":
        return polygon_pixels(_numbers(shape.get("points"), 6).reshape(-1, 2), height, width)
    if kind == "bbox":
        left, top, across, down = _numbers(shape.get("bbox"), 4)[:4].tolist()
        refuse_far(np.array([[left, top], [left + across, top + down]]), height, width)
        edges = (top, left, top + down, left + across)
        return rectangle_region(Rect(*(int(np.ceil(edge - 0.5)) for edge in edges)), height, width)
    if kind == "ellipse":
        corners = _numbers(shape.get("points"), 4)[:4]
        refuse_far(corners.reshape(2, 2), height, width)
        left, top, right, bottom = np.round(corners).astype(int)
        rect = Rect(int(top), int(left), int(bottom), int(right))
        return ellipse_region(rect, height, width) if not rect.is_empty else None
    raise ValueError(f"there is no annotation type {kind[:40]!r}")


def _numbers(values: object, at_least: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    if (
        not isinstance(values, list)
        or len(values) < at_least
        or len(values) % 2
        or not set(map(type, values)) <= {int, float}
        or not max(map(abs, values)) < 1e9  # false for NaN, too
    ):
        raise ValueError("a shape has no corners, or such as are no numbers")
    return np.array(values, np.float64)
