"""Folders of images beside folders of class-index masks, the layout that everybody has.

    images/       a.jpg, ... (also: image, imgs, img, inputs)
    masks/        a.png, ... (also: labels, annotations, gt, ...)
    classes.txt   names of the classes, one a line in class index order (optional)
    labelmap.txt  names and colours instead, for masks in colours; see ``formats.classes``
    train.txt     names of the training images, one a line (optional; also val.txt, test.txt)

The same within ``train/`` and ``val/``, with ``train/`` and ``val/`` inside both folders, as
``train/`` beside ``train_masks/``, or with image and mask in one folder as ``a.jpg`` and
``a_mask.png``. ``formats.pairing`` says how names are paired. Where nothing decides it, a hash of
the names chooses the images that judge.

Where one of the two names the classes, 255 means ignore. Where nothing does, a mask of 0 and 255
alone is ambiguous, see ``formats.binary``.
"""

import os
import re
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.classes import NamedClasses, read_named_classes
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.pairing import divided, files_in, pair, stray_problems, without_suffix
from segstudio.formats.reading import (
    counted,
    listed,
    read_index_mask,
    read_list,
    some,
    text_files,
)
from segstudio.formats.splitting import split_of, with_validation
from segstudio.formats.writing import (
    copy_image,
    new_export,
    write_classes,
    write_each,
    write_lines,
    write_mask,
)
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.images import is_image_name

_IMAGES: Final = "images?|imgs?|inputs?"
_MASKS: Final = "masks?|labels?|annotations?|annots?|gt|ground_?truth|segmentations?|segs?|targets?"
_FOLDER: Final = re.compile(
    rf"(?P<split>train(ing)?|val(id(ation)?)?|test(ing)?)?[_-]?((?P<images>{_IMAGES})|(?P<masks>{_MASKS}))?",
    re.IGNORECASE,
)


class _Source(NamedTuple):
    """A folder of images, the folder of their masks (or the same), and the split of both."""

    images: Path
    masks: Path
    split: str | None


def is_png(root: Path) -> bool:
    """Return whether ``root`` holds images and masks side by side."""
    return bool(_sources(root))


