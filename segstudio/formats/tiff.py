"""Folders of images and of TIFF masks: grey, the value is the class index, 255 is unlabelled.

    images/a.jpg  masks/a.tif    also the other folders that ``formats.png`` knows
    classes.txt                  names of the classes, one a line (optional)
    train.txt                    names of the training images (optional; also val.txt)

Masks of 16 bits are read, too, as long as their values are 0 to 255.

Source: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf (Adobe, TIFF 6.0).
"""

from collections.abc import Iterable
from pathlib import Path

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import ExportReport, LabelledArray, LabelledDataset, Progress
from segstudio.formats.png import first_mask, read_png
from segstudio.formats.writing import (
    copy_image,
    new_export,
    write_classes,
    write_each,
    write_lines,
    write_tiff_mask,
)
from segstudio.storage.atomic_write import make_folder


def is_tiff(root: Path) -> bool:
    """Return whether ``root`` holds images and TIFF masks side by side."""
    mask = first_mask(root)
    return mask is not None and mask.suffix.lower() in (".tif", ".tiff")


def read_tiff(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read images with TIFF masks; raises as ``read_png`` does."""
    if not is_tiff(root):
        raise FormatError(
            root,
            "there are no images with TIFF masks beside them",
            hint="It needs images/a.jpg and masks/a.tif",
        )
    return read_png(root, positive=positive)


def write_tiff(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, TIFF masks, ``classes.txt`` and a list per split; see ``Writer``."""
    images, masks = out / "images", out / "masks"

    def write(stem: str, item: LabelledArray) -> LabelMap:
        copy_image(item.image, images, stem)
        return write_tiff_mask(masks / f"{stem}.tif", item.label_map)

    with new_export(out):
        make_folder(images)
        make_folder(masks)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        for split, names in stems.items():
            write_lines(out / f"{split}.txt", names)
        write_classes(out, label_set)
    return report
