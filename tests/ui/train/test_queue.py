"""What to label next, in the real window with a real model."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from onnx_models import card_of, write_model
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from run_events import RunEvents

from segstudio.controllers.followed_runs import FollowedRun
from segstudio.controllers.queue_items import QueueItem
from segstudio.core.label_set import LabelSet
from segstudio.core.rect import Rect
from segstudio.core.review import CHECKED
from segstudio.core.run_history import History
from segstudio.storage.left_out import leave_out, left_out_path, read_left_out, take_in
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.review import read_noted
from segstudio.storage.training_runs import TrainingRun
from segstudio.ui.main_window import MainWindow
from segstudio.ui.train.forecast_view import points_of
from segstudio.ui.train.panel import TrainPanel

SIZE = (120, 160)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three images; c.png judges. The model is unsure of the second's corner, a little of a.png."""
    root = tmp_path / "images"
    root.mkdir()
    for key in ("a.png", "b.png", "c.png"):
        pixels = np.full((*SIZE, 3), 255 if key != "a.png" else 250, np.uint8)
        if key != "a.png":
            pixels[60:, 100:] = 140  # just red enough, and confidence is red / 255
        Image.fromarray(pixels).save(root / key)
    project = create_project(root).with_label_set(LabelSet.named(["background", "red"]))
    project = project.with_splits({"c.png": "val"})
    project.save()
    project.models_folder.mkdir()
    write_model(project.models_folder / "red.onnx")
    return project


@pytest.fixture
def panel(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> TrainPanel:
    open_folder(project.image_root)
    qtbot.keyClick(window.editor.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)
    panel.setCurrentWidget(panel.queue)
    with qtbot.waitSignal(window.editor.work.queue.changed, timeout=60_000):
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    return panel


def test_the_unsure_part_comes_first_and_judging_images_never(
    window: MainWindow, panel: TrainPanel
) -> None:
    items = window.editor.work.queue.items
    assert items[0].key == "b.png"
    assert items[0].rect.bottom > 60
    assert items[0].rect.right > 100
    assert {item.key for item in items} <= {"a.png", "b.png"}
    assert panel.queue.sheet.count() == len(items)


def test_one_key_accepts_a_part_and_another_leaves_it_out(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    count = len(window.editor.work.queue.items)
    item = window.editor.work.queue.items[0]
    with qtbot.waitSignal(window.editor.work.queue.accepted, timeout=10_000):
        qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_A)
    # The image that opened took the keys, but the next one means the next part.
    assert window.focusWidget() is panel.queue.sheet

    assert window.editor.workspace.current_key == "b.png"
    document = window.editor.workspace.document
    assert document is not None
    assert (document.label_map == 1).all()
    window.editor.workspace.flush()
    noted = read_noted(project, "b.png", *SIZE)
    assert noted is not None
    assert (noted[item.rect.slices] == CHECKED).all()
    assert np.count_nonzero(noted) == item.rect.height * item.rect.width
    assert len(window.editor.work.queue.items) == count - 1

    qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_X)
    assert len(window.editor.work.queue.items) == count - 2

    # What was accepted is not proposed again.
    with qtbot.waitSignal(window.editor.work.queue.changed, timeout=60_000):
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    assert all(
        other.rect != item.rect for other in window.editor.work.queue.items if other.key == "b.png"
    )


def test_who_presses_faster_than_images_open_finds_all_parts_accepted(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    items = window.editor.work.queue.items
    chosen = [next(item for item in items if item.key == key) for key in ("b.png", "a.png")]
    for item in chosen:
        panel.queue.sheet.setCurrentRow(window.editor.work.queue.items.index(item))
        qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_A)

    qtbot.waitUntil(lambda: not window.editor.work.queue._waiting, timeout=10_000)
    window.editor.workspace.flush()
    for item in chosen:
        noted = read_noted(project, item.key, *SIZE)
        assert noted is not None
        assert (noted[item.rect.slices] == CHECKED).all()


def test_a_part_that_was_left_out_is_not_proposed_again_even_after_a_new_start(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    item = window.editor.work.queue.items[0]
    qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_X)
    window.editor.workspace.flush()
    assert read_left_out(project, item.key) == (item.rect,)

    for is_new_start in (False, True):
        if is_new_start:
            window.editor.workspace.open(project.image_root)
            qtbot.waitUntil(lambda: not window.editor.work.queue.was_built)
            qtbot.waitUntil(lambda: window.editor.workspace.document is not None)
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not window.editor.work.queue.is_running, timeout=60_000)
        assert window.editor.work.queue.items
        assert all(
            other.rect != item.rect
            for other in window.editor.work.queue.items
            if other.key == item.key
        )


