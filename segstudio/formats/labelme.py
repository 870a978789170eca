"""Labelme: a JSON file beside each image, with polygons and masks.

    a.jpg  a.json        also in folders of their own; imagePath names the image
    labels.txt           names of the classes, one a line (optional)

Of the shapes, polygons, rectangles, circles and masks cover pixels; points and lines do not. A mask
shape is a PNG in base64 whose upper left corner lies at the first of its two points. We write masks
only, which keep every pixel, in the folders ``train`` and ``val``.

Source: the files that Labelme 5.4 and 6.3 write; its page
https://github.com/wkentaro/labelme/tree/main/examples/semantic_segmentation for ``labels.txt`` and
the name ``__ignore__``.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.raster import polygon_region, rectangle_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.bitmaps import bytes_of_text, mask_of_png, png_of_mask, text_of_bytes
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.json_files import read_json_object
from segstudio.formats.lines import raw_lines
from segstudio.formats.pairing import files_in
from segstudio.formats.reading import refuse_positive
from segstudio.formats.shapes import (
    IGNORED,
    ShapeClasses,
    checked_points,
    kind_of,
    label_of,
    own_classes,
    paint,
    paint_polygons,
    parts_of,
    placed,
    refuse_far,
    shape_classes,
    true_size,
)
from segstudio.formats.writing import copy_image, new_export, write_each, write_lines
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.fresh_files import write_fresh
from segstudio.storage.images import IMAGE_SUFFIXES

LABELS_FILE: Final = "labels.txt"
_LOOKED_AT: Final = 5
_SAMPLE_BYTES: Final = 64 * 2**20
_X_ANYLABELING: Final = frozenset({"difficult", "kie_linking", "score", "attributes"})
_POLYGONS: Final = ("polygon", "rectangle", "rotation")
_WITHOUT_PIXELS: Final = frozenset({"point", "points", "line", "linestrip"})


class Flavour(NamedTuple):
    """What tells the two programs apart that write these files.

    Attributes:
        title: Its name, for messages.
        version: What to write as the version of the file.
        shapes: Returns the JSON shapes of a label map of these classes.
    """

    title: str
    version: str
    shapes: Callable[[LabelMap, LabelSet], Iterable[dict[str, Any]]]


def is_labelme(root: Path) -> bool:
    """Return whether ``root`` holds JSON files with shapes, and not X-AnyLabeling's."""
    return any(not is_from_x_anylabeling(value) for value in _samples(root))


def is_x_anylabeling_folder(root: Path) -> bool:
    """Return whether ``root`` holds JSON files with shapes as X-AnyLabeling writes them."""
    return any(map(is_from_x_anylabeling, _samples(root)))


def is_from_x_anylabeling(value: Mapping[str, Any]) -> bool:
    """Return whether a file with shapes was written by X-AnyLabeling."""
    return any(
        isinstance(shape, dict) and not _X_ANYLABELING.isdisjoint(shape)
        for shape in value["shapes"]
    )


def read_labelme(
    root: Path, *, positive: Positive | None = None, images: Path | None = None
) -> LabelledDataset:
    """Read a folder of Labelme's JSON files; the shapes are drawn later, image by image.

    Args:
        root: The folder.
        positive: Must be None.
        images: Another folder where the images may be.

    Raises:
        FormatError: If no JSON file belongs to an image, or ``positive`` is given.
    """
    return read_shape_files(root, positive, images, "Labelme")


