"""A GPU whose memory does not suffice: the processor does it, when the user says so."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from onnx_models import write_model
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.engine.answers import too_large
from segstudio.engine.provider import Provider
from segstudio.ui.main_window import MainWindow


def test_a_model_that_is_too_large_for_the_gpu_runs_on_the_cpu_when_asked(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], tmp_path: Path
) -> None:
    image = np.full((60, 80, 3), 200, np.uint8)
    (tmp_path / "images").mkdir()
    Image.fromarray(image).save(tmp_path / "images" / "a.png")
    open_folder(tmp_path / "images")
    model = write_model(tmp_path / "red.onnx")
    with qtbot.waitSignal(window.editor.predict.model_loaded, timeout=60_000, check_params_cb=bool):
        window.editor.predict.add_model(model)

    # What the worker raises after it has tried half the tile, and half of that.
    window.editor.predict.failed.emit(too_large(model, is_gpu=True))

    assert "the GPU has not enough memory" in window.editor.messages.text
    assert window.editor.messages._button.text() == "Run it on the CPU"
    with qtbot.waitSignal(window.editor.predict.predicted, timeout=60_000) as predicted:
        window.editor.messages._button.click()
    assert predicted.args[0].model.provider.asked is Provider.CPU
    assert window.editor.workspace.document is not None
    assert (window.editor.workspace.document.label_map != 255).all()

    # Another model, or the same one chosen again, is tried on the GPU first.
    window.editor.predict._choose(window.editor.predict.model)
    with qtbot.waitSignal(window.editor.predict.predicted, timeout=60_000) as predicted:
        window.editor.predict.run()
    assert predicted.args[0].model.provider.asked is Provider.AUTO
