"""Changing the classes of a project: real clicks in the real window, real files."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from changed_classes import change
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from segstudio.controllers import class_changes
from segstudio.core.class_change import ChangeKind, Delete, Recolor, Reorder, planned
from segstudio.core.image_filter import ImageFilter, ImageSort
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.palette import Color
from segstudio.core.rect import Rect
from segstudio.storage.class_change_log import new_change
from segstudio.storage.opening import create_project, open_path
from segstudio.storage.project import load_project
from segstudio.ui.class_forms import OrderForm, RenameForm, SplitForm, TargetForm
from segstudio.ui.main_window import MainWindow

# The platform without a screen says so whenever a dialog opens.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "raise")

CLASSES = ("background", "cell", "dirt", "wall")
Settled = Callable[[], None]


def drawn(number: int) -> LabelMap:
    """Two squares of each class; the first square of "dirt" has four pixels."""
    label_map = np.zeros((60, 80), np.uint8)
    label_map[5:15, 5:15] = label_map[40:50, 5:15] = 1
    label_map[5:7, 30:32] = label_map[40:50, 30 : 40 + number] = 2
    label_map[5:15, 60:70] = 3
    return label_map


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    project = create_project(folder).with_label_set(LabelSet.named(CLASSES))
    project.save()
    for number, name in enumerate("abc"):
        Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(folder / f"{name}.png")
        project.write_mask(f"{name}.png", drawn(number))
    return folder


@pytest.fixture
def settled(qtbot: QtBot, window: MainWindow) -> Settled:
    def settled() -> None:
        qtbot.waitUntil(
            lambda: window.is_idle and window.editor.workspace.document is not None, timeout=20_000
        )
        window.editor.workspace.flush()

    return settled


@pytest.fixture
def opened(
    window: MainWindow, folder: Path, open_folder: Callable[[Path], None], settled: Settled
) -> MainWindow:
    open_folder(folder)
    settled()
    return window


def on_disk(folder: Path, name: str) -> list[str]:
    """Return the class names of the mask's pixels."""
    project = load_project(folder / "segstudio")
    label_map = project.read_any_mask(name)
    assert label_map is not None
    return [(*project.label_set.names, *[""] * 256)[value] for value in label_map.ravel()]


def shown(window: MainWindow) -> list[str]:
    """Return the class names of the pixels in the window."""
    document = window.editor.workspace.document
    assert document is not None
    names = (*window.editor.workspace.label_set.names, *[""] * 256)
    return [names[value] for value in document.label_map.ravel()]


def named(number: int, **renamed: str) -> list[str]:
    names = [renamed.get(name, name) for name in CLASSES]
    return [names[value] for value in drawn(number).ravel()]


def ask(window: MainWindow, kind: ChangeKind, *classes: str) -> None:
    """Open the dialog with some classes chosen and what to do with them."""
    window.editor.actions_by_name["edit_classes"].trigger()
    dialog = window.editor.classes.dialog
    dialog.classes.clearSelection()
    for name in classes:
        row = window.editor.workspace.label_set.index_of(name)
        assert row is not None
        dialog.classes.setRangeSelected(_row(dialog.classes, row), True)
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))


def _row(table: object, row: int) -> object:
    from PySide6.QtWidgets import QTableWidgetSelectionRange

    return QTableWidgetSelectionRange(row, 0, row, 2)


def go(qtbot: QtBot, window: MainWindow) -> None:
    dialog = window.editor.classes.dialog
    qtbot.waitUntil(dialog.go.isEnabled, timeout=5000)
    with qtbot.waitSignal(window.editor.classes.changes.finished, timeout=20_000):
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)


def test_the_dialog_says_first_what_a_merge_would_change(qtbot: QtBot, opened: MainWindow) -> None:
    ask(opened, ChangeKind.MERGE, "dirt")
    dialog = opened.editor.classes.dialog
    form = dialog.forms[ChangeKind.MERGE]
    assert isinstance(form, TargetForm)
    form.target.setCurrentIndex(form.target.findText("cell"))
    pixels = sum(int((drawn(number) == 2).sum()) for number in range(3))
    wanted = f"{pixels:,} pixels in 3 images get another class. It can be undone."
    qtbot.waitUntil(lambda: dialog.effect.text() == wanted)
    cells = [dialog.rows.item(0, column).text() for column in range(4)]
    assert cells == ["dirt", "3", f"{pixels:,}", "cell"]


