"""A project's label maps, written in one of the formats."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from segstudio.core.splits import TEST, TRAIN, VALIDATION
from segstudio.errors import FormatError
from segstudio.formats.dataset import ExportReport, LabelledArray, Progress
from segstudio.formats.table import FORMATS
from segstudio.storage.class_change_log import refuse_half_changed
from segstudio.storage.images import read_image_size
from segstudio.storage.project import Project


def export_project(
    project: Project,
    format_name: str,
    out: Path,
    *,
    each_region: bool = False,
    progress: Progress | None = None,
) -> tuple[Project, ExportReport]:
    """Write every image of a project that has a mask, and read what was written back.

    Images that no split is decided for yet get one, which is saved in the project: later exports
    and training keep it.

    Args:
        project: The project.
        format_name: A name in the table of formats.
        out: Folder to write; must not exist, or be empty.
        each_region: Whether each connected region of a class is an object of its own, in a format
            that tells objects apart.
        progress: Told after each image; raise in it to stop.

    Returns:
        The project with the splits, and what was written.

    Raises:
        FormatError: If the format is unknown, no image has a mask, or ``out`` is not empty.
        MaskError: If a mask is damaged or does not have its image's size.
        ImageError: If an image cannot be read.
        ProjectError: If the folder of images is gone, or a change of the classes is under way.
        StorageError: If a file cannot be written.
    """
    row = FORMATS.get(format_name)
    if row is None or row.write is None:
        known = ", ".join(row.name for row in FORMATS.values() if row.write)
        problem = f"there is no format {format_name}"
        if row is not None:
            problem = f"the format {format_name} can only be read"
        raise FormatError(out, problem, hint=f"Known are: {known}")
    write = row.write_regions if each_region else row.write
    if write is None:
        able = ", ".join(row.name for row in FORMATS.values() if row.write_regions)
        raise FormatError(
            out, f"the format {format_name} does not tell objects apart", hint=f"Use {able}"
        )
    refuse_half_changed(project)
    keys = [key for key in project.image_keys() if project.mask_path(key).is_file()]
    if not keys:
        raise FormatError(
            project.image_root,
            "no image has a mask yet, so there is nothing to export",
            hint="Paint some labels or run a model first",
        )
    splits = project.decided_splits(keys)
    for key in keys:
        if splits[key] not in (TRAIN, VALIDATION, TEST):
            raise FormatError(
                project.folder,
                f"the split of {key} is {splits[key]!r}",
                hint=f"Make it {TRAIN}, {VALIDATION} or {TEST} in project.json",
            )
    if splits != project.splits:
        project = project.with_splits(splits)
        project.save()
    report = write(
        _labelled(project, keys), project.label_set, out, total=len(keys), progress=progress
    )
    files = sum(len(names) for _, _, names in os.walk(out))
    lossless = row.lossless if report.changed else ""
    return project, replace(report, files=files, lossless=lossless)


def _labelled(project: Project, keys: Sequence[str]) -> Iterator[LabelledArray]:
    for key in keys:
        image = project.image_path(key)
        label_map = project.read_mask(key, *read_image_size(image))
        if label_map is not None:  # else it was removed a moment ago
            yield LabelledArray(key, image, label_map, project.splits[key])
