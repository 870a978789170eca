"""The whole loop in the window: open, predict, correct, undo, switch, export."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.storage.assets import assets_folder
from segstudio.ui.main_window import MainWindow


@pytest.fixture
def image_folder(tmp_path: Path) -> Path:
    """Three of our sample micrographs in a folder of the user's own, cut small for speed."""
    folder = tmp_path / "my cells"
    folder.mkdir()
    for path in sorted((assets_folder() / "samples" / "images").glob("*.png"))[:3]:
        with Image.open(path) as image:
            image.crop((0, 0, 320, 256)).save(folder / path.name)
    return folder


def shown_label_map(window: MainWindow) -> LabelMap:
    """Read the label map back from the colours on the screen, at 100 % and full opacity."""
    window.editor.actions_by_name["full_size"].trigger()
    window.editor.canvas.leaveEvent(None)  # type: ignore[arg-type] - no brush outline in the picture
    with_overlay = _pixels(window.editor.canvas)
    label_set = window.editor.workspace.label_set
    document = window.editor.workspace.document
    assert document is not None
    height, width = document.size
    top = (window.editor.canvas.height() - height) // 2
    left = (window.editor.canvas.width() - width) // 2
    shown = with_overlay[top : top + height, left : left + width]
    label_map = np.full((height, width), 255, np.uint8)
    for class_index, item in enumerate(label_set):
        label_map[(shown == item.color).all(axis=2)] = class_index
    return label_map


def _pixels(widget: QWidget) -> np.ndarray:
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(picture.constBits(), np.uint8)
    lines = lines.reshape(picture.height(), picture.bytesPerLine())
    return lines[:, : picture.width() * 3].reshape(picture.height(), picture.width(), 3).copy()


def distinct_colors(label_set: LabelSet) -> None:
    assert len({item.color for item in label_set}) == len(label_set)


def test_open_predict_correct_undo_switch_export(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    drag: Callable[..., None],
    press_key: Callable[..., None],
    image_folder: Path,
    tmp_path: Path,
) -> None:
    workspace, canvas = window.editor.workspace, window.editor.canvas

    open_folder(image_folder)
    first = workspace.current_key
    assert workspace.document is not None
    assert (workspace.document.label_map == 255).all()

    # R runs the sample model.
    with qtbot.waitSignal(window.editor.predict.predicted, timeout=60_000):
        press_key(Qt.Key.Key_R)
    predicted = workspace.document.label_map.copy()
    assert set(np.unique(predicted)) > {0, 1}
    assert "membrane" in workspace.label_set.names

    # A stroke with the mouse.
    press_key(Qt.Key.Key_1)
    window.editor.toolbox.set_size(15)
    middle = canvas.rect().center()
    drag(canvas, middle - QPoint(80, 40), middle, middle + QPoint(80, -40))
    painted = workspace.document.label_map.copy()
    assert not np.array_equal(painted, predicted)

    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(workspace.document.label_map, predicted)
    press_key(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(workspace.document.label_map, painted)

    # To the next image and back: saved, reloaded, and still undoable.
    press_key(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.current_key != first)
    press_key(Qt.Key.Key_A)
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.current_key == first)
    assert np.array_equal(workspace.document.label_map, painted)
    assert workspace.document.history.undo_name is not None

    # What the screen shows is what the export holds.
    window.editor._view_bar.opacity.setValue(100)
    window.editor.class_panel.toggle(0)  # the background is hidden at first
    distinct_colors(workspace.label_set)
    shown = shown_label_map(window)
    assert np.array_equal(shown, painted)
    out = tmp_path / "exported"
    with qtbot.waitSignal(window.editor.export.exported, timeout=30_000) as exported:
        window.editor.export.run("voc", out)
    assert exported.args[1].changed_pixels == 0
    masks = list((out / "SegmentationClass").glob("*.png"))
    assert [mask.stem for mask in masks] == [Path(first or "").stem]
    with Image.open(masks[0]) as mask:
        assert mask.mode == "P"
        assert np.array_equal(np.asarray(mask), shown)
    assert (out / "JPEGImages" / str(first)).read_bytes() == (
        image_folder / str(first)
    ).read_bytes()


