"""The list of images as a user has it: search, filter, sort, flags, notes, progress."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstudio.core.image_filter import ImageSort
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import difference_patch
from segstudio.core.review import Review, ReviewState
from segstudio.storage.opening import create_project
from segstudio.storage.predicted import note_predicted
from segstudio.storage.project import Project
from segstudio.storage.review import approved_now, read_review, write_review
from segstudio.ui.main_window import MainWindow

# The offscreen platform says so for every popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Open = Callable[[Path], None]
Press = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Five images: not labelled, predicted, corrected, approved, not labelled."""
    images = tmp_path / "images"
    images.mkdir()
    for name in ("a.png", "b.png", "c.png", "d.png", "e.png"):
        Image.fromarray(np.full((12, 16, 3), 90, np.uint8)).save(images / name)
    project = create_project(images).with_label_set(LabelSet.named(["background", "cell", "wall"]))
    project.save()
    said = np.zeros((12, 16), np.uint8)
    said[:4] = 1
    for key, uncertainty in (("b.png", 0.1), ("c.png", 0.4), ("d.png", 0.2)):
        project.write_prediction(key, said)
        note_predicted(project, key, None, uncertainty)
        project.write_mask(key, said)
    corrected = said.copy()
    corrected[:, :2] = 2
    project.write_mask("c.png", corrected)
    write_review(project, "d.png", approved_now(Review(), is_approved=True))
    return project


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, open_folder: Open, project: Project) -> MainWindow:
    open_folder(project.image_root)
    qtbot.waitUntil(lambda: window.editor.indexer.is_idle and len(window.editor.indexer.table) == 5)
    return window


def shown(window: MainWindow) -> list[str]:
    rows = window.editor.image_panel.rows
    return [rows.key(row) for row in range(rows.rowCount())]


def go(qtbot: QtBot, window: MainWindow, key: str) -> None:
    window.editor.workspace.open_image(key)
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None)


def test_states_of_all_images_are_found_when_a_project_is_opened(opened: MainWindow) -> None:
    assert [opened.editor.review.state(key) for key in opened.editor.workspace.keys] == [
        ReviewState.UNLABELLED,
        ReviewState.PREDICTED,
        ReviewState.CORRECTED,
        ReviewState.APPROVED,
        ReviewState.UNLABELLED,
    ]
    assert opened.editor.image_panel.progress.label.text() == "1 of 5 approved"
    assert "1 corrected" in opened.editor.image_panel.progress.toolTip()


def test_painting_makes_an_image_corrected_once_it_is_saved(
    qtbot: QtBot, opened: MainWindow
) -> None:
    document = opened.editor.workspace.document
    assert document is not None
    document.apply("Fill", difference_patch(document.label_map, np.ones((12, 16), np.uint8)))
    opened.editor.workspace.save()

    qtbot.waitUntil(lambda: opened.editor.review.state("a.png") is ReviewState.CORRECTED)


def test_typing_finds_images_by_name_and_return_gives_the_keys_back(
    qtbot: QtBot, opened: MainWindow
) -> None:
    search = opened.editor.image_panel.filter.search
    qtbot.keyClicks(search, "C.P")
    qtbot.waitUntil(lambda: shown(opened) == ["c.png"])
    assert "1 of 5 shown" in opened.editor.image_panel.filter.summary.text

    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert opened.editor.canvas.hasFocus()


def test_a_state_is_filtered_and_the_filter_is_cleared(qtbot: QtBot, opened: MainWindow) -> None:
    box = opened.editor.image_panel.filter
    qtbot.mouseClick(box.button, Qt.MouseButton.LeftButton)
    box.popup.states[ReviewState.APPROVED].click()
    box.popup.states[ReviewState.PREDICTED].click()
    qtbot.waitUntil(lambda: shown(opened) == ["b.png", "d.png"])
    box.popup.hide()

    qtbot.mouseClick(box.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(shown(opened)) == 5)
    assert not box.popup.states[ReviewState.APPROVED].isChecked()


def test_images_with_a_class_are_shown(qtbot: QtBot, opened: MainWindow) -> None:
    popup = opened.editor.image_panel.filter.popup
    popup.show()
    qtbot.keyClicks(popup.holds, "wall")

    qtbot.waitUntil(lambda: shown(opened) == ["c.png"])
    popup.hide()


