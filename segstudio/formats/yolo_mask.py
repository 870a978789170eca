"""YOLO's masks: a grey PNG of class numbers for each image.

    images/train/a.jpg    masks/train/a.png
    data.yaml             names of the classes, and "masks_dir: masks"

255 is unlabelled.

Source: https://docs.ultralytics.com/datasets/semantic ("PNG mask format").
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.pairing import files_in, pair
from segstudio.formats.reading import refuse_foreign_values, refuse_positive
from segstudio.formats.safe_paths import confined
from segstudio.formats.splitting import split_of
from segstudio.formats.writing import copy_image, new_export, write_each, write_gray_mask
from segstudio.formats.yolo_yaml import find_data_yaml, names_of, read_data_yaml, write_data_yaml
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.masks import read_label_map

_MASKS: Final = "masks_dir"


def is_yolo_mask(root: Path) -> bool:
    """Return whether ``root`` holds a ``data.yaml`` that names a folder of masks."""
    if find_data_yaml(root) is None:
        return False
    try:
        _, value = read_data_yaml(root)
        return isinstance(value.get(_MASKS), str)
    except FormatError:
        return False


def read_yolo_mask(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read YOLO's layout with masks; they are decoded later, one by one.

    Raises:
        FormatError: If ``data.yaml`` is missing or wrong, no mask belongs to an image, or
            ``positive`` is given.
    """
    refuse_positive(root, positive, "YOLO")
    path, value = read_data_yaml(root)
    folder = value.get(_MASKS)
    try:
        masks = confined(root, folder if isinstance(folder, str) else "")
    except ValueError as error:
        raise FormatError(path, f"masks_dir: {error}", hint="It needs: masks_dir: masks") from error
    images = root / "images"
    if not (images.is_dir() and masks.is_dir()):
        raise FormatError(
            root, f"the folder images or {masks.name} is missing", hint="Put both beside data.yaml"
        )
    gathered = Gathered(ImageFinder(root))
    pairing = pair(files_in(images).images, files_in(masks).images)
    for image, mask in pairing.pairs:
        split = split_of(PurePosixPath(image).parts[0])
        gathered.add(images / image, masks / mask, split or "all")
    gathered.problems += pairing.problems
    try:
        label_set = LabelSet.named(names_of(path, value))
    except ValueError as error:
        raise FormatError(
            path, f"its names cannot be classes: {error}", hint="Rename them in the file"
        ) from error
    read = partial(_read_label_map, len(label_set), path.name)
    return gathered.dataset(
        root, label_set, read, f"It needs images/train/a.jpg and {masks.name}/train/a.png"
    )


def write_yolo_mask(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, grey masks and ``data.yaml``; see ``Writer``."""

    def write(stem: str, item: LabelledArray) -> LabelMap:
        images, masks = (out / top / item.split for top in ("images", "masks"))
        make_folder(images)
        make_folder(masks)
        copy_image(item.image, images, stem)
        return write_gray_mask(masks / f"{stem}.png", item.label_map)

    with new_export(out):
        for split in (TRAIN, VALIDATION):
            make_folder(out / "images" / split)
            make_folder(out / "masks" / split)
        _, report = write_each(items, label_set, write, total=total, progress=progress)
        write_data_yaml(out, label_set, 0, {_MASKS: "masks"})
    return report


def _read_label_map(num_classes: int, named_in: str, item: LabelledImage) -> LabelMap:
    label_map = read_label_map(item.mask)
    refuse_foreign_values(item.mask, label_map, num_classes, named_in)
    return label_map
