"""The Oxford-IIIT Pet data set and others in its layout.

    images/                 a.jpg, ...
    annotations/trimaps/    a.png: 1 pet, 2 background, 3 border
    annotations/            trainval.txt, test.txt: "a CLASS SPECIES BREED" a line
    classes.txt             names of other classes, one a line (ours; the trimap's value is one more
                            than the class index)

The order of the published values is kept: 0 pet, 1 background, 2 border. The value 0, which the
published files do not use, is unlabelled. The published archives hold ``._*`` files of macOS,
which are passed over.

Source: Parkhi et al., "Cats and Dogs", CVPR 2012; README in annotations.tar.gz of
https://www.robots.ox.ac.uk/~vgg/data/pets/.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import Color
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.classes import CLASSES_FILE, read_classes
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.pairing import files_in, pair, stray_problems
from segstudio.formats.reading import (
    counted,
    read_list,
    refuse_foreign_values,
    refuse_positive,
    some,
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
from segstudio.storage.masks import read_label_map

_LISTS: Final = ("train.txt", "val.txt", "trainval.txt", "test.txt")
_PETS: Final = LabelSet(
    (
        LabelClass("pet", Color(230, 159, 0)),
        LabelClass("background", Color(0, 0, 0)),
        LabelClass("border", Color(86, 180, 233)),
    )
)


def is_pets(root: Path) -> bool:
    """Return whether ``root`` looks like the Oxford-IIIT Pet data set."""
    return (root / "images").is_dir() and (root / "annotations" / "trimaps").is_dir()


def read_pets(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read the layout of the Oxford-IIIT Pet data set; masks are decoded later, one by one.

    Where there is ``trainval.txt`` alone, a fifth of its images judge, chosen by a hash.

    Raises:
        FormatError: If a folder is missing, no trimap belongs to an image, a list cannot be read,
            or ``positive`` is given.
    """
    refuse_positive(root, positive, "the layout of the Oxford-IIIT Pet data set")
    if not is_pets(root):
        raise FormatError(
            root,
            "this is not the layout of the Oxford-IIIT Pet data set",
            hint="It needs the folders images and annotations/trimaps",
        )
    folders = root / "images", root / "annotations" / "trimaps"
    images, trimaps = map(files_in, folders)
    problems = stray_problems("images", images.strays) + stray_problems("trimaps", trimaps.strays)
    pairing = pair(images.images, trimaps.images)
    if not pairing.pairs:
        raise FormatError(
            root,
            "no trimap belongs to an image",
            hint="Unpack images.tar.gz and annotations.tar.gz into this folder",
        )
    items = [
        LabelledImage(image.rsplit(".", 1)[0], folders[0] / image, folders[1] / mask)
        for image, mask in pairing.pairs
    ]
    splits, unlisted = _by_lists(root / "annotations", items)
    label_set = read_classes(root / CLASSES_FILE) or _PETS
    return LabelledDataset(
        root=root,
        label_set=label_set,
        splits=with_validation(splits),
        read_label_map=partial(_read_trimap, len(label_set)),
        problems=(*problems, *pairing.problems, *unlisted),
    )


def write_pets(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, trimaps and lists; see ``Writer``."""
    images, trimaps = out / "images", out / "annotations" / "trimaps"
    palette = np.roll(label_set.palette, 1, axis=0)

    def write(stem: str, item: LabelledArray) -> LabelMap:
        copy_image(item.image, images, stem)
        # 255 + 1 is 0 in 8 bits: unlabelled.
        stored = item.label_map + np.uint8(1)
        return write_mask(trimaps / f"{stem}.png", stored, palette) - np.uint8(1)

    with new_export(out):
        make_folder(images)
        make_folder(trimaps)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        for split, names in stems.items():
            write_lines(trimaps.parent / f"{split}.txt", [f"{name} 1 1 1" for name in names])
        if label_set.names != _PETS.names:
            write_classes(out, label_set)
    return report


def _by_lists(
    folder: Path, items: list[LabelledImage]
) -> tuple[dict[str, list[LabelledImage]], list[str]]:
    lists = [folder / name for name in _LISTS if (folder / name).is_file()]
    if any(split_of(path.stem) == "val" for path in lists):
        lists = [path for path in lists if path.stem != "trainval"]
    if not lists:
        return {"all": items}, []
    by_stem = {item.key: item for item in items}
    splits: dict[str, list[LabelledImage]] = {}
    problems = []
    for path in lists:
        names = [line.split()[0] for line in read_list(path) if not line.startswith("#")]
        splits[path.stem] = [by_stem[name] for name in names if name in by_stem]
        unknown = [name for name in names if name not in by_stem]
        if unknown:
            problems.append(
                f"{counted(unknown, 'name')} in {path.name} passed over, which have no image and "
                f"trimap here: {some(unknown)}"
            )
    if not any(splits.values()):
        raise FormatError(
            lists[0],
            "none of the images in the lists is here",
            hint="Put the images into the folder images, or remove the lists",
        )
    return splits, problems


def _read_trimap(num_classes: int, item: LabelledImage) -> LabelMap:
    trimap = read_label_map(item.mask)
    label_map = trimap - np.uint8(1)  # 0 becomes 255 in 8 bits: unlabelled
    refuse_foreign_values(item.mask, label_map, num_classes, "the layout", stored=trimap)
    return label_map
