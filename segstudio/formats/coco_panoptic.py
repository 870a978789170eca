"""COCO panoptic: a colour PNG of segment ids and a JSON file of their categories.

    train2017/a.jpg                         also: images/train2017
    annotations/panoptic_train2017.json
    annotations/panoptic_train2017/a.png    id = red + 256 x green + 256 x 256 x blue

Categories are classes in the order of their ids; the segment id 0 is unlabelled. Crowd segments
count as their category, as in panopticapi's own conversion to semantic labels.

What we write is one segment for each image and class.

Source: https://cocodataset.org/#format-data;
https://github.com/cocodataset/panopticapi, converters/panoptic2semantic_segmentation.py.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, pixel_counts
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.coco_json import ANNOTATIONS, CocoFile, label_set_of, read_coco_files
from segstudio.formats.coco_masks import box_of
from segstudio.formats.coco_writer import CocoEntry, CocoWriter, encoded
from segstudio.formats.color_masks import values_of_codes
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.json_files import read_spans
from segstudio.formats.reading import counted, refuse_positive, some
from segstudio.formats.safe_paths import confined
from segstudio.formats.splitting import with_validation
from segstudio.formats.writing import Numbered, new_export, write_listed
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.fresh_files import write_fresh
from segstudio.storage.masks import read_colors
from segstudio.storage.plain_masks import encode_png

_MAX_ID: Final = 2**24 - 1


def is_coco_panoptic(root: Path) -> bool:
    """Return whether ``root`` holds COCO's panoptic files."""
    return bool(_json_files(root))


