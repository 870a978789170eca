"""What the user sees is changed by the view; what is painted and saved is not."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot
from wheel import turn_wheel

from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.storage.opening import open_path
from segstudio.storage.project import Project
from segstudio.ui.canvas.layers import CHANGED_COLOR
from segstudio.ui.main_window import MainWindow
from segstudio.ui.screenshot import wait_until_idle

SIZE = 300  # pixels of both sides; the window shows them at 100 %
Seen = Callable[[int, int], Color]
RED = Color(255, 0, 0)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two grey images, a class in red in the middle, and a prediction that says nothing there."""
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((SIZE, SIZE, 3), 100, np.uint8)).save(folder / name)
    project = open_path(folder).project
    labels = LabelSet.named(["background", "cell"]).recolored(1, RED)
    project = project.with_label_set(labels)
    project.save()
    label_map = np.zeros((SIZE, SIZE), np.uint8)
    project.write_prediction("a.png", label_map)
    label_map[100:200, 100:200] = 1
    project.write_mask("a.png", label_map)
    return project


@pytest.fixture
def opened(window: MainWindow, open_folder: Callable[[Path], None], project: Project) -> MainWindow:
    open_folder(project.image_root)
    window.editor.actions_by_name["full_size"].trigger()
    return window


def at(window: MainWindow, y: int, x: int) -> QPoint:
    """Return the pixel of the canvas that shows the middle of an image pixel."""
    middle = window.editor.canvas._navigation.position(y + 0.5, x + 0.5)
    return QPoint(math.floor(middle.x()), math.floor(middle.y()))


@pytest.fixture
def seen(window: MainWindow) -> Seen:
    """Return the colour in which an image pixel is seen."""

    def seen(y: int, x: int) -> Color:
        wait_until_idle(window)
        picture = window.editor.canvas.grab().toImage()
        color = QColor(picture.pixelColor(at(window, y, x)))
        return Color(color.red(), color.green(), color.blue())

    return seen


def hover(qtbot: QtBot, window: MainWindow, y: int, x: int) -> str:
    qtbot.mouseMove(window.editor.canvas, at(window, y, x))
    qtbot.waitUntil(lambda: not window.editor.status._soon.isActive())
    return window.editor.status._position.text


def saved(project: Project) -> NDArray[np.uint8] | None:
    return project.read_mask("a.png", SIZE, SIZE)


def test_brightness_is_seen_at_once_and_reset_takes_it_back(
    qtbot: QtBot, opened: MainWindow, seen: Seen, project: Project
) -> None:
    before = saved(project)
    assert seen(20, 20) == (100, 100, 100)
    opened.editor.view_options.panel.brightness.setValue(20)
    assert seen(20, 20) == (151, 151, 151)
    assert opened.editor.workspace.document is not None
    assert not opened.editor.workspace.document.is_modified
    assert opened.editor.workspace.document.image[20, 20].tolist() == [100, 100, 100]
    qtbot.mouseClick(opened.editor.view_options.panel.reset, Qt.MouseButton.LeftButton)
    assert seen(20, 20) == (100, 100, 100)
    assert np.array_equal(saved(project), before)


def test_contrast_spreads_what_is_seen_around_the_middle_grey(
    opened: MainWindow, seen: Seen, project: Project
) -> None:
    opened.editor.view_options.panel.contrast.setValue(50)
    more = seen(20, 20)
    assert max(more) < 100  # 100 is darker than the middle, and gets darker
    opened.editor.view_options.panel.contrast.setValue(-100)
    less = seen(20, 20)
    assert min(less) > 100
    assert opened.editor.workspace.document is not None
    assert not opened.editor.workspace.document.is_modified


def test_the_opacity_slider_blends_the_classes_in(opened: MainWindow, seen: Seen) -> None:
    slider = opened.editor._view_bar.opacity
    for value, expected in ((0, (100, 100, 100)), (100, RED), (50, (178, 50, 50))):
        slider.setValue(value)
        assert seen(150, 150) == pytest.approx(expected, abs=1)
    assert seen(20, 20) == (100, 100, 100)


def test_keys_fit_the_image_and_show_it_at_100_percent(
    opened: MainWindow, press_key: Callable[..., None]
) -> None:
    canvas, ctrl = opened.editor.canvas, Qt.KeyboardModifier.ControlModifier
    press_key(Qt.Key.Key_F, ctrl)
    wait_until_idle(opened)
    assert canvas.zoom == pytest.approx((min(canvas.width(), canvas.height()) - 48) / SIZE)
    assert opened.editor.status._zoom.text() == f"{canvas.zoom * 100:.0f} %"
    press_key(Qt.Key.Key_0, ctrl)
    wait_until_idle(opened)
    assert canvas.zoom == 1
    assert opened.editor.status._zoom.text() == "100 %"
    press_key(Qt.Key.Key_Minus, ctrl)
    assert canvas.zoom == pytest.approx(0.8)


