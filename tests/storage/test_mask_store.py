"""Masks with what was before them, and what happens when somebody else writes them."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from segstudio.core.history import Edit, History
from segstudio.core.mask_edit import difference_patch
from segstudio.storage.mask_store import (
    UNDO_FILE_LIMIT,
    MaskChangedError,
    MaskStore,
    drop_old_histories,
    fingerprint,
)
from segstudio.storage.masks import read_label_map, write_label_map
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project

SIZE = (6, 8)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_project(tmp_path)


@pytest.fixture
def store(project: Project) -> MaskStore:
    store = MaskStore(project.folder)
    store.read(project, "a.png", *SIZE)
    return store


def plain(value: int) -> np.ndarray:
    return np.full(SIZE, value, np.uint8)


def history_of(*values: int) -> History:
    history = History()
    for before, after in pairwise(values):
        patch = difference_patch(plain(before), plain(after))
        assert patch is not None
        history.push(Edit.of(f"Fill {after}", patch))
    return history


def generations(project: Project) -> list[int]:
    folder = project.folder / "history" / "a.png"
    return [int(read_label_map(path)[0, 0]) for path in sorted(folder.glob("*.png"))]


def test_an_image_without_a_mask_is_unlabelled(project: Project, store: MaskStore) -> None:
    stored = store.read(project, "a.png", *SIZE)
    assert (stored.label_map == 255).all()
    assert len(stored.history) == 0


def test_the_three_masks_before_are_kept(project: Project, store: MaskStore) -> None:
    for value in range(6):
        store.write(project, "a.png", plain(value))
    assert generations(project) == [2, 3, 4]
    assert (read_label_map(project.mask_path("a.png")) == 5).all()


def test_generations_are_copied_where_there_are_no_hard_links(
    project: Project, store: MaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    for value in range(3):
        store.write(project, "a.png", plain(value))
    assert generations(project) == [0, 1]


def test_what_can_be_undone_comes_back_with_its_mask(project: Project, store: MaskStore) -> None:
    history = history_of(255, 1, 2, 3)
    history.undo()
    store.write(project, "a.png", plain(2), history)

    stored = MaskStore(project.folder).read(project, "a.png", *SIZE)

    assert (stored.history.undo_name, stored.history.redo_name) == ("Fill 2", "Fill 3")
    edit = stored.history.undo()
    assert edit is not None
    (patch,) = edit.patches()
    assert (patch.before == 1).all()


def test_a_history_of_other_pixels_is_set_aside(project: Project, store: MaskStore) -> None:
    store.write(project, "a.png", plain(1), history_of(255, 1))
    write_label_map(project.mask_path("a.png"), plain(9), project.label_set.palette)

    stored = MaskStore(project.folder).read(project, "a.png", *SIZE)

    assert len(stored.history) == 0
    folder = project.folder / "history" / "a.png"
    assert [path.name for path in folder.iterdir()] == ["undo of other pixels"]


def test_a_damaged_history_is_none(project: Project, store: MaskStore) -> None:
    store.write(project, "a.png", plain(1), history_of(255, 1))
    path = project.folder / "history" / "a.png" / "undo"
    for content in (b"", b"x" * 99, path.read_bytes()[:-1]):
        path.write_bytes(content)
        stored = MaskStore(project.folder).read(project, "a.png", *SIZE)
        assert len(stored.history) == 0
        assert (stored.label_map == 1).all()


def test_only_the_newest_edits_of_a_long_history_are_kept_on_disk(
    project: Project, store: MaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert UNDO_FILE_LIMIT == 32 * 2**20
    monkeypatch.setattr("segstudio.storage.mask_store.UNDO_FILE_LIMIT", 60)
    history = history_of(*range(20))
    store.write(project, "a.png", plain(19), history)
    assert len(history) == 19
    kept = MaskStore(project.folder).read(project, "a.png", *SIZE).history
    assert 0 < len(kept) < 4
    assert kept.undo_name == "Fill 19"


def test_histories_that_were_not_used_longest_go_first(project: Project, store: MaskStore) -> None:
    for number, key in enumerate(("a.png", "b.png", "c.png")):
        store.read(project, key, *SIZE)
        store.write(project, key, plain(1), history_of(255, 1))
        path = store.history_folder(key) / "undo"
        os.utime(path, (1000 + number, 1000 + number))
    drop_old_histories(project.folder, limit=2 * path.stat().st_size)
    left = [
        key for key in ("a.png", "b.png", "c.png") if (store.history_folder(key) / "undo").exists()
    ]
    assert left == ["b.png", "c.png"]


def test_a_mask_that_somebody_else_changed_is_kept_and_ours_lies_beside_it(
    project: Project, store: MaskStore
) -> None:
    path = project.mask_path("a.png")
    store.write(project, "a.png", plain(1))
    write_label_map(path, plain(9), project.label_set.palette)

    for value in (2, 3):
        with pytest.raises(MaskChangedError, match="another program changed this mask") as caught:
            store.write(project, "a.png", plain(value))

    assert (read_label_map(path) == 9).all()
    assert (read_label_map(caught.value.ours) == 3).all()
    assert caught.value.ours.name.startswith("a.png (mine, ")
    assert len(list(path.parent.iterdir())) == 2
    assert project.labelled_keys() == {"a.png"}


def test_a_mask_that_appeared_where_there_was_none_is_kept(
    project: Project, store: MaskStore
) -> None:
    path = project.mask_path("a.png")
    path.parent.mkdir()
    write_label_map(path, plain(9), project.label_set.palette)
    with pytest.raises(MaskChangedError):
        store.write(project, "a.png", plain(1))
    assert (read_label_map(path) == 9).all()


def test_a_damaged_mask_of_somebody_else_is_kept_too(project: Project, store: MaskStore) -> None:
    path = project.mask_path("a.png")
    store.write(project, "a.png", plain(1))
    path.write_bytes(b"not finished yet")
    with pytest.raises(MaskChangedError):
        store.write(project, "a.png", plain(2))
    assert path.read_bytes() == b"not finished yet"


def test_a_mask_that_was_only_copied_back_is_no_change(project: Project, store: MaskStore) -> None:
    path = project.mask_path("a.png")
    store.write(project, "a.png", plain(1))
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    os.utime(path, (5, 5))
    store.write(project, "a.png", plain(2))
    assert (read_label_map(path) == 2).all()


def test_their_mask_is_among_the_generations_when_ours_is_chosen(
    project: Project, store: MaskStore
) -> None:
    path = project.mask_path("a.png")
    store.write(project, "a.png", plain(1))
    write_label_map(path, plain(9), project.label_set.palette)
    with pytest.raises(MaskChangedError):
        store.write(project, "a.png", plain(2))
    store.accept_theirs(project, "a.png")
    store.write(project, "a.png", plain(2))
    assert (read_label_map(path) == 2).all()
    assert generations(project) == [9]


def test_fingerprints_tell_pixels_and_shapes_apart() -> None:
    maps = [plain(0), plain(1), np.zeros((8, 6), np.uint8), np.zeros((48, 1), np.uint8)]
    assert len({fingerprint(label_map) for label_map in maps}) == 4
    assert fingerprint(plain(3)[:, ::2]) == fingerprint(np.full((6, 4), 3, np.uint8))