def read_coco_panoptic(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read COCO's panoptic layout; the PNG files are decoded later, one by one.

    Raises:
        FormatError: If files are missing, a JSON file is wrong, or ``positive`` is given.
    """
    refuse_positive(root, positive, "COCO")
    paths = _json_files(root)
    if not paths:
        raise FormatError(
            root,
            "these are not COCO's panoptic files",
            hint="It needs annotations/panoptic_train2017.json and the folder of PNG files of the "
            "same name",
        )
    files = read_coco_files(root, paths)
    classes = {category.id: place for place, category in enumerate(files[0].categories)}
    segments: dict[Path, object] = {}
    splits: dict[str, list[LabelledImage]] = {}
    problems: list[str] = []
    for file in files:
        items, told = _items(root, file, segments)
        splits.setdefault(file.split, []).extend(items)
        problems += [*file.problems, *told]
    return LabelledDataset(
        root=root,
        label_set=label_set_of(paths[0], files[0].categories, None),
        splits=with_validation(splits),
        read_label_map=partial(_read_label_map, segments, classes),
        problems=tuple(problems),
    )


def write_coco_panoptic(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, PNG files of segments and one JSON file per split; see ``Writer``."""
    classes = {place + 1: place for place in range(len(label_set))}
    writer = CocoWriter(out, "panoptic", label_set, 0, {})

    def make(numbered: Numbered, image: Path) -> tuple[LabelMap, CocoEntry]:
        label_map, split = numbered.item.label_map, numbered.item.split
        mask_folder = out / ANNOTATIONS / f"panoptic_{split}2017"
        make_folder(mask_folder)
        png = mask_folder / f"{numbered.stem}.png"
        write_fresh(png, _png_of_ids(label_map + np.uint8(1)))  # 255 becomes 0
        segments = _segments(label_map)
        entry = {"image_id": numbered.number, "file_name": png.name, "segments_info": segments}
        read = _decoded(png, segments, classes)
        return read, CocoEntry(numbered.number, image, [encoded(entry)])

    with new_export(out), writer:
        for split in (TRAIN, VALIDATION):
            make_folder(out / ANNOTATIONS / f"panoptic_{split}2017")
        return write_listed(
            items, label_set, writer.folder_of, make, writer.add, total=total, progress=progress
        )


def _json_files(root: Path) -> list[Path]:
    patterns = (f"{ANNOTATIONS}/panoptic_*.json", "panoptic_*.json")
    found = (path for pattern in patterns for path in sorted(root.glob(pattern)))
    return [path for path in found if path.with_suffix("").is_dir()]


def _items(
    root: Path, file: CocoFile, segments: dict[Path, object]
) -> tuple[list[LabelledImage], list[str]]:
    folder = file.path.with_suffix("")
    items: dict[int, LabelledImage] = {}
    doubled = []
    shared: dict[int, str] = {}
    outside: dict[int, str] = {}
    for image_id, spans in file.annotations.items():
        image = file.images[image_id]
        if len(spans) > 1:
            doubled.append(image.file_name)
        (annotation,) = read_spans(file.path, spans[:1])
        name = annotation.get("file_name")
        try:
            png = confined(folder, name if isinstance(name, str) else "")
        except ValueError:
            outside[image_id] = image.file_name
            continue
        if png in segments:
            shared[image_id] = image.file_name
            continue
        key = image.path.relative_to(root).as_posix()
        items[image_id] = LabelledImage(key, image.path, png)
        segments[png] = annotation.get("segments_info")
    known = {*items, *outside, *shared}
    bare = [image.file_name for key, image in file.images.items() if key not in known]
    told = []
    if outside:
        told.append(
            f"{counted(list(outside), 'image')} left out, whose masks have no name inside "
            f"{folder.name}: {some(list(outside.values()))}"
        )
    if shared:
        told.append(
            f"{counted(list(shared), 'image')} left out, whose mask is that of another image: "
            f"{some(list(shared.values()))}"
        )
    if doubled:
        told.append(f"{counted(doubled, 'annotation')} came second for an image: {some(doubled)}")
    if bare:
        told.append(f"{counted(bare, 'image')} left out, which have no annotation: {some(bare)}")
    return list(items.values()), [f"{file.path.name}: {problem}" for problem in told]


def _read_label_map(
    segments: Mapping[Path, object], classes: Mapping[int, int], item: LabelledImage
) -> LabelMap:
    return _decoded(item.mask, segments[item.mask], classes)


def _decoded(png: Path, segments: object, classes: Mapping[int, int]) -> LabelMap:
    class_of_id = {0: IGNORE_INDEX, **_classes_of_ids(png, segments, classes)}
    red, green, blue = np.moveaxis(read_colors(png).astype(np.uint32), -1, 0)
    label_map, unknown = values_of_codes(red + 256 * green + 65536 * blue, class_of_id)
    if unknown.size:
        raise FormatError(
            png,
            f"it holds the segment {unknown[0]}, which the JSON file does not have",
            hint="Bring back the PNG and the JSON file that belong together",
        )
    return label_map


def _classes_of_ids(png: Path, segments: object, classes: Mapping[int, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for segment in segments if isinstance(segments, list) else [None]:
        segment_id, category = (
            (segment.get("id"), segment.get("category_id"))
            if isinstance(segment, dict)
            else (None, None)
        )
        if type(segment_id) is not int or not 0 < segment_id <= _MAX_ID or segment_id in found:
            problem = f"a segment has the id {str(segment_id)[:20]}"
        elif type(category) is not int or category not in classes:
            problem = f"segment {segment_id} is of the unknown category {str(category)[:20]}"
        else:
            found[segment_id] = classes[category]
            continue
        raise FormatError(
            png, f"the JSON file is wrong about it: {problem}", hint="Correct its segments_info"
        )
    return found


def _png_of_ids(ids: LabelMap) -> bytes:
    rgb = np.zeros((*ids.shape, 3), np.uint8)
    rgb[..., 0] = ids
    return encode_png(rgb, None)


def _segments(label_map: LabelMap) -> list[dict[str, Any]]:
    areas = pixel_counts(label_map)[:IGNORE_INDEX]
    return [
        {
            "id": value + 1,
            "category_id": value + 1,
            "area": int(areas[value]),
            "bbox": box_of(label_map == value),
            "iscrowd": 0,
        }
        for value in np.flatnonzero(areas).tolist()
    ]
