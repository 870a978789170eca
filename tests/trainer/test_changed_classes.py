"""Starting from a run of a project whose classes were changed since."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from changed_classes import change
from PIL import Image

from segstudio.core.class_change import Delete, Merge, Rename, Reorder
from segstudio.core.label_set import LabelSet
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from trainer.checkpoint import load_checkpoint
from trainer.loop import train
from trainer.run_folder import BEST, Emit
from trainer.session import Session

Start = Callable[..., Session]
NAMES = ("background", "cell", "dirt", "wall")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three images of four classes, labelled by hand."""
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(NAMES))
    rng = np.random.default_rng(0)
    for key in ("a.png", "b.png", "c.png"):
        label_map = rng.integers(0, 4, (48, 48), dtype=np.uint8)
        Image.fromarray(label_map * 60).save(root / key)
        project.write_mask(key, label_map)
    project = project.with_splits({"a.png": "train", "b.png": "train", "c.png": "val"})
    project.save()
    return project


def trained(start: Start, keep: Emit, project: Project, run: str) -> dict[str, torch.Tensor]:
    session = start(f"runs/{run}", epochs=1, data=str(project.folder))
    train(session, keep, started=time.monotonic(), should_stop=lambda: False)
    average = load_checkpoint(session.folder / BEST).average
    assert average is not None
    return average


def rows_of(child: Session, parent: dict[str, torch.Tensor], sources: list[int]) -> None:
    """Check that the last layers have these rows of the parent's."""
    heads = {
        name: weight
        for name, weight in child.segmenter.state_dict().items()
        if weight.shape[:1] == (len(sources),) and parent[name].shape[:1] == (4,)
    }
    assert len(heads) >= 2  # the last convolution's weights and biases
    for name, weight in heads.items():
        assert torch.equal(weight, parent[name][sources]), name


@pytest.mark.parametrize("is_frozen", [False, True], ids=["project", "labels kept for a run"])
def test_classes_are_followed_through_all_changes(
    start: Start, keep: Emit, tmp_path: Path, project: Project, *, is_frozen: bool
) -> None:
    parent = trained(start, keep, project, "first")
    changed = change(
        project, Rename(1, "nucleus"), Reorder((0, 3, 1, 2)), Merge((3,), 2), Rename(1, "membrane")
    )
    assert changed.label_set.names == ("background", "membrane", "nucleus")
    if is_frozen:
        changed = freeze_labels(changed, tmp_path / "labels").project

    child = start("child", weights=str(tmp_path / "runs/first"), data=str(changed.folder))

    assert child.notes[-1] == "the classes were taken over by their names"
    rows_of(child, parent, [0, 3, 1])


def test_names_that_changed_places_mean_what_they_meant_when_the_run_began(
    start: Start, keep: Emit, tmp_path: Path, project: Project
) -> None:
    parent = trained(start, keep, project, "2020-01-01 10.00.00")
    swapped = change(project, Rename(1, "x"), Rename(2, "cell"), Rename(1, "dirt"))
    assert swapped.label_set.names == ("background", "dirt", "cell", "wall")

    child = start(
        "child", weights=str(tmp_path / "runs/2020-01-01 10.00.00"), data=str(swapped.folder)
    )

    rows_of(child, parent, [0, 1, 2, 3])


def test_a_class_that_was_deleted_is_not_brought_back(
    start: Start, keep: Emit, tmp_path: Path, project: Project
) -> None:
    parent = trained(start, keep, project, "first")
    changed = change(project, Delete((1,), 2))

    child = start("child", weights=str(tmp_path / "runs/first"), data=str(changed.folder))

    rows_of(child, parent, [0, 2, 3])