def write_labelme(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images with JSON files of mask shapes; see ``Writer``."""
    flavour = Flavour("Labelme", "5.5.0", _mask_shapes)
    return write_shape_files(items, label_set, out, flavour, total=total, progress=progress)


def read_shape_files(
    root: Path, positive: Positive | None, images: Path | None, title: str
) -> LabelledDataset:
    """Read a folder of JSON files with shapes; raises as ``read_labelme`` does."""
    refuse_positive(root, positive, title)
    gathered = Gathered(ImageFinder(root, images))
    names = _listed_names(root)
    labels: dict[str, None] = {}
    for name in files_in(root).strays:
        path = root / name
        if path.suffix.lower() != ".json":
            continue
        beside = _image_beside(path)
        try:
            # Classes that no list names are those of all shapes, so every file is read.
            value = None if beside and names is not None else _shape_file(path)
            image = beside or gathered.finder.find((value or {}).get("imagePath"), path.parent)
        except FormatError as error:
            gathered.problems.append(error.sentence)
            continue
        except ValueError as error:
            gathered.leave_out(name, str(error))
            continue
        labels.update(dict.fromkeys(_labels(value)) if value else {})
        gathered.add(image, path)
    listed = names is not None
    classes = shape_classes(
        root / LABELS_FILE if listed else root,
        [(label, None) for label in (names if names is not None else sorted(labels))],
        listed=listed,
    )
    needs = f"{title} keeps a.json beside a.jpg, and its imagePath names the image"
    return gathered.dataset(root, classes.label_set, partial(_read_label_map, classes), needs)


def write_shape_files(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    flavour: Flavour,
    *,
    total: int,
    progress: Progress | None,
) -> ExportReport:
    """Write images with JSON files of shapes; see ``Writer``."""
    classes = own_classes(label_set)

    def write(stem: str, item: LabelledArray) -> LabelMap:
        folder = out / item.split
        make_folder(folder)
        image = copy_image(item.image, folder, stem)
        height, width = item.label_map.shape
        value = {
            "version": flavour.version,
            "flags": {},
            "shapes": list(flavour.shapes(item.label_map, label_set)),
            "imagePath": image.name,
            "imageData": None,
            "imageHeight": height,
            "imageWidth": width,
        }
        path = folder / f"{stem}.json"
        write_fresh(path, json.dumps(value, allow_nan=False).encode("ascii"))
        return _read_label_map(classes, LabelledImage(image.name, image, path))

    with new_export(out):
        _, report = write_each(items, label_set, write, total=total, progress=progress)
        write_lines(out / LABELS_FILE, [IGNORED, *label_set.names])
    return report


def _mask_shapes(label_map: LabelMap, label_set: LabelSet) -> Iterator[dict[str, Any]]:
    for part in parts_of(label_map, label_set):
        top, left, bottom, right = part.rect
        yield {
            "label": label_of(part.value, label_set),
            "points": [[left, top], [right - 1, bottom - 1]],
            "group_id": None,
            "description": "",
            "shape_type": "mask",
            "flags": {},
            "mask": text_of_bytes(png_of_mask(part.mask)),
        }


def _samples(root: Path) -> Iterator[dict[str, Any]]:
    patterns = ("*.json", "*/*.json", "*/*/*.json")
    paths = (path for pattern in patterns for path in islice(root.glob(pattern), _LOOKED_AT))
    for path in paths:
        try:
            if path.stat().st_size <= _SAMPLE_BYTES:  # else it is about many images
                yield _shape_file(path)
        except (FormatError, OSError):
            continue


def _shape_file(path: Path) -> dict[str, Any]:
    value = read_json_object(path)
    if not isinstance(value.get("shapes"), list) or "imagePath" not in value:
        raise FormatError(path, "it holds no shapes", hint="Save the image again in its program")
    return value


def _image_beside(path: Path) -> Path | None:
    """Return the image with the name of a JSON file, if there is exactly one."""
    names = {f"{path.stem}{suffix}" for suffix in IMAGE_SUFFIXES}
    names |= {f"{path.stem}{suffix.upper()}" for suffix in IMAGE_SUFFIXES}
    found = [path.with_name(name) for name in sorted(names) if path.with_name(name).is_file()]
    return found[0] if len(found) == 1 else None


def _listed_names(root: Path) -> list[str] | None:
    path = root / LABELS_FILE
    if not path.is_file():
        return None
    try:
        return [line for line in map(str.strip, raw_lines(path)) if line]
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(
            path, "the class names cannot be read", hint="Save it as UTF-8 text"
        ) from error


def _labels(value: Mapping[str, Any]) -> Iterator[str]:
    for shape in value["shapes"]:
        if isinstance(shape, dict) and isinstance(shape.get("label"), str):
            yield shape["label"].strip()


def _read_label_map(classes: ShapeClasses, item: LabelledImage) -> LabelMap:
    value = _shape_file(item.mask)
    claimed = value.get("imageHeight"), value.get("imageWidth")
    height, width = true_size(item, None if None in claimed else claimed)
    label_map = np.full((height, width), classes.uncovered, np.uint8)
    polygons: list[tuple[NDArray[np.float64], int]] = []  # many, so they are painted together
    try:
        for shape in value["shapes"]:
            if not isinstance(shape, dict):
                raise ValueError("a shape is no object")
            kind = kind_of(shape, "shape_type", "polygon")
            if kind in _WITHOUT_PIXELS:
                continue
            class_index = classes.value_of(shape.get("label"))
            if kind in _POLYGONS and not _is_box(kind, shape.get("points")):
                polygons.append((checked_points(shape.get("points"), 3), class_index))
                continue
            paint_polygons(label_map, polygons)
            polygons.clear()
            paint(label_map, _region(shape, height, width), class_index)
        paint_polygons(label_map, polygons)
    except ValueError as error:
        raise FormatError(item.mask, f"{error}", hint="Correct the shape and save again") from error
    return label_map


def _region(shape: Mapping[str, Any], height: int, width: int) -> Region | None:
    kind, points = kind_of(shape, "shape_type", "polygon"), shape.get("points")
    if kind == "mask":
        corners = checked_points(points, 1)
        refuse_far(corners, height, width)
        left, top = np.round(corners[0]).astype(int).tolist()
        mask = mask_of_png(bytes_of_text(shape.get("mask")), height, width)
        return placed(mask, top, left, height, width)
    if kind == "circle":
        corners = checked_points(points, 2)[:2]
        refuse_far(corners, height, width)
        return _circle(corners[0], corners[1], height, width)
    if _is_box(kind, points):
        corners = checked_points(points, 2)
        refuse_far(corners, height, width)
        left, top = np.ceil(corners.min(axis=0) - 0.5).tolist()
        right, bottom = np.ceil(corners.max(axis=0) - 0.5).tolist()
        return rectangle_region(Rect(*map(int, (top, left, bottom, right))), height, width)
    raise ValueError(f"there is no shape type {kind[:40]!r}")


def _is_box(kind: str, points: object) -> bool:
    return kind == "rectangle" and isinstance(points, list) and len(points) == 2


def _circle(
    center: NDArray[np.float64], rim: NDArray[np.float64], height: int, width: int
) -> Region | None:
    steps = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    radius = np.hypot(*(rim - center))
    ring = center[::-1] + radius * np.stack([np.sin(steps), np.cos(steps)], axis=1)
    return polygon_region(ring, height, width)
