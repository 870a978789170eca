"""Opening whatever a user points at."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PIL import Image

from segstudio.errors import ImageError, ProjectError, SegStudioError, StorageError
from segstudio.storage.image_list import PROJECT_FILE
from segstudio.storage.opening import open_path
from segstudio.storage.project import load_project


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    for name in ("cell1.png", "cell2.png", "sub/cell3.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 3)).save(folder / name)
    return folder


def test_a_folder_of_images_gets_a_project(images: Path) -> None:
    opened = open_path(images)
    assert opened.project.folder == images / "segstudio"
    assert opened.keys == ("cell1.png", "cell2.png", "sub/cell3.png")
    assert opened.first == "cell1.png"
    assert load_project(images / "segstudio") == opened.project


def test_opening_a_folder_again_opens_its_project(images: Path) -> None:
    project = open_path(images).project.with_splits({"cell1.png": "val"})
    project.save()
    assert open_path(images).project == project


@pytest.mark.parametrize("way", [".", "segstudio", "segstudio/project.json", "cell2.png"])
def test_every_way_leads_to_the_same_project(images: Path, way: str) -> None:
    project = open_path(images).project
    assert open_path(images / way).project == project


def test_an_image_is_shown_first(images: Path) -> None:
    assert open_path(images / "cell2.png").first == "cell2.png"


def test_a_relative_path_is_opened(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(images)
    assert open_path(Path()).project.image_root == images


def test_a_project_may_be_kept_elsewhere(images: Path, tmp_path: Path) -> None:
    opened = open_path(images, project_folder=tmp_path / "labels")
    assert opened.project.folder == tmp_path / "labels"
    assert not (images / "segstudio").exists()
    assert open_path(images, project_folder=tmp_path / "labels").project == opened.project


def test_a_project_of_other_images_is_not_taken_for_this_one(images: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(images, other)
    open_path(images, project_folder=tmp_path / "labels")
    with pytest.raises(ProjectError, match=r"labels: this folder holds the labels of .*images"):
        open_path(other, project_folder=tmp_path / "labels")


def _assert_told(path: Path, kind: type[SegStudioError], problem: str) -> None:
    with pytest.raises(kind, match=problem):
        open_path(path)
    assert not list(path.parent.rglob(PROJECT_FILE))


def test_a_missing_path_is_told(tmp_path: Path) -> None:
    _assert_told(tmp_path / "gone", ProjectError, "there is no such file or folder")


def test_an_empty_folder_is_told_and_gets_no_project(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _assert_told(tmp_path / "empty", ProjectError, "there are no images in this folder")


def test_another_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    _assert_told(tmp_path / "a.txt", ImageError, r"a\.txt: this is not an image we can read")


def test_a_damaged_project_is_told_and_kept(images: Path) -> None:
    path = open_path(images).project.folder / PROJECT_FILE
    path.write_text("{")
    with pytest.raises(ProjectError, match="it is not valid JSON"):
        open_path(images)
    assert path.read_text() == "{"


def test_images_beside_another_programs_project_file_can_be_opened(images: Path) -> None:
    (images / PROJECT_FILE).write_text('{"name": "website"}')
    assert open_path(images).project.folder == images / "segstudio"


def test_a_folder_that_may_only_be_read_is_told(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    Image.new("RGB", (4, 3)).save(open_folder_for_all / "a.png")
    with (
        as_nobody(),
        pytest.raises(StorageError, match="labels cannot be kept in this folder") as caught,
    ):
        open_path(open_folder_for_all)
    assert caught.value.path == open_folder_for_all


def test_a_project_that_may_not_be_read_is_not_replaced(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    Image.new("RGB", (4, 3)).save(open_folder_for_all / "a.png")
    project = open_path(open_folder_for_all).project
    (project.folder / PROJECT_FILE).chmod(0o600)
    with as_nobody(), pytest.raises(ProjectError, match=r"project\.json: it cannot be read"):
        open_path(open_folder_for_all)


@pytest.mark.parametrize("way", [".", "a.png"])
def test_a_folder_that_may_not_be_entered_is_told(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]], way: str
) -> None:
    folder = open_folder_for_all / "private"
    folder.mkdir()
    Image.new("RGB", (4, 3)).save(folder / "a.png")
    folder.chmod(0o700)
    # Newer Pythons do not tell a path that is out of reach from one that is missing.
    with as_nobody(), pytest.raises(ProjectError, match=r"you may not read|no such file"):
        open_path(folder / way)
