"""Models that mean harm, chosen while the user paints: a sentence, and no stroke is lost."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from engine.hostile import BAD_MODELS
from onnx_models import write_model, write_slow_model
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from segstudio.ui.main_window import MainWindow

_LEFT, _NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@pytest.fixture
def painter(
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
    tmp_path: Path,
) -> MainWindow:
    """The window with a grey image open, ready to paint."""
    (tmp_path / "images").mkdir()
    Image.fromarray(np.full((300, 400, 3), 90, np.uint8)).save(tmp_path / "images" / "a.png")
    open_folder(tmp_path / "images")
    add_class()
    return window


def _event(canvas: QWidget, kind: QEvent.Type, place: QPoint, button: Qt.MouseButton) -> None:
    held = _NO_BUTTON if kind is QEvent.Type.MouseButtonRelease else _LEFT
    event = QMouseEvent(
        kind, QPointF(place), QPointF(place), button, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)


def _paint_until(qtbot: QtBot, window: MainWindow, is_over: Callable[[], bool]) -> int:
    """Draw one stroke until something happens; return how many pixels are painted then."""
    document, canvas = window.editor.workspace.document, window.editor.canvas
    assert document is not None
    place = canvas.rect().center()
    _event(canvas, QEvent.Type.MouseButtonPress, place, _LEFT)
    steps = 0

    def move() -> bool:
        nonlocal steps, place
        steps += 1
        place = canvas.rect().center() + QPoint(steps * 7 % 120, steps * 3 % 90)
        _event(canvas, QEvent.Type.MouseMove, place, _NO_BUTTON)
        return is_over()

    qtbot.waitUntil(move, timeout=60_000)
    assert document.in_gesture  # nothing has broken the stroke off
    _event(canvas, QEvent.Type.MouseButtonRelease, place, _LEFT)
    return int((document.label_map == 1).sum())


@pytest.mark.parametrize("case", BAD_MODELS)
def test_a_bad_model_is_told_while_a_stroke_goes_on(
    qtbot: QtBot, painter: MainWindow, tmp_path: Path, case: str
) -> None:
    write, words = BAD_MODELS[case]
    folder = tmp_path / "models"
    folder.mkdir()
    write(folder / "model.onnx")
    qtbot.waitUntil(lambda: painter.editor.predict.is_idle, timeout=60_000)
    failed: list[object] = []
    painter.editor.predict.failed.connect(failed.append)

    painter.editor.predict.add_model(folder / "model.onnx")
    after = _paint_until(qtbot, painter, lambda: bool(failed))

    assert after > 0
    assert len(failed) == 1
    assert painter.editor.messages.text.startswith("model.onnx: ")
    assert words in painter.editor.messages.text
    assert "model" not in [model.name for model in painter.editor.predict.models]


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL"])
def test_a_worker_that_dies_while_it_runs_is_told_while_a_stroke_goes_on(
    qtbot: QtBot, painter: MainWindow, tmp_path: Path, name: str
) -> None:
    predict = painter.editor.predict
    with qtbot.waitSignal(predict.model_loaded, timeout=60_000, check_params_cb=bool):
        predict.add_model(write_slow_model(tmp_path / "slow.onnx", stoppable=False))
    failed: list[object] = []
    predict.failed.connect(failed.append)
    predict.run()

    asked = time.monotonic()
    killed = False

    def is_over() -> bool:
        nonlocal killed
        # Not sooner: one that dies before it is asked is replaced without a word.
        if not killed and time.monotonic() > asked + 0.5:
            process = predict._worker.process_id
            assert process is not None
            os.kill(process, getattr(signal, name))
            killed = True
        return bool(failed)

    after = _paint_until(qtbot, painter, is_over)

    assert after > 0
    assert (
        f"slow.onnx: the model made the runtime crash (signal {name}"
        in painter.editor.messages.text
    )
    # The runtime is back at once.
    with qtbot.waitSignal(predict.model_loaded, timeout=60_000, check_params_cb=bool):
        predict.add_model(write_model(tmp_path / "fine.onnx"))
    with qtbot.waitSignal(predict.predicted, timeout=60_000):
        predict.run()
    assert painter.editor.workspace.document is not None
    assert int((painter.editor.workspace.document.label_map == 1).sum()) == after
