"""Labels of neighbouring images, and of all images: real keys and clicks on the real window."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.paint_rule import PaintRule
from segstudio.core.rect import Rect
from segstudio.storage.opening import create_project
from segstudio.ui.main_window import MainWindow

# The platform without a screen says so whenever a dialog opens.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
Settled = Callable[[], None]
PressKey = Callable[..., None]


def disk(radius: float, value: int = 1) -> LabelMap:
    rows, columns = np.ogrid[:60, :80]
    return ((rows - 30) ** 2 + (columns - 40) ** 2 <= radius**2).astype(np.uint8) * np.uint8(value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five images of a sequence; the second and the fourth are labelled, the fifth is smaller."""
    folder = tmp_path / "images"
    folder.mkdir()
    for name in "abcd":
        Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(folder / f"{name}.png")
    Image.fromarray(np.full((40, 80, 3), 90, np.uint8)).save(folder / "e.png")
    project = create_project(folder).with_label_set(LabelSet.named(["background", "cell", "wall"]))
    project.save()
    project.write_mask("b.png", disk(10))
    project.write_mask("d.png", disk(20))
    return folder


@pytest.fixture
def settled(qtbot: QtBot, window: MainWindow) -> Settled:
    def settled() -> None:
        qtbot.waitUntil(lambda: window.is_idle, timeout=20_000)

    return settled


@pytest.fixture
def show(
    qtbot: QtBot, window: MainWindow, folder: Path, open_folder: Callable[[Path], None]
) -> Callable[[str], None]:
    """Open the folder, once, and show an image of it."""

    def show(name: str) -> None:
        if window.editor.workspace.project is None:
            open_folder(folder)
        window.editor.workspace.open_image(name)
        qtbot.waitUntil(lambda: label_map(window, name) is not None, timeout=10_000)
        qtbot.waitUntil(lambda: {"b.png", "d.png"} <= window.editor.workspace.labelled)

    return show


def label_map(window: MainWindow, name: str) -> LabelMap | None:
    document = window.editor.workspace.document
    return document.label_map if document is not None and document.key == name else None


def mask(folder: Path, name: str) -> LabelMap:
    with Image.open(folder / "segstudio" / "masks" / f"{name}.png") as image:
        return np.array(image)


def test_the_labels_of_the_previous_image_are_copied_and_undone(
    window: MainWindow, show: Callable[[str], None], press_key: PressKey, settled: Settled
) -> None:
    show("c.png")
    press_key(Qt.Key.Key_V, _CTRL | _SHIFT)
    settled()
    assert np.array_equal(label_map(window, "c.png"), disk(10))
    assert "b.png" in window.editor.messages.text
    press_key(Qt.Key.Key_Z, _CTRL)
    assert (label_map(window, "c.png") == 255).all()


def test_copying_obeys_the_rule_and_the_locks(
    window: MainWindow, show: Callable[[str], None], press_key: PressKey, settled: Settled
) -> None:
    show("d.png")
    show("c.png")
    document = window.editor.workspace.document
    assert document is not None
    document.label_map[:, :40] = 2
    window.editor.toolbox.toggle_lock(2)
    press_key(Qt.Key.Key_V, _CTRL | _SHIFT)
    settled()
    assert (document.label_map[:, :40] == 2).all()
    assert np.array_equal(document.label_map[:, 40:], disk(10)[:, 40:])
    before = document.label_map.copy()
    window.editor.toolbox.set_option(rule=PaintRule.CLICKED_CLASS)
    press_key(Qt.Key.Key_V, _CTRL | _SHIFT)
    settled()
    assert np.array_equal(document.label_map, before)
    assert "needs no click" in window.editor.messages.text


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.png", "first image"), ("b.png", "has no labels yet"), ("e.png", "do not fit")],
)
def test_what_cannot_be_copied_is_said(
    name: str,
    words: str,
    window: MainWindow,
    show: Callable[[str], None],
    press_key: PressKey,
    settled: Settled,
) -> None:
    show(name)
    before = window.editor.workspace.document.label_map.copy()
    press_key(Qt.Key.Key_V, _CTRL | _SHIFT)
    settled()
    assert words in window.editor.messages.text
    assert np.array_equal(window.editor.workspace.document.label_map, before)


