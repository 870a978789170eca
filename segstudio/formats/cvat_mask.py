"""CVAT's segmentation masks 1.1: pictures in the colours of ``labelmap.txt``.

    SegmentationClass/a.png              a colour for each class
    SegmentationObject/a.png             a colour for each object; not needed for reading
    ImageSets/Segmentation/default.txt   names, one a line; also train.txt and val.txt
    labelmap.txt                         "cell:230,159,0::" on each line
    JPEGImages/a.jpg                     if the images were exported, too

Pixels of the colour 224, 224, 192 are unlabelled, as in Pascal VOC.

Source: https://docs.cvat.ai/docs/dataset_management/formats/format-smask.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.classes import (
    LABELMAP,
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
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.pairing import files_in, without_suffix
from segstudio.formats.reading import counted, read_list, refuse_positive, some, text_files
from segstudio.formats.rgb import write_color_mask
from segstudio.formats.splitting import split_of
from segstudio.formats.writing import (
    copy_image,
    new_export,
    write_each,
    write_lines,
    write_mask,
)
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.images import IMAGE_SUFFIXES

_CLASSES: Final = "SegmentationClass"
_OBJECTS: Final = "SegmentationObject"
_IMAGES: Final = "JPEGImages"
_LISTS: Final = "ImageSets/Segmentation"


def is_cvat_mask(root: Path) -> bool:
    """Return whether ``root`` looks like CVAT's export of segmentation masks."""
    return (
        (root / _CLASSES).is_dir()
        and (root / _OBJECTS).is_dir()
        and (root / LABELMAP).is_file()
        and (root / _LISTS).is_dir()
    )


def read_cvat_mask(
    root: Path, *, positive: Positive | None = None, images: Path | None = None
) -> LabelledDataset:
    """Read CVAT's segmentation masks; they are decoded later, one by one.

    Args:
        root: The folder that holds ``SegmentationClass``.
        positive: Must be None.
        images: Another folder where the images may be.

    Raises:
        FormatError: If something is missing, no image is there, or ``positive`` is given.
    """
    refuse_positive(root, positive, "CVAT")
    if not is_cvat_mask(root):
        raise FormatError(
            root,
            "this is not CVAT's export of segmentation masks",
            hint=f"It needs {_CLASSES}, {_OBJECTS}, {_LISTS} and {LABELMAP}",
        )
    classes = read_named_classes(root)
    gathered = Gathered(ImageFinder(root, images))
    splits = {
        name: split_of(path.stem) for path in text_files(root / _LISTS) for name in read_list(path)
    }
    masks = files_in(root / _CLASSES).images
    bare = sorted(splits.keys() - set(map(without_suffix, masks)))
    if bare:
        gathered.problems.append(
            f"{counted(bare, 'name')} in the lists passed over, without a mask: {some(bare)}"
        )
    for mask in masks:
        stem = without_suffix(mask)
        try:
            image = _find_image(gathered.finder, root, images, stem)
        except ValueError as error:
            gathered.leave_out(mask, str(error))
            continue
        gathered.add(image, root / _CLASSES / mask, splits.get(stem) or "all")
    needs = f"Put the images into {_IMAGES}, or import into the project that has them"
    read = partial(_read_label_map, classes.colors)
    return gathered.dataset(root, classes.label_set, read, needs)


def write_cvat_mask(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, masks of classes and of objects, lists and ``labelmap.txt``; see ``Writer``."""
    colored = distinct_colors(label_set, [VOC_VOID])

    def write(stem: str, item: LabelledArray) -> LabelMap:
        copy_image(item.image, out / _IMAGES, stem)
        _write_objects(out / _OBJECTS / f"{stem}.png", item.label_map, label_set)
        return write_color_mask(out / _CLASSES / f"{stem}.png", item.label_map, colored)

    with new_export(out):
        for name in (_IMAGES, _CLASSES, _OBJECTS, _LISTS):
            make_folder(out / name)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        for split, names in stems.items():
            write_lines(out / _LISTS / f"{split}.txt", names)
        write_lines(out / LABELMAP, labelmap_lines(colored))
    return report


def _write_objects(path: Path, label_map: LabelMap, label_set: LabelSet) -> None:
    """Write each class as one object; we do not tell objects of a class apart."""
    background = label_set.background_index
    objects = np.where(label_map == background, np.uint8(0), label_map + np.uint8(1))
    palette = np.roll(label_set.palette, 1, axis=0)
    palette[0] = 0
    write_mask(path, np.where(label_map == IGNORE_INDEX, np.uint8(0), objects), palette)


def _find_image(finder: ImageFinder, root: Path, images: Path | None, stem: str) -> Path:
    suffixes = sorted(IMAGE_SUFFIXES | {suffix.upper() for suffix in IMAGE_SUFFIXES})
    for folder in filter(None, (root / _IMAGES, root / "images", images)):
        found = [path for suffix in suffixes if (path := folder / f"{stem}{suffix}").is_file()]
        if len(found) > 1:
            raise ValueError(f"which fits several images of one stem in {folder.name}")
        if found:
            return found[0]
    raise ValueError(f"whose image is not in {_IMAGES}")


def _read_label_map(colors: Mapping[Color, int], item: LabelledImage) -> LabelMap:
    return read_color_mask(item.mask, colors, LABELMAP)
