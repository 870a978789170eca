"""Python looks for garbage when the hand rests, and not while it paints."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
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
    yield GarbageCollector(window.editor.workspace, window)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.fixture
def circle(collector: GarbageCollector) -> "weakref.ref[Circle]":
    """Something that nobody needs, and that has grown old."""
    circle = Circle()
    gc.collect(1)
    return weakref.ref(circle)


def test_many_new_objects_do_not_make_it_look_at_the_old_ones(
    circle: "weakref.ref[Circle]",
) -> None:
    many = [[] for _ in range(2_000_000)]
    assert many
    assert circle() is not None


@pytest.mark.usefixtures("collector")
def test_what_nobody_needs_is_freed_when_the_user_rests(
    window: MainWindow, circle: "weakref.ref[Circle]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "_LEAST_S", 0)
    window.editor.workspace.autosave.rested.emit()
    assert circle() is None


@pytest.mark.usefixtures("collector")
def test_it_does_not_look_while_a_button_is_held(
    window: MainWindow, circle: "weakref.ref[Circle]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "_LEAST_S", 0)
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    window.editor.workspace.autosave.rested.emit()
    assert circle() is not None


@pytest.mark.usefixtures("collector")
def test_it_does_not_look_twice_in_a_moment(
    window: MainWindow, circle: "weakref.ref[Circle]"
) -> None:
    window.editor.workspace.autosave.rested.emit()
    assert circle() is not None


def test_the_user_rests_some_seconds_after_an_edit(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    autosave = window.editor.workspace.autosave
    autosave._idle.setInterval(1)
    with qtbot.waitSignal(autosave.rested):
        autosave._on_mask_changed()
