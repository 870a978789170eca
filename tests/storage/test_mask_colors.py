"""Mask files show the colours of the classes, also after these were changed."""

import os
from pathlib import Path

import numpy as np
import pytest
from changed_classes import change
from PIL import Image

from segstudio.core.class_change import Recolor, Rename
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.storage.mask_colors import Recoloring
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project

RED, BLUE = Color(230, 10, 20), Color(10, 20, 230)
KEYS = tuple(f"{number:02}.png" for number in range(40))


def drawn(number: int) -> LabelMap:
    return np.random.default_rng(number).integers(0, 3, (20, 30), np.uint8)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for key in KEYS:
        Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(tmp_path / key)
    project = create_project(tmp_path).with_label_set(
        LabelSet.named(["background", "cell", "wall"])
    )
    project.save()
    for number, key in enumerate(KEYS):
        project.write_mask(key, drawn(number))
    project.write_prediction(KEYS[0], drawn(99))
    return project


def finish(project: Project) -> int:
    """Let all files follow; return the number of steps that it took."""
    recoloring, steps = Recoloring(project, MaskStore(project.folder)), 1
    while recoloring.step():
        steps += 1
    return steps


def seen(path: Path) -> np.ndarray:
    """Return the picture that other programs show."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_masks_and_predictions_are_shown_in_the_new_colour(project: Project) -> None:
    after = change(project, Recolor(1, RED))
    finish(after)
    palette = after.label_set.palette
    assert tuple(palette[1]) == RED
    for number, key in enumerate(KEYS):
        assert np.array_equal(seen(project.mask_path(key)), palette[drawn(number)])
        assert np.array_equal(after.read_any_mask(key), drawn(number))
    assert np.array_equal(seen(project.prediction_path(KEYS[0])), palette[drawn(99)])


def test_labels_keep_the_time_at_which_they_were_changed(project: Project) -> None:
    path = project.mask_path(KEYS[0])
    os.utime(path, ns=(10**18, 10**18))
    finish(change(project, Recolor(1, RED)))
    assert path.stat().st_mtime_ns == 10**18


def test_what_was_not_done_goes_on_the_next_time(project: Project) -> None:
    after = change(project, Recolor(1, RED))
    recoloring = Recoloring(after, MaskStore(after.folder))
    assert recoloring.step()
    assert recoloring.step()  # some, and then the program ends
    assert not np.array_equal(seen(project.mask_path(KEYS[-1])), after.label_set.palette[drawn(39)])
    finish(after)
    assert np.array_equal(seen(project.mask_path(KEYS[-1])), after.label_set.palette[drawn(39)])
    assert finish(after) == 1  # nothing is left to do


def test_two_colours_one_after_the_other_leave_the_last(project: Project) -> None:
    after = change(change(project, Recolor(1, RED)), Recolor(1, BLUE))
    finish(after)
    assert np.array_equal(seen(project.mask_path(KEYS[3])), after.label_set.palette[drawn(3)])


def test_a_second_name_of_a_mask_keeps_what_it_was(project: Project, tmp_path: Path) -> None:
    kept = tmp_path / "kept by a run.png"
    os.link(project.mask_path(KEYS[0]), kept)
    before = kept.read_bytes()
    finish(change(project, Recolor(1, RED)))
    assert kept.read_bytes() == before
    assert project.mask_path(KEYS[0]).read_bytes() != before


def test_grey_and_damaged_masks_are_left_as_they_are(project: Project) -> None:
    grey, damaged = (project.mask_path(key) for key in KEYS[:2])
    Image.fromarray(drawn(0)).save(grey)
    damaged.write_bytes(damaged.read_bytes()[:60])
    before = [path.read_bytes() for path in (grey, damaged)]
    finish(change(project, Recolor(1, RED)))
    assert [path.read_bytes() for path in (grey, damaged)] == before


def test_another_name_rewrites_no_file(project: Project) -> None:
    assert finish(change(project, Rename(1, "nucleus"))) == 1
