"""The ledger that working in the window writes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.core.label_set import LabelSet
from segstudio.core.ledger import ClassChange
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.rect import Rect
from segstudio.document.document import Document
from segstudio.storage.ledger import ledger_path, read_ledger
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.ui.main_window import MainWindow


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "images"
    root.mkdir()
    for key in ("a.png", "b.png"):
        Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(root / key)
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell"]))
    project.save()
    label_map = np.zeros((40, 60), np.uint8)
    project.write_prediction("a.png", label_map)
    project.write_mask("a.png", label_map)
    return project


@pytest.fixture
def moment(
    window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> dict[str, float]:
    """The time that the window's clock shows; the image has just been opened."""
    moment = {"now": 1000.0}
    window.editor.workspace.autosave.clock.now = lambda: moment["now"]
    open_folder(project.image_root)
    return moment


def _paint(window: MainWindow, top: int) -> None:
    document = window.editor.workspace.document
    assert isinstance(document, Document)
    rect = Rect(top, 0, top + 2, 60)
    before = document.label_map[rect.slices].copy()
    document.apply("Brush", MaskPatch(rect, before, np.ones_like(before)))


def test_corrections_are_noted_with_their_classes_and_time(
    window: MainWindow, moment: dict[str, float], project: Project
) -> None:
    moment["now"] += 12
    _paint(window, 0)
    moment["now"] += 5
    _paint(window, 4)
    window.editor.workspace.flush()
    moment["now"] += 500  # a pause
    _paint(window, 8)
    moment["now"] += 2
    _paint(window, 12)
    window.editor.workspace.flush()
    (entry,) = read_ledger(project, "a.png").entries
    assert entry.seconds == 12 + 5 + 2
    assert entry.changes == (ClassChange("background", "cell", 4 * 120),)


def test_a_new_visit_is_a_new_entry(
    window: MainWindow,
    moment: dict[str, float],
    project: Project,
    qtbot: QtBot,
) -> None:
    moment["now"] += 3
    _paint(window, 0)
    for key in ("b.png", "a.png"):
        window.editor.workspace.open_image(key)
        qtbot.waitUntil(lambda: window.editor.workspace.document is not None)
    moment["now"] += 4
    _paint(window, 4)
    window.editor.workspace.flush()
    assert [entry.seconds for entry in read_ledger(project, "a.png").entries] == [3, 4]


def test_looking_and_approving_counts_as_work(
    window: MainWindow, moment: dict[str, float], project: Project
) -> None:
    moment["now"] += 8
    window.editor.review.set_approved(is_approved=True)
    window.editor.workspace.flush()
    ledger = read_ledger(project, "a.png")
    assert (ledger.seconds, ledger.changes) == (8, ())


def test_a_ledger_that_cannot_be_written_does_not_keep_the_mask_from_being_saved(
    window: MainWindow, moment: dict[str, float], project: Project
) -> None:
    (project.folder / "ledger").write_text("in the way")
    _paint(window, 0)
    window.editor.workspace.flush()
    assert not window.editor.workspace.has_unsaved_work
    mask = project.read_any_mask("a.png")
    assert mask is not None
    assert mask[:2].all()
    assert not ledger_path(project, "a.png").exists()
