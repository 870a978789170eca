"""Pascal VOC segmentation folders.

    JPEGImages/             images (also: Images)
    SegmentationClass/      indexed PNG per image, same stem (also: Labels)
    ImageSets/Segmentation/ train.txt, val.txt, ...: one stem a line
    labelmap.txt            classes as "name:red,green,blue::" (CVAT's addition to the layout)

Where labelmap.txt names the classes, 255 is the layout's "void" and means ignore. Where nothing
does, a mask of 0 and 255 alone is ambiguous, see ``formats.binary``.

Source: Everingham et al., "The PASCAL Visual Object Classes Challenge 2012 Development Kit",
sections 3 and 5; labelmap.txt as described in CVAT's documentation of its Pascal VOC format.
"""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import Color, default_color
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
from segstudio.formats.reading import (
    first_folder,
    listed,
    raw_lines,
    read_index_mask,
    read_list,
    text_files,
)
from segstudio.formats.writing import copy_image, new_export, write_each, write_lines, write_mask
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.images import is_image_name

_IMAGE_FOLDERS: Final = ("JPEGImages", "Images")
_MASK_FOLDERS: Final = ("SegmentationClass", "Labels")
_SPLITS_FOLDER: Final = PurePosixPath("ImageSets/Segmentation")
_LABELMAP: Final = "labelmap.txt"
# A name may hold a "#" or a colon. CVAT leaves the colour out where a class has none.
_CLASS_LINE: Final = re.compile(r"(?P<name>.+?):(?P<color>\d+ *, *\d+ *, *\d+)(:[^:]*:[^:]*)?")
_COLORLESS_LINE: Final = re.compile(r"(?P<name>[^#:][^:]*):(?P<color>)(:[^:]*:[^:]*)?")


def is_voc(root: Path) -> bool:
    """Return whether ``root`` looks like a Pascal VOC segmentation folder."""
    return (
        first_folder(root, _IMAGE_FOLDERS) is not None
        and first_folder(root, _MASK_FOLDERS) is not None
        and (root / _SPLITS_FOLDER).is_dir()
    )


def read_voc(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read the layout of a Pascal VOC folder; masks are decoded later, one by one.

    Args:
        root: The folder that holds ``JPEGImages``.
        positive: How to read masks that hold only 0 and 255.

    Raises:
        FormatError: If a folder is missing, a listed stem has no image or no mask, or
            ``labelmap.txt`` is wrong.
    """
    images = first_folder(root, _IMAGE_FOLDERS)
    masks = first_folder(root, _MASK_FOLDERS)
    lists = text_files(root / _SPLITS_FOLDER)
    if images is None or masks is None or not lists:
        raise FormatError(
            root,
            "this is not a Pascal VOC folder",
            hint="It needs JPEGImages, SegmentationClass and ImageSets/Segmentation/train.txt",
        )
    by_stem = _images_by_stem(images)
    label_set = _read_labelmap(root / _LABELMAP)
    return LabelledDataset(
        root=root,
        label_set=label_set,
        splits={path.stem: _read_split(path, by_stem, masks) for path in lists},
        read_label_map=partial(_read_mask, positive, len(label_set)),
    )


def write_voc(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images and label maps as a Pascal VOC folder and read every mask back.

    Args:
        items: The images, read one at a time.
        label_set: The classes.
        out: Folder to write; must not exist, or be empty.
        total: Number of items, for ``progress``.
        progress: Told after each image.

    Raises:
        FormatError: If ``out`` is not empty, or a label map holds a value that is no class.
        StorageError: If a file cannot be written.
        ImageError: If an image that must be turned cannot be decoded.
    """
    image_folder, mask_folder = out / _IMAGE_FOLDERS[0], out / _MASK_FOLDERS[0]
    palette = label_set.palette

    def write(stem: str, item: LabelledArray) -> int:
        copy_image(item.image, image_folder, stem)
        return write_mask(mask_folder / f"{stem}.png", item.label_map, palette)

    with new_export(out):
        for folder in (image_folder, mask_folder, out / _SPLITS_FOLDER):
            make_folder(folder)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        lists = {**stems, "trainval": sorted(stems[TRAIN] + stems[VALIDATION])}
        for name, listed_stems in lists.items():
            write_lines(out / _SPLITS_FOLDER / f"{name}.txt", listed_stems)
        write_lines(out / _LABELMAP, _labelmap_lines(label_set))
    return report


def _images_by_stem(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in listed(folder):
        if is_image_name(path.name):
            if path.stem in found:
                raise FormatError(
                    path,
                    f"it has the same stem as {found[path.stem].name}",
                    hint="Rename one of the two: this format tells images apart by their stem",
                )
            found[path.stem] = path
    return found


def _read_split(path: Path, images: dict[str, Path], masks: Path) -> list[LabelledImage]:
    items = []
    for line in read_list(path):
        # Lists of the object challenges carry a second column; a stem may hold a space.
        stem = line if line in images else line.split()[0]
        if stem not in images:
            raise FormatError(path, f"it lists {stem}, but there is no image of that name")
        mask = masks / f"{stem}.png"
        if not mask.is_file():
            raise FormatError(path, f"it lists {stem}, but {masks.name}/{stem}.png is missing")
        items.append(LabelledImage(key=stem, image=images[stem], mask=mask))
    return items


def _read_mask(positive: Positive | None, num_classes: int, item: LabelledImage) -> LabelMap:
    return read_index_mask(item.mask, positive, num_classes, _LABELMAP)


def _read_labelmap(path: Path) -> LabelSet:
    if not path.is_file():
        return LabelSet()
    classes: list[LabelClass] = []
    try:
        for line in filter(None, map(str.strip, raw_lines(path))):
            found = _CLASS_LINE.fullmatch(line) or _COLORLESS_LINE.fullmatch(line)
            if found is not None:
                classes.append(_class(found["name"].strip(), found["color"], len(classes)))
            elif not line.startswith("#"):  # else a comment
                raise ValueError(f"a line reads {line[:40]!r}")
        return LabelSet(tuple(classes))
    except (OSError, ValueError) as error:
        raise FormatError(
            path, f"it cannot be read ({error})", hint="Each line reads name:red,green,blue::"
        ) from error


def _class(name: str, color: str, class_index: int) -> LabelClass:
    if not color:
        return LabelClass(name, default_color(class_index))
    red, green, blue = (int(part) for part in color.split(","))
    if max(red, green, blue) > 255:
        raise ValueError(f"colour {color} is out of range")
    return LabelClass(name, Color(red, green, blue))


def _labelmap_lines(label_set: LabelSet) -> list[str]:
    lines = ["# label:color_rgb:parts:actions"]
    names: set[str] = set()
    for item in label_set:
        # The format separates by colons, so a name cannot hold one.
        plain = item.name.replace(":", " ").strip() or "class"
        name, number = plain, 1
        while name in names or (name != item.name and name in label_set.names):
            number += 1
            name = f"{plain} {number}"
        names.add(name)
        lines.append(f"{name}:{item.color.red},{item.color.green},{item.color.blue}::")
    return lines