def test_merging_changes_all_masks_and_the_open_image(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    ask(opened, ChangeKind.MERGE, "dirt", "wall")
    form = opened.editor.classes.dialog.forms[ChangeKind.MERGE]
    assert isinstance(form, TargetForm)
    form.target.setCurrentIndex(form.target.findText("cell"))
    go(qtbot, opened)
    settled()
    assert opened.editor.workspace.label_set.names == ("background", "cell")
    for number, name in enumerate("abc"):
        assert on_disk(folder, f"{name}.png") == named(number, dirt="cell", wall="cell")
    assert shown(opened) == named(0, dirt="cell", wall="cell")


def test_undo_in_the_message_brings_everything_back(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    ask(opened, ChangeKind.DELETE, "cell")
    go(qtbot, opened)
    settled()
    assert on_disk(folder, "b.png") == named(1, cell="")
    with qtbot.waitSignal(opened.editor.classes.changes.finished, timeout=20_000):
        qtbot.mouseClick(opened.editor.classes.dialog.undo, Qt.MouseButton.LeftButton)
    settled()
    assert opened.editor.workspace.label_set.names == CLASSES
    for number, name in enumerate("abc"):
        assert on_disk(folder, f"{name}.png") == named(number)
    assert shown(opened) == named(0)
    assert opened.editor.classes.dialog.log.rowCount() == 2
    assert not opened.editor.classes.dialog.undo.isEnabled()


def test_what_was_painted_before_can_be_undone_after_a_new_order(
    qtbot: QtBot, opened: MainWindow, settled: Settled
) -> None:
    opened.editor.toolbox.choose_class(3)
    opened.editor.toolbox.set_size(8)
    canvas = opened.editor.canvas
    opened.editor.actions_by_name["full_size"].trigger()
    corner = QPoint((canvas.width() - 80) // 2, (canvas.height() - 60) // 2)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=corner + QPoint(40, 25))
    assert shown(opened) != named(0)
    ask(opened, ChangeKind.REORDER, "wall")
    form = opened.editor.classes.dialog.forms[ChangeKind.REORDER]
    assert isinstance(form, OrderForm)
    qtbot.mouseClick(form.up, Qt.MouseButton.LeftButton)
    go(qtbot, opened)
    settled()
    assert opened.editor.workspace.label_set.names == ("background", "cell", "wall", "dirt")
    assert shown(opened) != named(0)
    opened.editor.actions_by_name["undo"].trigger()
    assert shown(opened) == named(0)


def test_renaming_in_the_list_is_a_change_that_can_be_undone(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    model = opened.editor.class_panel.view.model()
    with qtbot.waitSignal(opened.editor.classes.changes.finished):
        model.setData(model.index(1, 3), "nucleus")
    settled()
    assert on_disk(folder, "a.png") == named(0, cell="nucleus")
    ask(opened, ChangeKind.RENAME, "nucleus")
    form = opened.editor.classes.dialog.forms[ChangeKind.RENAME]
    assert isinstance(form, RenameForm)
    assert form.name.text() == "nucleus"
    with qtbot.waitSignal(opened.editor.classes.changes.finished):
        qtbot.mouseClick(opened.editor.classes.dialog.undo, Qt.MouseButton.LeftButton)
    settled()
    assert load_project(folder / "segstudio").label_set.names == CLASSES


def test_small_regions_are_counted_and_split_off_in_all_images(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    ask(opened, ChangeKind.SPLIT, "dirt")
    dialog = opened.editor.classes.dialog
    form = dialog.forms[ChangeKind.SPLIT]
    assert isinstance(form, SplitForm)
    form.name.setText("speck")
    form.small.setChecked(True)
    form.at_most.setValue(4)
    wanted = "12 pixels in 3 images get another class. It can be undone."
    qtbot.waitUntil(lambda: dialog.effect.text() == wanted, timeout=5000)
    go(qtbot, opened)
    settled()
    for name in "abc":
        found = on_disk(folder, f"{name}.png")
        assert (found.count("speck"), found.count("cell")) == (4, 200)


def test_the_regions_that_the_wand_selected_become_a_new_class(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    ask(opened, ChangeKind.SPLIT, "cell")
    form = opened.editor.classes.dialog.forms[ChangeKind.SPLIT]
    assert isinstance(form, SplitForm)
    form.name.setText("giant cell")
    canvas = opened.editor.canvas
    opened.editor.actions_by_name["full_size"].trigger()
    opened.editor.actions_by_name["rectangle"].trigger()
    opened.editor.actions_by_name["superpixels"].trigger()
    corner = QPoint((canvas.width() - 80) // 2, (canvas.height() - 60) // 2)
    qtbot.mouseClick(opened.editor.classes.dialog.go, Qt.MouseButton.LeftButton)
    assert "Nothing is selected" in opened.editor.classes.dialog.effect.text()
    opened.editor.actions_by_name["wand"].trigger()
    opened.editor.toolbox.choose_class(3)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=corner + QPoint(10, 10))
    qtbot.waitUntil(lambda: canvas.selected is not None)
    go(qtbot, opened)
    settled()
    # The image is grey, so the wand took all of it, and both cells of this image.
    assert shown(opened) == named(0, cell="giant cell")
    opened.editor.workspace.flush()
    assert on_disk(folder, "a.png") == named(0, cell="giant cell")
    assert on_disk(folder, "b.png") == named(1)
    opened.editor.actions_by_name["undo"].trigger()
    assert shown(opened) == named(0)


def test_a_change_is_refused_while_labels_are_exported(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, settled: Settled
) -> None:
    opened.editor.export.run("voc", tmp_path / "voc")
    with qtbot.waitSignal(opened.editor.classes.changes.failed) as failure:
        opened.editor.classes.changes.change(Delete((1,)))
    assert "other work reads the labels" in str(failure.args[0])
    settled()
    assert opened.editor.workspace.label_set.names == CLASSES


def test_nothing_else_is_opened_or_edited_while_all_masks_change(
    qtbot: QtBot,
    opened: MainWindow,
    tmp_path: Path,
    settled: Settled,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_go_on, make_change = threading.Event(), class_changes.make_change
    monkeypatch.setattr(
        class_changes,
        "make_change",
        lambda *args, **kwargs: (may_go_on.wait(20), make_change(*args, **kwargs))[1],
    )
    other = tmp_path / "other"
    other.mkdir()
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(other / "z.png")
    with qtbot.waitSignal(opened.editor.classes.changes.finished, timeout=20_000):
        opened.editor.classes.changes.change(Delete((2,)))
        qtbot.waitUntil(lambda: opened.editor.workspace.is_changing)
        assert not opened.editor.actions_by_name["export"].isEnabled()
        assert not opened.editor.read_only_bar.isVisible()
        opened.editor.workspace.try_editing()
        opened.editor.workspace.open_image("b.png")
        opened.editor.workspace.set_opened(open_path(other))
        assert "being changed" in opened.editor.messages.text
        may_go_on.set()
    settled()
    assert opened.editor.workspace.current_key == "a.png"
    assert shown(opened) == named(0, dirt="")


def test_stopping_a_change_leaves_everything_as_it_was(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    with qtbot.waitSignal(opened.editor.classes.changes.stopped, timeout=20_000):
        opened.editor.classes.changes.change(Delete((2,)))
        opened.editor.classes.changes.cancel()
    settled()
    assert opened.editor.workspace.label_set.names == CLASSES
    assert on_disk(folder, "b.png") == named(1)
    assert shown(opened) == named(0)


def test_a_change_that_a_crash_interrupted_is_finished_at_the_next_start(
    window: MainWindow, folder: Path, open_folder: Callable[[Path], None], settled: Settled
) -> None:
    project = load_project(folder / "segstudio")
    new_change(project, planned(Delete((2,)), project.label_set), "Delete dirt")
    open_folder(folder)
    settled()
    assert window.editor.workspace.label_set.names == ("background", "cell", "wall")
    assert shown(window) == named(0, dirt="")
    assert "is finished now" in window.editor.messages.text


def test_the_menu_of_a_class_opens_the_dialog_for_it(opened: MainWindow) -> None:
    menu = opened.editor.class_panel.menu(2)
    merge = next(action for action in menu.actions() if action.text().startswith("Merge"))
    merge.trigger()
    dialog = opened.editor.classes.dialog
    assert dialog.isVisible()
    assert (dialog.chosen, dialog.kind.currentData()) == ((2,), ChangeKind.MERGE)


def colors_on_disk(folder: Path, name: str) -> dict[str, str]:
    """Return the colour in which other programs show each class of a mask."""
    project = load_project(folder / "segstudio")
    with Image.open(project.mask_path(name)) as image:
        indices, shown = np.asarray(image), np.asarray(image.convert("RGB"))
    return {
        project.label_set[index].name: Color(*shown[indices == index][0].tolist()).hex
        for index in np.unique(indices)
    }


def test_another_colour_reaches_the_files_of_all_masks_and_so_does_its_undo(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    before = [colors_on_disk(folder, f"{name}.png") for name in "abc"]
    opened.editor.class_panel.recolor(2, Color(1, 2, 3))
    qtbot.waitUntil(lambda: len(opened.editor.classes.changes.changes) == 1)
    settled()
    after = [colors_on_disk(folder, f"{name}.png") for name in "abc"]
    assert after == [colors | {"dirt": "#010203"} for colors in before]
    opened.editor.classes.changes.undo()
    qtbot.waitUntil(lambda: len(opened.editor.classes.changes.changes) == 2)
    settled()
    assert [colors_on_disk(folder, f"{name}.png") for name in "abc"] == before


def test_painting_goes_on_after_files_got_another_colour(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    opened.editor.class_panel.recolor(2, Color(1, 2, 3))
    settled()
    document = opened.editor.workspace.document
    assert document is not None
    rect = Rect(20, 20, 22, 22)
    before = document.label_map[rect.slices].copy()
    document.apply("Brush", MaskPatch(rect, before, np.full_like(before, 3)))
    settled()
    assert not opened.editor.workspace.autosave.unsettled_keys
    assert on_disk(folder, "a.png").count("wall") == named(0).count("wall") + 4


def test_colours_that_a_crash_left_behind_are_brought_up_to_date(
    window: MainWindow, folder: Path, open_folder: Callable[[Path], None], settled: Settled
) -> None:
    project = load_project(folder / "segstudio")
    change(project, Recolor(2, Color(1, 2, 3)))  # the files have not followed yet
    assert colors_on_disk(folder, "b.png")["dirt"] != "#010203"
    open_folder(folder)
    settled()
    assert colors_on_disk(folder, "b.png")["dirt"] == "#010203"


def test_locks_and_hidden_classes_follow_a_change_and_its_undo(
    qtbot: QtBot, opened: MainWindow, settled: Settled
) -> None:
    def noted() -> tuple[set[str], set[str], str]:
        label_set, toolbox = opened.editor.workspace.label_set, opened.editor.toolbox
        return (
            {label_set[index].name for index in toolbox.locked},
            {label_set[index].name for index in opened.editor.class_panel.hidden},
            label_set[toolbox.class_index].name,
        )

    opened.editor.toolbox.choose_class(3)
    opened.editor.toolbox.toggle_lock(1)
    opened.editor.toolbox.toggle_lock(3)
    opened.editor.class_panel.toggle(2)
    assert noted() == ({"cell", "wall"}, {"background", "dirt"}, "wall")
    ask(opened, ChangeKind.DELETE, "cell")
    go(qtbot, opened)
    settled()
    assert noted() == ({"wall"}, {"background", "dirt"}, "wall")
    assert opened.editor.canvas.look.hidden == {0, 1}
    with qtbot.waitSignal(opened.editor.classes.changes.finished, timeout=20_000):
        qtbot.mouseClick(opened.editor.classes.dialog.undo, Qt.MouseButton.LeftButton)
    settled()
    assert noted() == ({"cell", "wall"}, {"background", "dirt"}, "wall")


def test_another_project_has_no_locks_of_the_one_before(
    opened: MainWindow, open_folder: Callable[[Path], None], tmp_path: Path, settled: Settled
) -> None:
    opened.editor.toolbox.toggle_lock(0)
    other = tmp_path / "other"
    other.mkdir()
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(other / "z.png")
    opened.editor.workspace.open(other)
    settled()
    assert opened.editor.workspace.current_key == "z.png"
    assert opened.editor.toolbox.locked == set()


def test_the_filter_of_the_list_follows_a_new_order(
    qtbot: QtBot, opened: MainWindow, folder: Path, settled: Settled
) -> None:
    opened.editor.images.set_wanted(ImageFilter(class_index=2, sort=ImageSort.AREA, area_class=2))
    settled()
    largest_first = ("c.png", "b.png", "a.png")
    assert opened.editor.images.images.keys == largest_first
    opened.editor.classes.changes.change(Reorder((0, 1, 3, 2)))
    qtbot.waitUntil(lambda: len(opened.editor.classes.changes.changes) == 1, timeout=20_000)
    settled()
    assert (opened.editor.images.wanted.class_index, opened.editor.images.wanted.area_class) == (
        3,
        3,
    )
    assert opened.editor.images.images.keys == largest_first
