"""Pascal VOC segmentation folders.

    JPEGImages/             images (also: Images)
    SegmentationClass/      indexed PNG per image, same stem (also: Labels)
    ImageSets/Segmentation/ train.txt, val.txt, ...: one stem a line
    labelmap.txt            classes as "name:red,green,blue::" (CVAT's addition to the layout)

Source: Everingham et al., "The PASCAL Visual Object Classes Challenge 2012 Development Kit",
sections 3 and 5; labelmap.txt as described in CVAT's documentation of its Pascal VOC format.
"""

import io
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import Color
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError, ImageError
from segstudio.formats.binary import Positive, resolve_binary
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.storage.atomic_write import atomic_write, make_folder
from segstudio.storage.images import IMAGE_SUFFIXES, is_turned, read_image
from segstudio.storage.masks import read_label_map, write_label_map

_IMAGE_FOLDERS: Final = ("JPEGImages", "Images")
_MASK_FOLDERS: Final = ("SegmentationClass", "Labels")
_SPLITS_FOLDER: Final = PurePosixPath("ImageSets/Segmentation")
_LABELMAP: Final = "labelmap.txt"


def is_voc(root: Path) -> bool:
    """Return whether ``root`` looks like a Pascal VOC segmentation folder."""
    return (
        _first_folder(root, _IMAGE_FOLDERS) is not None
        and _first_folder(root, _MASK_FOLDERS) is not None
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
    images = _first_folder(root, _IMAGE_FOLDERS)
    masks = _first_folder(root, _MASK_FOLDERS)
    lists = sorted((root / _SPLITS_FOLDER).glob("*.txt"))
    if images is None or masks is None or not lists:
        raise FormatError(
            root,
            "this is not a Pascal VOC folder",
            hint="It needs JPEGImages, SegmentationClass and ImageSets/Segmentation/train.txt",
        )
    by_stem = _images_by_stem(images)
    splits = {path.stem: _read_split(path, by_stem, masks) for path in lists}
    return LabelledDataset(
        root=root,
        label_set=_read_labelmap(root / _LABELMAP),
        splits=splits,
        read_label_map=partial(_read_mask, positive),
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

    Images are copied byte for byte, except those whose EXIF data asks to turn them: they are
    written upright as PNG, because most readers of this format would show them beside a mask that
    does not fit.

    Args:
        items: The images, read one at a time.
        label_set: The classes.
        out: Folder to write; must not exist, or be empty.
        total: Number of items, for ``progress``.
        progress: Told after each image.

    Raises:
        FormatError: If ``out`` is not empty.
        StorageError: If a file cannot be written.
        ImageError: If an image that must be turned cannot be decoded.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FormatError(
            out, "this folder is not empty", hint="Choose a new folder for the export"
        )
    image_folder, mask_folder = out / _IMAGE_FOLDERS[0], out / _MASK_FOLDERS[0]
    for folder in (image_folder, mask_folder, out / _SPLITS_FOLDER):
        make_folder(folder)
    palette = label_set.palette
    stems: dict[str, list[str]] = {TRAIN: [], VALIDATION: []}
    taken: set[str] = set()
    changed = 0
    for done, item in enumerate(items, start=1):
        stem = _unique_stem(item.key, taken)
        _copy_image(item.image, image_folder, stem)
        mask = mask_folder / f"{stem}.png"
        write_label_map(mask, item.label_map, palette)
        changed += int(np.count_nonzero(read_label_map(mask) != item.label_map))
        stems[item.split].append(stem)
        if progress:
            progress(done, total)
    lists = {**stems, "trainval": sorted(stems[TRAIN] + stems[VALIDATION])}
    for name, listed in lists.items():
        _write_lines(out / _SPLITS_FOLDER / f"{name}.txt", listed)
    _write_lines(out / _LABELMAP, _labelmap_lines(label_set))
    return ExportReport(images=len(taken), changed_pixels=changed)


def _first_folder(root: Path, names: Sequence[str]) -> Path | None:
    return next((root / name for name in names if (root / name).is_dir()), None)


def _images_by_stem(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith("."):
            if path.stem in found:
                raise FormatError(
                    path,
                    f"it has the same stem as {found[path.stem].name}",
                    hint="Rename one of the two: this format tells images apart by their stem",
                )
            found[path.stem] = path
    return found


def _read_split(path: Path, images: dict[str, Path], masks: Path) -> list[LabelledImage]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(path, "this list of images cannot be read") from error
    items = []
    # Lists of the object challenges carry a second column, so only the first word counts.
    for stem in (line.split()[0] for line in lines if line.strip()):
        if stem not in images:
            raise FormatError(path, f"it lists {stem}, but there is no image of that name")
        mask = masks / f"{stem}.png"
        if not mask.is_file():
            raise FormatError(path, f"it lists {stem}, but {masks.name}/{stem}.png is missing")
        items.append(LabelledImage(key=stem, image=images[stem], mask=mask))
    return items


def _read_mask(positive: Positive | None, item: LabelledImage) -> LabelMap:
    return resolve_binary(item.mask, read_label_map(item.mask), positive)


def _read_labelmap(path: Path) -> LabelSet:
    if not path.is_file():
        return LabelSet()
    classes = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                name, color, *_ = line.split(":")
                red, green, blue = (int(part) for part in color.split(","))
                if not all(0 <= part <= 255 for part in (red, green, blue)):
                    raise ValueError(f"colour {color} is out of range")
                classes.append(LabelClass(name, Color(red, green, blue)))
        return LabelSet(tuple(classes))
    except (OSError, ValueError) as error:
        raise FormatError(
            path, f"it cannot be read ({error})", hint="Each line reads name:red,green,blue::"
        ) from error


def _labelmap_lines(label_set: LabelSet) -> list[str]:
    header = "# label:color_rgb:parts:actions"
    # The format separates by colons, so a name cannot hold one.
    return [
        header,
        *(
            f"{item.name.replace(':', ' ')}:{item.color.red},{item.color.green},{item.color.blue}::"
            for item in label_set
        ),
    ]


def _unique_stem(key: str, taken: set[str]) -> str:
    path = PurePosixPath(key)
    # Spaces end a stem in the lists; folders become part of the name.
    flat = "__".join((*path.parts[:-1], path.stem)).replace(" ", "_")
    stem, number = flat, 1
    while stem.casefold() in taken:
        number += 1
        stem = f"{flat}-{number}"
    taken.add(stem.casefold())
    return stem


def _copy_image(source: Path, folder: Path, stem: str) -> None:
    if is_turned(source):
        buffer = io.BytesIO()
        Image.fromarray(read_image(source)).save(buffer, "PNG")
        atomic_write(folder / f"{stem}.png", buffer.getvalue())
        return
    try:
        content = source.read_bytes()
    except OSError as error:
        raise ImageError(source, "it cannot be copied") from error
    atomic_write(folder / f"{stem}{source.suffix.lower()}", content)


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    atomic_write(path, "".join(f"{line}\n" for line in lines).encode("utf-8"))
