"""The dropdown of models."""

from pathlib import Path

import pytest
from onnx_models import write_model
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

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


def test_models_that_were_added_are_there_at_the_next_start(
    qtbot: QtBot, qapp: QApplication, window: MainWindow, tmp_path: Path
) -> None:
    kept, gone = (write_model(tmp_path / f"{name}.onnx") for name in ("kept", "gone"))
    for model in (gone, kept):
        with qtbot.waitSignal(window.editor.predict.model_loaded, timeout=60_000):
            window.editor.predict.add_model(model)
    gone.unlink()

    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    later = MainWindow(Theme(qapp), settings)
    later.complete()
    later.show()
    qtbot.waitUntil(lambda: bool(later.editor.predict.models))
    listed = [model.path for model in later.editor.predict.models]
    later.close()
    later.deleteLater()

    assert kept in listed
    assert gone not in listed
