"""The bar above the canvas with the options of the tool."""

import numpy as np
import pytest
from hand import Hand, square
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QScrollArea,
    QSlider,
    QToolBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from segstudio.core.paint_rule import PaintRule
from segstudio.tools.names import ToolName
from segstudio.tools.table import TOOLS
from segstudio.ui.elided_label import ElidedLabel
from segstudio.ui.main_window import MainWindow
from segstudio.ui.train.panel import TrainPanel

pytestmark = pytest.mark.usefixtures("bright_square")


def editor_of(hand: Hand, name: str) -> QWidget:
    found = hand.editor._option_bar.findChild(QWidget, name)
    assert isinstance(found, QWidget)
    return found


def test_the_options_bar_shows_the_options_of_the_tool_and_no_others(
    qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    names = {name for row in TOOLS.values() for name in row.options}
    hand.toolbox.set_option(by_color=True)
    for tool in ToolName:
        hand.editor.actions_by_name[tool].trigger()
        # A tool bar lays its parts out when the event loop comes to it.
        qtbot.waitUntil(
            lambda tool=tool: (
                {name for name in names if editor_of(hand, name).isVisibleTo(window)}
                == set(TOOLS[tool].options)
            )
        )


def test_fill_shows_its_tolerance_only_when_colours_count(
    qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    hand.press(Qt.Key.Key_F)
    tolerance = editor_of(hand, "tolerance")
    qtbot.waitUntil(lambda: editor_of(hand, "by_color").isVisibleTo(window))
    assert not tolerance.isVisibleTo(window)
    hand.toolbox.set_option(by_color=True)
    qtbot.waitUntil(lambda: tolerance.isVisibleTo(window))


def test_the_rule_is_chosen_in_the_options_bar(window: MainWindow, hand: Hand) -> None:
    box = editor_of(hand, "rule").findChild(QComboBox)
    assert isinstance(box, QComboBox)
    box.activated.emit(2)
    assert hand.toolbox.options.rule is PaintRule.UNLABELLED
    assert box.currentIndex() == 2


def test_fill_by_colour_is_switched_on_in_the_options_bar(
    qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    hand.press(Qt.Key.Key_F)
    switch = editor_of(hand, "by_color").findChild(QCheckBox)
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    hand.click((70, 80))
    hand.settle()
    assert np.array_equal(hand.labels, square())


@pytest.mark.parametrize("width", [1024, 1200, 1600])
def test_all_options_of_every_tool_fit_into_the_window(
    width: int, qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    window.resize(width, 640)
    hand.toolbox.set_option(by_color=True)
    for tool in ToolName:
        hand.editor.actions_by_name[tool].trigger()
        editors = [editor_of(hand, name) for name in TOOLS[tool].options]
        qtbot.waitUntil(
            lambda editors=editors: all(
                part.isVisible()
                and part.mapTo(window, QPoint(part.width(), 0)).x() <= hand.editor._view_bar.x() + 8
                for part in editors
            )
        )


def test_a_wide_window_has_sliders_and_a_narrow_one_only_number_boxes(
    qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    hand.press(Qt.Key.Key_S)
    slider = editor_of(hand, "cell_size").findChild(QSlider)
    for width, is_there in ((1600, True), (1000, False), (1600, True)):
        window.resize(width, 640)
        qtbot.waitUntil(lambda is_there=is_there: slider.isVisible() == is_there)


@pytest.mark.parametrize("tool", [tool for tool in ToolName if TOOLS[tool].make is not None])
def test_a_small_window_keeps_tools_model_and_view_in_sight(
    tool: ToolName, qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    window.resize(800, 600)
    hand.editor.actions_by_name[tool].trigger()
    # Only of the longest options one or two move to the menu of their own bar.
    has_menu = tool in (ToolName.ERASER, ToolName.RESHAPE)
    qtbot.waitUntil(lambda: hidden_in(window) == ({"Tool options"} if has_menu else set()))


def hidden_in(window: MainWindow) -> set[str]:
    """Return the names of the tool bars that have something behind their menu button."""
    bars = [bar for bar in window.findChildren(QToolBar) if bar.isVisible()]
    assert len(bars) == 4
    parts = [
        (bar.windowTitle(), bar.widgetForAction(action))
        for bar in bars
        for action in bar.actions()
        if action.isVisible() and not action.isSeparator()
    ]
    return {name for name, part in parts if part is not None and not part.isVisible()}


def test_a_window_that_is_made_wide_again_has_all_words_again(
    qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    bars = hand.editor.model_bar, hand.editor._view_bar
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: hand.editor._view_bar._caption.isVisible())
    wide = [bar.sizeHint().width() for bar in bars]
    window.resize(800, 800)
    qtbot.waitUntil(lambda: not hand.editor._view_bar._caption.isVisible())
    assert all(bar.sizeHint().width() < width for bar, width in zip(bars, wide, strict=True))
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: [bar.sizeHint().width() for bar in bars] == wide)


def test_what_runs_the_model_is_never_cut_off_to_a_letter(
    qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    status = window.editor.status
    status._engine.set_text("CPU - CUDA not used: no NVIDIA driver was found on this computer")
    status._labelled.setText("1000 of 1000 images approved")
    window.resize(800, 600)
    qtbot.waitUntil(lambda: window.width() == 800)
    status._position.set_text("x 1234  y 1234    128, 128, 128    membrane (predicted: vesicle)")
    QApplication.processEvents()
    assert status._engine.width() >= 90
    assert status._position.width() >= 90
    assert status._labelled.geometry().right() <= status.width()
    assert "CUDA not used" in status._engine.toolTip()


def test_the_reason_for_the_cpu_leaves_the_tool_s_hint_room(
    qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    status = window.editor.status
    status._engine.set_text("CPU - CUDA not used: no NVIDIA driver was found")
    status._labelled.setText("0 of 6 labelled")
    status._saved.setText("saved 12:00")
    status._zoom.setText("157 %")
    status._position.set_text("x 312  y 172    112, 119, 135    unlabelled")
    window.resize(1100, 760)
    qtbot.waitUntil(lambda: window.width() == 1100)
    QApplication.processEvents()
    assert status._hint.width() >= 200
    window.resize(1920, 1000)
    qtbot.waitUntil(lambda: status._engine.width() >= status._engine.sizeHint().width())


def test_the_train_panel_leaves_room_for_names_of_classes_and_images_in_a_small_window(
    qtbot: QtBot, window: MainWindow, hand: Hand
) -> None:
    hand.editor.actions_by_name["train"].trigger()
    window.resize(800, 600)
    qtbot.waitUntil(lambda: window.width() == 800)
    panels = hand.editor.class_panel, hand.editor.image_panel
    qtbot.waitUntil(lambda: all(panel.width() >= 180 for panel in panels))
    assert hand.canvas.width() >= 240
    middle = hand.canvas.mapTo(window, QPoint())
    assert middle.x() >= hand.editor.work.train_dock.geometry().right()  # nothing overlaps
    assert middle.x() + hand.canvas.width() <= panels[0].mapTo(window, QPoint()).x()
    panel = hand.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)
    area = panel.widget(0)
    assert isinstance(area, QScrollArea)
    qtbot.waitUntil(lambda: not area.horizontalScrollBar().isVisible())


def test_a_text_that_has_the_room_it_asked_for_is_shown_whole(qtbot: QtBot) -> None:
    label = ElidedLabel(usual=100, least=50)
    qtbot.addWidget(label)
    label.setContentsMargins(8, 2, 8, 2)
    for x in range(100):
        text = f"x {x}  y {3 * x}    {x}, {2 * x}    mitochondrion (predicted: background)"
        label.set_text(text)
        label.resize(label.sizeHint())
        room = label.contentsRect().width()
        assert label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room) == text
