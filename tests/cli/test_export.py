"""``segstudio export`` of a real project."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from program import Complains, Run

from segstudio.core.label_set import LabelSet
from segstudio.storage.masks import read_label_map
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project

_NAMES = ("a.png", "b.jpg", "c.png", "sub/a.png", "sub/d.png", "unlabelled.png")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    random = np.random.default_rng(5)
    root = tmp_path / "images"
    for name in _NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (17, 23, 3), np.uint8)).save(root / name)
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell", "other"]))
    project.save()
    for name in _NAMES[:-1]:
        project.write_mask(name, random.choice(np.array([0, 1, 2, 255], np.uint8), (17, 23)))
    return project


def test_a_project_becomes_a_voc_folder_with_every_pixel(
    run: Run, tmp_path: Path, project: Project
) -> None:
    out = tmp_path / "voc"
    result = run("export", "--format", "voc", project.image_root, "--out", out)

    assert result.stderr == ""
    assert result.stdout == f"5 images written to {out}, 0 pixels changed\n"
    assert result.returncode == 0
    stems = {"a.png": "a", "b.jpg": "b", "c.png": "c", "sub/a.png": "sub__a", "sub/d.png": "sub__d"}
    for key, stem in stems.items():
        exported = read_label_map(out / "SegmentationClass" / f"{stem}.png")
        assert np.array_equal(exported, read_label_map(project.mask_path(key)))
    lists = out / "ImageSets" / "Segmentation"
    train = (lists / "train.txt").read_text().split()
    validation = (lists / "val.txt").read_text().split()
    assert sorted(train + validation) == sorted(stems.values())
    assert len(validation) == 1


def test_splits_are_decided_once(run: Run, tmp_path: Path, project: Project) -> None:
    run("export", "--format", "voc", project.folder, "--out", tmp_path / "one")
    splits = load_project(project.folder).splits
    assert set(splits) == set(_NAMES[:-1])
    project.write_mask(_NAMES[-1], np.zeros((17, 23), np.uint8))
    run("export", "--format", "voc", project.folder, "--out", tmp_path / "two")
    later = load_project(project.folder).splits
    assert {key: later[key] for key in splits} == splits
    assert _NAMES[-1] in later


def test_json_stands_alone_on_the_output(run: Run, tmp_path: Path, project: Project) -> None:
    file = project.folder / "project.json"
    result = run("export", "--format", "voc", file, "--out", tmp_path / "voc", "--json")
    assert json.loads(result.stdout) == {
        "format": "voc",
        "images": 5,
        "files": 14,
        "changed_pixels": 0,
        "changed_by_class": {},
        "changed_images": [],
        "lossless_format": None,
        "out": str(tmp_path / "voc"),
    }


def test_what_a_format_cannot_hold_is_told_by_class(
    run: Run, tmp_path: Path, project: Project
) -> None:
    unlabelled = sum(
        int(np.count_nonzero(read_label_map(project.mask_path(key)) == 255)) for key in _NAMES[:-1]
    )
    result = run("export", "--format", "yolo", project.folder, "--out", tmp_path / "a", "--json")
    proof = json.loads(result.stdout)
    assert proof["changed_by_class"] == {"unlabelled": unlabelled}
    assert proof["changed_pixels"] == unlabelled
    assert proof["changed_images"] == list(_NAMES[:-1])
    assert proof["lossless_format"] == "yolo-mask"
    result = run("export", "--format", "yolo", project.folder, "--out", tmp_path / "b")
    assert f"unlabelled: {unlabelled} pixels cannot be held by yolo\n" in result.stdout
    assert result.stdout.endswith("--format yolo-mask keeps every pixel\n")


def test_connected_regions_become_instances_on_request(
    run: Run, complains: Complains, tmp_path: Path, project: Project
) -> None:
    label_map = np.zeros((17, 23), np.uint8)
    label_map[2:4, 2:4] = label_map[4, 4] = label_map[9:, 9:] = 1
    label_map[0] = 2
    project.write_mask("a.png", label_map)
    result = run(
        *("export", "--format", "coco-instances", "--instances", project.folder),
        *("--out", tmp_path / "out", "--json"),
    )
    assert json.loads(result.stdout)["changed_pixels"] == 0
    found = [
        (annotation["category_id"], annotation["area"])
        for path in (tmp_path / "out" / "annotations").glob("*.json")
        for value in [json.loads(path.read_text())]
        for image in value["images"]
        for annotation in value["annotations"]
        if image["file_name"] == "a.png" and annotation["image_id"] == image["id"]
    ]
    assert sorted(found) == [(1, 1), (1, 4), (1, 8 * 14), (2, 23)]
    complains(
        *("export", "--format", "voc", "--instances", project.folder, "--out", tmp_path / "no"),
        sentence="no: the format voc does not tell objects apart. Use coco-instances",
    )


def test_what_cannot_be_exported_is_one_line(
    complains: Complains, tmp_path: Path, project: Project
) -> None:
    out = tmp_path / "out"
    complains(
        *("export", "--format", "voc", tmp_path / "nowhere", "--out", out),
        sentence="nowhere: there is no such folder. Check the name",
    )
    complains(
        *("export", "--format", "voc", tmp_path, "--out", out),
        sentence=f"{tmp_path.name}: this is not a project, and its images have none yet. "
        "Open it once with segstudio and label an image",
    )
    complains(
        *("export", "--format", "coco9", project.folder, "--out", out),
        sentence="out: there is no format coco9. Known are: cvat-mask, voc, camvid, pets, "
        "cityscapes, cityscapes-34, coco-panoptic, coco-stuff, coco-instances, yolo-mask, yolo, "
        "ade20k, cvat, supervisely, datumaro, labelstudio, xanylabeling, labelme, huggingface, "
        "npy, png16, tiff, rgb, png",
    )
    complains(
        *("export", "--format", "voc", project.folder, "--out", project.image_root),
        sentence="images: this folder is not empty. Choose a new folder for the export",
    )


def test_a_broken_project_is_one_line(run: Run, tmp_path: Path, project: Project) -> None:
    (project.folder / "project.json").write_text("{")
    result = run("export", "--format", "voc", project.image_root, "--out", tmp_path / "out")
    assert result.stderr.startswith("project.json: it is not valid JSON")
    assert result.stderr.count("\n") == 1
    assert result.returncode == 2


def test_a_project_without_masks_says_so(
    complains: Complains, tmp_path: Path, project: Project
) -> None:
    for name in _NAMES[:-1]:
        project.mask_path(name).unlink()
    complains(
        *("export", "--format", "voc", project.folder, "--out", tmp_path / "out"),
        sentence="images: no image has a mask yet, so there is nothing to export. "
        "Paint some labels or run a model first",
    )


def test_a_mask_that_does_not_fit_its_image_is_named(
    complains: Complains, tmp_path: Path, project: Project
) -> None:
    project.write_mask("c.png", np.zeros((5, 6), np.uint8))
    complains(
        *("export", "--format", "voc", project.folder, "--out", tmp_path / "out"),
        sentence="c.png.png: the mask has 6 x 5 pixels, the image has 23 x 17. "
        "Bring back the image it was made for, or move the mask away",
    )