@pytest.mark.parametrize(
    ("sort", "keys"),
    [
        (ImageSort.STATE, ["a.png", "e.png", "b.png", "c.png", "d.png"]),
        (ImageSort.UNCERTAINTY, ["c.png", "d.png", "b.png", "a.png", "e.png"]),
        (ImageSort.DISAGREEMENT, ["c.png", "a.png", "b.png", "d.png", "e.png"]),
    ],
)
def test_the_list_is_sorted(
    qtbot: QtBot, opened: MainWindow, sort: ImageSort, keys: list[str]
) -> None:
    popup = opened.editor.image_panel.filter.popup
    popup.show()
    for _ in range(popup.sort.findData(sort)):
        qtbot.keyClick(popup.sort, Qt.Key.Key_Down)

    qtbot.waitUntil(lambda: shown(opened) == keys)
    popup.hide()


@pytest.mark.parametrize(
    ("sort", "least", "keys", "words"),
    [
        (ImageSort.UNCERTAINTY, 20, ["c.png", "d.png"], "at least 20 %"),
        (ImageSort.DISAGREEMENT, 1, ["c.png"], "at least 1 pixel"),
        (ImageSort.DATE, 2, ["b.png", "c.png", "d.png"], "changed in the last 2 days"),
    ],
)
def test_only_images_with_that_much_are_shown(
    qtbot: QtBot, opened: MainWindow, sort: ImageSort, least: int, keys: list[str], words: str
) -> None:
    box = opened.editor.image_panel.filter
    box.popup.show()
    for _ in range(box.popup.sort.findData(sort)):
        qtbot.keyClick(box.popup.sort, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: opened.editor.images.wanted.sort is sort)
    box.popup.least.setFocus()
    box.popup.least.selectAll()
    qtbot.keyClicks(box.popup.least, str(least))
    qtbot.keyClick(box.popup.least, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sorted(shown(opened)) == keys)
    assert words in box.summary.toolTip()
    box.popup.hide()
    qtbot.mouseClick(box.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(shown(opened)) == 5)
    assert box.popup.least.value() == 0


def test_nothing_found_says_so_and_offers_all_images(qtbot: QtBot, opened: MainWindow) -> None:
    panel = opened.editor.image_panel
    qtbot.keyClicks(panel.filter.search, "nowhere")
    qtbot.waitUntil(panel.no_match.isVisible)
    assert not panel.view.isVisible()

    qtbot.mouseClick(panel.no_match.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.view.isVisible)
    assert panel.filter.search.text() == ""
    assert len(shown(opened)) == 5


def test_the_keys_go_through_the_images_that_are_shown(
    qtbot: QtBot, opened: MainWindow, press_key: Press
) -> None:
    popup = opened.editor.image_panel.filter.popup
    popup.states[ReviewState.CORRECTED].click()
    popup.states[ReviewState.APPROVED].click()
    qtbot.waitUntil(lambda: shown(opened) == ["c.png", "d.png"])

    # a.png is open, and is not among them.
    for key, expected in (
        (Qt.Key.Key_D, "c.png"),
        (Qt.Key.Key_D, "d.png"),
        (Qt.Key.Key_D, "d.png"),
        (Qt.Key.Key_A, "c.png"),
    ):
        press_key(key)
        assert opened.editor.workspace.current_key == expected
        qtbot.waitUntil(lambda: opened.editor.workspace.document is not None)


def test_an_image_stays_in_the_list_until_another_is_opened(
    qtbot: QtBot, opened: MainWindow, press_key: Press
) -> None:
    popup = opened.editor.image_panel.filter.popup
    popup.states[ReviewState.PREDICTED].click()
    popup.states[ReviewState.CORRECTED].click()
    qtbot.waitUntil(lambda: shown(opened) == ["b.png", "c.png"])
    go(qtbot, opened, "b.png")

    opened.editor.review.set_approved(is_approved=True)
    qtbot.waitUntil(lambda: opened.editor.indexer.state("b.png") is ReviewState.APPROVED)
    qtbot.waitUntil(lambda: opened.editor.images.is_idle)
    assert shown(opened) == ["b.png", "c.png"]

    press_key(Qt.Key.Key_D)
    assert opened.editor.workspace.current_key == "c.png"
    qtbot.waitUntil(lambda: shown(opened) == ["c.png"])


