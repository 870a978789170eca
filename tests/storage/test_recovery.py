"""What a journal holds and no mask does comes back; nothing else does."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segstudio.core.history import Edit, EditKind, History
from segstudio.core.mask_edit import MaskPatch, difference_patch
from segstudio.core.rect import Rect
from segstudio.storage.journal import Journal, journal_folder, note_place
from segstudio.storage.mask_store import MaskStore, fingerprint
from segstudio.storage.masks import write_label_map
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project
from segstudio.storage.records import base_record, edit_record
from segstudio.storage.recovery import Recovery, discarded, forget, recover

SIZE = (6, 8)
UNLABELLED = np.full(SIZE, 255, np.uint8)


class Painter:
    """Edits one image as the window does, and keeps a journal of it."""

    def __init__(self, journal: Journal, start: np.ndarray = UNLABELLED) -> None:
        self.journal = journal
        self.label_map = start.copy()
        self.history = History()
        self.base(journal.sequence)

    def base(self, holds: int) -> None:
        self.journal.append(base_record("a.png", fingerprint(self.label_map), SIZE, holds))

    def row(self, row: int, value: int) -> None:
        after = self.label_map.copy()
        after[row] = value
        patch = difference_patch(self.label_map, after)
        assert patch is not None
        edit = Edit.of(f"Row {row}", patch)
        self.history.push(edit)
        self.label_map = after
        self.journal.append(edit_record("a.png", EditKind.EDIT, edit))

    def undo(self) -> None:
        edit = self.history.undo()
        assert edit is not None
        (patch,) = edit.patches()
        self.label_map[patch.rect.slices] = patch.before
        self.journal.append(edit_record("a.png", EditKind.UNDO, edit))

    def redo(self) -> None:
        edit = self.history.redo()
        assert edit is not None
        (patch,) = edit.patches()
        self.label_map[patch.rect.slices] = patch.after
        self.journal.append(edit_record("a.png", EditKind.REDO, edit))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_project(tmp_path)


@pytest.fixture
def journal(project: Project) -> Iterator[Journal]:
    journal = Journal(journal_folder(project.folder))
    yield journal
    journal.close()


def recovered(project: Project, *journals: Journal) -> Recovery:
    for journal in journals:
        journal.close()
    return recover(project, MaskStore(project.folder))


def test_edits_that_were_not_saved_come_back(project: Project, journal: Journal) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    painter.row(1, 2)
    painter.undo()
    painter.row(2, 3)
    painter.undo()
    painter.redo()

    recovery = recovered(project, journal)

    (mask,) = recovery.masks
    assert np.array_equal(mask.label_map, painter.label_map)
    assert np.array_equal(mask.before, UNLABELLED)
    assert mask.history.undo_name == "Row 2"
    assert recovery.edits == 6
    assert not mask.on_changed_mask
    assert recovery.journals == (journal.path,)


def test_what_was_saved_does_not_come_again(project: Project, journal: Journal) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    painter.base(journal.sequence)
    project.write_mask("a.png", painter.label_map)
    assert recovered(project, journal).masks == ()


def test_only_edits_after_the_last_save_come_back(project: Project, journal: Journal) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    painter.base(journal.sequence)
    project.write_mask("a.png", painter.label_map)
    painter.row(1, 2)
    (mask,) = recovered(project, journal).masks
    assert mask.edits == 1
    assert np.array_equal(mask.label_map, painter.label_map)


def test_a_save_that_was_announced_but_not_made_loses_nothing(
    project: Project, journal: Journal
) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    painter.base(journal.sequence)
    (mask,) = recovered(project, journal).masks
    assert np.array_equal(mask.label_map, painter.label_map)


def test_an_edit_made_while_the_mask_was_being_written_comes_back(
    project: Project, journal: Journal
) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    saved, holds = painter.label_map.copy(), journal.sequence
    painter.row(1, 2)
    journal.append(base_record("a.png", fingerprint(saved), SIZE, holds))
    project.write_mask("a.png", saved)
    (mask,) = recovered(project, journal).masks
    assert np.array_equal(mask.label_map, painter.label_map)


def test_pixels_that_were_there_twice_are_taken_for_the_later(
    project: Project, journal: Journal
) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    painter.undo()
    painter.base(journal.sequence)
    project.write_mask("a.png", painter.label_map)
    painter.row(3, 4)
    (mask,) = recovered(project, journal).masks
    assert mask.edits == 1
    assert np.array_equal(mask.label_map, painter.label_map)


def test_a_second_crash_right_after_the_first_loses_nothing(
    project: Project, journal: Journal
) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    first = recovered(project, journal)
    again = Journal(journal_folder(project.folder))
    second = Painter(again, first.masks[0].label_map)
    second.row(1, 2)
    # The base of the second session is known only to its own memory: no file ever held it.
    (mask,) = recovered(project, again).masks
    assert np.array_equal(mask.label_map, second.label_map)


def test_a_journal_cut_anywhere_brings_back_the_edits_before(
    project: Project, journal: Journal
) -> None:
    painter = Painter(journal)
    states = [painter.label_map.copy()]
    for row in range(4):
        painter.row(row, row)
        states.append(painter.label_map.copy())
    journal.close()
    content = journal.path.read_bytes()
    for length in range(0, len(content), 7):
        journal.path.write_bytes(content[:length])
        masks = recover(project, MaskStore(project.folder)).masks
        count = masks[0].edits if masks else 0
        shown = masks[0].label_map if masks else UNLABELLED
        assert np.array_equal(shown, states[count])


def test_edits_on_a_mask_that_somebody_else_changed_lie_on_theirs(
    project: Project, journal: Journal
) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    theirs = np.full(SIZE, 9, np.uint8)
    (project.folder / "masks").mkdir()
    write_label_map(project.mask_path("a.png"), theirs, project.label_set.palette)
    (mask,) = recovered(project, journal).masks
    assert mask.on_changed_mask
    assert (mask.label_map[0] == 1).all()
    assert (mask.label_map[1:] == 9).all()


def test_saved_edits_are_not_painted_over_a_mask_that_was_changed_later(
    project: Project, journal: Journal
) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    holds = journal.sequence
    painter.base(holds)
    project.write_mask("a.png", painter.label_map)
    painter.base(holds)  # the second time: it is down
    write_label_map(
        project.mask_path("a.png"), np.full(SIZE, 9, np.uint8), project.label_set.palette
    )
    assert recovered(project, journal).masks == ()


def test_a_journal_of_a_damaged_mask_is_kept(project: Project, journal: Journal) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    project.write_mask("a.png", UNLABELLED)
    project.mask_path("a.png").write_bytes(b"damaged")
    recovery = recovered(project, journal)
    assert recovery.masks == ()
    assert [problem.path.name for problem in recovery.problems] == ["a.png.png"]
    assert [path.suffix for path in journal.path.parent.iterdir()] == [".unused"]


def test_an_edit_outside_of_the_image_ends_the_replay(project: Project, journal: Journal) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    pixels = np.zeros((2, 2), np.uint8)
    wrong = Edit.of("Brush", MaskPatch(Rect(5, 7, 7, 9), pixels, pixels + 1))
    journal.append(edit_record("a.png", EditKind.EDIT, wrong))
    painter.row(1, 1)
    (mask,) = recovered(project, journal).masks
    assert mask.edits == 1


def test_discarding_spares_what_was_painted_since(project: Project, journal: Journal) -> None:
    painter = Painter(journal)
    painter.row(0, 1)
    painter.row(1, 2)
    (mask,) = recovered(project, journal).masks
    now = mask.label_map.copy()
    now[1] = 7
    after = discarded(mask, now)
    assert (after[0] == 255).all()
    assert (after[1] == 7).all()


def test_journals_that_are_forgotten_are_gone(project: Project, journal: Journal) -> None:
    Painter(journal).row(0, 1)
    forget(recovered(project, journal).journals)
    assert recover(project, MaskStore(project.folder)) == Recovery()


def test_a_project_that_was_moved_after_a_crash_finds_its_journal(
    project: Project, journal: Journal, tmp_path: Path
) -> None:
    note_place(project.folder, project.id)
    Painter(journal).row(0, 1)
    journal.close()
    moved = tmp_path / "elsewhere"
    project.folder.rename(moved)

    recovery = recovered(load_project(moved))

    assert [mask.key for mask in recovery.masks] == ["a.png"]
    forget(recovery.journals)
    assert recovered(load_project(moved)) == Recovery()


def test_a_copy_of_a_project_leaves_it_its_journal(
    project: Project, journal: Journal, tmp_path: Path
) -> None:
    note_place(project.folder, project.id)
    Painter(journal).row(0, 1)
    journal.close()
    copy = shutil.copytree(project.folder, tmp_path / "copy")

    assert recovered(load_project(copy)) == Recovery()
    assert recovered(project).edits == 1
