"""Cityscapes, with its 19 training classes or with all its 34 label ids.

    leftImg8bit/SPLIT/CITY/NAME_leftImg8bit.png
    gtFine/SPLIT/CITY/NAME_gtFine_labelIds.png        label ids, 0..33
    gtFine/SPLIT/CITY/NAME_gtFine_labelTrainIds.png   train ids, 0..18 and 255; made by a script
    gtFine/SPLIT/CITY/NAME_gtFine_color.png           the published colours
    gtFine/SPLIT/CITY/NAME_gtFine_polygons.json       see ``formats.cityscapes_polygons``
    classes.txt                                       other classes, one a line (ours)

Of the files of an image the first that is there is read, in this order: train ids (for the training
classes), label ids, colours, polygons. In colours the label ids 0 to 4, and poles and groups of
them, are the same: they read as "unlabeled" and "pole". ``gtCoarse`` is read where there is no
``gtFine``. A value of 255 is unlabelled; so are licence plates, whose label id is -1.

Source: https://github.com/mcordts/cityscapesScripts, README.md and helpers/labels.py.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, with_value_replaced
from segstudio.core.label_set import LabelSet, class_mapping
from segstudio.core.palette import Color
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.cityscapes_classes import ALL_CLASSES, TRAIN_IDS, TRAINING_CLASSES
from segstudio.formats.cityscapes_polygons import UNLABELED, Labels, read_polygons, write_polygons
from segstudio.formats.classes import CLASSES_FILE, read_classes
from segstudio.formats.color_masks import read_color_mask
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
from segstudio.formats.writing import (
    copy_image,
    new_export,
    write_classes,
    write_each,
    write_mask,
    write_picture,
)
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.images import is_image_name, read_image_size
from segstudio.storage.masks import read_label_map

_IMAGES: Final = "leftImg8bit"
_LABELS: Final = ("gtFine", "gtCoarse")
_LABEL_IDS: Final = "labelIds.png"
_TRAIN_IDS: Final = "labelTrainIds.png"
_COLOR: Final = "color.png"
_POLYGONS: Final = "polygons.json"
_CITY: Final = "segstudio"


def is_cityscapes(root: Path) -> bool:
    """Return whether ``root`` looks like Cityscapes whose 19 training classes can be read."""
    # Other classes than the published ones stand in train ids or in label ids, and in polygons.
    return is_cityscapes_34(root) and (
        not (root / CLASSES_FILE).is_file()
        or any(_masks_of_kind(root, _TRAIN_IDS))
        or not any(_masks_of_kind(root, _LABEL_IDS))
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
    return _read(root, positive, (_TRAIN_IDS, _LABEL_IDS, _COLOR, _POLYGONS), TRAINING_CLASSES)


def read_cityscapes_34(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read Cityscapes with all 34 label ids as classes; raises as ``read_cityscapes`` does."""
    return _read(root, positive, (_LABEL_IDS, _COLOR, _POLYGONS), ALL_CLASSES)


