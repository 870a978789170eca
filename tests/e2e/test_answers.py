"""What the user does while a model's answer is on its way into the open image."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from answers import apply_prediction
from hand import Hand
from onnx_models import write_model
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstudio.controllers.model_runner import Answer
from segstudio.controllers.predict_all import AllOutcome
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.merge import MergeRule
from segstudio.core.review import ReviewState
from segstudio.errors import SegStudioError
from segstudio.ui.main_window import MainWindow

_CTRL = Qt.KeyboardModifier.ControlModifier
_SIZE = (200, 240)


class Held:
    """Answers that threads have in their hands, before anything of them is written.

    Attributes:
        count: How many there were.
    """

    def __init__(self) -> None:
        self.count = 0
        self._may_go_on = threading.Semaphore(0)

    def is_there(self) -> bool:
        return self.count > 0

    def hold(self) -> None:
        self.count += 1
        self._may_go_on.acquire(timeout=10)

    def release(self, count: int = 1000) -> None:
        self._may_go_on.release(count)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    held, in_classes = Held(), Answer.in_classes

    def held_answer(answer: Answer, label_set: LabelSet) -> LabelMap:
        held.hold()
        return in_classes(answer, label_set)

    monkeypatch.setattr(Answer, "in_classes", held_answer)
    yield held
    held.release()


@pytest.fixture
def ready(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], tmp_path: Path
) -> MainWindow:
    """Two images, red from left to right, and a model chosen that finds what is red."""
    folder = tmp_path / "images"
    folder.mkdir()
    pixels = np.full((*_SIZE, 3), 90, np.uint8)
    pixels[..., 0] = 220
    for name in ("a.png", "b.png"):
        Image.fromarray(pixels).save(folder / name)
    open_folder(folder)
    editor = window.editor
    editor.workspace.store.set_label_set(LabelSet.named(["background", "red"]))
    with qtbot.waitSignal(editor.predict.model_loaded, timeout=60_000, check_params_cb=bool):
        editor.predict.add_model(write_model(tmp_path / "red.onnx"))
    editor.actions_by_name["full_size"].trigger()
    editor.toolbox.choose_class(0)
    return window


@pytest.fixture
def run(qtbot: QtBot, ready: MainWindow, held: Held) -> MainWindow:
    """The window after Run, with the answer on its way."""
    ready.editor.actions_by_name["run"].trigger()
    qtbot.waitUntil(held.is_there, timeout=60_000)
    return ready


def mask_of(window: MainWindow, key: str) -> LabelMap | None:
    workspace = window.editor.workspace
    workspace.flush()
    assert workspace.project is not None
    return workspace.project.read_mask(key, *_SIZE)


def go_to(qtbot: QtBot, window: MainWindow, key: str) -> None:
    workspace = window.editor.workspace
    workspace.open_image(key)
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.document.key == key)


def test_the_model_runs_until_its_answer_is_written(
    qtbot: QtBot, run: MainWindow, hand: Hand, held: Held
) -> None:
    assert hand.editor.predict.is_running
    assert not hand.editor.is_idle
    with qtbot.waitSignal(hand.editor.predict.predicted, timeout=10_000):
        held.release()
    assert not hand.editor.predict.is_running
    assert (hand.labels == 1).all()


def test_a_stroke_and_an_undo_meanwhile_are_no_part_of_the_answer(
    qtbot: QtBot, run: MainWindow, hand: Hand, held: Held
) -> None:
    hand.drag((50, 60), (50, 120))
    hand.drag((150, 60), (150, 120))
    hand.press(Qt.Key.Key_Z, _CTRL)
    with qtbot.waitSignal(hand.editor.predict.predicted, timeout=10_000) as predicted:
        held.release()
    assert [edit.name for edit in hand.document.history.edits] == ["Brush background", "Run red"]
    assert hand.labels[50, 90] == 0
    assert hand.labels[150, 90] == 1
    assert predicted.args[0].kept_pixels == np.count_nonzero(hand.labels == 0)


def test_an_image_that_is_approved_meanwhile_keeps_its_labels(
    qtbot: QtBot, run: MainWindow, hand: Hand, held: Held
) -> None:
    hand.drag((50, 60), (50, 120))
    hand.editor.review.set_approved(is_approved=True)
    with qtbot.waitSignal(hand.editor.predict.predicted, timeout=10_000):
        held.release()
    assert hand.document.is_approved
    assert hand.editor.review.is_approved
    assert hand.labels[50, 90] == 0


def test_cancel_gives_up_an_answer_that_is_not_yet_written(
    qtbot: QtBot, run: MainWindow, hand: Hand, held: Held
) -> None:
    hand.editor.predict.cancel()
    assert not hand.editor.predict.is_running
    held.release()
    qtbot.waitUntil(lambda: hand.editor.is_idle)
    assert (hand.labels == IGNORE_INDEX).all()
    assert hand.document.prediction is None


def test_who_leaves_the_image_gives_the_answer_up_as_while_the_model_runs(
    qtbot: QtBot, run: MainWindow, hand: Hand, held: Held
) -> None:
    go_to(qtbot, run, "b.png")
    assert not hand.editor.predict.is_running
    held.release()
    qtbot.waitUntil(lambda: hand.editor.is_idle)
    assert (hand.labels == IGNORE_INDEX).all()
    assert mask_of(run, "a.png") is None


def test_an_image_that_is_closed_for_a_change_of_the_classes_ends_the_run(
    qtbot: QtBot, run: MainWindow, held: Held
) -> None:
    workspace = run.editor.workspace
    assert workspace.project is not None
    workspace.begin_change(SegStudioError("The classes are being changed"))
    assert not run.editor.predict.is_running
    held.release()
    workspace.end_change(workspace.project)
    qtbot.waitUntil(lambda: workspace.document is not None, timeout=10_000)
    assert not workspace.document.history.edits


def test_closing_the_window_keeps_what_was_painted_meanwhile(
    run: MainWindow, hand: Hand, held: Held
) -> None:
    hand.drag((50, 60), (50, 120))
    workspace = run.editor.workspace
    assert workspace.project is not None
    held.release()
    run.close()
    mask = workspace.project.read_mask("a.png", *_SIZE)
    assert mask is not None
    assert mask[50, 90] == 0


@pytest.mark.parametrize("leaves", [True, False], ids=["next image", "close"])
def test_corrections_that_are_to_be_replaced_are_though_the_image_is_left_at_once(
    qtbot: QtBot, ready: MainWindow, hand: Hand, leaves: bool
) -> None:
    for _ in range(2):
        with qtbot.waitSignal(hand.editor.predict.predicted, timeout=60_000):
            hand.editor.actions_by_name["run"].trigger()
        hand.drag((50, 60), (50, 120))
    project = ready.editor.workspace.project
    assert project is not None
    hand.editor.predict.replace_corrections()
    if leaves:
        go_to(qtbot, ready, "b.png")
        ready.editor.workspace.flush()
    else:
        ready.close()
    mask, prediction = project.read_mask("a.png", *_SIZE), project.read_prediction("a.png", *_SIZE)
    assert mask is not None
    assert (mask == 1).all()
    assert prediction is not None


def run_all(window: MainWindow, rule: MergeRule) -> list[AllOutcome]:
    """Run the model on all images; the outcome is in the list once it is there."""
    outcomes: list[AllOutcome] = []
    window.editor.inference.all.finished.connect(outcomes.append)
    window.editor.inference.all.run(rule)
    return outcomes


def test_run_on_all_images_writes_an_image_that_was_left_to_its_files(
    qtbot: QtBot, ready: MainWindow, held: Held
) -> None:
    outcomes = run_all(ready, MergeRule.FILL)
    qtbot.waitUntil(held.is_there, timeout=60_000)
    ready.editor.workspace.open_image("b.png")
    held.release()
    qtbot.waitUntil(lambda: bool(outcomes), timeout=60_000)
    assert (outcomes[0].changed, outcomes[0].failed) == (2, 0)
    for key in ("a.png", "b.png"):
        mask = mask_of(ready, key)
        assert mask is not None
        assert (mask == 1).all()


def test_run_on_all_images_spares_an_image_that_was_approved_and_left_meanwhile(
    qtbot: QtBot, ready: MainWindow, hand: Hand, held: Held
) -> None:
    workspace = ready.editor.workspace
    applied = apply_prediction(hand.document, "Other", np.zeros(_SIZE, np.uint8))
    workspace.autosave.save_prediction("a.png", applied.answer)
    outcomes = run_all(ready, MergeRule.UNREVIEWED)
    qtbot.waitUntil(held.is_there, timeout=60_000)
    hand.press(Qt.Key.Key_Return, _CTRL)
    assert workspace.current_key == "b.png"
    held.release()
    qtbot.waitUntil(lambda: bool(outcomes), timeout=60_000)
    mask = mask_of(ready, "a.png")
    assert mask is not None
    assert not mask.any()
    assert ready.editor.review.state("a.png") is ReviewState.APPROVED


def test_an_image_that_was_being_opened_when_its_files_got_the_answer_is_not_left_without_it(
    qtbot: QtBot, ready: MainWindow, hand: Hand, held: Held
) -> None:
    outcomes = run_all(ready, MergeRule.UNREVIEWED)
    qtbot.waitUntil(lambda: held.count == 2, timeout=60_000)  # that of b.png for its files
    go_to(qtbot, ready, "b.png")
    held.release(2)
    qtbot.waitUntil(lambda: hand.document.expects_edit)
    hand.drag((50, 60), (50, 120))
    ready.editor.workspace.open_image("a.png")
    held.release()
    qtbot.waitUntil(lambda: bool(outcomes) and ready.editor.is_idle, timeout=60_000)
    mask = mask_of(ready, "b.png")
    assert mask is not None
    assert (mask[50, 90], mask[150, 90]) == (0, 1)
