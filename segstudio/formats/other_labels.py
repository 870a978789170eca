"""Other labels of a project's images: predictions, another project, or a label set on disk."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.class_names import followed_names
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet, class_mapping
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive, resolve_binary
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from segstudio.formats.mask_pairs import mask_of, masks_by_stem
from segstudio.formats.table import read_labels, recognised
from segstudio.storage.class_change_log import dated, read_changes
from segstudio.storage.image_list import PROJECT_FOLDER, is_project
from segstudio.storage.masks import read_label_map
from segstudio.storage.project import Project, load_project

_SAME: Final[NDArray[np.uint8]] = np.arange(256, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class OtherLabels:
    """Labels of the same images, in the classes of the project.

    Attributes:
        name: Where they come from, for people.
        read: Image key -> (H, W) uint8 class indices of the project, IGNORE_INDEX for classes that
            it lacks, or None if there are none for the image. Raises SegStudioError.
        unknown: Their classes that the project lacks.
    """

    name: str
    read: Callable[[str], LabelMap | None]
    unknown: tuple[str, ...] = ()


def predictions_of(project: Project) -> OtherLabels:
    """Return what models said last about the images of a project."""

    def read(key: str) -> LabelMap | None:
        path = project.prediction_path(key)
        return read_label_map(path) if path.is_file() else None

    return OtherLabels("predictions", read)


def labels_in(root: Path, project: Project, positive: Positive | None = None) -> OtherLabels:
    """Return the labels in a folder: a project, a label set of any format, or bare masks.

    Bare masks are named as the images are, ``a.png`` or ``a.jpg.png``, and hold class indices of
    the project.

    Args:
        root: The folder.
        project: Whose images they label.
        positive: How to read masks that hold only 0 and 255.

    Raises:
        SegStudioError: If it holds none that can be read.
    """
    if not root.is_dir():
        raise FormatError(root, "there is no such folder", hint="Check the name")
    folder = next((path for path in (root, root / PROJECT_FOLDER) if is_project(path)), None)
    if folder is not None:
        return _labels_of_project(load_project(folder), project)
    if recognised(root):
        dataset = read_labels(root, positive=positive, images=project.image_root)
        return _labels_of_dataset(dataset, project)
    return _bare_masks(root, positive)


def _labels_of_project(other: Project, project: Project) -> OtherLabels:
    # Unlike a data set to train on: what two people say is compared whether it is approved or not.
    table, unknown = _table(other.label_set, project)

    def read(key: str) -> LabelMap | None:
        return _mapped(other.read_any_mask(key), table)

    return OtherLabels(other.name, read, unknown)


def _labels_of_dataset(dataset: LabelledDataset, project: Project) -> OtherLabels:
    # Some formats have an image in several splits.
    by_key = {item.key: item for members in dataset.splits.values() for item in members}
    items = list(by_key.values())
    for item in items:
        if item.image.is_relative_to(project.image_root):
            by_key[item.image.relative_to(project.image_root).as_posix()] = item
    by_stem = _unique_stems(items)
    lock = threading.Lock()
    table, unknown = _table(dataset.label_set, project)

    def read(key: str) -> LabelMap | None:
        item = by_key.get(key) or by_stem.get(PurePosixPath(key).stem)
        if item is None:
            return None
        with lock:  # formats need not be read by several threads
            return _mapped(dataset.read_label_map(item), table)

    return OtherLabels(dataset.root.name, read, unknown)


def _bare_masks(root: Path, positive: Positive | None) -> OtherLabels:
    masks = masks_by_stem(root)
    if not masks:
        raise FormatError(
            root,
            "there are no labels in this folder",
            hint="Choose a project, a label set, or a folder of masks named as the images are",
        )
    return OtherLabels(root.name, partial(_read_bare, root, masks, positive))


def _read_bare(
    root: Path, masks: Mapping[str, list[str]], positive: Positive | None, key: str
) -> LabelMap | None:
    found = mask_of(key, masks)
    if found is None:
        return None
    label_map = read_label_map(root / found)
    return label_map if positive is None else resolve_binary(root / found, label_map, positive)


def _table(source: LabelSet, project: Project) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Return class index -> the project's, and the names that the project never had."""
    names, target = source.names, project.label_set
    # Formats without names call their classes by their numbers.
    if names == tuple(map(str, range(len(names)))) and names[:1] != target.names[:1]:
        return _SAME, ()
    # What was exported before classes were renamed or merged is still about the same classes.
    now = followed_names(names, target, dated(read_changes(project)))
    unknown = tuple(name for name in names if name not in now)
    return class_mapping([now.get(name) or "" for name in names], target), unknown


def _mapped(label_map: LabelMap | None, table: NDArray[np.uint8]) -> LabelMap | None:
    return None if label_map is None else table[label_map]


def _unique_stems(items: list[LabelledImage]) -> dict[str, LabelledImage]:
    """Return file name without suffix -> image, where that tells one from all others."""
    stems: dict[str, list[LabelledImage]] = {}
    for item in items:
        stems.setdefault(PurePosixPath(item.key).stem, []).append(item)
    return {stem: found[0] for stem, found in stems.items() if len(found) == 1}
