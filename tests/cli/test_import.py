"""``segstudio import`` of real label files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from program import Complains, Run

from segstudio.core.label_set import LabelSet
from segstudio.storage.locks import ProjectLock
from segstudio.storage.masks import read_label_map
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    random = np.random.default_rng(5)
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell", "other"]))
    for name in ("a.png", "b.png"):
        Image.fromarray(random.integers(0, 256, (17, 23, 3), np.uint8)).save(root / name)
        project.write_mask(name, random.integers(0, 3, (17, 23), np.uint8))
    project.save()
    return project


def test_labels_go_from_one_project_to_a_new_one(
    run: Run, tmp_path: Path, project: Project
) -> None:
    run("export", "--format", "coco-instances", project.image_root, "--out", tmp_path / "coco")
    new = tmp_path / "new"
    result = run("import", tmp_path / "coco", new, "--map", "other=cell")
    assert result.stderr == ""
    assert result.stdout == (
        f"2 images imported into {new / 'segstudio'}\n2 images copied into the project\n"
    )
    imported = load_project(new / "segstudio")
    assert imported.label_set.names == ("background", "cell")
    for name in ("a.png", "b.png"):
        before = read_label_map(project.mask_path(name))
        assert np.array_equal(read_label_map(imported.mask_path(name)), np.minimum(before, 1))


def test_an_archive_is_unpacked_and_a_dry_run_changes_nothing(
    run: Run, tmp_path: Path, project: Project
) -> None:
    run("export", "--format", "labelme", project.image_root, "--out", tmp_path / "out" / "set")
    archive = shutil.make_archive(str(tmp_path / "set"), "zip", tmp_path / "out")
    result = run("import", archive, tmp_path / "new", "--dry-run", "--json")
    plan = json.loads(result.stdout)
    assert plan["format"] == "labelme"
    assert plan["images"] == plan["copied"] == 2
    assert plan["classes"] == {"background": "background", "cell": "cell", "other": "other"}
    assert not (tmp_path / "new").exists()
    shown = run("import", archive, tmp_path / "new", "--dry-run").stdout
    assert "Labelme: 2 images" in shown
    assert "cell (new)" in shown
    report = json.loads(run("import", archive, tmp_path / "new", "--json").stdout)
    assert (report["imported"], report["copied"], report["rows"]) == (2, 2, [])


def test_bad_rows_are_told_and_the_rest_is_imported(
    run: Run, tmp_path: Path, project: Project
) -> None:
    run("export", "--format", "png", project.image_root, "--out", tmp_path / "set")
    Image.new("L", (3, 3)).save(tmp_path / "set" / "masks" / "b.png")
    result = run("import", tmp_path / "set", tmp_path / "new")
    assert result.returncode == 0
    assert result.stdout.startswith("1 image imported")
    assert result.stderr == (
        "images/b.png: b.png: its labels have 3 x 3 pixels, the image has 23 x 17. "
        "Bring back the image that was labelled\n"
    )


def test_masks_that_are_there_stay_unless_told(run: Run, tmp_path: Path, project: Project) -> None:
    run("export", "--format", "png", project.image_root, "--out", tmp_path / "set")
    project.write_mask("a.png", np.zeros((17, 23), np.uint8))
    result = run("import", tmp_path / "set", project.image_root)
    assert "1 image with a mask already were left as they are" in result.stdout
    assert not read_label_map(project.mask_path("a.png")).any()
    result = run("import", tmp_path / "set", project.image_root, "--replace")
    assert result.stdout.startswith("1 image imported")
    assert read_label_map(project.mask_path("a.png")).any()


def test_what_cannot_be_imported_is_one_line(
    complains: Complains, tmp_path: Path, project: Project
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("nothing")
    complains(
        *("import", tmp_path / "nowhere", project.image_root),
        sentence="nowhere: there is no such file or folder. Check the name",
    )
    complains(
        *("import", tmp_path / "notes.txt", project.image_root),
        sentence="notes.txt: this is no folder, ZIP archive, JSON or XML file. "
        "Name the folder it lies in",
    )
    complains(
        *("import", tmp_path / "empty", project.image_root, "--format", "yolo"),
        sentence="empty: there is no data.yaml. It names the classes: names: [cell, wall]",
    )


def test_a_project_that_is_open_is_left_alone(run: Run, tmp_path: Path, project: Project) -> None:
    run("export", "--format", "png", project.image_root, "--out", tmp_path / "set")
    lock = ProjectLock.acquire(project.folder)
    try:
        result = run("import", tmp_path / "set", project.image_root)
    finally:
        lock.release()
    assert result.returncode == 2
    assert "this project is open in another window" in result.stderr
