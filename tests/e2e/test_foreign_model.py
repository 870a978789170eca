"""A model of another tool, from the file dialog to the mask."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from engine import foreign
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.core.label_set import LabelSet
from segstudio.ui.main_window import MainWindow

# The offscreen platform has no such hints.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def image_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    image = np.full((90, 120, 3), 90, np.uint8)
    image[:, :60, 0] = 220
    for name in ("a.png", "b.png", "c.png"):
        Image.fromarray(image).save(folder / name)
    return folder


@pytest.mark.parametrize(
    "write",
    [
        foreign.torchvision,
        pytest.param(foreign.smp, marks=pytest.mark.slow),
        pytest.param(foreign.mmsegmentation, marks=pytest.mark.slow),
        pytest.param(foreign.paddleseg, marks=pytest.mark.slow),
        pytest.param(foreign.keras, marks=pytest.mark.slow),
        pytest.param(foreign.segformer, marks=pytest.mark.slow),
    ],
)
def test_each_way_that_a_tool_writes_models_has_its_picture_and_the_first_is_right(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    image_folder: Path,
    tmp_path: Path,
    write: Callable[[Path], Path],
) -> None:
    open_folder(image_folder)
    seen: list[object] = []
    window.editor.predict.previewed.connect(lambda *result: seen.append(result[2]))
    with qtbot.waitSignal(window.editor.predict.card_needed, timeout=60_000):
        window.editor.predict.add_model(write(tmp_path / "model.onnx"))
    dialog = window.editor.inference.model_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: len(seen) == dialog.pictures.count(), timeout=60_000)
    assert all(class_map is not None for class_map in seen)

    with qtbot.waitSignal(
        window.editor.predict.model_loaded, timeout=60_000, check_params_cb=bool
    ) as loaded:
        dialog.accept()
    with qtbot.waitSignal(window.editor.predict.predicted, timeout=60_000):
        window.editor.actions_by_name["run"].trigger()

    assert window.editor.workspace.document is not None
    found = window.editor.workspace.document.label_map
    names = np.array(window.editor.workspace.label_set.names)
    other, red = loaded.args[0].card.label_set.names[:2]
    # The edge is known to a few pixels only by scores at a quarter of the size.
    assert (names[found[:, :56]] == red).all()
    assert (names[found[:, 64:]] == other).all()


def test_a_foreign_model_is_confirmed_once_with_its_classes_and_then_runs(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    image_folder: Path,
    tmp_path: Path,
) -> None:
    open_folder(image_folder)
    workspace = window.editor.workspace
    workspace.store.set_label_set(LabelSet.named(["background", "leaf"]))
    model = foreign.smp(tmp_path / "crack.onnx")

    with qtbot.waitSignal(window.editor.predict.card_needed, timeout=60_000):
        window.editor.predict.add_model(model)
    dialog = window.editor.inference.model_dialog
    assert dialog is not None
    assert dialog.isVisible()
    assert not window.editor.messages.isVisible()
    assert dialog.pictures.count() == 5

    # Every way shows what it gives on the open image.
    seen: list[object] = []
    window.editor.predict.previewed.connect(lambda *result: seen.append(result))
    qtbot.waitUntil(lambda: len(seen) == 5, timeout=60_000)

    # "object" of the model is "leaf" here.
    box = dialog.classes.cellWidget(1, 1)
    box.setCurrentIndex(box.findText("leaf"))
    with qtbot.waitSignal(window.editor.predict.model_loaded, timeout=60_000, check_params_cb=bool):
        dialog.accept()
    assert (tmp_path / "crack.card.json").exists()

    with qtbot.waitSignal(window.editor.predict.predicted, timeout=60_000):
        window.editor.actions_by_name["run"].trigger()
    assert workspace.document is not None
    assert workspace.label_set.names == ("background", "leaf")
    assert (workspace.document.label_map[:, :60] == 1).all()
    assert (workspace.document.label_map[:, 60:] == 0).all()

    # The heat map and the way to what is unsure come from the same run.
    window.editor.actions_by_name["heat"].setChecked(True)
    qtbot.waitUntil(lambda: window.editor.canvas._heat is not None, timeout=60_000)
    assert window.editor.canvas._legend.isVisible()
    with qtbot.waitSignal(window.editor.inference.uncertainty.nothing_found, timeout=60_000):
        window.editor.actions_by_name["next_uncertain"].trigger()
    window.editor.actions_by_name["heat"].setChecked(False)
    assert window.editor.canvas._heat is None
