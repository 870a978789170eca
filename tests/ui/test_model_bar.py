"""The dropdown of models."""

from pathlib import Path

import pytest
from onnx_models import write_model
from pytestqt.qtbot import QtBot

from segstudio.ui.main_window import MainWindow

# The offscreen platform has no such hints.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_the_models_of_two_runs_can_be_told_apart(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    predict, box = window.editor.predict, window.editor.model_bar.models
    for run in ("run1", "run2"):
        (tmp_path / run).mkdir()
        model = write_model(tmp_path / run / "model.onnx")
        with qtbot.waitSignal(predict.model_loaded, timeout=60_000, check_params_cb=bool):
            predict.add_model(model)
    names = [box.itemText(row) for row in range(box.count())]
    assert {"model (run1)", "model (run2)"} < set(names)
    assert box.currentText() == "model (run2)"

    row = names.index("model (run1)")
    with qtbot.waitSignal(predict.model_loaded, timeout=60_000, check_params_cb=bool):
        box.activated.emit(row)
    assert predict.model is not None
    assert predict.model.path == tmp_path / "run1" / "model.onnx"
