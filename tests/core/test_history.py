import math
import zlib

import numpy as np
import pytest

from segstudio.core.history import PLAIN_LIMIT, Edit, Histories, History, PackedPatch
from segstudio.core.label_map import LabelMap
from segstudio.core.mask_edit import MaskPatch, difference_patch
from segstudio.core.rect import Rect


def _edit(name: str, *, seed: int = 0, side: int = 32) -> Edit:
    """Return an edit whose pixels are noise, so that they do not compress."""
    pixels = np.random.default_rng(seed).integers(0, 256, (2, side, side), dtype=np.uint8)
    return Edit.of(name, MaskPatch(Rect(0, 0, side, side), pixels[0], pixels[1]))


def _write(label_map: LabelMap, rect: Rect, pixels: LabelMap) -> None:
    label_map[rect.slices] = pixels


def test_an_edit_gives_back_its_pixels() -> None:
    before, after = np.arange(6, dtype=np.uint8).reshape(2, 3), np.full((2, 3), 255, np.uint8)
    edit = Edit.of("Brush", MaskPatch(Rect(4, 5, 6, 8), before, after))
    for _ in range(2):
        (patch,) = edit.patches()
        assert patch.rect == Rect(4, 5, 6, 8)
        assert np.array_equal(patch.before, before)
        assert np.array_equal(patch.after, after)
        edit.pack()


def test_an_edit_of_one_class_is_held_in_few_bytes() -> None:
    side = 2000
    before, after = np.zeros((side, side), np.uint8), np.ones((side, side), np.uint8)
    edit = Edit.of("Fill", MaskPatch(Rect(0, 0, side, side), before, after))
    assert edit.size == 2 * side * side
    edit.pack()
    assert edit.size < side * side / 50


@pytest.mark.parametrize("packed", [b"", b"x", *(zlib.compress(bytes(n)) for n in (0, 5, 7))])
def test_bytes_that_are_not_the_pixels_of_the_rectangle_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="the pixels of an edit"):
        PackedPatch(Rect(0, 0, 2, 3), packed, packed).unpacked()


def test_an_empty_history_undoes_and_redoes_nothing() -> None:
    history = History()
    assert history.undo() is None
    assert history.redo() is None
    assert (history.undo_name, history.redo_name) == (None, None)


def test_undo_and_redo_name_the_edit_they_would_touch() -> None:
    history = History()
    history.push(_edit("Brush"))
    history.push(_edit("Fill"))
    history.undo()
    assert (history.undo_name, history.redo_name) == ("Brush", "Fill")


def test_a_new_edit_forgets_what_could_be_redone() -> None:
    history = History()
    history.push(_edit("Brush"))
    history.undo()
    history.push(_edit("Fill"))
    assert history.redo_name is None
    assert history.undo_name == "Fill"
    assert len(history) == 1


def test_any_walk_through_the_history_restores_the_label_map_exactly() -> None:
    rng = np.random.default_rng(1)
    label_map = rng.integers(0, 4, (50, 40), dtype=np.uint8)
    history, states = History(), [label_map.copy()]
    for value in range(20):
        after = label_map.copy()
        top, left = rng.integers(0, 40, 2)
        after[top : top + 9, left : left + 7] = value
        patch = difference_patch(label_map, after)
        if patch is not None:
            history.push(Edit.of("Brush", patch))
            label_map[:] = after
            states.append(after)
    place = len(states) - 1
    for step in rng.integers(0, 2, 400):
        edit = history.undo() if step else history.redo()
        if edit is not None:
            place += -1 if step else 1
            for patch in edit.patches():
                _write(label_map, patch.rect, patch.before if step else patch.after)
        assert np.array_equal(label_map, states[place])


def test_the_oldest_edits_are_dropped_when_the_bytes_exceed_the_limit() -> None:
    size = _edit("0").size
    history = History(limit=3 * size + 100)
    for number in range(5):
        history.push(_edit(str(number)))
    assert len(history) == 3
    assert history.size <= 3 * size + 100
    assert [edit.name for edit in iter(history.undo, None)] == ["4", "3", "2"]


def test_the_newest_edit_is_kept_whatever_its_size() -> None:
    history = History(limit=1)
    history.push(_edit("Brush"))
    history.push(_edit("Fill", side=64))
    assert len(history) == 1
    assert history.undo_name == "Fill"


def test_the_bytes_of_forgotten_edits_are_given_back() -> None:
    history = History()
    history.push(_edit("Brush"))
    before = history.size
    history.push(_edit("Fill", side=64))
    history.undo()
    history.push(_edit("Line", seed=3))
    assert history.size == pytest.approx(2 * before, rel=0.05)


def test_the_edits_next_to_undo_and_redo_stay_plain_when_they_are_packed() -> None:
    history = History()
    side = math.isqrt(PLAIN_LIMIT // 4)  # an edit is half of the limit
    edits = [_edit(str(number), side=side) for number in range(5)]
    for edit in edits:
        history.push(edit)
        edit.pack()
    assert [edit.is_plain for edit in edits] == [False, False, False, True, True]
    for _ in range(3):
        history.undo()
    assert history.near() == (edits[1], edits[2])
    for edit in history.near():
        edit.unpack()
    assert [edit.is_plain for edit in edits] == [False, True, True, False, False]


def test_unpacked_pixels_are_those_that_were_packed() -> None:
    history = History()
    edit = _edit("Brush")
    (before,) = edit.patches()
    edit.pack()
    assert not edit.is_plain
    history.push(edit)
    edit.unpack()
    assert edit.is_plain
    (after,) = edit.patches()
    assert after.rect == before.rect
    assert np.array_equal(after.before, before.before)
    assert np.array_equal(after.after, before.after)


def test_the_histories_of_left_images_make_room_for_the_open_one() -> None:
    size = _edit("0").size
    histories = Histories(limit=3 * size)
    for key in "abc":
        history = History()
        history.push(_edit(key))
        histories.keep(key, history)
    histories.trim(beside=2 * size)
    assert histories.take("a") is histories.take("b") is None
    assert histories.take("c") is not None
