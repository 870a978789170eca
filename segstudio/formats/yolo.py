"""YOLO segmentation: a text file of polygons for each image.

    images/train/a.jpg    labels/train/a.txt     also: train/images/a.jpg, train/labels/a.txt
    data.yaml             names of the classes

Each line of a text file is a class number and the corners of a polygon, x and y in turn, as parts
of the image's width and height. What no polygon covers is the background, to which the format
gives no number: it is class 0 here, and the numbers are class indices less one. Where polygons
overlap, the smaller lies on top. An image without a text file is background.

We write one polygon for each connected region, along the edges of its pixels; a hole is reached by
a line that is walked in both directions. Nothing in the format means unlabelled: such pixels become
background, which the report of the export tells.

Source: https://docs.ultralytics.com/datasets/segment,
https://docs.ultralytics.com/datasets/semantic ("YOLO polygon label format").
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet, is_background
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
from segstudio.formats.pairing import files_in, without_suffix
from segstudio.formats.reading import counted, listed, refuse_positive, some
from segstudio.formats.shapes import paint_polygons, polygons_of
from segstudio.formats.splitting import split_of
from segstudio.formats.writing import copy_image, new_export, write_each, write_lines
from segstudio.formats.yolo_yaml import find_data_yaml, names_of, read_data_yaml, write_data_yaml
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.images import read_image_size

_BACKGROUND: Final = "segstudio_background"
_MASKS: Final = "masks_dir"
_MOST_BYTES: Final = 256 * 2**20
_OUTSIDE: Final = 1.0  # how far beyond the image a corner may lie, as a part of its size


def is_yolo(root: Path) -> bool:
    """Return whether ``root`` holds a ``data.yaml`` and images beside folders of text files."""
    if find_data_yaml(root) is None or not any(_folders(root)):
        return False
    return not isinstance(_yaml_value(root).get(_MASKS), str)


def read_yolo(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read YOLO's layout; the polygons are drawn later, image by image.

    Raises:
        FormatError: If ``data.yaml`` is missing or wrong, no image has a text file, or
            ``positive`` is given.
    """
    refuse_positive(root, positive, "YOLO")
    path, value = read_data_yaml(root)
    names = names_of(path, value)
    background = value.get(_BACKGROUND, "background")
    gathered = Gathered(ImageFinder(root))
    for images, labels, split in _folders(root):
        texts = {without_suffix(name) for name in files_in(labels).strays if name.endswith(".txt")}
        found = files_in(images).images
        times = Counter(map(without_suffix, found))
        for name in found:
            stem = without_suffix(name)
            if stem in texts and times[stem] > 1:
                gathered.leave_out(name, "whose text file fits several images of one stem")
                continue
            its_split = split or split_of(name.split("/")[0])
            gathered.add(images / name, labels / f"{stem}.txt", its_split)
        left = sorted(texts - {without_suffix(name) for name in found} - {"classes"})
        if left:
            gathered.problems.append(
                f"{counted(left, 'text file')} in {labels.name} left out, without an image: "
                f"{some(left)}"
            )
    listed = next((name for name in names if background and is_background(name)), None)
    if listed is not None:  # some programs give the background a number, too
        order = [listed, *(name for name in names if name != listed)]
    else:
        order = [background, *names] if isinstance(background, str) else names
    try:
        label_set = LabelSet.named(order)
    except ValueError as error:
        raise FormatError(
            path, f"its names cannot be classes: {error}", hint="Rename them in the file"
        ) from error
    return gathered.dataset(
        root,
        label_set,
        partial(_read_label_map, [order.index(name) for name in names], label_set),
        "It needs images/train/a.jpg and labels/train/a.txt",
    )


def write_yolo(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, polygons and ``data.yaml``; see ``Writer``."""
    first = 0 if label_set.background_index is None else 1

    def write(stem: str, item: LabelledArray) -> LabelMap:
        images, labels = (out / top / item.split for top in ("images", "labels"))
        make_folder(images)
        make_folder(labels)
        image = copy_image(item.image, images, stem)
        text = labels / f"{stem}.txt"
        write_lines(text, list(_lines(item.label_map, label_set, first)))
        read = LabelledImage(stem, image, text)
        return _read_label_map(range(first, len(label_set)), label_set, read)

    with new_export(out):
        for split in (TRAIN, VALIDATION):
            make_folder(out / "images" / split)
            make_folder(out / "labels" / split)
        _, report = write_each(items, label_set, write, total=total, progress=progress)
        background = label_set[0].name if first else None
        write_data_yaml(out, label_set, first, {_BACKGROUND: background})
    return report


def _lines(label_map: LabelMap, label_set: LabelSet, first: int) -> Iterator[str]:
    height, width = label_map.shape
    for value, polygon in polygons_of(label_map, label_set):
        if value != IGNORE_INDEX:  # the format has no word for it
            corners = (polygon / (width, height)).ravel()
            # Eight decimals keep a hundredth of a pixel of an image of a million columns.
            yield f"{value - first} " + " ".join([f"{part:.8g}" for part in corners.tolist()])


def _folders(root: Path) -> Iterator[tuple[Path, Path, str | None]]:
    """Yield (images, labels, split or None)."""
    for folder in (root, *(path for path in listed(root) if path.is_dir())):
        images, labels = folder / "images", folder / "labels"
        if images.is_dir() and labels.is_dir():
            yield images, labels, None if folder == root else split_of(folder.name)


def _yaml_value(root: Path) -> dict[str, object]:
    try:
        return dict(read_data_yaml(root)[1])
    except FormatError:
        return {}


def _read_label_map(values: Sequence[int], label_set: LabelSet, item: LabelledImage) -> LabelMap:
    """Draw the polygons; ``values`` gives the class index of each number in the file."""
    height, width = read_image_size(item.image)
    label_map = np.full((height, width), label_set.erased_index, np.uint8)
    try:
        shapes = [] if not item.mask.is_file() else list(_polygons(item.mask, len(values)))
        shapes.sort(key=lambda shape: -_area(shape[1]))
        size = np.array([width, height])
        paint_polygons(label_map, [(corners * size, values[n]) for n, corners in shapes])
    except ValueError as error:
        raise FormatError(
            item.mask, f"{error}", hint='Its lines read "0 0.1 0.1 0.9 0.1 0.5 0.9"'
        ) from error
    return label_map


def _polygons(path: Path, num_names: int) -> Iterator[tuple[int, NDArray[np.float64]]]:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("it is too large")
    for place, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        try:
            number = int(words[0])
            values = np.array(words[1:], np.float64)
        except ValueError:
            raise ValueError(f"line {place} holds something else than numbers") from None
        if not 0 <= number < num_names:
            raise ValueError(f"line {place} is of class {number}, but {num_names} are named")
        if len(values) == 4:
            raise ValueError(f"line {place} is a box, not an outline")
        if len(values) < 6 or len(values) % 2:
            raise ValueError(f"line {place} is no polygon of three corners or more")
        if not (np.abs(values - 0.5) <= 0.5 + _OUTSIDE).all():  # false for NaN, too
            raise ValueError(f"line {place} has corners far outside of the image")
        yield number, values.reshape(-1, 2)


def _area(corners: NDArray[np.float64]) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)
