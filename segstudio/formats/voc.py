"""Pascal VOC segmentation folders.

    JPEGImages/             images (also: Images)
    SegmentationClass/      indexed PNG per image, same stem (also: Labels)
    ImageSets/Segmentation/ train.txt, val.txt, ...: one stem a line
    labelmap.txt            classes as "name:red,green,blue::" (CVAT's addition to the layout)
    classes.txt             or names only, one a line

Masks may be pictures in the colours of labelmap.txt, as CVAT writes them.

Where one of the two names the classes, 255 is the layout's "void" and means ignore. Where nothing
does, a mask of 0 and 255 alone is ambiguous, see ``formats.binary``.

Source: Everingham et al., "The PASCAL Visual Object Classes Challenge 2012 Development Kit",
sections 3 and 5; labelmap.txt as described in CVAT's documentation of its Pascal VOC format.
"""

from collections.abc import Container, Iterable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.classes import LABELMAP, NamedClasses, labelmap_lines, read_named_classes
from segstudio.formats.color_masks import VOC_VOID
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.pairing import Pairing, flat_files_in, pair, stray_problems, without_suffix
from segstudio.formats.reading import (
    counted,
    first_folder,
    read_index_mask,
    read_list,
    some,
    text_files,
)
from segstudio.formats.writing import copy_image, new_export, write_each, write_lines, write_mask
from segstudio.storage.atomic_write import make_folder

_IMAGE_FOLDERS: Final = ("JPEGImages", "Images")
_MASK_FOLDERS: Final = ("SegmentationClass", "Labels")
_SPLITS_FOLDER: Final = PurePosixPath("ImageSets/Segmentation")


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
        FormatError: If a folder is missing, the lists name nothing that is there, or
            ``labelmap.txt`` or ``classes.txt`` is wrong.
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
    image_files, mask_files = flat_files_in(images), flat_files_in(masks)
    pairing = pair(image_files.images, mask_files.images)
    items = {
        stem: LabelledImage(stem, images / image, masks / mask)
        for image, mask in pairing.pairs
        for stem in (without_suffix(image),)
    }
    there = {without_suffix(image) for image in image_files.images}
    stems = {path: _stems(path, there) for path in lists}
    splits = {path.stem: [items[s] for s in stems[path] if s in items] for path in lists}
    told = [
        problem
        for path in lists
        for problem in _missing(path, [s for s in stems[path] if s not in items], there)
    ]
    if told and not any(splits.values()):
        raise FormatError(
            root,
            f"the lists name no image with a mask; {'; '.join(told)}",
            hint=f"The lists hold the names of the files in {images.name}, without suffix",
        )
    named = {stem for names in stems.values() for stem in names}
    classes = read_named_classes(root)
    return LabelledDataset(
        root=root,
        label_set=classes.label_set,
        splits=splits,
        read_label_map=partial(_read_mask, positive, classes),
        problems=(
            *stray_problems(images.name, image_files.strays),
            *stray_problems(masks.name, mask_files.strays),
            *told,
            *_unlisted(pairing, named),
        ),
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
    palette[IGNORE_INDEX] = VOC_VOID  # as in the published masks, so that all readers know it

    def write(stem: str, item: LabelledArray) -> LabelMap:
        copy_image(item.image, image_folder, stem)
        return write_mask(mask_folder / f"{stem}.png", item.label_map, palette)

    with new_export(out):
        for folder in (image_folder, mask_folder, out / _SPLITS_FOLDER):
            make_folder(folder)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        lists = {**stems, "trainval": sorted(stems[TRAIN] + stems[VALIDATION])}
        for name, listed_stems in lists.items():
            write_lines(out / _SPLITS_FOLDER / f"{name}.txt", listed_stems)
        write_lines(out / LABELMAP, labelmap_lines(label_set))
    return report


def _stems(path: Path, images: Container[str]) -> list[str]:
    # Lists of the object challenges carry a second column; a stem may hold a space.
    return [line if line in images else line.split()[0] for line in read_list(path)]


def _missing(path: Path, stems: Sequence[str], images: Container[str]) -> list[str]:
    """Return a sentence about names in a list without an image, and one about those without mask.

    Args:
        path: The list.
        stems: Its names that do not stand for an image with a mask.
        images: The stems of all images.
    """
    bare = [stem for stem in stems if stem in images]
    gone = [stem for stem in stems if stem not in images]
    return [
        f"{counted(names, 'name')} in {path.name} passed over, without {what}: {some(names)}"
        for names, what in ((gone, "an image"), (bare, "a mask"))
        if names
    ]


def _unlisted(pairing: Pairing, named: Container[str]) -> list[str]:
    """Return sentences about files that no list names."""
    bare = [name for name in pairing.without_mask if without_suffix(name) not in named]
    left = [image for image, _ in pairing.pairs if without_suffix(image) not in named]
    problems = pairing._replace(without_mask=bare).problems
    if left:
        problems.append(f"{counted(left, 'image')} with a mask in no list, left out: {some(left)}")
    return problems


def _read_mask(positive: Positive | None, classes: NamedClasses, item: LabelledImage) -> LabelMap:
    return read_index_mask(item.mask, positive, classes)
