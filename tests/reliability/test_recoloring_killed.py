"""Kill -9 while mask files get another colour: no mask is damaged, and the next start finishes."""

import random
import sys
from pathlib import Path

import numpy as np
import pytest
from faults import kill_amid
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.storage.class_changes import settle_changes
from segstudio.storage.mask_colors import Recoloring
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project

IMAGES = 120
KEYS = [f"{number:03}.png" for number in range(IMAGES)]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")


def drawn(number: int) -> LabelMap:
    return np.random.default_rng(number).integers(0, 3, (64, 64), np.uint8)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = create_project(tmp_path).with_label_set(LabelSet.named(["a", "b", "c"]))
    project.save()
    for number, key in enumerate(KEYS):
        project.write_mask(key, drawn(number))
    return project


def kill_while_recoloring(project: Project, after_steps: int, seed: int) -> None:
    spins = random.Random(seed).randrange(20_000)  # somewhere within the next files
    kill_amid("recolorer.py", project.folder, after_steps, spins)


@pytest.mark.parametrize(("after_steps", "seed"), [(1, 1), (2, 2), (3, 3)])
def test_masks_survive_and_all_have_the_new_colour_after_the_next_start(
    project: Project, after_steps: int, seed: int
) -> None:
    kill_while_recoloring(project, after_steps, seed)
    for number, key in enumerate(KEYS):
        assert np.array_equal(project.read_any_mask(key), drawn(number))
    project, _ = settle_changes(load_project(project.folder), MaskStore(project.folder))
    assert tuple(project.label_set[1].color) == (1, 2, 3)
    recoloring = Recoloring(project, MaskStore(project.folder))
    while recoloring.step():
        pass
    for number, key in enumerate(KEYS):
        with Image.open(project.mask_path(key)) as image:
            assert np.array_equal(np.asarray(image), drawn(number))
            shown = np.asarray(image.convert("RGB"))
        assert np.array_equal(shown, project.label_set.palette[drawn(number)])
