import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from onnx_models import write_model
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstudio.core.rect import Rect
from segstudio.core.snapshot import Tile, WaitingTiles, tiles_of
from segstudio.document.document import Document
from segstudio.tools import fill
from segstudio.tools.names import ToolName
from segstudio.ui.main_window import MainWindow


def test_a_large_image_runs_in_parts_and_shows_how_far_it_is(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    press_key: Callable[..., None],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    pixels = np.zeros((2600, 2400, 3), np.uint8)
    pixels[:, 1200:, 0] = 200
    Image.fromarray(pixels).save(folder / "large.png", compress_level=1)
    open_folder(folder)
    window.editor.predict.add_model(write_model(tmp_path / "red.onnx"))
    told: list[tuple[int, int]] = []
    window.editor.predict.progressed.connect(lambda done, total: told.append((done, total)))

    with qtbot.waitSignal(window.editor.predict.predicted, timeout=60_000):
        press_key(Qt.Key.Key_R)

    assert window.editor.workspace.document is not None
    assert (window.editor.workspace.document.label_map == (pixels[:, :, 0] > 127)).all()
    total = told[0][1]
    assert total > 1
    assert told == [(done, total) for done in range(1, len(told) + 1)]


def test_a_large_fill_lets_a_thread_copy_what_a_save_needs_though_it_began_after_the_answer(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    Image.new("RGB", (1600, 1200)).save(folder / "large.png")
    open_folder(folder)
    add_class()
    document = window.editor.workspace.document
    assert document is not None
    window.editor.toolbox.set_tool(ToolName.FILL)
    window.editor.toolbox.set_option(by_color=True)
    may_find, find = threading.Event(), fill._found
    monkeypatch.setattr(fill, "_found", lambda *args: (may_find.wait(10), find(*args))[1])
    found, waited_on = threading.Event(), set[threading.Thread]()
    _wait_for_all(document, lambda _tiles: found.set())

    qtbot.mouseClick(window.editor.canvas, Qt.MouseButton.LeftButton)
    may_find.set()
    assert found.wait(20)  # the answer is there, and what had begun before has its copies
    while not document.waiting.is_done:
        time.sleep(0.001)
    _wait_for_all(document, lambda _tiles: waited_on.add(threading.current_thread()))
    qtbot.waitUntil(lambda: window.editor.canvas.is_settled, timeout=20_000)

    assert len(np.unique(document.label_map)) == 1
    assert document.label_map[0, 0] != 255
    assert waited_on
    assert threading.main_thread() not in waited_on


def _wait_for_all(document: Document, look: Callable[[Sequence[Tile]], None]) -> None:
    whole = Rect(0, 0, *document.size)
    document.waiting.add(WaitingTiles(tiles_of(whole), look))
