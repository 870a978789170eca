"""ADE20K as its scene parsing benchmark has it: one grey PNG of classes for each image.

    images/training/a.jpg     annotations/training/a.png
    images/validation/b.jpg   annotations/validation/b.png
    objectInfo150.txt         a table whose last column names the classes (optional)

A pixel's value is the class index plus one; 0 is unlabelled. Without ``objectInfo150.txt`` the
classes are the benchmark's 150.

Source: http://sceneparsing.csail.mit.edu and
https://github.com/CSAILVision/sceneparsing, README.md and objectInfo150.csv.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TEST, TRAIN, VALIDATION
from segstudio.errors import FormatError
from segstudio.formats.ade20k_classes import SCENE_CLASSES
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.lines import raw_lines
from segstudio.formats.pairing import files_in, pair
from segstudio.formats.reading import refuse_foreign_values, refuse_positive
from segstudio.formats.writing import (
    copy_image,
    new_export,
    write_each,
    write_gray_mask,
    write_lines,
)
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.masks import read_label_map

_FOLDERS: Final = {TRAIN: "training", VALIDATION: "validation", TEST: "testing"}
_TABLE: Final = "objectInfo150.txt"
_HEAD: Final = ("Idx", "Ratio", "Train", "Val", "Name")


def is_ade20k(root: Path) -> bool:
    """Return whether ``root`` has the folders of the scene parsing benchmark."""
    return any((root / "annotations" / name).is_dir() for name in _FOLDERS.values()) and any(
        (root / "images" / name).is_dir() for name in _FOLDERS.values()
    )


def read_ade20k(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read the scene parsing benchmark's layout; masks are decoded later, one by one.

    Raises:
        FormatError: If a folder is missing, no mask belongs to an image, the table of classes is
            wrong, or ``positive`` is given.
    """
    refuse_positive(root, positive, "ADE20K")
    gathered = Gathered(ImageFinder(root))
    for split, name in _FOLDERS.items():
        images, masks = root / "images" / name, root / "annotations" / name
        if images.is_dir() and masks.is_dir():
            pairing = pair(files_in(images).images, files_in(masks).images)
            for image, mask in pairing.pairs:
                gathered.add(images / image, masks / mask, split)
            gathered.problems += [f"{name}: {problem}" for problem in pairing.problems]
    label_set = _read_table(root / _TABLE)
    return gathered.dataset(
        root,
        label_set,
        partial(_read_label_map, len(label_set)),
        "It needs images/training/a.jpg and annotations/training/a.png",
    )


def write_ade20k(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, masks and the table of classes; see ``Writer``."""

    def write(stem: str, item: LabelledArray) -> LabelMap:
        folder = _FOLDERS.get(item.split, item.split)
        images, masks = out / "images" / folder, out / "annotations" / folder
        make_folder(images)
        make_folder(masks)
        copy_image(item.image, images, stem)
        # 255 + 1 is 0 in 8 bits: unlabelled.
        return write_gray_mask(masks / f"{stem}.png", item.label_map + np.uint8(1)) - np.uint8(1)

    with new_export(out):
        for split in (TRAIN, VALIDATION):
            make_folder(out / "images" / _FOLDERS[split])
            make_folder(out / "annotations" / _FOLDERS[split])
        _, report = write_each(items, label_set, write, total=total, progress=progress)
        rows = [f"{place}\t0\t0\t0\t{name}" for place, name in enumerate(label_set.names, start=1)]
        write_lines(out / _TABLE, ["\t".join(_HEAD), *rows])
    return report


def _read_table(path: Path) -> LabelSet:
    if not path.is_file():
        return SCENE_CLASSES
    try:
        rows = [line.split("\t") for line in raw_lines(path) if line.strip()]
        names = [row[-1].strip() for row in rows if row[0].strip().isdecimal()]
        numbers = [int(row[0]) for row in rows if row[0].strip().isdecimal()]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError("its rows are not numbered 1, 2, 3, ...")
        return LabelSet.named(names)
    except (OSError, ValueError) as error:
        raise FormatError(
            path, f"it cannot be read ({error})", hint="Its first column counts from 1"
        ) from error


def _read_label_map(num_classes: int, item: LabelledImage) -> LabelMap:
    stored = read_label_map(item.mask)
    label_map = stored - np.uint8(1)  # 0 becomes 255 in 8 bits: unlabelled
    refuse_foreign_values(item.mask, label_map, num_classes, "the layout", stored=stored)
    return label_map