@pytest.mark.parametrize("notches", [40, -40])
def test_the_wheel_ends_at_6400_and_at_1_percent_and_a_click_paints_what_is_under_it(
    qtbot: QtBot, opened: MainWindow, press_key: Callable[..., None], notches: int
) -> None:
    canvas = opened.editor.canvas
    place = at(opened, 60, 70)
    turn_wheel(canvas, QPointF(place), notches)
    wait_until_idle(opened)
    assert opened.editor.status._zoom.text() == ("6400 %" if notches > 0 else "1 %")
    opened.editor.toolbox.set_size(1)
    press_key(Qt.Key.Key_1)
    document = opened.editor.workspace.document
    assert document is not None
    document.label_map[:] = 0
    y, x = canvas._navigation.image_point(QPointF(place))
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    assert np.argwhere(document.label_map).tolist() == [[math.floor(y), math.floor(x)]]


def test_the_display_stays_for_the_next_image(
    qtbot: QtBot, opened: MainWindow, seen: Seen, press_key: Callable[..., None]
) -> None:
    opened.editor.view_options.panel.gamma.setValue(50)  # 2.0
    press_key(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: opened.editor.workspace.current_key == "b.png")
    qtbot.waitUntil(lambda: opened.editor.workspace.document is not None, timeout=10_000)
    assert seen(20, 20) == (160, 160, 160)  # 255 * sqrt(100 / 255)


