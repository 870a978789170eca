"""A project of ours as a data set."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.core.review import Review
from segstudio.errors import FormatError, MaskError, ProjectError
from segstudio.formats.table import read_any
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.review import approved_now, flagged_now, write_review

CLASSES = LabelSet.named(["background", "cell"])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project of six images, of which a.png to e.png have masks."""
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(CLASSES)
    for place, name in enumerate("abcdef"):
        Image.new("RGB", (4, 3)).save(root / f"{name}.png")
        if name != "f":
            project.write_mask(f"{name}.png", np.full((3, 4), place % 2, np.uint8))
    project.save()
    return project


@pytest.mark.parametrize("folder", ["folder", "image_root"])
def test_images_with_a_mask_are_read(project: Project, folder: str) -> None:
    dataset = read_any(getattr(project, folder))
    keys = {split: [item.key for item in items] for split, items in dataset.splits.items()}
    assert sorted(keys["train"] + keys["val"]) == ["a.png", "b.png", "c.png", "d.png", "e.png"]
    assert len(keys["val"]) == 1
    assert dataset.label_set == CLASSES
    assert dataset.problems == ()
    for item in dataset.splits["train"]:
        expected = "abcde".index(item.key[0]) % 2
        assert np.array_equal(dataset.read_label_map(item), np.full((3, 4), expected))


def test_decided_splits_are_kept(project: Project) -> None:
    decided = {"a.png": "val", "b.png": "val", "c.png": "train", "d.png": "val", "f.png": "train"}
    project.with_splits(decided).save()
    splits = read_any(project.folder).splits
    assert [item.key for item in splits["val"]] == ["a.png", "b.png", "d.png"]
    assert [item.key for item in splits["train"]] == ["c.png", "e.png"]


def test_masks_without_image_are_told(project: Project) -> None:
    (project.image_root / "a.png").unlink()
    assert read_any(project.folder).problems == ("1 mask left out, whose images are gone: a.png",)


def test_a_project_without_masks_says_so(tmp_path: Path) -> None:
    Image.new("RGB", (4, 3)).save(tmp_path / "a.png")
    create_project(tmp_path)
    with pytest.raises(FormatError, match="no image of this project has a mask yet"):
        read_any(tmp_path)


def test_a_damaged_project_says_so(project: Project) -> None:
    (project.folder / "project.json").write_text("{")
    with pytest.raises(ProjectError, match="not valid JSON"):
        read_any(project.folder)


def test_a_mask_of_another_size_or_value_is_told(project: Project) -> None:
    item = read_any(project.folder).splits["train"][0]
    read = read_any(project.folder).read_label_map
    project.write_mask(item.key, np.zeros((2, 2), np.uint8))
    with pytest.raises(MaskError, match="2 x 2 pixels"):
        read(item)
    project.write_mask(item.key, np.full((3, 4), 9, np.uint8))
    with pytest.raises(FormatError, match="value 9, but the project names 2 classes"):
        read(item)


SPLITS = {"a.png": "val", **{f"{name}.png": "train" for name in "bcde"}}


def test_only_what_was_looked_at_is_read(project: Project) -> None:
    project.with_splits(SPLITS).save()
    labels = np.array([[0, 1, 1, 0]] * 3, np.uint8)
    project.write_mask("b.png", labels)
    project.write_prediction("b.png", np.array([[0, 1, 0, 1]] * 3, np.uint8))
    dataset = read_any(project.folder)
    item = next(item for item in dataset.splits["train"] if item.key == "b.png")
    assert dataset.read_corrections is not None

    assert dataset.read_label_map(item)[0].tolist() == [255, 255, 1, 0]
    corrected = dataset.read_corrections(item)
    assert corrected is not None
    assert corrected[0].tolist() == [False, False, True, True]

    write_review(project, "b.png", approved_now(Review(), is_approved=True))
    assert np.array_equal(dataset.read_label_map(item), labels)


def test_what_was_painted_from_scratch_has_no_corrections(project: Project) -> None:
    dataset = read_any(project.folder)
    assert dataset.read_corrections is not None
    assert dataset.read_corrections(dataset.splits["train"][0]) is None


def test_an_image_that_a_model_was_run_on_judges_only_once_it_is_approved(project: Project) -> None:
    splits = {**SPLITS, "b.png": "val"}
    project.with_splits(splits).save()
    project.write_prediction("a.png", np.zeros((3, 4), np.uint8))

    dataset = read_any(project.folder)
    assert [item.key for item in dataset.splits["val"]] == ["b.png"]
    assert dataset.problems == ("1 image of 'val' left out, not approved yet: a.png",)

    project.write_prediction("b.png", np.zeros((3, 4), np.uint8))
    with pytest.raises(FormatError, match="none of the images that judge a model is approved"):
        read_any(project.folder)

    for key in ("a.png", "b.png"):
        write_review(project, key, approved_now(Review(), is_approved=True))
    assert len(read_any(project.folder).splits["val"]) == 2


def test_test_images_are_a_split_of_their_own(project: Project) -> None:
    project.with_splits({**SPLITS, "c.png": "test"}).save()

    splits = read_any(project.folder).splits
    assert [item.key for item in splits["test"]] == ["c.png"]
    assert "c.png" not in [item.key for item in splits["train"]]


def test_a_flagged_image_neither_trains_nor_judges(project: Project) -> None:
    project.with_splits(SPLITS).save()
    approved = approved_now(Review(), is_approved=True)
    write_review(project, "b.png", flagged_now(approved, is_flagged=True))

    dataset = read_any(project.folder)

    assert "b.png" not in [item.key for items in dataset.splits.values() for item in items]
    assert "1 image left out, flagged: b.png" in dataset.problems


def test_a_project_in_which_everything_is_flagged_is_refused(project: Project) -> None:
    for key in project.labelled_keys():
        write_review(project, key, flagged_now(Review(), is_flagged=True))

    with pytest.raises(FormatError, match="all labelled images are flagged"):
        read_any(project.folder)
