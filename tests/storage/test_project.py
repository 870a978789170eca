"""The project file, its masks, and what a stranger's project.json may not do."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import MaskError, ProjectError, StorageError
from segstudio.storage.image_list import PROJECT_FILE, find_images, natural_key
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project

LABEL_MAP = np.arange(12, dtype=np.uint8).reshape(3, 4)
posix = pytest.mark.skipif(sys.platform == "win32", reason="links and odd names of POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_project(tmp_path / "images")


def _write(project: Project, **changes: object) -> Path:
    path = project.folder / PROJECT_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return project.folder


def test_a_project_survives_the_file(project: Project) -> None:
    project = project.with_label_set(LabelSet.named(["background", "Zellwände", "細胞"]))
    project = project.with_splits({"b/2.png": TRAIN, "a.png": VALIDATION, "\udcff.png": TRAIN})
    project.save()
    assert load_project(project.folder) == project


def test_the_project_file_can_be_read_by_a_person(project: Project) -> None:
    project.with_splits({"b.png": TRAIN, "a.png": VALIDATION}).save()
    assert (project.folder / PROJECT_FILE).read_text().splitlines() == [
        "{",
        '  "version": 1,',
        f'  "id": "{project.id}",',
        '  "image_root": "..",',
        '  "classes": [',
        "    {",
        '      "index": 0,',
        '      "name": "background",',
        '      "color": "#000000"',
        "    }",
        "  ],",
        '  "splits": {',
        '    "a.png": "val",',
        '    "b.png": "train"',
        "  }",
        "}",
    ]


def test_a_folder_of_images_may_move_with_its_project(project: Project, tmp_path: Path) -> None:
    moved = project.image_root.rename(tmp_path / "elsewhere")
    assert load_project(moved / "segstudio").image_root == moved


def test_images_may_lie_outside_the_project_folder(tmp_path: Path) -> None:
    project = create_project(tmp_path / "data" / "images", tmp_path / "labels")
    assert load_project(project.folder).image_root == tmp_path / "data" / "images"


def test_an_absolute_image_root_is_taken_as_it_is(project: Project, tmp_path: Path) -> None:
    folder = _write(project, image_root=str(tmp_path / "other"))
    assert load_project(folder).image_root == tmp_path / "other"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "not a project of ours"),
        ('{"version": true}', "not a project of ours"),
        ('{"version": 0}', "not a project of ours"),
        ('{"version": 1.0}', "not a project of ours"),
        ('{"version": NaN}', "NaN is not a JSON number"),
        ('{"version": 1, "version": 1}', "stands twice"),
        ('{"version": 99}', "newer version of segstudio"),
        ('{"version": 1, "classes": []}', "image_root is wrong"),
        ('{"version": 1, "image_root": 5}', "image_root is wrong"),
        ('{"version": 1, "image_root": ""}', "image_root is wrong"),
        ('{"version": 1, "image_root": "a\\u0000b"}', "image_root is wrong"),
        ('{"version": 1, "image_root": ".."}', "classes are wrong"),
        (
            '{"version": 1, "image_root": "..", "classes": [{"name": "a", "color": "#ab cd "}]}',
            "classes are wrong: colour '#ab cd ' is not of the form #rrggbb",
        ),
        ('{"version": 1, "image_root": "..", "classes": [], "splits": []}', "splits are wrong"),
    ],
)
def test_a_wrong_project_file_is_told(project: Project, text: str, problem: str) -> None:
    (project.folder / PROJECT_FILE).write_text(text)
    with pytest.raises(ProjectError, match=rf"project\.json: .*{problem}"):
        load_project(project.folder)


@pytest.mark.parametrize("key", ["/etc/passwd", "../a.png", "a/../../b.png", "a\0.png", "", "."])
def test_splits_name_no_files_outside_the_folder_of_images(project: Project, key: str) -> None:
    with pytest.raises(ProjectError, match=r"splits are wrong: .* is not the path of an image"):
        load_project(_write(project, splits={key: "train"}))


@pytest.mark.parametrize("split", ["other", "", None, 3, ["train"]])
def test_a_split_that_is_none_is_told(project: Project, split: object) -> None:
    with pytest.raises(ProjectError, match=r"'a\.png' is neither train nor val nor test"):
        load_project(_write(project, splits={"a.png": split}))


def test_a_missing_project_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="it cannot be read"):
        load_project(tmp_path)


@posix
def test_a_pipe_in_the_place_of_the_project_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / PROJECT_FILE)
    with pytest.raises(ProjectError, match="it cannot be read"):
        load_project(tmp_path)


def test_a_failed_save_leaves_the_old_project(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    project = create_project(open_folder_for_all)
    project.folder.chmod(0o555)
    with as_nobody(), pytest.raises(StorageError):
        project.with_splits({"a.png": TRAIN}).save()
    assert load_project(project.folder) == project


def test_another_programs_project_file_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "segstudio"
    folder.mkdir()
    (folder / PROJECT_FILE).write_text('{"name": "website"}')
    with pytest.raises(ProjectError, match=r"this folder holds another project\.json"):
        create_project(tmp_path)
    assert (folder / PROJECT_FILE).read_text() == '{"name": "website"}'


@pytest.mark.parametrize("key", ["a.jpg", "a.png", "series 1/b.TIF", "細胞/x.webp"])
def test_a_mask_is_kept_under_the_name_of_its_image(project: Project, key: str) -> None:
    project.write_mask(key, LABEL_MAP)
    path = project.folder / "masks" / (key + ".png")
    assert path.is_file()
    read = project.read_mask(key, 3, 4)
    assert read is not None
    assert np.array_equal(read, LABEL_MAP)
    assert project.labelled_keys() == {key}


def test_images_with_one_stem_have_masks_of_their_own(project: Project) -> None:
    project.write_mask("a.jpg", LABEL_MAP)
    assert project.read_mask("a.png", 3, 4) is None


def test_a_mask_of_another_size_is_refused(project: Project) -> None:
    project.write_mask("a.png", LABEL_MAP)
    with pytest.raises(MaskError, match="the mask has 4 x 3 pixels, the image has 3 x 4"):
        project.read_mask("a.png", 4, 3)


def test_a_damaged_mask_is_told(project: Project) -> None:
    project.write_mask("a.png", LABEL_MAP)
    project.mask_path("a.png").write_bytes(b"rubbish")
    with pytest.raises(MaskError, match=r"a\.png\.png: this is not an image we can read"):
        project.read_mask("a.png", 3, 4)


@posix
def test_a_mask_on_a_disk_that_is_not_there_is_not_taken_for_none(project: Project) -> None:
    project.mask_path("a.png").parent.mkdir()
    project.mask_path("a.png").symlink_to("/no/such/disk/a.png.png")
    with pytest.raises(MaskError, match="there is no such file"):
        project.read_mask("a.png", 3, 4)


def test_a_mask_that_may_not_be_read_is_not_taken_for_none(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    project = create_project(open_folder_for_all)
    project.write_mask("a.png", LABEL_MAP)
    project.mask_path("a.png").parent.chmod(0o700)
    with as_nobody(), pytest.raises(MaskError, match="you may not read this file"):
        project.read_mask("a.png", 3, 4)


def test_a_prediction_is_kept_apart_from_the_mask(project: Project) -> None:
    project.write_prediction("a.png", LABEL_MAP)
    assert project.read_mask("a.png", 3, 4) is None
    prediction = project.read_prediction("a.png", 3, 4)
    assert prediction is not None
    assert np.array_equal(prediction, LABEL_MAP)


def test_a_prediction_that_does_not_fit_counts_as_none(project: Project) -> None:
    project.write_prediction("a.png", LABEL_MAP)
    assert project.read_prediction("a.png", 4, 3) is None
    project.prediction_path("a.png").write_bytes(b"rubbish")
    assert project.read_prediction("a.png", 3, 4) is None


def _touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_images_are_found_in_natural_order_in_all_folders(tmp_path: Path) -> None:
    _touch(tmp_path, "cell10.png", "cell2.PNG", "Cell1.jpg", "b/2.tif", "b/c/1.webp", "notes.txt")
    assert find_images(tmp_path) == [
        "b/2.tif",
        "b/c/1.webp",
        "Cell1.jpg",
        "cell2.PNG",
        "cell10.png",
    ]


def test_names_that_sort_alike_have_one_order(tmp_path: Path) -> None:
    _touch(tmp_path, "a1.png", "a01.png", "a001.png")
    assert find_images(tmp_path) == ["a001.png", "a01.png", "a1.png"]


@pytest.mark.parametrize("names", [["1", "a", "a1", "1a", "", "²", "٣"], ["9" * 200, "x"]])
def test_any_two_names_can_be_compared(names: list[str]) -> None:
    assert len(sorted(names, key=natural_key)) == len(names)


def test_hidden_files_and_folders_hold_no_images(tmp_path: Path) -> None:
    _touch(tmp_path, ".hidden/a.png", "._a.png", ".b.png", "c.png")
    assert find_images(tmp_path) == ["c.png"]


def test_masks_of_projects_are_no_images(project: Project) -> None:
    _touch(project.image_root, "a.png", "sub/b.png")
    project.write_mask("a.png", LABEL_MAP)
    create_project(project.image_root / "sub").write_mask("b.png", LABEL_MAP)
    assert project.image_keys() == ["a.png", "sub/b.png"]


def test_images_beside_another_programs_project_file_are_images(tmp_path: Path) -> None:
    _touch(tmp_path, "web/a.png")
    (tmp_path / "web" / PROJECT_FILE).write_text('{"name": "website"}')
    assert find_images(tmp_path) == ["web/a.png"]


def test_masks_of_a_damaged_project_are_no_images(tmp_path: Path) -> None:
    _touch(tmp_path, "a.png", "segstudio/masks/a.png.png")
    (tmp_path / "segstudio" / PROJECT_FILE).write_text("{")
    assert find_images(tmp_path) == ["a.png"]


@posix
def test_linked_folders_are_not_entered_and_linked_images_are_found(tmp_path: Path) -> None:
    _touch(tmp_path, "other/a.png", "images/b.png")
    (tmp_path / "images" / "loop").symlink_to(tmp_path / "images")
    (tmp_path / "images" / "folder.png").symlink_to(tmp_path / "other")
    (tmp_path / "images" / "c.png").symlink_to(tmp_path / "other" / "a.png")
    (tmp_path / "images" / "gone.png").symlink_to(tmp_path / "gone")
    (tmp_path / "images" / "self.png").symlink_to(tmp_path / "images" / "self.png")
    assert find_images(tmp_path / "images") == ["b.png", "c.png", "gone.png", "self.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="macOS and Windows have only text for names")
def test_names_that_are_no_text_are_found_and_split(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")).touch()
    (key,) = find_images(tmp_path)
    project = create_project(tmp_path).with_splits({key: TRAIN})
    project.save()
    assert load_project(project.folder).image_path(key).exists()


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o100])
def test_a_folder_that_may_not_be_read_is_passed_over(
    open_folder_for_all: Path,
    as_nobody: Callable[[], AbstractContextManager[None]],
    mode: int,
) -> None:
    _touch(open_folder_for_all, "a.png", "private/deep/b.png")
    (open_folder_for_all / "private").chmod(mode << 3 | mode >> 6)
    with as_nobody():
        found = find_images(open_folder_for_all)
    assert "a.png" in found


def test_a_root_that_may_not_be_read_is_told(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    project = create_project(open_folder_for_all / "images", open_folder_for_all / "labels")
    project.image_root.mkdir()
    project.image_root.chmod(0o700)
    with as_nobody(), pytest.raises(ProjectError, match="the folder of images cannot be read"):
        project.image_keys()


def test_a_root_that_is_gone_is_told(tmp_path: Path) -> None:
    project = create_project(tmp_path / "images", tmp_path / "labels")
    with pytest.raises(ProjectError, match="images: the folder of images is gone"):
        project.image_keys()


def test_an_image_and_its_mask_have_one_size(project: Project) -> None:
    Image.new("RGB", (4, 3)).save(project.image_path("a.png"))
    project.write_mask("a.png", LABEL_MAP)
    assert project.read_mask("a.png", 3, 4) is not None
