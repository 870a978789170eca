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
    with qtbot.waitSignal(window.predict.model_loaded, timeout=60_000, check_params_cb=bool):
        window.predict.add_model(model)

    # What the worker raises after it has tried half the tile, and half of that.
    window.predict.failed.emit(too_large(model, is_gpu=True))

    assert "the GPU has not enough memory" in window.messages.text
    assert window.messages._button.text() == "Run it on the CPU"
    with qtbot.waitSignal(window.predict.predicted, timeout=60_000) as predicted:
        window.messages._button.click()
    assert predicted.args[0].model.provider.asked is Provider.CPU
    assert window.workspace.document is not None
    assert (window.workspace.document.label_map != 255).all()

    # Another model, or the same one chosen again, is tried on the GPU first.
    window.predict._choose(window.predict.model)
    with qtbot.waitSignal(window.predict.predicted, timeout=60_000) as predicted:
        window.predict.run()
    assert predicted.args[0].model.provider.asked is Provider.AUTO