def read_png(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Pair the images and masks of a folder; masks are decoded later, one by one.

    Args:
        root: The folder.
        positive: How to read masks that hold only 0 and 255.

    Raises:
        FormatError: If no mask belongs to an image, or a list or ``classes.txt`` is wrong.
    """
    sources = _sources(root)
    if not sources:
        raise FormatError(
            root,
            "there are no images with masks beside them",
            hint="It needs the folders images and masks, or files like a.jpg and a_mask.png",
        )
    splits: dict[str, list[LabelledImage]] = {}
    problems: list[str] = []
    for source in sources:
        pairs, told = _pairs(root, source)
        problems += told
        for image, mask in pairs:
            split = source.split or split_of(image.split("/", 1)[0]) or "all"
            key = (source.images / image).relative_to(root).as_posix()
            item = LabelledImage(key, source.images / image, source.masks / mask)
            splits.setdefault(split, []).append(item)
    if not splits:
        raise FormatError(
            root,
            "no mask belongs to an image" + "".join(f"; {problem}" for problem in problems),
            hint="Give each mask the name of its image: masks/a.png for images/a.jpg",
        )
    splits, told = by_lists(root, splits)
    classes = read_named_classes(root)
    return LabelledDataset(
        root=root,
        label_set=classes.label_set,
        splits=with_validation(splits),
        read_label_map=partial(_read_mask, positive, classes),
        problems=(*problems, *told),
    )


def write_png(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write ``images``, ``masks``, ``classes.txt`` and a list per split; see ``Writer``."""
    images, masks = out / "images", out / "masks"
    palette = label_set.palette

    def write(stem: str, item: LabelledArray) -> LabelMap:
        copy_image(item.image, images, stem)
        return write_mask(masks / f"{stem}.png", item.label_map, palette)

    with new_export(out):
        make_folder(images)
        make_folder(masks)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        for split, names in stems.items():
            write_lines(out / f"{split}.txt", names)
        write_classes(out, label_set)
    return report


def first_mask(root: Path) -> Path | None:
    """Return a mask of the images in ``root``, to see of which kind they are."""
    for source in _sources(root):
        if source.images == source.masks:
            names = divided(p.name for p in listed(source.masks) if is_image_name(p.name))[1]
        else:
            names = _first_image(source.masks)
        for name in names:
            return source.masks / name
    return None


def _first_image(folder: Path) -> list[str]:
    for current, folders, names in os.walk(folder):
        folders.sort()
        found = sorted(name for name in names if is_image_name(name))
        if found:
            return [str(Path(current, found[0]).relative_to(folder))]
    return []


def _sources(root: Path) -> list[_Source]:
    """Return where images and masks lie, cheaply: no folder of images is listed whole."""
    found = _siblings(root, None)
    for folder in listed(root):
        split = split_of(folder.name) if folder.is_dir() else None
        # A folder "train" with a "train_masks" beside it holds images, and nothing else.
        if split is not None and all(source.images != folder for source in found):
            found += _siblings(folder, split)
    return found or ([_Source(root, root, None)] if _holds_both(root) else [])


def _siblings(root: Path, split: str | None) -> list[_Source]:
    images: dict[str | None, Path] = {}
    masks: dict[str | None, Path] = {}
    for folder in listed(root):
        match = _FOLDER.fullmatch(folder.name)
        if match is None or not folder.is_dir():
            continue
        its_split = split_of(match["split"]) if match["split"] else split
        if match["masks"]:
            if its_split not in masks and _holds_images(folder):
                masks[its_split] = folder
        elif match["images"] or its_split not in images:  # train_images before train
            images[its_split] = folder
    sources = [
        _Source(images[its_split], masks[its_split], its_split)
        for its_split in images
        if its_split in masks
    ]
    if not sources and split is not None and _holds_both(root):
        return [_Source(root, root, split)]
    return sources


def _holds_images(folder: Path) -> bool:
    """Return whether there is an image under ``folder``; stops at the first."""
    return any(is_image_name(name) for _, _, names in os.walk(folder) for name in names)


def _holds_both(folder: Path) -> bool:
    names = [path.name for path in listed(folder) if is_image_name(path.name)]
    return bool(divided(names)[1])


def _pairs(root: Path, source: _Source) -> tuple[list[tuple[str, str]], list[str]]:
    files = files_in(source.images)
    if source.images == source.masks:
        images, masks = divided(files.images)
        problems = stray_problems(source.images.name, _unexpected(root, source, files.strays))
    else:
        mask_files = files_in(source.masks)
        images, masks = files.images, mask_files.images
        problems = stray_problems(source.images.name, files.strays)
        problems += stray_problems(source.masks.name, mask_files.strays)
    pairing = pair(images, masks)
    return pairing.pairs, [*problems, *pairing.problems]


def _unexpected(root: Path, source: _Source, strays: Sequence[str]) -> list[str]:
    if source.images != root:
        return list(strays)
    return [name for name in strays if "/" in name or not name.endswith(".txt")]


def by_lists(
    root: Path, found: dict[str, list[LabelledImage]]
) -> tuple[dict[str, list[LabelledImage]], list[str]]:
    """Return the splits as train.txt, val.txt, ... say, where there are such lists.

    Returns:
        The splits, and a sentence about each name in a list that is none of an image.

    Raises:
        FormatError: If the lists name no image with a mask.
    """
    lists = {split: path for path in text_files(root) if (split := split_of(path.stem))}
    if not lists:
        return found, []
    names: dict[str, list[LabelledImage]] = {}
    for item in (item for items in found.values() for item in items):
        short = item.key.split("/", 1)[-1]
        spellings = (item.key, short, without_suffix(item.key), without_suffix(short))
        for name in {*spellings, item.image.name, item.image.stem}:
            names.setdefault(name, []).append(item)
    splits: dict[str, list[LabelledImage]] = {}
    problems = []
    for split, path in lists.items():
        lines = read_list(path)
        splits[split] = [names[line][0] for line in lines if len(names.get(line, ())) == 1]
        unknown = [line for line in lines if len(names.get(line, ())) != 1]
        if unknown:
            problems.append(
                f"{counted(unknown, 'name')} in {path.name} passed over, which are not those of "
                f"exactly one image with a mask: {some(unknown)}"
            )
    if not any(splits.values()):
        raise FormatError(
            next(iter(lists.values())),
            "none of the names in the lists is that of an image with a mask",
            hint="It needs one image name a line, or remove the lists",
        )
    if set(splits) == {"test"}:  # what is not for testing trains
        test = {item.key for item in splits["test"]}
        others = [item for items in found.values() for item in items if item.key not in test]
        splits[TRAIN] = others
    return splits, problems


def _read_mask(positive: Positive | None, classes: NamedClasses, item: LabelledImage) -> LabelMap:
    return read_index_mask(item.mask, positive, classes)
