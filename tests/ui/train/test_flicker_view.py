"""Two models over one image, small and large."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot
from wheel import turn_wheel

from segstudio.controllers.comparison import JudgedImage
from segstudio.ui.theme import Theme
from segstudio.ui.train.flicker_view import FlickerView

# The offscreen platform has no such hints.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> FlickerView:
    view = FlickerView(Theme(qapp))
    qtbot.addWidget(view)
    names = ("image", "old", "new", "truth")
    images = [
        {name: np.full((60, 80, 3), 50 * place, np.uint8) for place, name in enumerate(names)}
        for _ in range(2)
    ]
    view.resize(300, 200)
    view.show_images((JudgedImage("a.png", images[0], 9), JudgedImage("b.png", images[1], 3)))
    view.show()
    qtbot.waitExposed(view)
    return view


def test_the_wheel_zooms_at_the_pointer_and_what_is_shown_in_turns_stays_there(
    view: FlickerView,
) -> None:
    at = QPoint(200, 60)
    fitted, point = view.picture.zoom, view.picture.point_at(at)
    turn_wheel(view.picture, QPointF(at), 4)
    assert view.picture.zoom == pytest.approx(fitted * 1.2**4)
    assert view.picture.point_at(at) == pytest.approx(point)
    view.buttons["truth"].click()
    assert view.picture.grab().toImage().pixelColor(at).red() == 150
    assert view.picture.point_at(at) == pytest.approx(point)
    view.which.setCurrentIndex(1)  # another image is whole at first
    assert view.picture.zoom == pytest.approx(fitted)


def test_dragging_moves_the_picture(qtbot: QtBot, view: FlickerView) -> None:
    turn_wheel(view.picture, QPointF(100, 60), 8)
    point = view.picture.point_at(QPoint(100, 60))
    qtbot.mousePress(view.picture, Qt.MouseButton.LeftButton, pos=QPoint(100, 60))
    qtbot.mouseMove(view.picture, QPoint(130, 80))
    qtbot.mouseRelease(view.picture, Qt.MouseButton.LeftButton, pos=QPoint(130, 80))
    assert view.picture.point_at(QPoint(130, 80)) == pytest.approx(point)


def test_a_double_click_opens_the_same_view_large_and_another_shows_all_of_it(
    qtbot: QtBot, view: FlickerView
) -> None:
    view.which.setCurrentIndex(1)
    view.buttons["old"].click()
    qtbot.mouseDClick(view.picture, Qt.MouseButton.LeftButton)
    dialog = view.large
    assert isinstance(dialog, QDialog)
    qtbot.waitExposed(dialog)
    large = dialog.findChild(FlickerView)
    assert isinstance(large, FlickerView)
    assert (large.which.currentText(), large.shown) == (view.which.currentText(), "old")
    assert large.picture.zoom > 2 * view.picture.zoom
    fitted = large.picture.zoom
    turn_wheel(large.picture, QPointF(50, 50), 5)
    qtbot.mouseDClick(large.picture, Qt.MouseButton.LeftButton)
    assert large.picture.zoom == pytest.approx(fitted)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: view.large is None)
    qtbot.mouseClick(view.resize_button, Qt.MouseButton.LeftButton)
    assert view.large is not None


def test_the_large_view_goes_with_its_comparison(qtbot: QtBot, view: FlickerView) -> None:
    view.enlarge()
    view.show_images(())
    qtbot.waitUntil(lambda: view.large is None)
