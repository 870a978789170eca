"""Labels of the same images from elsewhere."""

from pathlib import Path

import numpy as np
import pytest
from changed_classes import change
from PIL import Image

from segstudio.core.class_change import Delete, Merge, Rename
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.export_project import export_project
from segstudio.formats.other_labels import labels_in, predictions_of
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project

NAMES = ["background", "cell", "nucleus"]
MAP = (np.arange(48, dtype=np.uint8) % 3).reshape(6, 8)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "images"
    root.mkdir()
    for key in ("a.jpg", "b.png"):
        Image.fromarray(np.zeros((6, 8, 3), np.uint8)).save(root / key)
    project = create_project(root).with_label_set(LabelSet.named(NAMES))
    project.save()
    return project


def _write(path: Path, label_map: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(label_map).save(path)


def test_another_project_is_read_in_the_classes_of_this_one(
    project: Project, tmp_path: Path
) -> None:
    names = ["background", "nucleus", "artefact", "cell"]
    other = Project(tmp_path / "theirs", project.image_root, LabelSet.named(names))
    other.write_mask("a.jpg", np.array([[0, 1, 2, 3, 255]], np.uint8))
    other.save()
    labels = labels_in(other.folder, project)
    read = labels.read("a.jpg")
    assert read is not None
    assert read.tolist() == [[0, 2, 255, 1, 255]]
    assert labels.unknown == ("artefact",)
    assert labels.read("b.png") is None


@pytest.mark.parametrize("name", ["a.jpg.png", "a.png", "a.tif"])
def test_bare_masks_are_found_by_the_names_of_the_images(
    project: Project, tmp_path: Path, name: str
) -> None:
    _write(tmp_path / "masks" / name, MAP)
    labels = labels_in(tmp_path / "masks", project)
    read = labels.read("a.jpg")
    assert read is not None
    assert np.array_equal(read, MAP)
    assert labels.read("b.png") is None


def test_black_and_white_masks_are_read_as_the_user_says(project: Project, tmp_path: Path) -> None:
    _write(tmp_path / "masks" / "a.png", (MAP > 0).astype(np.uint8) * 255)
    read = labels_in(tmp_path / "masks", project, Positive.LIGHT).read("a.jpg")
    assert read is not None
    assert np.array_equal(read, MAP > 0)


@pytest.mark.parametrize("format_name", ["voc", "labelme", "coco-panoptic", "png"])
def test_a_label_set_of_any_format_is_read(
    project: Project, tmp_path: Path, format_name: str
) -> None:
    maps = {"a.jpg": MAP, "b.png": MAP[::-1].copy()}
    for key, label_map in maps.items():
        project.write_mask(key, label_map)
    export_project(project, format_name, tmp_path / "out")
    labels = labels_in(tmp_path / "out", project)
    for key, label_map in maps.items():
        read = labels.read(key)
        assert read is not None
        assert np.array_equal(read, label_map)
    assert labels.unknown == ()


def test_predictions_are_labels_too(project: Project) -> None:
    project.write_prediction("a.jpg", MAP)
    read = predictions_of(project).read("a.jpg")
    assert read is not None
    assert np.array_equal(read, MAP)
    assert predictions_of(project).read("b.png") is None


def test_a_folder_without_labels_is_told(project: Project, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="there are no labels in this folder"):
        labels_in(tmp_path / "empty", project)
    with pytest.raises(FormatError, match="there is no such folder"):
        labels_in(tmp_path / "none", project)


def test_an_export_from_before_classes_were_changed_is_compared_by_what_they_are_now(
    project: Project, tmp_path: Path
) -> None:
    for key in ("a.jpg", "b.png"):
        project.write_mask(key, MAP)
    export_project(project, "voc", tmp_path / "voc")
    renamed = change(project, Rename(1, "membrane"))
    read = labels_in(tmp_path / "voc", renamed)
    assert read.unknown == ()
    assert np.array_equal(read.read("a.jpg"), MAP)
    merged = change(renamed, Merge((2,), 1))
    assert np.array_equal(labels_in(tmp_path / "voc", merged).read("a.jpg"), np.minimum(MAP, 1))
    deleted = change(merged, Delete((1,)))
    expected = np.where(MAP, np.uint8(255), MAP)
    assert np.array_equal(labels_in(tmp_path / "voc", deleted).read("a.jpg"), expected)
