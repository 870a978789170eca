"""Running the model on all images: what it may write, what it must leave alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from answers import apply_prediction
from onnx_models import write_model
from PIL import Image
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet
from segstudio.core.merge import MergeRule
from segstudio.core.review import ReviewState
from segstudio.storage.masks import read_label_map, write_label_map
from segstudio.ui.main_window import MainWindow

_RED, _DARK = 220, 40
Open = Callable[[Path], None]


# The offscreen platform has no such hints.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def image_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(5):
        image = np.full((60, 80, 3), 90, np.uint8)
        image[..., 0] = _DARK
        image[: 10 * (number + 1), :, 0] = _RED
        Image.fromarray(image).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def ready(qtbot: QtBot, window: MainWindow, open_folder: Open, image_folder: Path) -> MainWindow:
    """The window with the folder open and a model chosen that finds what is red."""
    open_folder(image_folder)
    window.editor.workspace.store.set_label_set(LabelSet.named(["background", "red"]))
    model = write_model(image_folder.parent / "red.onnx")
    with qtbot.waitSignal(window.editor.predict.model_loaded, timeout=60_000, check_params_cb=bool):
        window.editor.predict.add_model(model)
    return window


def _run_all(qtbot: QtBot, window: MainWindow, rule: MergeRule) -> object:
    window.editor.actions_by_name["run_all"].trigger()
    dialog = window.editor.inference.run_all_dialog
    dialog.rules[rule].setChecked(True)
    with qtbot.waitSignal(window.editor.inference.all.finished, timeout=120_000) as finished:
        dialog.go.click()
    window.editor.workspace.flush()
    return finished.args[0]


def _mask(folder: Path, number: int) -> np.ndarray:
    return read_label_map(folder / "segstudio" / "masks" / f"{number}.png.png")


def test_all_images_get_masks_and_a_second_run_leaves_them(
    qtbot: QtBot, ready: MainWindow, image_folder: Path
) -> None:
    outcome = _run_all(qtbot, ready, MergeRule.FILL)
    assert (outcome.changed, outcome.skipped, outcome.failed) == (5, 0, 0)
    for number in range(5):
        assert (_mask(image_folder, number) == 1).sum() == 800 * (number + 1)
    assert ready.editor.workspace.labelled == {f"{number}.png" for number in range(5)}

    again = _run_all(qtbot, ready, MergeRule.UNREVIEWED)
    assert again.changed <= 1  # the open image, which nobody has noted yet
    assert again.skipped >= 4
    assert "left out" in ready.editor.messages.text


def test_the_list_knows_then_of_which_images_the_model_is_least_sure(
    qtbot: QtBot, ready: MainWindow
) -> None:
    _run_all(qtbot, ready, MergeRule.FILL)

    qtbot.waitUntil(
        lambda: not np.isnan(ready.editor.indexer.table.uncertainty).any(), timeout=20_000
    )
    assert (ready.editor.indexer.table.uncertainty >= 0).all()
    # What the model said, and nobody looked at yet.
    qtbot.waitUntil(lambda: ready.editor.review.counts()[ReviewState.PREDICTED] == 5)


def test_what_a_person_labelled_stays_under_every_rule(
    qtbot: QtBot, ready: MainWindow, image_folder: Path, drag: Callable[..., None]
) -> None:
    window = ready
    project = window.editor.workspace.project
    assert project is not None
    mine = np.full((60, 80), 255, np.uint8)
    mine[:, :20] = 1  # painted from scratch, also where the model says background
    (project.folder / "masks").mkdir(exist_ok=True)
    write_label_map(project.mask_path("3.png"), mine, project.label_set.palette)
    window.editor.toolbox.choose_class(1)
    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle, middle + QPoint(20, 0))
    assert window.editor.workspace.document is not None
    painted = window.editor.workspace.document.label_map == 1

    for rule in (MergeRule.FILL, MergeRule.UNREVIEWED):
        _run_all(qtbot, window, rule)
        assert (_mask(image_folder, 3)[:, :20] == 1).all()
        assert (_mask(image_folder, 3)[:40, 20:] == 1).all()
        assert (_mask(image_folder, 3)[40:, 20:] == 0).all()
        assert (window.editor.workspace.document.label_map[painted] == 1).all()

    outcome = _run_all(qtbot, window, MergeRule.COMPARE)
    assert set(outcome.disagreements) == {"0.png", "3.png"}
    assert outcome.disagreements["3.png"].different == 20 * 20
    assert window.editor.inference.disagreements is not None
    assert window.editor.inference.disagreements.images.count() == 2


def test_a_damaged_image_is_told_and_a_stopped_run_goes_on(
    qtbot: QtBot, ready: MainWindow, image_folder: Path
) -> None:
    (image_folder / "2.png").write_bytes(b"no picture")
    everything = ready.editor.inference.all

    def stop(done: int, _total: int) -> None:
        if done >= 2:
            everything.cancel()

    everything.progressed.connect(stop)
    stopped = _run_all(qtbot, ready, MergeRule.FILL)
    assert stopped.was_stopped
    everything.progressed.disconnect(stop)

    rest = _run_all(qtbot, ready, MergeRule.FILL)
    assert rest.failed <= 1
    assert stopped.failed + rest.failed >= 1
    assert (_mask(image_folder, 4) == 1).sum() == 4000


def test_locked_classes_are_left_alone_in_all_images(
    qtbot: QtBot, ready: MainWindow, image_folder: Path
) -> None:
    ready.editor.workspace.store.set_label_set(LabelSet.named(["background", "red", "wall"]))
    folder = image_folder / "segstudio" / "masks"
    folder.mkdir(exist_ok=True)
    walls = np.full((60, 80), IGNORE_INDEX, np.uint8)
    walls[:, :40] = 2
    write_label_map(folder / "3.png.png", walls, ready.editor.workspace.label_set.palette)
    document = ready.editor.workspace.document
    assert document is not None
    document.label_map[:] = walls  # of the open image, 0.png
    # As a model said them: only the lock keeps them.
    project = ready.editor.workspace.project
    assert project is not None
    project.write_prediction("3.png", walls)
    apply_prediction(document, "Run", walls)
    ready.editor.toolbox.toggle_lock(2)
    _run_all(qtbot, ready, MergeRule.UNREVIEWED)
    for number in (0, 3):
        mask = _mask(image_folder, number)
        assert (mask[:, :40] == 2).all()
        assert (mask[:, 40:] == 1).sum() == 400 * (number + 1)
    prediction = project.read_prediction("3.png", 60, 80)
    assert prediction is not None  # what the lock kept counts as nobody's correction
    assert np.array_equal(prediction, _mask(image_folder, 3))


def test_run_leaves_a_locked_class_alone_and_tells_so(
    qtbot: QtBot, ready: MainWindow, image_folder: Path
) -> None:
    editor = ready.editor
    document = editor.workspace.document
    assert document is not None
    apply_prediction(document, "Run", np.ones((60, 80), np.uint8))
    editor.toolbox.toggle_lock(1)
    with qtbot.waitSignal(editor.predict.predicted, timeout=60_000):
        editor.actions_by_name["run"].trigger()
    assert (document.label_map == 1).all()
    assert "4,000 pixels of locked classes were kept" in editor.messages.text
