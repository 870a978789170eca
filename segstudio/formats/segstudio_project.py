"""A project of ours as a data set: its masks, its classes, its splits.

Only images that have a mask and are not flagged take part, and of those only the pixels that
somebody has looked at: the others read as unlabelled (``core.review``). An image judges a model as
a whole or not at all, so those that a model was run on must be approved for that. Images that
``project.json`` has no split for yet are divided by ``core.splits``; that is not saved here,
because the window may have the project open.
"""

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.class_names import DatedChange
from segstudio.core.label_map import LabelMap
from segstudio.core.review import CORRECTED, ReviewMap, review_map, reviewed_labels
from segstudio.core.splits import TEST, TRAIN, VALIDATION
from segstudio.errors import FormatError, MaskError
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from segstudio.formats.reading import counted, refuse_foreign_values, refuse_positive, some
from segstudio.storage.class_change_log import dated, read_changes, refuse_half_changed
from segstudio.storage.image_list import PROJECT_FOLDER, is_project
from segstudio.storage.images import read_image_size
from segstudio.storage.project import Project, load_project
from segstudio.storage.review import read_noted, read_review

PROJECT_FORMAT: Final = "segstudio"
"""The name of the format in the table."""


def is_project_or_images(root: Path) -> bool:
    """Return whether ``root`` is a project, or a folder of images that has one inside."""
    return is_project(root) or is_project(root / PROJECT_FOLDER)


def read_project(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read a project; its masks are decoded later, one by one.

    Args:
        root: The project folder, or the folder of images that holds it.
        positive: Must be None: the classes of a project are known.

    Raises:
        FormatError: If this is no project, no image has a mask, none that judges is approved, or
            ``positive`` is given.
        ProjectError: If ``project.json`` is wrong, the folder of images is gone, or a change of the
            classes is under way.
    """
    refuse_positive(root, positive, "a project")
    folder = _project_folder(root)
    if folder is None:
        raise FormatError(root, "this is not a project", hint="Open the folder once with segstudio")
    project = load_project(folder)
    refuse_half_changed(project)
    there, labelled = project.image_keys(), project.labelled_keys()
    keys = [key for key in there if key in labelled]
    if not keys:
        raise FormatError(
            folder,
            "no image of this project has a mask yet",
            hint="Paint some labels, or run a model and save its masks",
        )
    splits = project.decided_splits(keys)
    problems = []
    if flagged := {key: None for key in keys if read_review(project, key).is_flagged}:
        keys = [key for key in keys if key not in flagged]
        if not keys:
            raise FormatError(
                folder,
                "all labelled images are flagged, and those do not train",
                hint=f"Look at {next(iter(flagged))} in segstudio and take its flag away",
            )
        problems.append(
            f"{counted(list(flagged), 'image')} left out, flagged: {some(list(flagged))}"
        )
    members = {
        split: [key for key in keys if splits[key] == split] for split in (TRAIN, VALIDATION, TEST)
    }
    if gone := sorted(labelled.difference(there)):
        problems.append(f"{counted(gone, 'mask')} left out, whose images are gone: {some(gone)}")
    for split in (VALIDATION, TEST):
        if unsure := [key for key in members[split] if not _is_reviewed(project, key)]:
            members[split] = [key for key in members[split] if key not in unsure]
            if not members[split]:
                raise FormatError(
                    folder,
                    "none of the images that judge a model is approved yet",
                    hint=f"Look at {unsure[0]} in segstudio and approve it",
                )
            problems.append(
                f"{counted(unsure, 'image')} of {split!r} left out, not approved yet: "
                f"{some(unsure)}"
            )
    return LabelledDataset(
        root=root,
        label_set=project.label_set,
        splits={
            split: [
                LabelledImage(key, project.image_path(key), project.mask_path(key)) for key in keys
            ]
            for split, keys in members.items()
            if keys or split != TEST
        },
        read_label_map=partial(_read_reviewed, project),
        read_corrections=partial(_read_corrections, project),
        problems=tuple(problems),
    )


def class_history(root: Path) -> tuple[DatedChange, ...]:
    """Return what was done to the classes of the project that ``root`` is or holds, oldest first.

    Raises:
        ProjectError: If ``project.json`` is wrong, or a change cannot be read.
    """
    folder = _project_folder(root)
    return () if folder is None else dated(read_changes(load_project(folder)))


def _project_folder(root: Path) -> Path | None:
    return next((path for path in (root, root / PROJECT_FOLDER) if is_project(path)), None)


def _is_reviewed(project: Project, key: str) -> bool:
    """Return whether every label of an image is a person's word."""
    return not project.prediction_path(key).exists() or read_review(project, key).is_approved


def _read_reviewed(project: Project, item: LabelledImage) -> LabelMap:
    label_map = _read_mask(project, item)
    return reviewed_labels(label_map, _review_map(project, item.key, label_map))


def _read_corrections(project: Project, item: LabelledImage) -> NDArray[np.bool_] | None:
    corrected = _review_map(project, item.key, _read_mask(project, item)) == CORRECTED
    return corrected if corrected.any() else None


def _review_map(project: Project, key: str, label_map: LabelMap) -> ReviewMap:
    height, width = label_map.shape
    return review_map(
        label_map,
        project.read_prediction(key, height, width),
        read_noted(project, key, height, width),
        is_approved=read_review(project, key).is_approved,
    )


def _read_mask(project: Project, item: LabelledImage) -> LabelMap:
    label_map = project.read_mask(item.key, *read_image_size(item.image))
    if label_map is None:
        raise MaskError(item.mask, "it was removed", hint="Start again")
    refuse_foreign_values(item.mask, label_map, len(project.label_set), "the project")
    return label_map
