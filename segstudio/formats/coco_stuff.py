"""COCO-Stuff pixel maps: one grey PNG per image.

    images/train2017/a.jpg        also: train2017/a.jpg
    annotations/train2017/a.png   also: stuffthingmaps/train2017/a.png
    labels.txt                    "0: unlabeled", "1: person", ...: label ids (optional)

A pixel's value is the label id minus one, and 255 is unlabelled. Where labels.txt is missing, the
classes are the 182 of COCO-Stuff.

Source: https://github.com/nightrome/cocostuff, README.md ("thing+stuff labels cover indices 0-181
and 255 indicates the 'unlabeled' or void class") and labels.txt.
"""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.coco_stuff_classes import STUFF_CLASSES
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.lines import raw_lines
from segstudio.formats.pairing import files_in, pair, stray_problems
from segstudio.formats.reading import (
    first_folder,
    listed,
    refuse_foreign_values,
    refuse_positive,
)
from segstudio.formats.splitting import split_of, with_validation
from segstudio.formats.writing import copy_image, new_export, write_each, write_lines, write_mask
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.masks import read_label_map

_LABELS: Final = "labels.txt"
_MASKS: Final = ("annotations", "stuffthingmaps", "stuffthingmaps_trainval2017")
_YEAR_FOLDER: Final = re.compile(r"(train|val|test)20\d\d")
_LABEL: Final = re.compile(r"(?P<id>\d+) *: *(?P<name>.+)")


def is_coco_stuff(root: Path) -> bool:
    """Return whether ``root`` holds folders of pixel maps named as COCO's (``train2017``)."""
    return bool(_folders(root))


def read_coco_stuff(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read COCO-Stuff's layout; masks are decoded later, one by one.

    Raises:
        FormatError: If a folder is missing, no mask belongs to an image, ``labels.txt`` is wrong,
            or ``positive`` is given.
    """
    refuse_positive(root, positive, "COCO-Stuff")
    splits: dict[str, list[LabelledImage]] = {}
    problems: list[str] = []
    for images, masks in _folders(root):
        found, pixel_maps = files_in(images), files_in(masks)
        pairing = pair(found.images, pixel_maps.images)
        problems += stray_problems(images.name, found.strays)
        problems += [f"{images.name}: {problem}" for problem in pairing.problems]
        splits.setdefault(split_of(images.name) or images.name, []).extend(
            LabelledImage(f"{images.name}/{image}", images / image, masks / mask)
            for image, mask in pairing.pairs
        )
    if not any(splits.values()):
        raise FormatError(
            root,
            "no pixel map belongs to an image",
            hint="It needs images/train2017/a.jpg and annotations/train2017/a.png",
        )
    label_set = _read_labels(root / _LABELS)
    return LabelledDataset(
        root=root,
        label_set=label_set,
        splits=with_validation({name: items for name, items in splits.items() if items}),
        read_label_map=partial(_read_mask, len(label_set)),
        problems=tuple(problems),
    )


def write_coco_stuff(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, pixel maps and ``labels.txt``; see ``Writer``."""

    def write(stem: str, item: LabelledArray) -> LabelMap:
        images, masks = (out / top / f"{item.split}2017" for top in ("images", _MASKS[0]))
        make_folder(images)
        make_folder(masks)
        copy_image(item.image, images, stem)
        return write_mask(masks / f"{stem}.png", item.label_map, label_set.palette)

    with new_export(out):
        _, report = write_each(items, label_set, write, total=total, progress=progress)
        names = ("unlabeled", *label_set.names)
        write_lines(out / _LABELS, [f"{place}: {name}" for place, name in enumerate(names)])
    return report


def _folders(root: Path) -> list[tuple[Path, Path]]:
    """Return the folders of images and of their pixel maps."""
    masks = first_folder(root, _MASKS)
    if masks is None:
        return []
    return [
        (images, folder)
        for folder in listed(masks)
        if folder.is_dir() and _YEAR_FOLDER.fullmatch(folder.name)
        if (images := first_folder(root, (f"images/{folder.name}", folder.name))) is not None
    ]


def _read_labels(path: Path) -> LabelSet:
    if not path.is_file():
        return STUFF_CLASSES
    try:
        names: list[str] = []
        for line in filter(None, map(str.strip, raw_lines(path))):
            found = _LABEL.fullmatch(line)
            if found is None or int(found["id"]) != len(names):
                raise ValueError(f"a line reads {line[:40]!r}")
            names.append(found["name"])
        return LabelSet.named(names[1:])  # the first is "unlabeled"
    except (OSError, ValueError) as error:
        raise FormatError(
            path,
            f"it cannot be read ({error})",
            hint='Its lines read "0: unlabeled", "1: person" and so on, without gaps',
        ) from error


def _read_mask(num_classes: int, item: LabelledImage) -> LabelMap:
    label_map = read_label_map(item.mask)
    refuse_foreign_values(item.mask, label_map, num_classes, _LABELS)
    return label_map
