"""Folders of images and of masks that are pictures, with a table of colours.

    images/a.jpg          also the other folders that ``formats.png`` knows
    masks/a.png           a colour for each class
    labelmap.txt          "cell:230,159,0::" on each line: name and colour
    class_dict.csv        or "name,r,g,b" on each line, as Kaggle's CamVid has it
    train.txt             names of the training images (optional; also val.txt)

Pixels of the colour 224, 224, 192 are unlabelled, as in Pascal VOC.

Source: CVAT's documentation of its "segmentation mask" format for ``labelmap.txt``;
https://www.kaggle.com/datasets/carlolepelaars/camvid for ``class_dict.csv``.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import Color
from segstudio.errors import FormatError, ImageError
from segstudio.formats.binary import Positive
from segstudio.formats.classes import (
    LABELMAP,
    NamedClasses,
    distinct_colors,
    labelmap_lines,
    read_named_classes,
)
from segstudio.formats.color_masks import VOC_VOID, read_color_mask
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.png import first_mask, is_png, read_png
from segstudio.formats.reading import refuse_positive
from segstudio.formats.writing import copy_image, new_export, write_each, write_lines
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.fresh_files import write_fresh
from segstudio.storage.images import opened_image
from segstudio.storage.plain_masks import encode_png

_TABLE: Final = "class_dict.csv"
_COLOR_MODES: Final = ("RGB", "RGBA")


def is_rgb(root: Path) -> bool:
    """Return whether ``root`` holds a table of colours, images, and masks in colours."""
    if not ((root / LABELMAP).is_file() or (root / _TABLE).is_file()) or not is_png(root):
        return False
    mask = first_mask(root)
    try:
        with opened_image(mask or root) as image:
            return image.mode in _COLOR_MODES
    except ImageError:
        return False


def read_rgb(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read images with masks in colours; they are decoded later, one by one.

    Raises:
        FormatError: If the table of colours is missing or wrong, no mask belongs to an image, or
            ``positive`` is given.
    """
    refuse_positive(root, positive, "the table of colours")
    classes = _read_table(root / _TABLE) if _has_table(root) else read_named_classes(root)
    if not classes.colors:
        raise FormatError(
            root,
            "nothing says which colour is which class",
            hint=f"Write {LABELMAP} with a line for each class: cell:230,159,0::",
        )
    dataset = read_png(root)
    return replace(
        dataset,
        label_set=classes.label_set,
        read_label_map=partial(_read_label_map, classes.colors, classes.named_in),
    )


def write_rgb(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, masks in colours and ``labelmap.txt``; see ``Writer``.

    Classes that share a colour get colours of their own.
    """
    images, masks = out / "images", out / "masks"
    colored = distinct_colors(label_set, [VOC_VOID])

    def write(stem: str, item: LabelledArray) -> LabelMap:
        copy_image(item.image, images, stem)
        return write_color_mask(masks / f"{stem}.png", item.label_map, colored)

    with new_export(out):
        make_folder(images)
        make_folder(masks)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        for split, names in stems.items():
            write_lines(out / f"{split}.txt", names)
        write_lines(out / LABELMAP, labelmap_lines(colored))
    return report


def write_color_mask(path: Path, label_map: LabelMap, colored: LabelSet) -> LabelMap:
    """Write a label map as a picture and return what reads back.

    Args:
        path: The PNG file.
        label_map: (H, W) uint8.
        colored: The classes, of which no two share a colour or have that of unlabelled pixels.

    Raises:
        StorageError: If it cannot be written.
    """
    palette = colored.palette
    palette[255] = VOC_VOID
    write_fresh(path, encode_png(np.take(palette, label_map, axis=0), None))
    colors = {item.color: place for place, item in enumerate(colored)}
    return read_color_mask(path, colors, LABELMAP)


def _has_table(root: Path) -> bool:
    return (root / _TABLE).is_file() and not (root / LABELMAP).is_file()


def _read_table(path: Path) -> NamedClasses:
    classes: list[LabelClass] = []
    colors: dict[Color, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in list(csv.reader(file))[1:]:
                if not row:
                    continue
                color = Color(*(int(part) for part in row[1:4]))
                if not all(0 <= part <= 255 for part in color):
                    raise ValueError(f"the colour {tuple(color)} is out of range")
                colors.setdefault(color, len(classes))
                classes.append(LabelClass(row[0].strip(), color))
        return NamedClasses(LabelSet(tuple(classes)), _TABLE, colors)
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise FormatError(
            path, f"it cannot be read ({error})", hint='Each line reads "name,red,green,blue"'
        ) from error


def _read_label_map(colors: Mapping[Color, int], where: str, item: LabelledImage) -> LabelMap:
    return read_color_mask(item.mask, colors, where)