def test_work_survives_closing_the_window(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
    drag: Callable[..., None],
    image_folder: Path,
) -> None:
    open_folder(image_folder)
    add_class()
    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle, middle + QPoint(30, 30))
    assert window.editor.workspace.document is not None
    painted = window.editor.workspace.document.label_map.copy()
    key = window.editor.workspace.document.key

    window.close()

    with Image.open(image_folder / "segstudio" / "masks" / f"{key}.png") as mask:
        assert np.array_equal(np.asarray(mask), painted)


def test_edits_are_saved_after_three_idle_seconds(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
    drag: Callable[..., None],
    image_folder: Path,
) -> None:
    open_folder(image_folder)
    add_class()
    key = window.editor.workspace.current_key
    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle, middle + QPoint(30, 30))

    saved = image_folder / "segstudio" / "masks" / f"{key}.png"
    qtbot.waitUntil(saved.exists, timeout=8_000)
    qtbot.waitUntil(lambda: not window.editor.workspace.has_unsaved_work)


def test_labels_that_cannot_be_saved_stay_in_memory_and_are_tried_again(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
    drag: Callable[..., None],
    image_folder: Path,
) -> None:
    open_folder(image_folder)
    add_class()
    workspace = window.editor.workspace
    first = workspace.current_key
    masks = image_folder / "segstudio" / "masks"
    masks.write_text("a file where the folder should be")
    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle, middle + QPoint(30, 30))
    assert workspace.document is not None
    painted = workspace.document.label_map.copy()

    with qtbot.waitSignal(workspace.failed):
        workspace.step(1)
    assert "could not" in window.editor.messages.text
    assert workspace.has_unsaved_work

    # Going back shows the work, and once the disk is well again it is saved.
    qtbot.waitUntil(lambda: workspace.document is not None)
    workspace.step(-1)
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.current_key == first)
    assert np.array_equal(workspace.document.label_map, painted)
    masks.unlink()
    workspace.save()
    qtbot.waitUntil(lambda: not workspace.has_unsaved_work)
    with Image.open(masks / f"{first}.png") as mask:
        assert np.array_equal(np.asarray(mask), painted)


def test_a_second_run_keeps_corrections_and_offers_to_replace_them(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    drag: Callable[..., None],
    press_key: Callable[..., None],
    image_folder: Path,
) -> None:
    open_folder(image_folder)
    with qtbot.waitSignal(window.editor.predict.predicted, timeout=60_000):
        press_key(Qt.Key.Key_R)
    document = window.editor.workspace.document
    assert document is not None
    predicted = document.label_map.copy()
    press_key(Qt.Key.Key_2)
    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle - QPoint(60, 0), middle + QPoint(60, 0))
    corrected = document.label_map.copy()

    with qtbot.waitSignal(window.editor.predict.predicted, timeout=60_000):
        press_key(Qt.Key.Key_R)
    assert np.array_equal(document.label_map, corrected)
    assert "were kept" in window.editor.messages.text

    qtbot.mouseClick(window.editor.messages._button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: np.array_equal(document.label_map, predicted))


def test_the_project_can_be_moved_with_its_images(
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
    drag: Callable[..., None],
    image_folder: Path,
    tmp_path: Path,
) -> None:
    open_folder(image_folder)
    add_class()
    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle, middle + QPoint(30, 30))
    assert window.editor.workspace.document is not None
    painted = window.editor.workspace.document.label_map.copy()
    window.editor.workspace.flush()

    moved = tmp_path / "elsewhere"
    shutil.move(image_folder, moved)
    open_folder(moved)
    assert np.array_equal(window.editor.workspace.document.label_map, painted)