def test_a_dark_16_bit_image_is_stretched_and_tells_its_real_values(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    seen: Seen,
    tmp_path: Path,
) -> None:
    values = np.full((SIZE, SIZE), 500, np.uint16)
    values[:, SIZE // 2 :] = 700
    values[0, 0] = 65535  # one bright pixel makes all others black
    (tmp_path / "deep").mkdir()
    Image.fromarray(values).save(tmp_path / "deep" / "a.png")
    open_folder(tmp_path / "deep")
    window.editor.actions_by_name["full_size"].trigger()
    assert seen(50, 50) == (2, 2, 2)
    window.editor.view_options.panel.stretch.setChecked(True)
    assert seen(50, 50) == (0, 0, 0)
    assert seen(50, 250) == (255, 255, 255)
    assert "    700    " in hover(qtbot, window, 50, 250)


def test_one_channel_is_shown_in_grey(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    seen: Seen,
    tmp_path: Path,
) -> None:
    (tmp_path / "colors").mkdir()
    pixels = np.full((SIZE, SIZE, 3), (10, 80, 200), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "colors" / "a.png")
    open_folder(tmp_path / "colors")
    channel = window.editor.view_options.panel.channel
    channel.setCurrentIndex(3)
    channel.activated.emit(3)  # what a click does
    assert channel.currentText() == "Blue"
    assert seen(50, 50) == (200, 200, 200)
    assert "10, 80, 200" in hover(qtbot, window, 50, 50)


def test_outlines_leave_the_inside_free(
    opened: MainWindow, seen: Seen, press_key: Callable[..., None]
) -> None:
    assert seen(150, 150) != (100, 100, 100)
    press_key(Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    assert seen(150, 150) == (100, 100, 100)
    assert seen(100, 150) == RED  # the first row of the class
    assert seen(101, 150) == (100, 100, 100)
    assert seen(200, 150) == RED  # the first row behind it
    assert seen(150, 100) == RED


@pytest.mark.parametrize("factor", [1.7, 8, 20])
def test_outlines_are_one_pixel_of_the_screen_at_any_zoom(
    opened: MainWindow, press_key: Callable[..., None], factor: float
) -> None:
    press_key(Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    edge = at(opened, 100, 150)
    opened.editor.canvas._navigation.zoom_by(factor, QPointF(edge))
    wait_until_idle(opened)
    picture = opened.editor.canvas.grab().toImage()
    column = [picture.pixelColor(edge + QPoint(0, y)).name() for y in range(-60, 60)]
    assert column.count("#ff0000") == 1


def test_painting_moves_the_outline(
    opened: MainWindow,
    seen: Seen,
    press_key: Callable[..., None],
    drag: Callable[..., None],
) -> None:
    press_key(Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    press_key(Qt.Key.Key_M)  # rectangle
    press_key(Qt.Key.Key_1)
    corners = [at(opened, y, x) for y, x in ((50, 120), (110, 160))]
    drag(opened.editor.canvas, *corners)
    assert seen(80, 140) == (100, 100, 100)
    assert seen(100, 140) == (100, 100, 100)  # no longer an edge
    assert seen(100, 180) == RED


def test_changed_pixels_are_marked_and_counted(
    qtbot: QtBot,
    opened: MainWindow,
    seen: Seen,
    press_key: Callable[..., None],
    drag: Callable[..., None],
) -> None:
    press_key(Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert opened.editor.status._changes.text() == "10,000 px changed"
    red, green, blue = seen(150, 150)
    assert (red, green, blue) != (178, 50, 50)
    assert CHANGED_COLOR >> 24 < 255  # the class is seen through the mark
    assert blue > green
    assert seen(20, 20) == (100, 100, 100)
    press_key(Qt.Key.Key_X)  # background, as the model said
    press_key(Qt.Key.Key_M)
    corners = [at(opened, y, x) for y, x in ((100, 100), (200, 200))]
    drag(opened.editor.canvas, *corners)
    qtbot.waitUntil(lambda: opened.editor.status._changes.text() != "10,000 px changed")
    assert int(opened.editor.status._changes.text().split()[0]) < 300
    assert seen(150, 150) == (100, 100, 100)


def test_the_split_view_shows_the_prediction_left_and_the_correction_right(
    opened: MainWindow, seen: Seen, press_key: Callable[..., None], drag: Callable[..., None]
) -> None:
    press_key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert opened.editor.canvas.divider.isVisible()
    assert seen(150, 120) == (100, 100, 100)  # left of the middle: what the model said
    assert seen(150, 180) == (178, 50, 50)
    divider = opened.editor.canvas.divider
    drag(divider, divider.rect().center(), divider.rect().center() - QPoint(60, 0))
    assert seen(150, 120) == (178, 50, 50)


def test_both_sides_of_the_split_view_move_together(
    qtbot: QtBot, opened: MainWindow, seen: Seen, press_key: Callable[..., None]
) -> None:
    press_key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    opened.editor.canvas.zoom_by(2.0)
    opened.editor.canvas._navigation.pan_by(QPointF(40, 0))
    assert seen(150, 125) == (100, 100, 100)
    assert seen(150, 145) == (178, 50, 50)
    assert seen(90, 145) == (100, 100, 100)


def test_nobody_paints_on_the_prediction(
    opened: MainWindow, press_key: Callable[..., None], drag: Callable[..., None]
) -> None:
    press_key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    document = opened.editor.workspace.document
    assert document is not None
    start = at(opened, 50, 50)
    drag(opened.editor.canvas, start, start + QPoint(30, 0))
    assert not document.is_modified
    start = at(opened, 50, 200)
    drag(opened.editor.canvas, start, start + QPoint(30, 0))
    assert document.is_modified


def test_without_a_prediction_there_is_nothing_to_compare(
    qtbot: QtBot, opened: MainWindow, press_key: Callable[..., None]
) -> None:
    press_key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    press_key(Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    press_key(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: opened.editor.workspace.current_key == "b.png")
    qtbot.waitUntil(lambda: opened.editor.workspace.document is not None, timeout=10_000)
    assert not opened.editor.canvas.divider.isVisible()
    assert not opened.editor.actions_by_name["split"].isEnabled()
    assert "Run a model" in opened.editor.actions_by_name["split"].toolTip()
    assert opened.editor.status._changes.text() == ""


def test_the_status_bar_tells_what_the_model_said_instead(qtbot: QtBot, opened: MainWindow) -> None:
    assert hover(qtbot, opened, 150, 150).endswith("cell (predicted: background)")
    assert hover(qtbot, opened, 20, 20).endswith("    background")


@pytest.mark.parametrize("key", [Qt.Key.Key_P, Qt.Key.Key_C])
def test_the_status_bar_tells_the_area_of_a_selection(
    qtbot: QtBot, opened: MainWindow, press_key: Callable[..., None], key: Qt.Key
) -> None:
    press_key(key)
    for y, x in ((20, 30), (20, 130), (60, 130), (60, 30)):
        qtbot.mouseClick(opened.editor.canvas, Qt.MouseButton.LeftButton, pos=at(opened, y, x))
    wait_until_idle(opened)
    text = opened.editor.status._selection.text()
    assert text.endswith("px selected")
    assert int(text.split()[0].replace(",", "")) == pytest.approx(4000, rel=0.1)
    press_key(Qt.Key.Key_Escape)
    assert opened.editor.status._selection.text() == ""
