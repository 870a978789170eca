"""What a project keeps about the review of its images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.review import CORRECTED, Review
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.review import (
    approved_now,
    change_review,
    flagged_now,
    noted_path,
    read_noted,
    read_review,
    review_path,
    write_noted,
    write_review,
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (4, 3)).save(tmp_path / name)
    return create_project(tmp_path)


def test_approval_is_kept_with_who_and_when(project: Project) -> None:
    write_review(project, "a.png", approved_now(Review(), is_approved=True))

    review = read_review(project, "a.png")
    assert review.is_approved
    assert review.at.endswith("+00:00")
    assert review.by


def test_an_image_that_nobody_looked_at_is_not_approved(project: Project) -> None:
    assert read_review(project, "a.png") == Review()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 9, "approved": true}', '{"version": 1}']
)
def test_a_damaged_review_approves_nothing(project: Project, text: str) -> None:
    path = review_path(project, "a.png")
    path.parent.mkdir()
    path.write_text(text)

    assert not read_review(project, "a.png").is_approved


def test_pixels_that_were_looked_at_are_kept(project: Project) -> None:
    noted = np.array([[0, 1, 2, 0]] * 3, np.uint8)
    write_noted(project, "a.png", noted)

    read = read_noted(project, "a.png", 3, 4)
    assert read is not None
    assert np.array_equal(read, noted)
    assert read_noted(project, "a.png", 4, 4) is None
    assert read_noted(project, "b.png", 3, 4) is None


def test_values_that_mean_nothing_count_as_corrected(project: Project) -> None:
    write_noted(project, "a.png", np.full((3, 4), 200, np.uint8))

    read = read_noted(project, "a.png", 3, 4)
    assert read is not None
    assert (read == CORRECTED).all()
    assert noted_path(project, "a.png").is_file()


def test_a_flag_takes_the_approval_away_and_an_approval_the_flag(project: Project) -> None:
    write_review(project, "a.png", approved_now(Review(note="see left"), is_approved=True))
    change_review(project, "a.png", lambda review: flagged_now(review, is_flagged=True))
    flagged = read_review(project, "a.png")
    assert (flagged.is_approved, flagged.is_flagged, flagged.note) == (False, True, "see left")

    change_review(project, "a.png", lambda review: approved_now(review, is_approved=True))
    approved = read_review(project, "a.png")
    assert (approved.is_approved, approved.is_flagged, approved.note) == (True, False, "see left")


def test_a_review_that_says_both_approves_nothing(project: Project) -> None:
    path = review_path(project, "a.png")
    path.parent.mkdir()
    path.write_text('{"version": 1, "approved": true, "flagged": true, "note": 7, "by": null}')

    assert read_review(project, "a.png") == Review(is_flagged=True)


def test_a_review_of_an_older_version_is_read(project: Project) -> None:
    path = review_path(project, "a.png")
    path.parent.mkdir()
    path.write_text(
        '{"version": 1, "approved": true, "at": "2026-01-01T10:00:00+00:00", "by": "m"}'
    )

    assert read_review(project, "a.png") == Review(True, "2026-01-01T10:00:00+00:00", "m")


def test_a_note_of_any_letters_is_kept(project: Project) -> None:
    note = "\u753b\u50cf \U0001f52c <b>" * 100
    write_review(project, "a.png", Review(note=note))

    assert read_review(project, "a.png").note == note


def test_what_does_not_change_is_not_written(project: Project) -> None:
    change_review(project, "a.png", lambda review: review)

    assert not review_path(project, "a.png").exists()