def test_labels_are_interpolated_between_the_labelled_neighbours(
    window: MainWindow, show: Callable[[str], None], press_key: PressKey, settled: Settled
) -> None:
    show("c.png")
    press_key(Qt.Key.Key_I, _CTRL)
    settled()
    found = label_map(window, "c.png")
    assert found is not None
    assert np.sqrt(np.count_nonzero(found == 1) / np.pi) == pytest.approx(15, abs=0.5)
    assert "b.png" in window.editor.messages.text
    assert "d.png" in window.editor.messages.text
    press_key(Qt.Key.Key_Z, _CTRL)
    assert (label_map(window, "c.png") == 255).all()


def test_without_labels_on_both_sides_nothing_is_interpolated(
    window: MainWindow, show: Callable[[str], None], press_key: PressKey, settled: Settled
) -> None:
    show("a.png")
    press_key(Qt.Key.Key_I, _CTRL)
    settled()
    assert "No labelled image lies before" in window.editor.messages.text
    assert (label_map(window, "a.png") == 255).all()


def ask_to_replace(qtbot: QtBot, window: MainWindow, press_key: PressKey) -> None:
    """Open the dialog by its key, choose cell by wall, and wait for the count."""
    press_key(Qt.Key.Key_H, _CTRL)
    dialog = window.editor.dialogs.replace_all
    qtbot.waitExposed(dialog)
    dialog.source.setCurrentIndex(1)
    dialog.target.setCurrentIndex(2)
    qtbot.waitUntil(lambda: "pixels in" in dialog.found.text(), timeout=10_000)


def confirm(qtbot: QtBot, window: MainWindow, settled: Settled) -> None:
    """Click "Replace" and wait until it is done and the keys are the window's again."""
    qtbot.mouseClick(window.editor.dialogs.replace_all.go, Qt.MouseButton.LeftButton)
    settled()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def test_a_class_is_counted_replaced_in_all_images_and_taken_back(
    qtbot: QtBot,
    window: MainWindow,
    folder: Path,
    show: Callable[[str], None],
    press_key: PressKey,
    settled: Settled,
) -> None:
    show("d.png")
    ask_to_replace(qtbot, window, press_key)
    count = np.count_nonzero(disk(10)) + np.count_nonzero(disk(20))
    assert f"{count:,} pixels in 2 images" in window.editor.dialogs.replace_all.found.text()
    assert np.array_equal(mask(folder, "b.png"), disk(10))  # counting changes nothing
    confirm(qtbot, window, settled)
    window.editor.workspace.flush()
    assert np.array_equal(mask(folder, "b.png"), disk(10, 2))
    assert np.array_equal(mask(folder, "d.png"), disk(20, 2))
    assert list((folder / "segstudio" / "history" / "b.png").glob("*.png"))  # the one before
    assert "2 images changed" in window.editor.messages.text
    qtbot.mouseClick(button(window, "Undo in all"), Qt.MouseButton.LeftButton)
    settled()
    window.editor.workspace.flush()
    assert np.array_equal(mask(folder, "b.png"), disk(10))
    assert np.array_equal(mask(folder, "d.png"), disk(20))
    assert "taken back in 2 images" in window.editor.messages.text


def test_each_image_can_undo_the_replacement_by_itself(
    qtbot: QtBot,
    window: MainWindow,
    show: Callable[[str], None],
    press_key: PressKey,
    settled: Settled,
) -> None:
    show("b.png")  # a visit whose history in memory must not outlive the change of the file
    show("c.png")
    ask_to_replace(qtbot, window, press_key)
    confirm(qtbot, window, settled)
    show("b.png")
    assert np.array_equal(label_map(window, "b.png"), disk(10, 2))
    press_key(Qt.Key.Key_Z, _CTRL)
    assert np.array_equal(label_map(window, "b.png"), disk(10))


def test_what_was_edited_since_is_left_when_all_is_taken_back(
    qtbot: QtBot,
    window: MainWindow,
    folder: Path,
    show: Callable[[str], None],
    press_key: PressKey,
    settled: Settled,
) -> None:
    show("d.png")
    ask_to_replace(qtbot, window, press_key)
    confirm(qtbot, window, settled)
    window.editor.toolbox.choose_class(1)
    qtbot.mouseClick(
        window.editor.canvas, Qt.MouseButton.LeftButton, pos=window.editor.canvas.rect().center()
    )
    edited = label_map(window, "d.png").copy()
    window.editor.replace.undo()
    settled()
    assert np.array_equal(label_map(window, "d.png"), edited)
    assert np.array_equal(mask(folder, "b.png"), disk(10))
    assert "Left as they are: d.png" in window.editor.messages.text


