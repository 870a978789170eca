"""Label Studio: one JSON file of tasks, with brush strokes as run-length codes.

    tasks.json            any .json file that is a list of tasks
    label_config.xml      the labelling interface, which lists the classes (optional)
    images/a.jpg          the images, wherever ``data`` says, or by their name

Of a task, the first annotation that was not cancelled counts. Brush strokes, polygons, rectangles
and ellipses cover pixels; corners are parts of a hundred of the image's width and height. We write
brush strokes only, which keep every pixel.

Label Studio puts eight signs and a hyphen before the names of uploaded files, which are left out if
no image has the whole name.

Source: https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks,
https://labelstud.io/tags/brushlabels; ``formats.brush_rle`` for the code.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.core.raster import ellipse_region, rectangle_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.brush_rle import brush_rle, mask_of_brush_rle
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
    checked_points,
    label_of,
    labels_to_list,
    own_classes,
    paint,
    parts_of,
    polygon_pixels,
    refuse_far,
    shape_classes,
    true_size,
)
from segstudio.formats.writing import Numbered, new_export, write_listed
from segstudio.storage.atomic_write import StreamedFile, make_folder
from segstudio.storage.fresh_files import write_fresh

_FILE: Final = "tasks.json"
_CONFIG: Final = "label_config.xml"
_LABELS: Final = ("brushlabels", "polygonlabels", "rectanglelabels", "ellipselabels", "labels")
_UPLOAD: Final = re.compile(r"^[0-9a-f]{8}-")
_WHOLE: Final = frozenset({""})
_MOST_CONFIG: Final = 2**20


def is_labelstudio(root: Path) -> bool:
    """Return whether ``root`` holds a JSON list of tasks."""
    return _task_file(root) is not None


def read_labelstudio(
    root: Path, *, positive: Positive | None = None, images: Path | None = None
) -> LabelledDataset:
    """Read Label Studio's tasks; the shapes are drawn later, image by image.

    Args:
        root: The folder that holds the JSON file.
        positive: Must be None.
        images: Another folder where the images may be.

    Raises:
        FormatError: If there is no list of tasks, it is wrong, no image is there, or ``positive``
            is given.
    """
    refuse_positive(root, positive, "Label Studio")
    path = _task_file(root)
    if path is None:
        raise FormatError(
            root, "there is no list of tasks", hint="Export as JSON from Label Studio"
        )
    gathered = Gathered(ImageFinder(root, images))
    places: dict[str, Span] = {}
    labels: dict[str, None] = {}
    for task in scan_json(path, _WHOLE):
        name = f"the task at byte {task.span.start}"
        if isinstance(task.value, ValueError):
            gathered.leave_out(name, f"because {task.value}")
            continue
        try:
            results = list(_results(task.value))
            image = _find_image(gathered.finder, task.value)
        except ValueError as error:
            gathered.leave_out(name, str(error))
            continue
        labels.update(dict.fromkeys(filter(None, map(_label, results))))
        item = gathered.add(image, path, _split(task.value))
        if item is not None:
            places[item.key] = task.span
    listed = _listed(root / _CONFIG)
    names = listed if listed is not None else [(name, None) for name in sorted(labels)]
    classes = shape_classes(path, names, listed=listed is not None)
    read = partial(_read_label_map, classes, places)
    needs = "Put the images beside the JSON file, or import into the project that has them"
    return gathered.dataset(root, classes.label_set, read, needs)


def write_labelstudio(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, ``tasks.json`` with brush strokes, and ``label_config.xml``; see ``Writer``."""
    classes = own_classes(label_set)
    images = out / "images"

    def make(numbered: Numbered, image: Path) -> tuple[LabelMap, str]:
        number, _, item = numbered
        task = _task(number, f"images/{item.split}/{image.name}", item, label_set)
        text = json.dumps(task, allow_nan=False, separators=(",", ":"))
        read = np.full(item.label_map.shape, classes.uncovered, np.uint8)
        _draw(read, json.loads(text), classes)
        return read, text if number == 1 else f",\n{text}"

    with new_export(out):
        make_folder(images)
        write_fresh(out / _CONFIG, _config(label_set).encode("utf-8"))
        with StreamedFile(out / _FILE) as file:
            file.write(b"[\n")
            report = write_listed(
                items,
                label_set,
                images.joinpath,
                make,
                lambda _item, text: file.write(text.encode("ascii")),
                total=total,
                progress=progress,
            )
            file.write(b"\n]\n")
    return report


def _task(number: int, path: str, item: LabelledArray, label_set: LabelSet) -> dict[str, Any]:
    height, width = item.label_map.shape
    results = []
    for part in parts_of(item.label_map, label_set):
        mask = np.zeros((height, width), np.bool_)
        mask[part.rect.slices] = part.mask
        results.append(
            {
                "id": f"{number}-{part.value}",
                "type": "brushlabels",
                "from_name": "tag",
                "to_name": "image",
                "original_width": width,
                "original_height": height,
                "image_rotation": 0,
                "value": {
                    "format": "rle",
                    "rle": brush_rle(mask),
                    "brushlabels": [label_of(part.value, label_set)],
                },
            }
        )
    return {
        "id": number,
        "data": {"image": f"/data/local-files/?d={quote(path)}"},
        "meta": {"split": item.split},
        "annotations": [{"id": number, "was_cancelled": False, "result": results}],
    }


def _config(label_set: LabelSet) -> str:
    labels = "\n".join(
        f"    <Label value={quoteattr(name)} background={quoteattr(color.hex)}/>"
        for name, color in labels_to_list(label_set)
    )
    return (
        '<View>\n  <Image name="image" value="$image" zoom="true"/>\n'
        f'  <BrushLabels name="tag" toName="image">\n{labels}\n  </BrushLabels>\n</View>\n'
    )