def test_a_flag_asks_for_a_note_and_both_are_kept(
    qtbot: QtBot, opened: MainWindow, project: Project, press_key: Press
) -> None:
    go(qtbot, opened, "d.png")
    press_key(Qt.Key.Key_F, SHIFT)
    note = opened.editor.image_panel.note.edit
    assert note.hasFocus()
    qtbot.keyClicks(note, "out of focus")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    assert opened.editor.canvas.hasFocus()
    assert opened.editor.review.state("d.png") is ReviewState.FLAGGED
    assert opened.editor.actions_by_name["flag"].isChecked()
    opened.editor.workspace.flush()

    review = read_review(project, "d.png")
    assert (review.is_flagged, review.is_approved) == (True, False)
    assert review.note == "out of focus"
    qtbot.waitUntil(lambda: opened.editor.indexer.state("d.png") is ReviewState.FLAGGED)
    assert opened.editor.image_panel.progress.label.text() == "0 of 5 approved, 1 flagged"


def test_a_second_press_takes_the_flag_away(
    qtbot: QtBot, opened: MainWindow, project: Project, press_key: Press
) -> None:
    go(qtbot, opened, "b.png")
    press_key(Qt.Key.Key_F, SHIFT)
    press_key(Qt.Key.Key_F, SHIFT)
    opened.editor.workspace.flush()

    assert not read_review(project, "b.png").is_flagged
    qtbot.waitUntil(lambda: opened.editor.review.state("b.png") is ReviewState.PREDICTED)


def test_escape_takes_back_what_was_typed_into_the_note(
    qtbot: QtBot, opened: MainWindow, project: Project
) -> None:
    note = opened.editor.image_panel.note.edit
    note.setFocus()
    qtbot.keyClicks(note, "oh")
    qtbot.keyClick(note, Qt.Key.Key_Escape)
    opened.editor.workspace.flush()

    assert note.text() == ""
    assert opened.editor.canvas.hasFocus()
    assert read_review(project, "a.png") == Review()


def test_a_note_is_kept_when_another_image_is_opened_and_found_by_its_words(
    qtbot: QtBot, opened: MainWindow
) -> None:
    note = opened.editor.image_panel.note.edit
    note.setFocus()
    qtbot.keyClicks(note, "Ask Maria")
    go(qtbot, opened, "b.png")
    assert note.text() == ""
    qtbot.waitUntil(lambda: opened.editor.indexer.table.notes == {"a.png": "Ask Maria"})

    qtbot.keyClicks(opened.editor.image_panel.filter.search, "maria")
    qtbot.waitUntil(lambda: shown(opened) == ["a.png"])


def test_the_next_that_is_not_approved_passes_over_flagged_ones(
    qtbot: QtBot, opened: MainWindow, press_key: Press
) -> None:
    go(qtbot, opened, "b.png")
    opened.editor.review.set_flagged(is_flagged=True)
    go(qtbot, opened, "a.png")

    press_key(Qt.Key.Key_D, CONTROL | SHIFT)

    assert opened.editor.workspace.current_key == "c.png"


def test_masks_that_another_program_wrote_are_seen_when_the_user_comes_back(
    qtbot: QtBot, opened: MainWindow, project: Project
) -> None:
    project.write_mask("e.png", np.ones((12, 16), np.uint8))
    opened.editor.indexer.look_again()  # as the window does when it is activated

    qtbot.waitUntil(lambda: opened.editor.review.state("e.png") is ReviewState.CORRECTED)


def test_another_project_begins_with_all_its_images(
    qtbot: QtBot, opened: MainWindow, open_folder: Open, tmp_path: Path
) -> None:
    opened.editor.image_panel.filter.popup.states[ReviewState.APPROVED].click()
    qtbot.waitUntil(lambda: shown(opened) == ["d.png"])
    other = tmp_path / "other"
    other.mkdir()
    Image.fromarray(np.full((12, 16, 3), 90, np.uint8)).save(other / "z.png")

    opened.editor.workspace.open(other)
    qtbot.waitUntil(lambda: shown(opened) == ["z.png"])
    assert opened.editor.image_panel.progress.label.text() == "0 of 1 approved"
