"""The index of what is known about the images of a project: made of their files, never needed."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.image_facts import FileStamp, ImageFacts
from segstudio.core.image_table import STATES
from segstudio.core.label_statistics import region_sizes
from segstudio.core.review import Review, ReviewState
from segstudio.storage.image_facts import guess_facts
from segstudio.storage.image_index import ImageIndex, index_path
from segstudio.storage.opening import create_project
from segstudio.storage.predicted import note_predicted
from segstudio.storage.project import Project
from segstudio.storage.review import approved_now, flagged_now, write_review

KEYS = ("a.png", "b.png", "c.png", "sub/d.png")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    images = tmp_path / "images"
    (images / "sub").mkdir(parents=True)
    for key in KEYS:
        Image.new("RGB", (4, 3)).save(images / key)
    return create_project(images)


@pytest.fixture
def index(project: Project, tmp_path: Path) -> Iterator[ImageIndex]:
    index = ImageIndex(project.folder, tmp_path / "indexes")
    yield index
    index.close()


def label_map(*values: int) -> np.ndarray:
    return np.array([values] * 3, np.uint8)


def refreshed(index: ImageIndex, project: Project) -> dict[str, ImageFacts]:
    index.update(project, index.stale(project, KEYS))
    return {facts.key: facts for facts in index.facts(project)}


def test_facts_of_a_corrected_prediction(project: Project, index: ImageIndex) -> None:
    project.write_prediction("a.png", label_map(0, 1, 1, 2))
    project.write_mask("a.png", label_map(0, 1, 2, 255))
    note_predicted(project, "a.png", None, uncertainty=0.25)

    facts = refreshed(index, project)["a.png"]

    path = project.mask_path("a.png").stat()
    assert facts == ImageFacts(
        key="a.png",
        state=ReviewState.CORRECTED,
        height=3,
        width=4,
        class_pixels={0: 3, 1: 3, 2: 3, 255: 3},
        disagreement=3,
        corrected=3,
        uncertainty=0.25,
        mask=FileStamp(path.st_mtime_ns, path.st_size),
    )
    assert facts.labelled == 9


def test_states_follow_from_masks_predictions_and_reviews(
    project: Project, index: ImageIndex
) -> None:
    project.write_prediction("a.png", label_map(0, 1, 1, 1))
    project.write_mask("a.png", label_map(0, 1, 1, 1))  # as the model said
    project.write_mask("b.png", label_map(0, 1, 1, 1))  # by hand
    project.write_mask("c.png", label_map(255, 255, 255, 255))
    project.write_mask("sub/d.png", label_map(0, 0, 0, 0))
    write_review(project, "sub/d.png", approved_now(Review(), is_approved=True))

    states = {key: facts.state for key, facts in refreshed(index, project).items()}

    assert states == {
        "a.png": ReviewState.PREDICTED,
        "b.png": ReviewState.CORRECTED,
        "c.png": ReviewState.UNLABELLED,
        "sub/d.png": ReviewState.APPROVED,
    }


def test_a_flag_with_its_note_outweighs_the_approval(project: Project, index: ImageIndex) -> None:
    project.write_mask("a.png", label_map(0, 1, 1, 1))
    review = approved_now(Review(note="blurred"), is_approved=True)
    write_review(project, "a.png", flagged_now(review, is_flagged=True))

    facts = refreshed(index, project)["a.png"]

    assert (facts.state, facts.note) == (ReviewState.FLAGGED, "blurred")
    assert facts.by
    assert facts.at


def test_only_images_whose_files_changed_are_read_again(
    project: Project, index: ImageIndex
) -> None:
    project.write_mask("a.png", label_map(0, 1, 1, 1))
    project.write_mask("b.png", label_map(0, 1, 1, 1))
    assert index.stale(project, KEYS).keys() == {"a.png", "b.png"}
    refreshed(index, project)
    assert index.stale(project, KEYS) == {}

    project.write_mask("b.png", label_map(1, 1, 1, 1))  # as another program would
    os.utime(project.mask_path("b.png"), ns=(1, 1))

    assert index.stale(project, KEYS).keys() == {"b.png"}


def test_a_mask_that_was_removed_is_noticed(project: Project, index: ImageIndex) -> None:
    project.write_mask("a.png", label_map(0, 1, 1, 1))
    refreshed(index, project)
    project.mask_path("a.png").unlink()

    facts = refreshed(index, project)["a.png"]

    assert (facts.state, facts.mask, facts.class_pixels) == (ReviewState.UNLABELLED, None, {})
    assert index.stale(project, KEYS) == {}


def test_masks_of_images_that_are_gone_and_masks_kept_beside_are_left_out(
    project: Project, index: ImageIndex
) -> None:
    project.write_mask("gone.png", label_map(0, 1, 1, 1))
    project.write_mask("a.png (mine, 2026-01-01 10.00.00)", label_map(0, 1, 1, 1))

    assert index.stale(project, KEYS) == {}


def test_a_damaged_mask_is_told_and_read_only_once(project: Project, index: ImageIndex) -> None:
    path = project.mask_path("a.png")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no picture")

    facts = refreshed(index, project)["a.png"]

    assert facts.state is ReviewState.UNLABELLED
    assert facts.problem.startswith("a.png.png")
    assert index.stale(project, KEYS) == {}


def test_the_table_holds_what_the_facts_hold(project: Project, index: ImageIndex) -> None:
    project.write_prediction("b.png", label_map(0, 1, 1, 1))
    project.write_mask("b.png", label_map(0, 1, 1, 2))
    project.write_mask("sub/d.png", label_map(2, 2, 2, 2))
    write_review(project, "sub/d.png", approved_now(Review(note="good"), is_approved=True))
    refreshed(index, project)

    table = index.table(KEYS)

    assert [STATES[state] for state in table.states] == [
        ReviewState.UNLABELLED,
        ReviewState.CORRECTED,
        ReviewState.UNLABELLED,
        ReviewState.APPROVED,
    ]
    assert table.class_areas(2).tolist() == [0, 3, 0, 12]
    assert table.disagreement.tolist() == [0, 3, 0, 0]
    assert np.isnan(table.uncertainty).all()
    assert table.notes == {"sub/d.png": "good"}
    assert (table.changed > 0).tolist() == [False, True, False, True]
    assert table.counts()[ReviewState.UNLABELLED] == 2


def test_what_is_known_is_known_again_when_the_project_is_opened_again(
    project: Project, index: ImageIndex, tmp_path: Path
) -> None:
    project.write_mask("a.png", label_map(0, 1, 1, 1))
    before = refreshed(index, project)
    index.close()

    again = ImageIndex(project.folder, tmp_path / "indexes")

    assert again.stale(project, KEYS) == {}
    assert {facts.key: facts for facts in again.facts(project)} == before
    again.close()


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_index_is_made_anew(project: Project, tmp_path: Path, content: bytes) -> None:
    project.write_mask("a.png", label_map(0, 1, 1, 1))
    path = index_path(project.folder, tmp_path / "indexes")
    path.parent.mkdir()
    path.write_bytes(content)

    index = ImageIndex(project.folder, tmp_path / "indexes")

    assert refreshed(index, project)["a.png"].class_pixels == {0: 3, 1: 9}
    index.close()
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_an_index_that_is_damaged_in_the_middle_is_made_anew(
    project: Project, tmp_path: Path
) -> None:
    project.write_mask("a.png", label_map(0, 1, 1, 1))
    index = ImageIndex(project.folder, tmp_path / "indexes")
    refreshed(index, project)
    index.close()
    content = bytearray(index.path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)  # all but the first page
    index.path.write_bytes(content)

    index = ImageIndex(project.folder, tmp_path / "indexes")

    assert index.table(KEYS).states.tolist() == [0, 0, 0, 0]
    assert refreshed(index, project)["a.png"].class_pixels == {0: 3, 1: 9}
    index.close()


def test_an_index_of_another_version_is_made_anew(project: Project, tmp_path: Path) -> None:
    path = index_path(project.folder, tmp_path / "indexes")
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE images (key TEXT)")
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    project.write_mask("a.png", label_map(0, 1, 1, 1))

    index = ImageIndex(project.folder, tmp_path / "indexes")

    assert refreshed(index, project)["a.png"].labelled == 12
    index.close()


def test_where_no_index_can_be_kept_everything_is_still_known(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "a file").write_text("in the way")
    project.write_mask("a.png", label_map(0, 1, 1, 1))

    index = ImageIndex(project.folder, tmp_path / "a file" / "indexes")

    assert refreshed(index, project)["a.png"].labelled == 12
    index.close()


def test_names_that_are_no_valid_text_are_kept(project: Project, index: ImageIndex) -> None:
    key = os.fsdecode(b"caf\xe9.png")
    project.write_mask(key, label_map(0, 1, 1, 1))

    index.update(project, index.stale(project, [key]))

    assert [facts.key for facts in index.facts(project)] == [key]


def test_until_masks_are_read_an_image_is_taken_for_what_its_files_suggest(
    project: Project, index: ImageIndex
) -> None:
    project.write_mask("a.png", label_map(0, 1, 1, 1))
    project.write_prediction("b.png", label_map(0, 1, 1, 1))
    project.write_mask("b.png", label_map(0, 1, 1, 1))
    write_review(project, "c.png", approved_now(Review(), is_approved=True))

    stale = index.stale(project, KEYS)
    guesses = [guess_facts(project, key, stale[key]).state for key in sorted(stale)]

    assert guesses == [ReviewState.CORRECTED, ReviewState.PREDICTED, ReviewState.APPROVED]


def test_an_index_that_another_window_holds_is_left_alone(
    project: Project, index: ImageIndex
) -> None:
    project.write_mask("a.png", label_map(0, 1, 1, 1))
    index._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(index.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    facts = index.update(project, index.stale(project, KEYS))

    assert [(found.key, found.labelled) for found in facts] == [("a.png", 12)]
    other.execute("ROLLBACK")
    other.close()
    assert index.stale(project, KEYS).keys() == {"a.png"}  # it is told again the next time
    assert refreshed(index, project).keys() == {"a.png"}


def test_regions_are_remembered_until_their_mask_changes(project: Project, tmp_path: Path) -> None:
    masks = {"a.png": FileStamp(1, 10), "b.png": FileStamp(2, 20)}
    sizes = {
        "a.png": region_sizes(label_map(0, 1, 0, 2)),
        "b.png": region_sizes(label_map(2, 2, 2, 2)),
    }
    index = ImageIndex(project.folder, tmp_path / "indexes")
    assert index.regions(masks)[1] == set()
    index.keep_regions((key, mask, sizes[key]) for key, mask in masks.items())
    index.close()

    index = ImageIndex(project.folder, tmp_path / "indexes")  # another day
    total, known = index.regions(masks)
    assert known == {"a.png", "b.png"}
    # By their pixels: 2 of background and one each of two classes with 3, and one with 12.
    assert {(i, 2**b): int(total[i, b]) for i, b in np.argwhere(total)} == {
        (0, 2): 2,
        (1, 2): 1,
        (2, 2): 1,
        (2, 8): 1,
    }
    total, known = index.regions(masks | {"a.png": FileStamp(3, 10)})
    assert known == {"b.png"}
    assert total.sum() == 1
    index.close()