def _task_file(root: Path) -> Path | None:
    for path in sorted(root.glob("*.json")):
        try:
            first = next(iter(scan_json(path, _WHOLE)), None)
        except FormatError:
            continue
        value = first.value if first is not None and first.key == "" else None
        if isinstance(value, dict) and "data" in value and "annotations" in value:
            return path
    return None


def _split(task: Mapping[str, Any]) -> str | None:
    meta = task.get("meta")
    split = meta.get("split") if isinstance(meta, dict) else None
    return split if isinstance(split, str) and split else None


def _results(task: object) -> Iterator[Mapping[str, Any]]:
    annotations = task.get("annotations") if isinstance(task, dict) else None
    if not isinstance(annotations, list):
        raise ValueError("which has no annotations")
    valid = [one for one in annotations if isinstance(one, dict) and not one.get("was_cancelled")]
    if not valid:
        raise ValueError("which nobody annotated")
    results = valid[0].get("result")
    for result in results if isinstance(results, list) else []:
        if isinstance(result, dict) and isinstance(result.get("value"), dict):
            yield result


def _label(result: Mapping[str, Any]) -> str | None:
    for kind in _LABELS:
        names = result["value"].get(kind)
        if isinstance(names, list) and names and isinstance(names[0], str):
            return names[0].strip()
    return None


def _find_image(finder: ImageFinder, task: Mapping[str, Any]) -> Path:
    data = task.get("data")
    values = list(data.values()) if isinstance(data, dict) else []
    address = next((value for value in values if isinstance(value, str) and value), None)
    if address is None:
        raise ValueError("which names no image")
    parts = urlsplit(address)
    local = parse_qs(parts.query).get("d")
    name = local[0] if local else unquote(parts.path)
    if local or not (parts.scheme or name.startswith("/data/")):
        try:
            return finder.find(name)
        except ValueError:
            if ".." in PurePosixPath(name.replace("\\", "/")).parts:
                raise
    last = PurePosixPath(name.replace("\\", "/")).name
    try:
        return finder.find_by_name(last)
    except ValueError:
        if not _UPLOAD.match(last):
            raise
        return finder.find_by_name(_UPLOAD.sub("", last))


def _listed(path: Path) -> list[tuple[str, Color | None]] | None:
    if not path.is_file():
        return None
    found: list[tuple[str, Color | None]] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Label" and attributes.get("value"):
            try:
                color = Color.from_hex(attributes.get("background", ""))
            except ValueError:
                color = None
            found.append((attributes["value"], color))

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        if path.stat().st_size > _MOST_CONFIG:
            raise ValueError("it is too large")
        parser.Parse(path.read_bytes(), True)
    except (OSError, ValueError, expat.ExpatError) as error:
        raise FormatError(
            path, f"it cannot be read ({error})", hint="Copy the labelling interface again"
        ) from error
    return found


def _read_label_map(
    classes: ShapeClasses, places: Mapping[str, Span], item: LabelledImage
) -> LabelMap:
    task = read_span(item.mask, places[item.key])
    try:
        sizes = [
            (result.get("original_height"), result.get("original_width"))
            for result in _results(task)
        ]
        sizes = [size for size in sizes if size != (None, None)]
        if any(size != sizes[0] for size in sizes):
            raise ValueError("its shapes are for several sizes")
        label_map = np.full(true_size(item, next(iter(sizes), None)), classes.uncovered, np.uint8)
        _draw(label_map, task, classes)
    except ValueError as error:
        raise FormatError(
            item.mask, f"{error} ({item.key})", hint="Correct the task in Label Studio"
        ) from error
    return label_map


def _draw(label_map: LabelMap, task: Mapping[str, Any], classes: ShapeClasses) -> None:
    for result in _results(task):
        label = _label(result)
        if label is None:
            continue  # a rating, a text, a relation: nothing with pixels
        if result.get("image_rotation") not in (None, 0):
            raise ValueError("it was labelled on a turned image")
        paint(label_map, _region(result["value"], *label_map.shape), classes.value_of(label))


def _region(value: Mapping[str, Any], height: int, width: int) -> Region | None:
    whole = Rect(0, 0, height, width)
    if "rle" in value:
        return Region(whole, mask_of_brush_rle(value["rle"], height, width))
    if "points" in value:
        points = checked_points(value["points"], 3) * (width / 100, height / 100)
        return polygon_pixels(points, height, width)
    x, y, across, down = (_percent(value, key) for key in ("x", "y", *_extents(value)))
    if value.get("rotation") not in (None, 0):
        raise ValueError("a turned box or ellipse cannot be read")
    if "radiusX" in value:
        x, y, across, down = x - across, y - down, 2 * across, 2 * down
    corners = np.array([[x, y], [x + across, y + down]]) * (width / 100, height / 100)
    refuse_far(corners, height, width)
    edges = (y * height, x * width, (y + down) * height, (x + across) * width)
    rect = Rect(*(int(np.ceil(edge / 100 - 0.5)) for edge in edges))
    if rect.is_empty:
        return None
    shape = ellipse_region if "radiusX" in value else rectangle_region
    return shape(rect, height, width)


def _extents(value: Mapping[str, Any]) -> tuple[str, str]:
    return ("radiusX", "radiusY") if "radiusX" in value else ("width", "height")


def _percent(value: Mapping[str, Any], key: str) -> float:
    number = value.get(key)
    if not isinstance(number, int | float) or not abs(number) <= 1000:
        raise ValueError(f"a shape has no {key}")
    return float(number)
