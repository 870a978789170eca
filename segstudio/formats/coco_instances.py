"""COCO instances: JSON with polygons and run-length codes.

    train2017/a.jpg                         also: images/train2017, images
    annotations/instances_train2017.json    also: train/_annotations.coco.json beside the images

Instances become one label map by these rules:

* Categories are classes in the order of their ids, from class index 1 on; what no instance covers
  is the background, class 0.
* Where instances overlap, the smaller one (by its own area) lies on top.
* Crowd regions, in which COCO did not tell instances apart, count as their category where no
  instance covers them, as in COCO panoptic. Datumaro and supervision write masks as crowds.

What we write is one run-length code for each image and class, which keeps holes and single pixels.
The background is written as in COCO, by not covering it; ``info`` says what it was called, or that
there was none. Unlabelled pixels are a crowd region in what we write.

Source: https://cocodataset.org/#format-data; ``formats.coco_masks`` for the shapes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, pixel_counts
from segstudio.core.label_set import LabelSet, is_background
from segstudio.core.outlines import connected_parts
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.coco_json import ANNOTATIONS, CocoImage, label_set_of, read_coco_files
from segstudio.formats.coco_masks import (
    Mask,
    check_polygon,
    counts_area,
    mask_of_counts,
    mask_of_polygon,
    measured,
    polygon_area,
    read_counts,
)
from segstudio.formats.coco_writer import CocoEntry, CocoWriter, encoded
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import ImageFinder
from segstudio.formats.json_files import Span, read_spans
from segstudio.formats.reading import refuse_positive
from segstudio.formats.shapes import true_size
from segstudio.formats.splitting import with_validation
from segstudio.formats.writing import Numbered, new_export, write_listed

_USUAL: Final = (
    f"{ANNOTATIONS}/instances_*.json",
    "instances_*.json",
    "_annotations.coco.json",
    "*/_annotations.coco.json",
)
_ANY: Final = (f"{ANNOTATIONS}/*.json", "*.json")
_BACKGROUND: Final = "segstudio_background"


class _Classes(NamedTuple):
    """What the shapes of a file mean.

    Attributes:
        of_category: Category id -> class index.
        crowds_are_unlabelled: Whether crowd regions are; else they count as their category.
    """

    of_category: Mapping[int, int]
    crowds_are_unlabelled: bool


class _Instances(NamedTuple):
    image: CocoImage
    spans: Sequence[Span]


class _Shape(NamedTuple):
    """One annotation: its area, what to paint, and polygons or counts."""

    is_crowd: bool
    area: float
    class_index: int
    polygons: Sequence[Sequence[float]]
    counts: NDArray[np.int64] | None

    def mask(self, height: int, width: int) -> Mask:
        if self.counts is not None:
            return mask_of_counts(self.counts, height, width)
        mask = np.zeros((height, width), np.bool_)
        for polygon in self.polygons:
            mask |= mask_of_polygon(polygon, height, width)
        return mask


def is_coco_instances(root: Path) -> bool:
    """Return whether ``root`` holds a JSON file named as COCO's instances are."""
    return bool(_json_files(root, _USUAL))


def read_coco_instances(
    root: Path, *, positive: Positive | None = None, images: Path | None = None
) -> LabelledDataset:
    """Read COCO instances; the shapes are drawn later, image by image.

    Args:
        root: The folder of the JSON files.
        positive: Must be None.
        images: Another folder where the images may be.

    Raises:
        FormatError: If there is no JSON file, one is wrong, no image is there, or ``positive`` is
            given.
    """
    refuse_positive(root, positive, "COCO")
    paths = _json_files(root, _USUAL) or _json_files(root, _ANY)
    if not paths:
        raise FormatError(
            root,
            "there is no COCO file",
            hint="It needs annotations/instances_train2017.json, or train/_annotations.coco.json",
        )
    finder = ImageFinder(root, images)
    files = read_coco_files(root, paths, None if images is None else finder)
    background = _background(paths[0], files[0].info)
    categories = files[0].categories
    listed = next((c for c in categories if background and is_background(c.name)), None)
    if listed is not None:  # some programs give the background a category, too
        rest = tuple(category for category in categories if category is not listed)
        label_set = label_set_of(paths[0], (listed, *rest), None)
        of_category = {category.id: place for place, category in enumerate((listed, *rest))}
    else:
        label_set = label_set_of(paths[0], categories, background)
        first = 0 if background is None else 1
        of_category = {category.id: place for place, category in enumerate(categories, start=first)}
    classes = _Classes(of_category, crowds_are_unlabelled=_BACKGROUND in files[0].info)
    instances: dict[str, _Instances] = {}
    splits: dict[str, list[LabelledImage]] = {}
    for file in files:
        items = splits.setdefault(file.split, [])
        for image_id, image in file.images.items():
            key = finder.key_of(image.path)
            instances[key] = _Instances(image, file.annotations.get(image_id, ()))
            items.append(LabelledImage(key, image.path, file.path))
    return LabelledDataset(
        root=root,
        label_set=label_set,
        splits=with_validation(splits),
        read_label_map=partial(_read_label_map, instances, classes, background is not None),
        problems=tuple(problem for file in files for problem in file.problems),
    )


