"""Label files into a project: what is imported, what is kept, what is told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from changed_classes import change
from PIL import Image

from segstudio.core.class_change import Delete, Rename, planned
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError, ProjectError
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.export_project import export_project
from segstudio.formats.import_labels import Fate, ImportReport, plan_import, run_import
from segstudio.formats.table import FORMATS, read_labels
from segstudio.storage.class_change_log import new_change
from segstudio.storage.masks import read_label_map
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project
from segstudio.storage.review import read_noted

MakeItem = Callable[..., LabelledArray]
CLASSES = LabelSet.named(["background", "cell", "wall"])
KEYS = ("a.png", "sub/b.png", "sub/c.png")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project of three images with masks that hold all classes."""
    random = np.random.default_rng(3)
    root = tmp_path / "mine"
    project = create_project(root).with_label_set(CLASSES)
    for key in KEYS:
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 255, (9, 7, 3), np.uint8)).save(root / key)
        project.write_mask(key, random.integers(0, 3, (9, 7), np.uint8))
    project.save()
    return project


def _masks(project: Project) -> dict[str, list[list[int]]]:
    return {key: read_label_map(project.mask_path(key)).tolist() for key in KEYS}


def _import(
    source: Path, project: Project, *, replace: bool = False, **mapping: str | None
) -> tuple[Project, ImportReport]:
    dataset = read_labels(source, images=project.image_root)
    return run_import(plan_import(dataset, project, mapping), replace_masks=replace)


@pytest.mark.parametrize(
    "format_name", sorted(row.name for row in FORMATS.values() if row.write is not None)
)
def test_an_export_comes_back_to_the_images_it_was_made_of(
    tmp_path: Path, project: Project, format_name: str
) -> None:
    project, _ = export_project(project, format_name, tmp_path / "out")
    before = _masks(project)
    for key in KEYS:
        project.mask_path(key).unlink()
    found = read_labels(tmp_path / "out", format_name=format_name)
    plan = plan_import(found, project)
    assert plan.copies == 0
    imported, report = run_import(plan)
    assert report.counts[Fate.IMPORTED] == 3
    assert report.rows == []
    assert imported.label_set.names == CLASSES.names
    assert _masks(imported) == before


def test_a_new_project_gets_the_images_the_classes_and_the_splits(
    tmp_path: Path, project: Project
) -> None:
    project, _ = export_project(project, "cvat", tmp_path / "out")
    new = create_project(tmp_path / "new")
    new, report = _import(tmp_path / "out", new)
    assert report.copied == report.counts[Fate.IMPORTED] == 3
    assert load_project(new.folder).label_set == CLASSES
    flat = {"a.png": "a.png", "sub/b.png": "sub__b.png", "sub/c.png": "sub__c.png"}
    assert {flat[key]: split for key, split in project.splits.items()} == new.splits
    for key, name in flat.items():
        assert np.array_equal(
            read_label_map(new.mask_path(name)), read_label_map(project.mask_path(key))
        )
        assert new.image_path(name).read_bytes() == project.image_path(key).read_bytes()


def test_labels_without_images_go_to_those_of_the_project(tmp_path: Path, project: Project) -> None:
    export_project(project, "cvat", tmp_path / "out")
    before = _masks(project)
    for path in (tmp_path / "out" / "images").rglob("*.png"):
        path.unlink()
    for key in KEYS:
        project.mask_path(key).unlink()
    # The names in the file are those of the export, so only the image without a folder is found.
    _, report = _import(tmp_path / "out", project)
    assert report.counts[Fate.IMPORTED] == 1
    assert read_label_map(project.mask_path("a.png")).tolist() == before["a.png"]
    assert "whose image" in report.rows[0].reason


def test_masks_that_are_there_are_kept_unless_replaced(tmp_path: Path, project: Project) -> None:
    export_project(project, "labelme", tmp_path / "out")
    project.write_mask("a.png", np.zeros((9, 7), np.uint8))
    mine = _masks(project)
    _, report = _import(tmp_path / "out", project)
    assert report.counts == {Fate.IMPORTED: 0, Fate.SAME: 2, Fate.KEPT: 1, Fate.LEFT_OUT: 0}
    (row,) = report.rows
    assert row.name.endswith("a.png")
    assert row.fate is Fate.KEPT
    assert _masks(project) == mine
    _, report = _import(tmp_path / "out", project, replace=True)
    assert report.counts[Fate.IMPORTED] == 1
    assert _masks(project) != mine
    (kept,) = (project.folder / "history" / "a.png").glob("*.png")
    assert read_label_map(kept).tolist() == mine["a.png"]


