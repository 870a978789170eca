"""The labels of a project as they are at one moment, for a training that takes hours.

The user goes on labelling while a network trains, and a run that was paused must go on with the
labels that it began with. So a run gets a project of its own: the same images, the classes and
splits of that moment, and the masks of the images that take part. The files are second names of the
project's own (hard links): ``atomic_write`` never changes a file in place, so they cost nothing and
stay as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segstudio.core.review import CORRECTED, UNCHECKED, review_map
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.core.training_request import ImageChoice
from segstudio.errors import ProjectError, UnreviewedError
from segstudio.storage.atomic_write import give_second_name, make_folder
from segstudio.storage.class_change_log import CHANGES_FOLDER, change_files
from segstudio.storage.project import Project
from segstudio.storage.review import noted_path, read_noted, read_review, review_path


@dataclass(frozen=True, slots=True)
class FrozenLabels:
    """What takes part in a training.

    Attributes:
        project: A project of its own, with these images only.
        train: Keys of the images that train.
        judge: Keys of those that judge: they are approved, or were painted from scratch.
    """

    project: Project
    train: tuple[str, ...]
    judge: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _State:
    is_approved: bool  # by a person
    is_by_hand: bool  # no model was run on it
    is_flagged: bool
    corrected: int
    reviewed: int

    @property
    def can_judge(self) -> bool:
        """Whether every label is a person's word."""
        return self.is_approved or self.is_by_hand


def freeze_labels(
    project: Project,
    folder: Path,
    images: ImageChoice = ImageChoice.ALL,
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> FrozenLabels:
    """Keep the labels of a project as they are now; images that are flagged take no part.

    Args:
        project: The project; its splits must be decided for every labelled image.
        folder: Where to keep them; must not exist.
        images: Which images train.
        cancelled: Asked before each image; if it says so, fewer images take part.

    Raises:
        ProjectError: If no image can train, or none can judge; an UnreviewedError if there are
            images that somebody has only to look at.
        MaskError: If a mask is damaged.
        StorageError: If something cannot be written.
    """
    train: list[str] = []
    judge: list[str] = []
    left: list[str] = []  # would train, if somebody looked at them as was asked
    unsure: list[str] = []
    for key in sorted(project.labelled_keys() & set(project.image_keys())):
        if cancelled():
            break
        state = _state(project, key)
        if state.is_flagged:
            continue
        if project.splits.get(key) == TRAIN:
            (train if _takes_part(state, images) else left).append(key)
        elif state.can_judge:
            judge.append(key)
        elif project.splits.get(key) == VALIDATION:
            unsure.append(key)
    _refuse_too_few(project, images, (train, left), (judge, unsure))
    splits = {key: project.splits[key] for key in (*train, *judge)}
    frozen = Project(folder, project.image_root, project.label_set, splits)
    make_folder(folder)
    for key in splits:
        for path in (Project.mask_path, Project.prediction_path, review_path, noted_path):
            if path(project, key).is_file():
                give_second_name(path(project, key), path(frozen, key))
    for change in change_files(project):  # weights of older runs are followed through these
        give_second_name(change, folder / CHANGES_FOLDER / change.name)
    frozen.save()
    return FrozenLabels(frozen, tuple(train), tuple(judge))


def _state(project: Project, key: str) -> _State:
    label_map = project.read_any_mask(key)
    if label_map is None:  # removed a moment ago
        return _State(False, False, False, 0, 0)
    height, width = label_map.shape
    prediction = project.read_prediction(key, height, width)
    said = read_review(project, key)
    review = review_map(
        label_map, prediction, read_noted(project, key, height, width), is_approved=said.is_approved
    )
    return _State(
        said.is_approved,
        prediction is None,
        said.is_flagged,
        int(np.count_nonzero(review == CORRECTED)),
        int(np.count_nonzero(review != UNCHECKED)),
    )


def _takes_part(state: _State, images: ImageChoice) -> bool:
    """Return whether an image trains; the choices are what the list of images calls its states."""
    match images:
        case ImageChoice.APPROVED:
            return state.is_approved and state.reviewed > 0
        case ImageChoice.CORRECTED:
            return state.corrected > 0 or (state.is_by_hand and state.reviewed > 0)
        case _:
            return state.reviewed > 0


def _refuse_too_few(
    project: Project,
    images: ImageChoice,
    training: tuple[Sequence[str], Sequence[str]],
    judging: tuple[Sequence[str], Sequence[str]],
) -> None:
    """Refuse to train without images; of both kinds: those that there are, and that might be."""
    (train, left), (judge, unsure) = training, judging
    if not train:
        which = "" if images is ImageChoice.ALL else f" {images.value}"
        problem = f"no{which} image can train yet"
        if left:
            verb = "Approve" if images is ImageChoice.APPROVED else "Correct or approve"
            hint = f"{verb} the labels of some images first, such as {left[0]}"
            raise UnreviewedError(project.image_root, problem, hint=hint, key=left[0])
        hint = "Correct or approve the labels of some images first"
        raise ProjectError(project.image_root, problem, hint=hint)
    if not judge:
        problem = "no image is there to judge the model"
        if unsure:
            hint = f"Look at {unsure[0]} and approve it: it was set aside to judge models"
            raise UnreviewedError(project.image_root, problem, hint=hint, key=unsure[0])
        hint = "Label one more image: some train, the others judge"
        raise ProjectError(project.image_root, problem, hint=hint)