def test_parts_on_which_two_models_disagree_are_worth_most(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    other = project.models_folder / "old.onnx"
    write_model(other, card=card_of("red", "background").to_json())  # takes one for the other
    window.editor.predict.find_models()
    panel.queue.others.setCurrentIndex(panel.queue.others.findText("old"))

    with qtbot.waitSignal(window.editor.work.queue.running_changed, timeout=60_000):
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.editor.work.queue.is_running, timeout=60_000)
    best = window.editor.work.queue.items[0]
    assert best.candidate.gain == best.rect.height * best.rect.width


def test_whole_images_are_proposed_too(qtbot: QtBot, window: MainWindow, panel: TrainPanel) -> None:
    queue = window.editor.work.queue
    panel.queue.unit.setCurrentIndex(1)
    qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not queue.is_running, timeout=60_000)

    assert [item.key for item in queue.items] == ["b.png", "a.png"]  # the less sure one first
    assert {(item.rect.height, item.rect.width) for item in queue.items} == {SIZE}


def test_enter_opens_the_part_to_be_corrected(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel
) -> None:
    item = window.editor.work.queue.items[0]
    with qtbot.waitSignal(window.editor.work.queue.region_opened, timeout=10_000):
        panel.queue.sheet.itemActivated.emit(panel.queue.sheet.currentItem())

    document = window.editor.workspace.document
    assert document is not None
    assert document.key == item.key
    assert document.noted is not None
    assert not document.noted.any()  # nothing counts as looked at yet
    assert item in window.editor.work.queue.items