def test_classes_are_mapped_by_name_and_on_request(tmp_path: Path, project: Project) -> None:
    export_project(project, "labelme", tmp_path / "out")
    before = {key: np.array(mask) for key, mask in _masks(project).items()}
    other = project.with_label_set(LabelSet.named(["background", "Wall", "tissue"]))
    other, _ = _import(tmp_path / "out", other, replace=True, cell="tissue")
    assert other.label_set.names == ("background", "Wall", "tissue")
    table = np.array([0, 2, 1])  # cell is tissue, and wall is Wall
    assert _masks(other) == {key: table[mask].tolist() for key, mask in before.items()}
    other, _ = _import(tmp_path / "out", other, replace=True, cell=None, wall="bark")
    assert other.label_set.names == ("background", "Wall", "tissue", "bark")
    table = np.array([0, 255, 3])
    assert _masks(other) == {key: table[mask].tolist() for key, mask in before.items()}


def test_labels_from_before_a_change_of_the_classes_get_the_classes_of_today(
    tmp_path: Path, project: Project
) -> None:
    project, _ = export_project(project, "voc", tmp_path / "out")
    project = change(project, Rename(1, "nucleus"), Delete((2,)))
    plan = plan_import(read_labels(tmp_path / "out"), project)
    assert plan.mapping == {"background": "background", "cell": "nucleus", "wall": None}
    assert plan.label_set == project.label_set


def test_nothing_is_imported_into_a_project_whose_classes_are_half_changed(
    tmp_path: Path, project: Project
) -> None:
    project, _ = export_project(project, "voc", tmp_path / "out")
    new_change(project, planned(Delete((2,)), project.label_set), "Delete wall")
    with pytest.raises(ProjectError, match="Delete wall"):
        plan_import(read_labels(tmp_path / "out"), project)


def test_a_class_that_is_not_there_cannot_be_mapped(tmp_path: Path, project: Project) -> None:
    export_project(project, "labelme", tmp_path / "out")
    with pytest.raises(FormatError, match="there is no class 'cel'") as caught:
        _import(tmp_path / "out", project, cel="cell")
    assert "background, cell, wall" in caught.value.hint


def test_imported_labels_count_as_looked_at_where_a_model_was_run(
    tmp_path: Path, project: Project
) -> None:
    export_project(project, "png", tmp_path / "out")
    project.write_prediction("a.png", read_label_map(project.mask_path("a.png")))
    project.mask_path("a.png").unlink()
    _import(tmp_path / "out", project)
    noted = read_noted(project, "a.png", 9, 7)
    assert noted is not None
    assert (noted == 1).all()


def test_values_without_names_become_numbered_classes(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for name in ("images", "masks"):
        (source / name).mkdir(parents=True)
    Image.new("RGB", (3, 2)).save(source / "images" / "a.png")
    Image.fromarray(np.array([[0, 1, 2], [2, 2, 255]], np.uint8)).save(source / "masks" / "a.png")
    project, _ = _import(source, create_project(tmp_path / "new"))
    assert project.label_set.names == ("background", "class 1", "class 2")
    assert read_label_map(project.mask_path("a.png")).tolist() == [[0, 1, 2], [2, 2, 255]]


def test_planning_changes_nothing(tmp_path: Path, project: Project) -> None:
    export_project(project, "yolo-mask", tmp_path / "out")
    new = create_project(tmp_path / "new")
    before = sorted(path for path in (tmp_path / "new").rglob("*"))
    plan = plan_import(read_labels(tmp_path / "out"), new)
    assert (len(plan.matches), plan.copies) == (3, 3)
    assert plan.mapping == {"background": "background", "cell": "cell", "wall": "wall"}
    assert sorted((tmp_path / "new").rglob("*")) == before
