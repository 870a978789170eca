"""Which class of a project a model's class means, after the classes of the project changed."""

from pathlib import Path

import pytest
from changed_classes import change

from segstudio.core.class_change import Delete, Merge, Rename, Reorder
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet
from segstudio.storage.atomic_write import atomic_write_json
from segstudio.storage.class_choice import class_choice, class_table, write_class_choice
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project

NAMES = ("background", "cell", "dirt", "wall")
MODEL = Path("cells.onnx")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = create_project(tmp_path).with_label_set(LabelSet.named(NAMES))
    project.save()
    return project


def test_a_model_goes_by_the_names_of_its_classes(project: Project) -> None:
    assert class_table(project, MODEL, ("wall", "hair", "cell"))[:3].tolist() == [3, 255, 1]
    assert class_choice(project, MODEL, ("wall", "hair", "cell")) == {}


def test_a_model_follows_names_that_were_changed_merged_and_deleted(project: Project) -> None:
    changed = change(
        project, Rename(1, "nucleus"), Reorder((0, 3, 1, 2)), Merge((3,), 2), Delete((1,))
    )
    assert changed.label_set.names == ("background", "nucleus")
    assert class_choice(changed, MODEL, NAMES) == {
        "cell": "nucleus",
        "dirt": "nucleus",
        "wall": None,
    }
    assert class_table(changed, MODEL, NAMES)[:4].tolist() == [0, 1, 1, IGNORE_INDEX]


def test_what_the_user_chose_for_a_model_follows_too(project: Project) -> None:
    write_class_choice(project, MODEL, {"membrane": "wall", "cell": None, "hair": "fur"})
    changed = change(project, Rename(3, "cell wall"))
    assert class_choice(changed, MODEL, ("membrane", "cell", "hair", "wall")) == {
        "membrane": "cell wall",
        "cell": None,
        "hair": "fur",
        "wall": "cell wall",
    }


def test_a_model_of_the_project_means_the_classes_of_its_own_time(project: Project) -> None:
    folder = project.models_folder
    old, new = folder / "old.onnx", folder / "new.onnx"
    folder.mkdir()
    for model, run in ((old, "2020-01-01 10.00.00"), (new, "2999-01-01 10.00.00")):
        lineage = {"version": 1, "run": run, "parent": "", "promoted": ""}
        atomic_write_json(model.with_name(f"{model.stem}.lineage.json"), lineage)
    swapped = change(project, Rename(1, "x"), Rename(2, "cell"), Rename(1, "dirt"))
    assert class_table(swapped, old, NAMES)[:4].tolist() == [0, 1, 2, 3]
    assert class_table(swapped, new, NAMES)[:4].tolist() == [0, 2, 1, 3]


def test_changes_after_a_moment_do_not_count_for_the_labels_of_that_moment(
    project: Project,
) -> None:
    changed = change(project, Rename(1, "nucleus")).with_label_set(LabelSet.named(NAMES))
    assert class_choice(changed, MODEL, NAMES, until="2020-01-01 10.00.00") == {}