def write_cityscapes(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write class indices as train ids, colours and polygons; see ``Writer``.

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
    """Write class indices as label ids, colours and polygons; see ``Writer``."""
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
    if len(named):  # label ids could not be told from Cityscapes' own, and nothing says the colours
        kinds = (kinds[0], _POLYGONS)
    splits: dict[str, list[LabelledImage]] = {}
    without_mask, shared = [], []
    images = list(_images(root))
    times = Counter((image.parent, stem) for _, image, stem in images)
    for split, image, stem in images:
        names = [f"{stem}_{labels.name}_{kind}" for kind in kinds]
        folder = labels / image.parent.relative_to(root / _IMAGES)
        mask = next((folder / name for name in names if (folder / name).is_file()), None)
        key = (image.parent.relative_to(root / _IMAGES) / stem).as_posix()
        if mask is None:
            without_mask.append(key)
        elif times[image.parent, stem] > 1:
            shared.append(key)
        else:
            splits.setdefault(split, []).append(LabelledImage(key, image, mask))
    if not splits:
        raise FormatError(
            root,
            f"no image has a mask *_{labels.name}_{kinds[0]}",
            hint="Unpack gtFine_trainvaltest.zip beside leftImg8bit_trainvaltest.zip, or choose "
            "between --format cityscapes and --format cityscapes-34",
        )
    problems = []
    if without_mask:
        told = f"{counted(without_mask, 'image')} without a mask left out: {some(without_mask)}"
        problems.append(told)
    if shared:
        problems.append(
            f"{counted(shared, 'image')} left out, which share a mask with another of the same "
            f"name: {some(shared)}"
        )
    known = {image.parent.relative_to(root / _IMAGES) / stem for _, image, stem in images}
    bare = sorted(path.as_posix() for path in _labelled(labels, kinds) - known)
    if bare:
        told = f"{counted(bare, 'set')} of labels without an image left out: {some(bare)}"
        problems.append(told)
    label_set = named or published
    return LabelledDataset(
        root=root,
        label_set=label_set,
        splits=with_validation(splits),
        read_label_map=partial(_read_mask, _meaning(label_set, published)),
        problems=tuple(problems),
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
    published = TRAINING_CLASSES if kind == _TRAIN_IDS else ALL_CLASSES
    own = label_set.names == published.names
    to_label_ids = class_mapping(label_set.names, ALL_CLASSES)
    also_label_ids = kind == _TRAIN_IDS and own
    to_label_ids[255] = 0  # unlabeled
    meaning = _meaning(published if own else label_set, published)
    palette = label_set.palette
    palette[255] = ALL_CLASSES[0].color

    def write(stem: str, item: LabelledArray) -> LabelMap:
        image_folder, mask_folder = (
            out / top / item.split / _CITY for top in (_IMAGES, _LABELS[0])
        )
        make_folder(image_folder)
        make_folder(mask_folder)
        copy_image(item.image, image_folder, f"{stem}_{_IMAGES}")
        name = f"{stem}_{_LABELS[0]}"
        label_map = item.label_map
        read = write_mask(mask_folder / f"{name}_{kind}", label_map, label_set.palette)
        colors = np.take(palette, label_map, axis=0)
        shown = write_picture(mask_folder / f"{name}_{_COLOR}", colors)
        polygons = mask_folder / f"{name}_{_POLYGONS}"
        drawn = write_polygons(polygons, label_map, label_set, meaning.labels)
        # A fault of any of the files is told, in the map that is compared.
        if not np.array_equal(shown, colors):
            read = np.where((shown != colors).any(axis=-1), ~label_map, read)
        covered = with_value_replaced(label_map, IGNORE_INDEX, meaning.labels.uncovered)
        if not np.array_equal(drawn, covered):
            read = np.where(drawn == covered, read, drawn)
        if also_label_ids:
            ids = mask_folder / f"{name}_{_LABEL_IDS}"
            by_ids = TRAIN_IDS[write_mask(ids, to_label_ids[label_map], ALL_CLASSES.palette)]
            read = np.where(read == label_map, by_ids, read)
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


def _labelled(labels: Path, kinds: tuple[str, ...]) -> set[Path]:
    """Return the images of which there are labels: their paths, as those of the labels begin."""
    ends = [f"_{labels.name}_{kind}" for kind in kinds]
    return {
        path.parent.relative_to(labels) / path.name.removesuffix(end)
        for end in ends
        for path in labels.rglob(f"*{end}")
    }


def _masks_of_kind(root: Path, kind: str) -> Iterator[Path]:
    for top in _LABELS:
        yield from (root / top).glob(f"*/*/*_{kind}")


class _Meaning(NamedTuple):
    """What the values, colours and labels of the files stand for.

    Attributes:
        num_classes: Number of classes.
        of_label_id: (256,) uint8, label id -> label map value.
        num_ids: Number of label ids.
        of_color: Colour -> label id.
        labels: What the labels of polygons stand for.
    """

    num_classes: int
    of_label_id: NDArray[np.uint8]
    num_ids: int
    of_color: Mapping[Color, int]
    labels: Labels


def _meaning(label_set: LabelSet, published: LabelSet) -> _Meaning:
    of_color: dict[Color, int] = {}
    for label_id, item in enumerate(ALL_CLASSES):
        of_color.setdefault(item.color, label_id)
    same = np.arange(256, dtype=np.uint8)
    if label_set is TRAINING_CLASSES:
        table = TRAIN_IDS
    elif label_set is ALL_CLASSES:
        table = same
    else:
        values = {UNLABELED: IGNORE_INDEX, **{name: n for n, name in enumerate(label_set.names)}}
        labels = Labels(values, IGNORE_INDEX)
        return _Meaning(len(label_set), same, len(label_set), {}, labels)
    values = {name: int(table[label_id]) for label_id, name in enumerate(ALL_CLASSES.names)}
    labels = Labels(values, values[UNLABELED])
    return _Meaning(len(published), table, len(ALL_CLASSES), of_color, labels)


def _read_mask(meaning: _Meaning, item: LabelledImage) -> LabelMap:
    path = item.mask
    if path.name.endswith(_POLYGONS):
        size = read_image_size(item.image)
        return read_polygons(path, size, meaning.labels)
    if path.name.endswith(_COLOR):
        return meaning.of_label_id[read_color_mask(path, meaning.of_color, "Cityscapes")]
    label_map = read_label_map(path)
    if path.name.endswith(_TRAIN_IDS):
        refuse_foreign_values(path, label_map, meaning.num_classes, "Cityscapes")
        return label_map
    refuse_foreign_values(path, label_map, meaning.num_ids, "Cityscapes")
    return meaning.of_label_id[label_map]