def test_a_locked_class_is_not_replaced(
    qtbot: QtBot, window: MainWindow, show: Callable[[str], None], press_key: PressKey
) -> None:
    show("d.png")
    window.editor.toolbox.toggle_lock(1)
    press_key(Qt.Key.Key_H, _CTRL)
    window.editor.dialogs.replace_all.source.setCurrentIndex(1)
    window.editor.dialogs.replace_all.target.setCurrentIndex(2)
    qtbot.waitUntil(lambda: not window.editor.replace.is_running, timeout=10_000)
    assert not window.editor.dialogs.replace_all.go.isEnabled()
    assert "locked" in window.editor.dialogs.replace_all.found.text()
    window.editor.replace.replace(1, 2)
    assert not window.editor.replace.is_changing
    window.editor.dialogs.replace_all.reject()


def test_stopping_keeps_what_was_replaced_and_says_so(
    qtbot: QtBot,
    window: MainWindow,
    folder: Path,
    show: Callable[[str], None],
    press_key: PressKey,
    settled: Settled,
) -> None:
    show("c.png")
    window.editor.replace.progressed.connect(
        lambda done, _total: window.editor.replace.cancel() if done == 1 else None
    )
    window.editor.replace.replace(1, 2)
    settled()
    assert np.array_equal(mask(folder, "b.png"), disk(10, 2))
    assert np.array_equal(mask(folder, "d.png"), disk(20))
    assert "stopped" in window.editor.messages.text
    window.editor.replace.undo()
    settled()
    assert np.array_equal(mask(folder, "b.png"), disk(10))


@pytest.mark.parametrize("is_open_first", [False, True])
def test_an_image_that_is_opened_meanwhile_is_changed_once_and_undoes_in_one_step(
    is_open_first: bool,
    qtbot: QtBot,
    window: MainWindow,
    folder: Path,
    show: Callable[[str], None],
    press_key: PressKey,
    settled: Settled,
) -> None:
    show("c.png")
    if is_open_first:
        window.editor.workspace.open_image("b.png")  # being read when the masks are changed
    window.editor.replace.replace(1, 2)
    window.editor.workspace.open_image("b.png")
    settled()
    qtbot.waitUntil(lambda: label_map(window, "b.png") is not None)
    settled()
    assert np.array_equal(label_map(window, "b.png"), disk(10, 2))
    press_key(Qt.Key.Key_Z, _CTRL)
    assert np.array_equal(label_map(window, "b.png"), disk(10))
    press_key(Qt.Key.Key_Y, _CTRL)
    window.editor.workspace.flush()
    assert np.array_equal(mask(folder, "b.png"), disk(10, 2))
    assert np.array_equal(mask(folder, "d.png"), disk(20, 2))


def test_strokes_that_are_not_saved_yet_are_replaced_too(
    qtbot: QtBot,
    window: MainWindow,
    folder: Path,
    show: Callable[[str], None],
    settled: Settled,
) -> None:
    show("b.png")
    window.editor.toolbox.choose_class(1)
    window.editor.toolbox.set_size(5)
    qtbot.mouseClick(
        window.editor.canvas, Qt.MouseButton.LeftButton, pos=window.editor.canvas.rect().center()
    )
    window.editor.canvas.setFocus()
    document = window.editor.workspace.document
    assert document is not None
    document.apply("corner", MaskPatch(Rect(0, 0, 1, 1), disk(10)[:1, :1], disk(90)[:1, :1]))
    window.editor.workspace.open_image("c.png")  # b.png is on its way to the disk
    window.editor.replace.replace(1, 2)
    settled()
    window.editor.workspace.flush()
    assert not (mask(folder, "b.png") == 1).any()
    assert mask(folder, "b.png")[0, 0] == 2


def button(window: MainWindow, text: str) -> QPushButton:
    return next(b for b in window.editor.messages.findChildren(QPushButton) if b.text() == text)