def write_coco_instances(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
    each_region: bool = False,
) -> ExportReport:
    """Write images and one JSON file per split; see ``Writer``.

    With ``each_region``, each connected region of a class is an instance of its own.
    """
    first = 0 if label_set.background_index is None else 1
    of_category = {place: place - 1 + first for place in range(1, len(label_set) - first + 1)}
    classes = _Classes(of_category, crowds_are_unlabelled=True)
    background = label_set[0].name if first else None
    writer = CocoWriter(out, "instances", label_set, first, {_BACKGROUND: background})

    def make(numbered: Numbered, image: Path) -> tuple[LabelMap, CocoEntry]:
        label_map = numbered.item.label_map
        own = _annotations(label_map, first, numbered.number, each_region=each_region)
        texts = [encoded(annotation) for annotation in own]
        # The file on disk is compared with these very characters when it is written.
        read = [json.loads(text) for text in texts]
        drawn = _drawn(read, classes, *label_map.shape, has_background=first == 1)
        return drawn, CocoEntry(numbered.number, image, texts)

    with new_export(out), writer:
        return write_listed(
            items, label_set, writer.folder_of, make, writer.add, total=total, progress=progress
        )


def _json_files(root: Path, patterns: Iterable[str]) -> list[Path]:
    found = (path for pattern in patterns for path in sorted(root.glob(pattern)))
    # Not the ._ files of macOS.
    return [path for path in found if path.is_file() and not path.name.startswith("._")]


def _background(path: Path, info: Mapping[str, Any]) -> str | None:
    background = info.get(_BACKGROUND, "background")
    if background is not None and not isinstance(background, str):
        raise FormatError(path, f"info.{_BACKGROUND} is no name", hint="Remove it")
    return background


def _read_label_map(
    instances: Mapping[str, _Instances],
    classes: _Classes,
    has_background: bool,
    item: LabelledImage,
) -> LabelMap:
    image, spans = instances[item.key]
    # The size in the file is a claim; what is drawn must not be larger than the image.
    claimed = image.height, image.width
    height, width = true_size(item, claimed, f"{item.mask.name} says")
    try:
        annotations = read_spans(item.mask, spans)
        return _drawn(annotations, classes, height, width, has_background=has_background)
    except ValueError as error:
        raise FormatError(
            item.mask, f"{error} ({item.key})", hint="Correct the annotation, or take it out"
        ) from error


def _drawn(
    annotations: Sequence[Mapping[str, Any]],
    classes: _Classes,
    height: int,
    width: int,
    *,
    has_background: bool,
) -> LabelMap:
    uncovered = 0 if has_background else IGNORE_INDEX
    shapes = [_shape(annotation, classes, height, width) for annotation in annotations]
    # Run lengths go down the columns: pixels that lie in memory as they do are painted at once.
    order: Literal["F", "C"] = "F" if any(shape.counts is not None for shape in shapes) else "C"
    label_map = np.full((height, width), uncovered, np.uint8, order)
    for shape in sorted(shapes, key=lambda shape: (not shape.is_crowd, -shape.area)):
        np.copyto(label_map, np.uint8(shape.class_index), where=shape.mask(height, width))
    return np.ascontiguousarray(label_map)


def _shape(annotation: Mapping[str, Any], classes: _Classes, height: int, width: int) -> _Shape:
    name = f"annotation {str(annotation.get('id'))[:20]}"
    crowd, category = annotation.get("iscrowd", 0), annotation.get("category_id")
    if crowd not in (0, 1):
        raise ValueError(f"{name}: its iscrowd is neither 0 nor 1")
    if crowd and classes.crowds_are_unlabelled:
        class_index = IGNORE_INDEX
    elif type(category) is int and category in classes.of_category:
        class_index = classes.of_category[category]
    else:
        raise ValueError(f"{name}: there is no category {str(category)[:20]}")
    segmentation = annotation.get("segmentation")
    try:
        if isinstance(segmentation, list):
            if not segmentation:
                raise ValueError("it has a box at most, and no outline")
            polygons = [check_polygon(polygon, height, width) for polygon in segmentation]
            area = sum(map(polygon_area, polygons))
            return _Shape(bool(crowd), area, class_index, polygons, None)
        counts = read_counts(segmentation, height, width)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    return _Shape(bool(crowd), counts_area(counts), class_index, (), counts)


def _annotations(
    label_map: LabelMap, first: int, image_id: int, *, each_region: bool
) -> list[dict[str, Any]]:
    """Return annotations for each class index from ``first`` on, and one for unlabelled."""
    values = np.flatnonzero(pixel_counts(label_map))
    columns = np.asfortranarray(label_map)  # once for all classes: run lengths go down the columns
    annotations: list[dict[str, Any]] = []
    for value in values[values >= first].tolist():
        whole = columns == value
        is_crowd = value == IGNORE_INDEX
        for mask in connected_parts(whole) if each_region and not is_crowd else [whole]:
            annotations.append(
                {
                    "image_id": image_id,
                    "category_id": 1 if is_crowd else value + 1 - first,
                    "iscrowd": int(is_crowd),
                    **measured(mask),
                }
            )
    return annotations
