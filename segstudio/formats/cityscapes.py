"""Cityscapes, with its 19 training classes or with all its 34 label ids.

    leftImg8bit/SPLIT/CITY/NAME_leftImg8bit.png
    gtFine/SPLIT/CITY/NAME_gtFine_labelIds.png        label ids, 0..33
    gtFine/SPLIT/CITY/NAME_gtFine_labelTrainIds.png   train ids, 0..18 and 255; made by a script
    classes.txt                                       other classes, one a line (ours)

For the training classes, train ids are read where they are there, and else made of the label ids.
``gtCoarse`` is read where there is no ``gtFine``. A value of 255 is unlabelled in both; so are
licence plates, whose label id is -1.

Source: https://github.com/mcordts/cityscapesScripts, README.md and helpers/labels.py.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet, class_mapping
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.cityscapes_classes import ALL_CLASSES, TRAIN_IDS, TRAINING_CLASSES
from segstudio.formats.classes import CLASSES_FILE, read_classes
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.reading import (
    counted,
    first_folder,
    listed,
    refuse_foreign_values,
    refuse_positive,
    some,
)
from segstudio.formats.splitting import split_of, with_validation
from segstudio.formats.writing import copy_image, new_export, write_classes, write_each, write_mask
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.images import is_image_name
from segstudio.storage.masks import read_label_map

_IMAGES: Final = "leftImg8bit"
_LABELS: Final = ("gtFine", "gtCoarse")
_LABEL_IDS: Final = "labelIds"
_TRAIN_IDS: Final = "labelTrainIds"
_CITY: Final = "segstudio"


def is_cityscapes(root: Path) -> bool:
    """Return whether ``root`` looks like Cityscapes whose 19 training classes can be read."""
    # Other classes than the published ones stand in one of the two kinds of files only.
    return is_cityscapes_34(root) and (
        not (root / CLASSES_FILE).is_file() or any(_masks_of_kind(root, _TRAIN_IDS))
    )


def is_cityscapes_34(root: Path) -> bool:
    """Return whether ``root`` looks like Cityscapes."""
    return (root / _IMAGES).is_dir() and first_folder(root, _LABELS) is not None


def read_cityscapes(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read Cityscapes with the 19 training classes; masks are decoded later, one by one.

    Raises:
        FormatError: If a folder is missing, no mask belongs to an image, ``classes.txt`` is wrong,
            or ``positive`` is given.
    """
    return _read(root, positive, (_TRAIN_IDS, _LABEL_IDS), TRAINING_CLASSES)


def read_cityscapes_34(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read Cityscapes with all 34 label ids as classes; raises as ``read_cityscapes`` does."""
    return _read(root, positive, (_LABEL_IDS,), ALL_CLASSES)


def write_cityscapes(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write class indices as train ids; see ``Writer``.

    If all classes are Cityscapes' own, its label ids are written, too, so that its evaluation
    script takes the files.
    """
    return _write(items, label_set, out, _TRAIN_IDS, total=total, progress=progress)


def write_cityscapes_34(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write class indices as label ids; see ``Writer``."""
    return _write(items, label_set, out, _LABEL_IDS, total=total, progress=progress)


def _read(
    root: Path, positive: Positive | None, kinds: tuple[str, ...], published: LabelSet
) -> LabelledDataset:
    refuse_positive(root, positive, "Cityscapes")
    labels = first_folder(root, _LABELS)
    if labels is None or not (root / _IMAGES).is_dir():
        raise FormatError(
            root,
            "this is not a Cityscapes folder",
            hint="It needs the folders leftImg8bit and gtFine",
        )
    named = read_classes(root / CLASSES_FILE)
    if len(named) and _TRAIN_IDS in kinds:
        kinds = (_TRAIN_IDS,)  # label ids could not be told from Cityscapes' own
    splits: dict[str, list[LabelledImage]] = {}
    without_mask = []
    for split, image, stem in _images(root):
        names = [f"{stem}_{labels.name}_{kind}.png" for kind in kinds]
        folder = labels / image.parent.relative_to(root / _IMAGES)
        mask = next((folder / name for name in names if (folder / name).is_file()), None)
        key = (image.parent.relative_to(root / _IMAGES) / stem).as_posix()
        if mask is None:
            without_mask.append(key)
        else:
            splits.setdefault(split, []).append(LabelledImage(key, image, mask))
    if not splits:
        raise FormatError(
            root,
            f"no image has a mask *_{labels.name}_{kinds[-1]}.png",
            hint="Unpack gtFine_trainvaltest.zip beside leftImg8bit_trainvaltest.zip, or choose "
            "between --format cityscapes and --format cityscapes-34",
        )
    problems = [f"{counted(without_mask, 'image')} without a mask left out: {some(without_mask)}"]
    label_set = named or published
    return LabelledDataset(
        root=root,
        label_set=label_set,
        splits=with_validation(splits),
        read_label_map=partial(_read_mask, len(label_set), published is TRAINING_CLASSES),
        problems=tuple(problems) if without_mask else (),
    )


def _write(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    kind: str,
    *,
    total: int,
    progress: Progress | None,
) -> ExportReport:
    own = label_set.names == (TRAINING_CLASSES if kind == _TRAIN_IDS else ALL_CLASSES).names
    to_label_ids = class_mapping(label_set.names, ALL_CLASSES)
    also_label_ids = kind == _TRAIN_IDS and own
    to_label_ids[255] = 0  # unlabeled

    def write(stem: str, item: LabelledArray) -> LabelMap:
        image_folder, mask_folder = (
            out / top / item.split / _CITY for top in (_IMAGES, _LABELS[0])
        )
        make_folder(image_folder)
        make_folder(mask_folder)
        copy_image(item.image, image_folder, f"{stem}_{_IMAGES}")
        mask = mask_folder / f"{stem}_{_LABELS[0]}_{kind}.png"
        read = write_mask(mask, item.label_map, label_set.palette)
        if also_label_ids:
            ids = mask.with_name(f"{stem}_{_LABELS[0]}_{_LABEL_IDS}.png")
            by_ids = TRAIN_IDS[write_mask(ids, to_label_ids[item.label_map], ALL_CLASSES.palette)]
            read = np.where(read == item.label_map, by_ids, read)  # a fault of either is told
        return read

    with new_export(out):
        for top in (_IMAGES, _LABELS[0]):
            make_folder(out / top)
        _, report = write_each(items, label_set, write, total=total, progress=progress)
        if not own:
            write_classes(out, label_set)
    return report


def _images(root: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield (split, image, name without suffix) of every image."""
    for split in listed(root / _IMAGES):
        for city in listed(split) if split.is_dir() else ():
            # Other programs leave the folder of the city out.
            for image in listed(city) if city.is_dir() else (city,):
                if is_image_name(image.name) and image.stem.endswith(f"_{_IMAGES}"):
                    stem = image.stem.removesuffix(f"_{_IMAGES}")
                    yield split_of(split.name) or split.name, image, stem


def _masks_of_kind(root: Path, kind: str) -> Iterator[Path]:
    for top in _LABELS:
        yield from (root / top).glob(f"*/*/*_{kind}.png")


def _read_mask(num_classes: int, as_train_ids: bool, item: LabelledImage) -> LabelMap:
    label_map = read_label_map(item.mask)
    if as_train_ids and item.mask.stem.endswith(f"_{_LABEL_IDS}"):
        refuse_foreign_values(item.mask, label_map, len(ALL_CLASSES), "Cityscapes")
        return TRAIN_IDS[label_map]
    refuse_foreign_values(item.mask, label_map, num_classes, "Cityscapes")
    return label_map
