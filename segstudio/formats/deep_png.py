"""Folders of images and of 16-bit PNG masks, whose values need not be class indices.

    images/a.jpg  masks/a.png    also the other folders that ``formats.png`` knows
    values.txt                   a value and a name on each line: "1004 road" (optional)
    train.txt                    names of the training images (optional; also val.txt)

Without ``values.txt`` every value that stands in a mask is a class, in the order of the values: 0
is the background, and 1004 is called "value 1004". 65535 is unlabelled unless ``values.txt`` names
it. The masks of a set hold 255 values at most: more are numbers of objects, not of classes.

Source: https://www.w3.org/TR/png-3/ for 16 bits a pixel; the table of values is ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, MAX_CLASSES, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError, ImageError, MaskError
from segstudio.formats.binary import Positive
from segstudio.formats.color_masks import values_of_codes
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.mask_files import MaskKind, read_mask_header
from segstudio.formats.png import first_mask, read_png
from segstudio.formats.reading import read_list, refuse_positive, some
from segstudio.formats.writing import copy_image, new_export, write_each, write_lines
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.fresh_files import write_fresh
from segstudio.storage.images import load_upright, opened_image
from segstudio.storage.masks import read_deep_values
from segstudio.storage.plain_masks import encode_png

VALUES_FILE: Final = "values.txt"
_UNLABELLED: Final = 65535


def is_deep_png(root: Path) -> bool:
    """Return whether ``root`` holds 16-bit masks whose values are not class indices."""
    mask = first_mask(root)
    try:
        if mask is None or read_mask_header(mask).kind is not MaskKind.DEEP_GREY:
            return False
        return (root / VALUES_FILE).is_file() or int(_stored(mask).max()) > 255
    except (ImageError, MaskError):
        return False


def read_deep_png(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read images with 16-bit masks; they are decoded later, one by one.

    Without a table of values all masks are looked at first, to find them.

    Raises:
        FormatError: If ``values.txt`` is wrong, no mask belongs to an image, the masks hold too
            many values, or ``positive`` is given.
    """
    refuse_positive(root, positive, "a table of values")
    dataset = read_png(root)
    table = root / VALUES_FILE
    names = _listed(table) if table.is_file() else _found(root, dataset)
    try:
        label_set = LabelSet.named(names.values())
    except ValueError as error:
        raise FormatError(
            table, f"it cannot be used: {error}", hint="Give each value a name of its own"
        ) from error
    meaning = {_UNLABELLED: IGNORE_INDEX, **{value: place for place, value in enumerate(names)}}
    return replace(dataset, label_set=label_set, read_label_map=partial(_read_label_map, meaning))


def write_deep_png(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, 16-bit masks of class indices, ``values.txt`` and lists; see ``Writer``."""
    images, masks = out / "images", out / "masks"
    stored_as = np.arange(256, dtype=np.uint16)
    stored_as[IGNORE_INDEX] = _UNLABELLED
    meaning = {value: place for place, value in enumerate(stored_as.tolist())}

    def write(stem: str, item: LabelledArray) -> LabelMap:
        image = copy_image(item.image, images, stem)
        mask = masks / f"{stem}.png"
        write_fresh(mask, encode_png(stored_as[item.label_map], None))
        return _read_label_map(meaning, LabelledImage(stem, image, mask))

    with new_export(out):
        make_folder(images)
        make_folder(masks)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        for split, names in stems.items():
            write_lines(out / f"{split}.txt", names)
        write_lines(
            out / VALUES_FILE, [f"{value} {name}" for value, name in enumerate(label_set.names)]
        )
    return report


def _listed(table: Path) -> dict[int, str]:
    """Return value -> name as the table has them."""
    names: dict[int, str] = {}
    for line in read_list(table):
        number, _, name = line.partition(" ")
        if not number.isdecimal() or int(number) > 65535 or not name.strip():
            raise FormatError(
                table, f"the line {line[:40]!r} is wrong", hint='Each line reads "1004 road"'
            )
        if int(number) in names:
            raise FormatError(table, f"the value {number} stands twice", hint="Keep one line of it")
        names[int(number)] = name.strip()
    return names


def _found(root: Path, dataset: LabelledDataset) -> dict[int, str]:
    """Return a name for each value in the masks; those that cannot be read are told later."""
    is_there = np.zeros(65536, np.bool_)
    for item in (item for items in dataset.splits.values() for item in items):
        try:
            is_there[_stored(item.mask)] = True
        except (ImageError, MaskError):
            continue
    is_there[_UNLABELLED] = False
    values = np.flatnonzero(is_there).tolist()
    if len(values) > MAX_CLASSES:
        raise FormatError(
            root,
            f"its masks hold {len(values)} values, and there can be {MAX_CLASSES} classes",
            hint="If they number objects, save the classes of the objects instead",
        )
    return {value: f"value {value}" if value else "background" for value in values}


def _stored(path: Path) -> NDArray[Any]:
    """Return the (H, W) values of a grey mask as they stand in the file, 0..65535."""
    plain = read_deep_values(path)
    if plain is not None:
        return plain
    with opened_image(path) as image:
        if image.mode not in ("P", "L", "1") and not image.mode.startswith("I"):
            raise MaskError(
                path,
                "this is a colour picture, not a mask of values",
                hint="Save the mask with one value per pixel: as 16-bit grey PNG",
            )
        values: NDArray[Any] = np.asarray(load_upright(image))
    if values.min() < 0 or values.max() > 65535:
        raise MaskError(
            path, "it holds values outside 0 to 65535", hint="Save the mask as 16-bit grey PNG"
        )
    return values


def _read_label_map(meaning: Mapping[int, int], item: LabelledImage) -> LabelMap:
    """Read a mask; ``meaning`` gives the label map value of each value in the file."""
    label_map, foreign = values_of_codes(_stored(item.mask), meaning)
    if foreign.size:
        values = np.unique(foreign).tolist()
        raise FormatError(
            item.mask,
            f"it holds the value{'' if len(values) == 1 else 's'} {some(list(map(str, values)))}, "
            f"which {VALUES_FILE} does not name",
            hint=f"Add a line to {VALUES_FILE} for each value",
        )
    return label_map
