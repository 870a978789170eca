"""Labels that a person found right although a model doubted them."""

from pathlib import Path

import pytest
from changed_classes import change

from segstudio.core.class_change import Rename
from segstudio.core.label_set import LabelSet
from segstudio.core.rect import Rect
from segstudio.storage.kept_labels import Kept, keep_label, kept_path, read_kept
from segstudio.storage.project import Project

KEY = "plate 1/a.jpg"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "p", tmp_path, LabelSet.named(["background", "cell"]))


def test_what_is_kept_is_read_back(project: Project) -> None:
    rows = [Kept(Rect(n, 0, n + 10, 10), "cell", "background") for n in range(3)]
    for row in rows:
        keep_label(project, KEY, row)
    assert read_kept(project, KEY) == tuple(rows)


def test_what_is_kept_follows_the_names_of_classes(project: Project) -> None:
    row = Kept(Rect(0, 0, 10, 10), "cell", "background")
    keep_label(project, KEY, row)
    renamed = change(project, Rename(1, "nucleus"))
    assert read_kept(renamed, KEY) == (row._replace(labelled="nucleus"),)


def test_a_doubt_is_the_same_if_classes_and_place_are() -> None:
    kept = Kept(Rect(0, 0, 10, 10), "cell", "background")
    assert kept.is_about(Kept(Rect(1, 1, 11, 11), "cell", "background"))
    assert not kept.is_about(Kept(Rect(1, 1, 11, 11), "background", "cell"))
    assert not kept.is_about(Kept(Rect(6, 0, 16, 10), "cell", "background"))
    assert not kept.is_about(Kept(Rect(20, 20, 30, 30), "cell", "background"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"version": 9, "kept": []}',
        b'{"version": 1, "kept": [5]}',
        b'{"version": 1, "kept": [{"rect": [1, 2, 3], "labelled": "a", "predicted": "b"}]}',
        b'{"version": 1, "kept": [{"rect": [1, 2, 3, true], "labelled": "a", "predicted": "b"}]}',
    ],
)
def test_a_damaged_file_counts_as_nothing_and_is_begun_anew(
    project: Project, content: bytes
) -> None:
    path = kept_path(project, KEY)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert read_kept(project, KEY) == ()
    row = Kept(Rect(0, 0, 10, 10), "cell", "background")
    keep_label(project, KEY, row)
    assert read_kept(project, KEY) == (row,)
