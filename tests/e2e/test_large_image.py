from collections.abc import Callable
from pathlib import Path

import numpy as np
from onnx_models import write_model
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

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
