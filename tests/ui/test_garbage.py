"""Python looks for garbage when the hand rests, and not while it paints."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segstudio.ui import garbage
from segstudio.ui.garbage import GarbageCollector
from segstudio.ui.main_window import MainWindow


class Circle:
    """Refers to itself, so that nobody but the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(window: MainWindow) -> Iterator[GarbageCollector]:
    thresholds = gc.get_threshold()
    collector = GarbageCollector(window.editor, window)
    collector._timer.stop()  # the tests ask themselves
    yield collector
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.fixture
def circle(collector: GarbageCollector) -> "weakref.ref[Circle]":
    """Something that nobody needs, and that has grown old."""
    circle = Circle()
    gc.collect(1)
    return weakref.ref(circle)


@pytest.fixture
def in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time between two looks, and that of a rest, be over."""
    for name in ("_LEAST_S", "_MOST_S", "_REST_S"):
        monkeypatch.setattr(garbage, name, 0)


def test_many_new_objects_do_not_make_it_look_at_the_old_ones(
    circle: "weakref.ref[Circle]",
) -> None:
    many = [[] for _ in range(2_000_000)]
    assert many
    assert circle() is not None


@pytest.mark.usefixtures("in_a_moment")
def test_what_nobody_needs_is_freed_when_the_hand_rests(
    collector: GarbageCollector, circle: "weakref.ref[Circle]"
) -> None:
    collector.collect_at_rest()
    assert circle() is None


@pytest.mark.usefixtures("in_a_moment")
def test_it_does_not_look_while_the_mouse_moves(
    window: MainWindow,
    collector: GarbageCollector,
    circle: "weakref.ref[Circle]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(garbage, "_REST_S", 60)
    collector._acted_at -= 60
    canvas, at, button = window.editor.canvas, QPointF(50, 50), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, at, button, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)
    collector.collect_at_rest()
    assert circle() is not None


def test_it_does_not_look_twice_in_a_moment(
    collector: GarbageCollector, circle: "weakref.ref[Circle]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "_REST_S", 0)
    collector.collect_at_rest()
    assert circle() is not None


@pytest.mark.usefixtures("in_a_moment", "collector")
def test_what_nobody_needs_is_freed_when_another_image_comes(
    window: MainWindow, circle: "weakref.ref[Circle]", tmp_path: Path, qtbot: QtBot
) -> None:
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(tmp_path / "a.png")
    window.editor.workspace.open(tmp_path)
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None)
    assert circle() is None
