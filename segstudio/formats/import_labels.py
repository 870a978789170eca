"""Label files into a project: first a plan that changes nothing, then the import, with a report.

Nothing that is there is written over unless that was asked for, and what is replaced stays in the
project's history. What cannot be imported is told row by row; the rest is imported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.class_names import followed_classes
from segstudio.core.label_map import IGNORE_INDEX, LabelMap, pixel_counts
from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import default_color
from segstudio.core.review import CHECKED
from segstudio.core.splits import TEST, TRAIN, VALIDATION
from segstudio.errors import FormatError, SegStudioError
from segstudio.formats.dataset import LabelledDataset, LabelledImage, Progress
from segstudio.formats.shapes import IGNORED
from segstudio.formats.writing import unique_stem
from segstudio.storage.atomic_write import atomic_write, make_folder
from segstudio.storage.class_change_log import dated, read_changes, refuse_half_changed
from segstudio.storage.images import read_image_size, read_orientation
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.project import Project
from segstudio.storage.review import write_noted

_SPLITS: Final = (TRAIN, VALIDATION, TEST)
_NEW: Final = LabelSet.named(["background"])


class Fate(StrEnum):
    """What became of one image of the label files."""

    IMPORTED = "imported"
    SAME = "already there"
    KEPT = "kept yours"
    LEFT_OUT = "left out"


class Row(NamedTuple):
    """A row of the report: one that asks for attention.

    Attributes:
        name: The image, or the file.
        fate: What became of it.
        reason: Why, as a sentence.
    """

    name: str
    fate: Fate
    reason: str


class Match(NamedTuple):
    """An image of the label files and the image of the project that it is.

    Attributes:
        item: The image with its labels.
        split: Its split in the label files.
        key: Image key in the project.
        is_new: Whether the project does not have the image yet, so that it is copied.
    """

    item: LabelledImage
    split: str
    key: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do.

    Attributes:
        dataset: The label files.
        project: The project as it is.
        label_set: The classes that the project will have.
        mapping: Class name in the files -> class name in the project, or None for unlabelled.
        matches: The images to import, in order.
        rows: What is left out already.
    """

    dataset: LabelledDataset
    project: Project
    label_set: LabelSet
    mapping: Mapping[str, str | None]
    matches: Sequence[Match]
    rows: Sequence[Row]

    @property
    def copies(self) -> int:
        """How many images would be copied into the project's folder of images."""
        return sum(match.is_new for match in self.matches)

    def labelled(self) -> Iterator[str]:
        """Yield the keys of images that have a mask already."""
        return (m.key for m in self.matches if self.project.mask_path(m.key).is_file())


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        counts: How many images came to which fate.
        copied: Number of images that were copied into the project.
        rows: Everything but what was imported or already there.
    """

    counts: Mapping[Fate, int]
    copied: int
    rows: Sequence[Row]


def plan_import(
    dataset: LabelledDataset,
    project: Project,
    mapping: Mapping[str, str | None] | None = None,
    problems: Iterable[str] = (),
) -> ImportPlan:
    """Say what an import would do, without decoding a label map where classes are named.

    Args:
        dataset: The label files; classes that nothing names are called by their values, for which
            every mask is looked at.
        project: Where to; one without masks takes over the classes of the files.
        mapping: Class name in the files -> class name in the project, which may be new, or None
            for unlabelled; classes that are not in it keep their name.
        problems: What was left out before, one sentence each.

    Raises:
        FormatError: If a class in ``mapping`` is not in the files, or there would be too many.
        ProjectError: If a change of the project's classes is under way.
    """
    if not len(dataset.label_set):
        dataset = replace(dataset, label_set=_numbered(dataset))
    refuse_half_changed(project)
    chosen = _mapping(dataset, project, mapping or {})
    rows = [Row("", Fate.LEFT_OUT, text) for text in (*problems, *dataset.problems)]
    matches = _matches(dataset, project, rows)
    return ImportPlan(
        dataset=dataset,
        project=project,
        label_set=_label_set(dataset, project, chosen),
        mapping=chosen,
        matches=matches,
        rows=rows,
    )


def run_import(
    plan: ImportPlan,
    *,
    replace_masks: bool = False,
    progress: Progress | None = None,
    store: MaskStore | None = None,
) -> tuple[Project, ImportReport]:
    """Do what a plan says, one image at a time.

    Args:
        plan: From ``plan_import``.
        replace_masks: Whether masks that are there are replaced; they stay in the history.
        progress: Told after each image; raise in it to stop. What is done stays.
        store: The masks of a project that is open, or None.

    Returns:
        The project with its classes and splits, which are saved, and the report.

    Raises:
        StorageError: If the project or an image cannot be written.
    """
    project = plan.project.with_label_set(plan.label_set)
    project.save()
    store = store or MaskStore(project.folder)
    table = _table(plan)
    counts = dict.fromkeys(Fate, 0)
    rows = list(plan.rows)
    splits = dict(project.splits)
    copied = 0
    for done, match in enumerate(plan.matches, start=1):
        fate, reason = Fate.LEFT_OUT, ""
        try:
            fate = _import_one(plan, project, store, match, table, replace_masks=replace_masks)
        except SegStudioError as error:
            reason = error.sentence
        if fate is Fate.KEPT:
            reason = "it has a mask already; replace it to import this one"
        if fate is Fate.IMPORTED and match.split in _SPLITS:
            splits.setdefault(match.key, match.split)
        copied += match.is_new and fate is Fate.IMPORTED
        counts[fate] += 1
        if reason:
            rows.append(Row(match.item.key, fate, reason))
        if progress:
            progress(done, len(plan.matches))
    if splits != project.splits:
        project = project.with_splits(splits)
        project.save()
    return project, ImportReport(counts, copied, rows)


def _import_one(
    plan: ImportPlan,
    project: Project,
    store: MaskStore,
    match: Match,
    table: NDArray[np.uint8],
    *,
    replace_masks: bool,
) -> Fate:
    image = match.item.image if match.is_new else project.image_path(match.key)
    label_map = table[_fitting(plan.dataset.read_label_map(match.item), image, match.item)]
    if match.is_new:
        _copy(match.item.image, project.image_path(match.key))
    elif project.mask_path(match.key).exists():
        there = project.read_any_mask(match.key)
        if there is not None and np.array_equal(there, label_map):
            return Fate.SAME
        if not replace_masks:
            return Fate.KEPT
    store.write(project, match.key, label_map)
    if project.prediction_path(match.key).exists():
        # A person's labels, also where they agree with what a model said here before.
        noted = np.where(label_map == IGNORE_INDEX, 0, CHECKED).astype(np.uint8)
        write_noted(project, match.key, noted)
    return Fate.IMPORTED


def _fitting(label_map: LabelMap, image: Path, item: LabelledImage) -> LabelMap:
    size = read_image_size(image)
    if label_map.shape == size:
        return label_map
    height, width = label_map.shape
    hint = "Bring back the image that was labelled"
    if label_map.shape == size[::-1] and read_orientation(image) >= 5:
        hint = "The image is turned by its EXIF data and the mask is not: turn the mask"
    raise FormatError(
        item.mask,
        f"its labels have {width} x {height} pixels, the image has {size[1]} x {size[0]}",
        hint=hint,
    )


def _copy(source: Path, target: Path) -> None:
    make_folder(target.parent)
    if target.exists():
        raise FormatError(target, "a file of this name is there already", hint="Rename one of them")
    try:
        content = source.read_bytes()
    except OSError as error:
        raise FormatError(source, f"it cannot be copied ({error.strerror})") from error
    atomic_write(target, content)


def _numbered(dataset: LabelledDataset) -> LabelSet:
    largest = 0
    for item, _ in _unique(dataset):
        try:
            values = pixel_counts(dataset.read_label_map(item))
        except SegStudioError:
            continue  # told when it is imported
        largest = max(largest, int(np.flatnonzero(values[:IGNORE_INDEX]).max(initial=0)))
    return LabelSet.named(["background", *(f"class {value}" for value in range(1, largest + 1))])


def _mapping(
    dataset: LabelledDataset, project: Project, given: Mapping[str, str | None]
) -> dict[str, str | None]:
    unknown = [name for name in given if name not in dataset.label_set.names]
    if unknown:
        raise FormatError(
            dataset.root,
            f"there is no class {unknown[0]!r} in these labels",
            hint=f"Their classes are: {', '.join(dataset.label_set.names[:20])}",
        )
    return {
        name: given.get(name, own)
        for name, own in _own_names(dataset.label_set.names, project).items()
    }


def _own_names(names: Sequence[str], project: Project) -> dict[str, str | None]:
    """Return what the classes of the files are called in the project, now or as it was once."""
    own = {} if _is_new(project) else {name.casefold(): name for name in project.label_set.names}
    once = followed_classes(names, project.label_set, dated(read_changes(project)))
    found: dict[str, str | None] = {}
    for name, index in zip(names, once, strict=True):
        if name == IGNORED:
            found[name] = None
        elif name.casefold() in own or index is None:
            found[name] = own.get(name.casefold(), name)
        else:
            found[name] = None if index == IGNORE_INDEX else project.label_set[index].name
    return found


def _label_set(
    dataset: LabelledDataset, project: Project, mapping: Mapping[str, str | None]
) -> LabelSet:
    label_set = LabelSet() if _is_new(project) else project.label_set
    try:
        for item in dataset.label_set:
            name = mapping[item.name]
            if name is None or label_set.index_of(name) is not None:
                continue
            used = {label_class.color for label_class in label_set}
            color = default_color(len(label_set)) if item.color in used else item.color
            label_set = LabelSet((*label_set.classes, LabelClass(name, color)))
    except ValueError as error:
        raise FormatError(
            dataset.root, f"its classes cannot be taken over: {error}", hint="Map some of them"
        ) from error
    return label_set if len(label_set) else _NEW


def _is_new(project: Project) -> bool:
    return project.label_set == _NEW and not project.labelled_keys()


def _table(plan: ImportPlan) -> NDArray[np.uint8]:
    table = np.full(256, IGNORE_INDEX, np.uint8)
    for value, name in enumerate(plan.dataset.label_set.names):
        target = plan.mapping[name]
        index = None if target is None else plan.label_set.index_of(target)
        table[value] = IGNORE_INDEX if index is None else index
    return table


def _unique(dataset: LabelledDataset) -> Iterator[tuple[LabelledImage, str]]:
    """Yield each image once, with the most telling of its splits."""
    seen: set[str] = set()
    order = [name for name in _SPLITS if name in dataset.splits]
    for split in (*order, *(name for name in dataset.splits if name not in order)):
        for item in dataset.splits[split]:
            if item.key not in seen:
                seen.add(item.key)
                yield item, split


def _matches(dataset: LabelledDataset, project: Project, rows: list[Row]) -> list[Match]:
    keys = project.image_keys() if project.image_root.is_dir() else []
    finders = _finders(keys)
    known = set(keys)
    taken: dict[str, str] = {}
    new_stems = {PurePosixPath(key).stem.casefold() for key in keys}
    matches = []
    for item, split in _unique(dataset):
        found: list[str] = []
        if item.image.is_relative_to(project.image_root):
            own = item.image.relative_to(project.image_root).as_posix()
            found = [own] if own in known else []
        for find in finders:
            found = found or find(item)
        if len(found) > 1:
            reason = f"{len(found)} images of the project could be meant: {', '.join(found[:3])}"
            rows.append(Row(item.key, Fate.LEFT_OUT, reason))
            continue
        if found:
            key = found[0]
        else:
            suffix = item.image.suffix.lower()
            key = unique_stem(PurePosixPath(item.image.name).as_posix(), new_stems) + suffix
        if key in taken:
            reason = f"{taken[key]} has the same mask name, and came first"
            rows.append(Row(item.key, Fate.LEFT_OUT, reason))
            continue
        taken[key] = item.key
        matches.append(Match(item, split, key, is_new=not found))
    return matches


def _finders(keys: Sequence[str]) -> list[Callable[[LabelledImage], list[str]]]:
    """Return ways to find the image of a project that is meant, the surest first."""
    stems: set[str] = set()
    by_path = {key: [key] for key in keys}
    by_stem_path = _grouped(keys, lambda key: str(PurePosixPath(key).with_suffix("")))
    # An export of ours flattens folders into the name.
    by_export = _grouped(keys, lambda key: unique_stem(key, stems).casefold())
    by_name = _grouped(keys, lambda key: PurePosixPath(key).name)
    by_stem = _grouped(keys, lambda key: PurePosixPath(key).stem)
    return [
        lambda item: by_path.get(item.key, []),
        lambda item: by_stem_path.get(item.key, []),
        lambda item: by_name.get(item.image.name, []),
        lambda item: by_export.get(_plain_stem(item).casefold(), []),
        lambda item: by_stem.get(_plain_stem(item), []),
    ]


def _plain_stem(item: LabelledImage) -> str:
    return item.image.stem.removesuffix("_leftImg8bit")


def _grouped(keys: Sequence[str], name_of: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(name_of(key), []).append(key)
    return found
