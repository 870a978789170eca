from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.class_change import (
    ClassChange,
    Delete,
    Merge,
    Operation,
    Rename,
    Reorder,
    Split,
    planned,
    undone,
)
from segstudio.core.history import Edit
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import difference_patch
from segstudio.core.review import CORRECTED, review_map
from segstudio.errors import FormatError, MaskError, ProjectError
from segstudio.formats.segstudio_project import read_project
from segstudio.storage.class_change_log import (
    ChangeState,
    StoredChange,
    new_change,
    pending,
    read_changes,
    refuse_half_changed,
)
from segstudio.storage.class_changes import ChangeStopped, make_change, settle_changes
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project
from segstudio.storage.review import read_noted, read_review

CLASSES = LabelSet.named(["background", "cell", "dirt", "wall"])
KEYS = ("a.png", "b.png", "sub/c.png")
OPERATIONS: tuple[Operation, ...] = (
    Rename(1, "nucleus"),
    Reorder((0, 3, 1, 2)),
    Merge((2,), 1),
    Delete((1, 2)),
    Delete((3,), 0),
    Split(1, "speck", 6),
)


def drawn(seed: int) -> LabelMap:
    values = np.array([0, 1, 2, 3, IGNORE_INDEX], np.uint8)
    return np.random.default_rng(seed).choice(values, (20, 30)).astype(np.uint8)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three images with masks and predictions; the first has three edits, one of them undone."""
    images = tmp_path / "images"
    (images / "sub").mkdir(parents=True)
    for key in KEYS:
        Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(images / key)
    project = create_project(images).with_label_set(CLASSES)
    project.save()
    for number, key in enumerate(KEYS):
        project.write_mask(key, drawn(number))
        project.write_prediction(key, drawn(number + 10))
    store = MaskStore(project.folder)
    for number in range(3):
        paint(project, store, "a.png", drawn(20 + number))
    stored = store.read(project, "a.png", 20, 30)
    edit = stored.history.undo()
    assert edit is not None
    for patch in edit.patches():
        stored.label_map[patch.rect.slices] = patch.before
    store.write(project, "a.png", stored.label_map, stored.history)
    return project


def paint(project: Project, store: MaskStore, key: str, after: LabelMap) -> None:
    stored = store.read(project, key, 20, 30)
    patch = difference_patch(stored.label_map, after)
    assert patch is not None
    stored.history.push(Edit.of("paint", patch))
    store.write(project, key, after, stored.history)


def begin(project: Project, change: ClassChange) -> tuple[MaskStore, StoredChange]:
    return MaskStore(project.folder), new_change(project, change, "Change")


def make(project: Project, operation: Operation) -> Project:
    store, stored = begin(project, planned(operation, project.label_set))
    return make_change(project, store, stored)[0]


def take_back(project: Project) -> tuple[Project, StoredChange]:
    last = read_changes(project)[-1]
    store, stored = begin(project, undone(last.name, last.change, project.label_set))
    return make_change(project, store, stored)


def names(project: Project, label_map: LabelMap | None) -> list[str]:
    assert label_map is not None
    listed = (*project.label_set.names, *[""] * 256)
    return [listed[value] for value in label_map.ravel()]


def mask(project: Project, key: str) -> LabelMap:
    label_map = project.read_mask(key, 20, 30)
    assert label_map is not None
    return label_map


def pictures(project: Project, key: str) -> list[list[str]]:
    """Return the names of the classes that the pixels have, back through what can be undone."""
    stored = MaskStore(project.folder).read(project, key, 20, 30)
    found = [names(project, stored.label_map)]
    while (edit := stored.history.undo()) is not None:
        for patch in edit.patches():
            assert np.array_equal(stored.label_map[patch.rect.slices], patch.after)
            stored.label_map[patch.rect.slices] = patch.before
        found.append(names(project, stored.label_map))
    return found


def everything(project: Project) -> dict[str, object]:
    """Return the pixels of every file, and what can be undone, by name."""
    found: dict[str, object] = {"classes": project.label_set}
    for key in KEYS:
        found[key] = pictures(project, key)
        found[f"{key} predicted"] = names(project, project.read_prediction(key, 20, 30))
    return found


def test_a_merge_follows_in_masks_predictions_and_what_can_be_undone(project: Project) -> None:
    before = everything(project)
    after = everything(make(project, Merge((2,), 1)))

    def merged(value: object) -> object:
        if isinstance(value, list):
            return [merged(item) for item in value]
        return "cell" if value == "dirt" else value

    assert after.pop("classes") == load_project(project.folder).label_set
    before.pop("classes")
    assert after == {key: merged(value) for key, value in before.items()}


def test_reordering_changes_numbers_in_files_but_no_names(project: Project) -> None:
    before, files = everything(project), mask(project, "b.png")
    changed = make(project, Reorder((0, 3, 1, 2)))
    after = everything(changed)
    assert before.pop("classes") != after.pop("classes")
    assert after == before
    assert not np.array_equal(mask(changed, "b.png"), files)


def test_the_classes_in_the_project_file_are_those_of_the_masks(project: Project) -> None:
    make(project, Delete((1,)))
    assert load_project(project.folder).label_set.names == ("background", "dirt", "wall")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_change_that_is_undone_leaves_everything_as_it_was(
    project: Project, operation: Operation
) -> None:
    before = everything(project)
    changed = make(project, operation)
    assert changed.label_set != project.label_set
    assert everything(take_back(changed)[0]) == before


def test_the_report_tells_the_pixels_that_became_another_class(project: Project) -> None:
    count = sum(int((mask(project, key) == 2).sum()) for key in KEYS)
    make(project, Merge((2,), 1))
    report = read_changes(project)[-1].report
    assert (report.images, report.pixels) == (3, count)


def test_undo_leaves_what_was_painted_since_and_tells_how_much(project: Project) -> None:
    changed = make(project, Merge((2,), 1))
    was = mask(project, "b.png")
    dirt = np.argwhere(drawn(1) == 2)
    painted = was.copy()
    painted[tuple(dirt[0])] = painted[tuple(dirt[1])] = 2  # wall, the third class now
    paint(changed, MaskStore(project.folder), "b.png", painted)
    restored, stored = take_back(changed)
    wanted = drawn(1)
    wanted[tuple(dirt[0])] = wanted[tuple(dirt[1])] = 3
    assert np.array_equal(mask(restored, "b.png"), wanted)
    assert (stored.report.left, stored.report.left_images) == (2, 1)
    assert stored.report.pixels == sum(int((drawn(n) == 2).sum()) for n in (1, 2, 21)) - 2
    pictures(restored, "b.png")  # every edit still fits on the one before it


def test_two_changes_are_taken_back_one_after_the_other(project: Project) -> None:
    before = everything(project)
    once = make(project, Merge((2,), 1))
    twice = make(once, Delete((1,)))
    last, first = read_changes(project)[::-1]
    back, _ = make_change(twice, *begin(twice, undone(last.name, last.change, twice.label_set)))
    back, _ = make_change(back, *begin(back, undone(first.name, first.change, back.label_set)))
    assert everything(back) == before


def test_what_was_corrected_stays_corrected_when_it_agrees_with_the_model_now(
    project: Project,
) -> None:
    project.write_mask("b.png", np.full((20, 30), 1, np.uint8))
    project.write_prediction("b.png", np.full((20, 30), 2, np.uint8))
    changed = make(project, Merge((2,), 1))
    review = review_map(
        mask(changed, "b.png"),
        changed.read_prediction("b.png", 20, 30),
        read_noted(changed, "b.png", 20, 30),
        is_approved=read_review(changed, "b.png").is_approved,
    )
    assert (review == CORRECTED).all()


def test_small_regions_that_a_model_found_do_not_look_corrected(project: Project) -> None:
    found = np.zeros((20, 30), np.uint8)
    found[3:5, 3:5] = found[10:18, 10:18] = 1
    project.write_mask("b.png", found)
    project.write_prediction("b.png", found)
    changed = make(project, Split(1, "speck", 6))
    label_map = mask(changed, "b.png")
    assert (label_map == 4).sum() == 4
    assert np.array_equal(label_map, changed.read_prediction("b.png", 20, 30))
    assert pictures(changed, "b.png")[1] == names(project, found)  # undo in this image alone


def test_a_change_that_is_stopped_leaves_everything_as_it_was(project: Project) -> None:
    before = everything(project)
    store, stored = begin(project, planned(Delete((1,)), CLASSES))
    asked = iter([False, False, True])
    with pytest.raises(ChangeStopped):
        make_change(project, store, stored, cancelled=lambda: next(asked))
    assert everything(load_project(project.folder)) == before
    assert read_changes(project) == []
    assert [path.name for path in (project.folder / "class-changes").iterdir()] == []


def test_a_damaged_mask_stops_the_change_before_anything_is_lost(project: Project) -> None:
    project.mask_path("sub/c.png").write_bytes(b"not a picture")
    store, stored = begin(project, planned(Delete((1,)), CLASSES))
    with pytest.raises(MaskError, match=r"c\.png"):
        make_change(project, store, stored)
    assert np.array_equal(mask(project, "b.png"), drawn(1))
    assert read_changes(project) == []


def test_half_changed_masks_are_neither_trained_on_nor_exported(project: Project) -> None:
    begin(project, planned(Delete((1,)), CLASSES))
    with pytest.raises(ProjectError, match="under way or was interrupted"):
        refuse_half_changed(project)
    with pytest.raises((ProjectError, FormatError), match="under way or was interrupted"):
        read_project(project.folder)


def test_opening_finishes_what_was_only_written_down(project: Project) -> None:
    begin(project, planned(Delete((1,)), CLASSES))
    settled, finished = settle_changes(project, MaskStore(project.folder))
    assert settled.label_set.names == ("background", "dirt", "wall")
    assert [stored.state for stored in finished] == [ChangeState.DONE]
    assert not pending(read_changes(project))


def test_what_a_crash_left_of_a_change_that_was_taken_back_is_removed(project: Project) -> None:
    done = make(project, Delete((1,)))
    folder = project.folder / "class-changes"
    (folder / "2020-01-01 10.00.00.000000" / "a.png.kept").mkdir(parents=True)
    settle_changes(done, MaskStore(done.folder))
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [read_changes(done)[0].name]


def test_a_change_that_cannot_be_read_is_not_passed_over(project: Project) -> None:
    make(project, Rename(1, "nucleus"))
    path = read_changes(project)[0].path
    path.write_text("{}")
    with pytest.raises(ProjectError, match="cannot be read"):
        read_changes(project)
