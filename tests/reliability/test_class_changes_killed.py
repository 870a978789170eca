"""Kill -9 while the classes of a project change: the next start finishes, and no pixel is wrong."""

import random
import sys
from pathlib import Path

import numpy as np
import pytest
from faults import kill_amid
from PIL import Image

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.storage.class_change_log import ChangeState, pending, read_changes
from segstudio.storage.class_changes import settle_changes
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project

IMAGES = 24
KEYS = [f"{number:02}.png" for number in range(IMAGES)]
DELETED = np.array([0, IGNORE_INDEX, 1, 2], np.uint8)  # class 1 goes, those behind move up

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")


def drawn(number: int) -> LabelMap:
    return np.random.default_rng(number).integers(0, 4, (64, 64), np.uint8)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for key in KEYS:
        Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tmp_path / key)
    project = create_project(tmp_path).with_label_set(LabelSet.named(["a", "b", "c", "d"]))
    project.save()
    for number, key in enumerate(KEYS):
        project.write_mask(key, drawn(number))
        project.write_prediction(key, drawn(number + 1))
    return project


def kill_while_changing(project: Project, after_images: int, seed: int) -> None:
    """Start changing, and kill the process a moment after so many images."""
    # Somewhere within the image: at the second names, the prediction, or the mask.
    spins = random.Random(seed).randrange(60_000)
    kill_amid("class_changer.py", project.folder, after_images, spins)


def opened_again(project: Project) -> Project:
    loaded = load_project(project.folder)
    return settle_changes(loaded, MaskStore(project.folder))[0]


@pytest.mark.parametrize(("after_images", "seed"), [(0, 1), (7, 2), (15, 3), (IMAGES - 4, 4)])
def test_a_change_and_its_undo_survive_being_killed(
    project: Project, after_images: int, seed: int
) -> None:
    kill_while_changing(project, after_images, seed)
    assert pending(read_changes(project))
    changed = opened_again(project)
    assert changed.label_set.names == ("a", "c", "d")
    for number, key in enumerate(KEYS):
        assert np.array_equal(changed.read_any_mask(key), DELETED[drawn(number)])
        predicted = changed.read_prediction(key, 64, 64)
        assert np.array_equal(predicted, DELETED[drawn(number + 1)])

    kill_while_changing(project, after_images, seed + 10)
    restored = opened_again(project)
    assert restored.label_set.names == ("a", "b", "c", "d")
    for number, key in enumerate(KEYS):
        assert np.array_equal(restored.read_any_mask(key), drawn(number))
        assert np.array_equal(restored.read_prediction(key, 64, 64), drawn(number + 1))


@pytest.mark.parametrize(("after_images", "seed"), [(5, 5), (12, 6)])
def test_a_change_that_was_being_stopped_leaves_everything_as_it_was(
    project: Project, after_images: int, seed: int
) -> None:
    kill_while_changing(project, after_images, seed)
    (stored,) = pending(read_changes(project))
    stored.with_state(ChangeState.TAKEN_BACK).save()  # what stopping writes down first
    restored = opened_again(project)
    assert restored.label_set.names == ("a", "b", "c", "d")
    for number, key in enumerate(KEYS):
        assert np.array_equal(restored.read_any_mask(key), drawn(number))
        assert np.array_equal(restored.read_prediction(key, 64, 64), drawn(number + 1))
    assert read_changes(project) == []