def test_a_decision_can_be_taken_back(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    queue, sheet = window.editor.work.queue, panel.queue.sheet
    before = list(queue.items)
    control = Qt.KeyboardModifier.ControlModifier
    assert not panel.queue.undo.isVisible()
    with qtbot.waitSignal(queue.accepted, timeout=10_000):
        qtbot.keyClick(sheet, Qt.Key.Key_A)
    qtbot.keyClick(sheet, Qt.Key.Key_X)
    assert len(queue.items) == len(before) - 2

    qtbot.keyClick(sheet, Qt.Key.Key_Z, control)
    assert queue.items == before[1:]
    window.editor.workspace.flush()
    assert read_left_out(project, before[1].key) == ()
    qtbot.mouseClick(panel.queue.undo, Qt.MouseButton.LeftButton)
    assert queue.items == before
    assert not panel.queue.undo.isVisible()

    # Nothing of the image counts as looked at, in the window and on disk.
    document = window.editor.workspace.document
    assert document is not None
    assert document.noted is not None
    assert not document.noted.any()
    window.editor.workspace.flush()
    noted = read_noted(project, before[0].key, *SIZE)
    assert noted is not None
    assert not noted.any()


def test_a_decision_about_another_image_can_be_taken_back(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, project: Project
) -> None:
    queue = window.editor.work.queue
    item = queue.items[0]
    with qtbot.waitSignal(queue.accepted, timeout=10_000):
        qtbot.keyClick(panel.queue.sheet, Qt.Key.Key_A)
    window.editor.workspace.open_image("a.png" if item.key == "b.png" else "b.png")
    qtbot.waitUntil(
        lambda: (
            (document := window.editor.workspace.document) is not None and document.key != item.key
        )
    )

    queue.undo()

    window.editor.workspace.flush()
    noted = read_noted(project, item.key, *SIZE)
    assert noted is not None
    assert not noted.any()
    assert queue.items[0] is item


def test_of_many_images_others_are_asked_each_time(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segstudio.controllers.labelling_queue.MOST_IMAGES", 1)
    queue = window.editor.work.queue
    asked = []
    for _ in range(2):
        qtbot.mouseClick(panel.queue.search, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not queue.is_running, timeout=60_000)
        asked.append({item.key for item in queue.items})
        assert "from 1 of 2 images" in panel.queue.state.text()
    assert sorted(map(list, asked)) == [["a.png"], ["b.png"]]


def test_a_forecast_says_what_it_lacks_and_how_sure_it_is(panel: TrainPanel) -> None:
    view = panel.queue.forecast
    assert "needs three models" in view.outlook.text()
    assert not view.plot.isVisible()

    view.show_points([(count, 0.85 - 0.5 * count**-0.6) for count in (2, 4, 8, 16, 32)])
    view.target.setValue(0.82)
    assert view.outlook.text().startswith("About ")
    assert "Counted from the 32" in view.outlook.text()
    assert view.plot.isVisible()
    view.target.setValue(0.98)
    assert "unlikely" in view.outlook.text()


def test_a_forecast_goes_by_finished_runs_of_the_same_classes() -> None:
    def run(count: int, score: float, **changes: object) -> FollowedRun:
        names = changes.pop("names", ["background", "red"])
        events = RunEvents(names)  # type: ignore[arg-type]
        history = History()
        history.add(events.started(images={"train": count, "val": 1}))
        epoch = dict(events.epoch(1))
        epoch["metrics"] = {**epoch["metrics"], "mean_iou": score}
        history.add(epoch)
        if changes.get("ends", True):
            history.add({"event": "finished", "time": 1.7e9})
        return FollowedRun(TrainingRun(Path(f"{count} {score}")), history, "", None, None)

    runs = [
        run(2, 0.5),
        run(2, 0.6),
        run(4, 0.1, ends=False),
        run(8, 0.9, names=["background", "other"]),
        run(6, 0.7),
    ]

    assert points_of(runs, LabelSet.named(["background", "red"])) == [(2, 0.6), (6, 0.7)]


def test_notes_of_parts_left_out_that_are_damaged_count_as_nothing(project: Project) -> None:
    leave_out(project, "a.png", Rect(0, 0, 8, 8))
    leave_out(project, "a.png", Rect(8, 8, 9, 9))
    take_in(project, "a.png", Rect(0, 0, 8, 8))
    assert read_left_out(project, "a.png") == (Rect(8, 8, 9, 9),)

    path = left_out_path(project, "a.png")
    path.write_text('{"version": 1, "left_out": [[1, 2, 3], ["a", 0, 0, 0], [-1, 0, 4, 4], 7]}')
    assert read_left_out(project, "a.png") == ()
    path.write_text("{")
    assert read_left_out(project, "a.png") == ()


def test_a_part_to_be_corrected_opens_though_what_was_accepted_before_it_is_taken_back(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel
) -> None:
    queue = window.editor.work.queue
    first, second = (
        next(item for item in queue.items if item.key == key) for key in ("b.png", "a.png")
    )
    with qtbot.waitSignal(queue.region_opened, timeout=10_000) as opened:
        queue.accept(first)  # its image is being opened
        queue.relabel(second)
        queue.undo()
    assert opened.args == [second.rect]
    assert window.editor.workspace.current_key == "a.png"
    assert first in queue.items


@pytest.fixture
def may_write(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What the model says about a part is held on its way into the image until this is set."""
    event, class_map = threading.Event(), QueueItem.class_map
    monkeypatch.setattr(QueueItem, "class_map", lambda item: (event.wait(10), class_map(item))[1])
    yield event
    event.set()


def test_an_accepted_part_is_kept_though_its_image_is_left_at_once(
    qtbot: QtBot,
    window: MainWindow,
    panel: TrainPanel,
    project: Project,
    may_write: threading.Event,
) -> None:
    queue, workspace = window.editor.work.queue, window.editor.workspace
    item = next(item for item in queue.items if item.key == "b.png")
    queue.accept(item)
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.document.key == "b.png")
    workspace.open_image("c.png")
    assert workspace.current_key == "b.png"  # until it is written
    may_write.set()
    qtbot.waitUntil(lambda: workspace.current_key == "c.png", timeout=10_000)
    workspace.flush()
    mask, noted = project.read_mask("b.png", *SIZE), read_noted(project, "b.png", *SIZE)
    assert mask is not None
    assert (mask == 1).all()
    assert noted is not None
    assert (noted[item.rect.slices] == CHECKED).all()


def test_an_accepted_part_that_is_taken_back_before_it_is_written_is_not(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel, may_write: threading.Event
) -> None:
    queue, workspace = window.editor.work.queue, window.editor.workspace
    before = list(queue.items)
    queue.accept(before[0])
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.document.expects_edit)
    queue.undo()
    may_write.set()
    document = workspace.document
    assert document is not None
    assert not document.expects_edit
    assert queue.items == before
    with qtbot.waitSignal(queue.accepted, timeout=10_000):
        queue.accept(before[0])
    assert [edit.name for edit in document.history.edits] == ["Run red"]


def test_a_part_that_is_accepted_as_soon_as_another_is_written_is_written_once(
    qtbot: QtBot, window: MainWindow, panel: TrainPanel
) -> None:
    queue, workspace = window.editor.work.queue, window.editor.workspace
    first, second, *_ = [item for item in queue.items if item.key == "b.png"]
    accepted = [first]

    def accept_one_more() -> None:
        if second not in accepted:
            accepted.append(second)
            queue.accept(second)

    queue.accepted.connect(accept_one_more)
    queue.accept(first)
    qtbot.waitUntil(lambda: not queue._waiting and second in accepted, timeout=10_000)
    document = workspace.document
    assert document is not None
    assert document.noted is not None
    for item in (first, second):
        assert (document.noted[item.rect.slices] == CHECKED).all()
