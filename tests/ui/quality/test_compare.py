"""The window that compares label sets, over a real project."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.core.label_set import LabelSet
from segstudio.core.thumbnails import DIFFERENT_COLOR
from segstudio.storage.project import Project
from segstudio.ui.main_window import MainWindow
from segstudio.ui.quality.compare_dialog import CompareDialog

pytestmark = pytest.mark.qt_log_ignore("does not support")  # offscreen's


@pytest.fixture
def dialog(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> CompareDialog:
    open_folder(project.image_root)
    qtbot.waitUntil(lambda: len(window.editor.workspace.labelled) == 3)
    window.editor.actions_by_name["compare_labels"].trigger()
    dialog = window.editor.work.quality.compare_dialog
    assert isinstance(dialog, CompareDialog)
    return dialog


def _compare(qtbot: QtBot, window: MainWindow, dialog: CompareDialog, folder: Path | None) -> None:
    dialog.source.setCurrentIndex(0 if folder is None else 1)
    dialog.folder.setText(str(folder or ""))
    dialog.go.click()
    qtbot.waitUntil(lambda: window.editor.work.quality.is_idle, timeout=10_000)


def test_labels_are_compared_with_predictions_and_a_click_opens_the_image(
    qtbot: QtBot, window: MainWindow, dialog: CompareDialog
) -> None:
    window.editor.workspace.open_image("c.png")
    _compare(qtbot, window, dialog, None)
    assert dialog.summary.text().startswith(
        "1 image compared with predictions: 98.75% of the pixels agree."
    )
    assert "2 labelled images have no counterpart there." in dialog.summary.text()
    item = dialog.sheet.item(0)
    assert item.text() == "1.2%\na.png"
    dialog.sheet.setCurrentRow(0)
    dialog.sheet.itemClicked.emit(item)
    assert window.editor.workspace.current_key == "a.png"


def test_two_people_are_compared_by_kappa(
    qtbot: QtBot, window: MainWindow, dialog: CompareDialog, project: Project, tmp_path: Path
) -> None:
    names = LabelSet.named(["cell", "background", "dirt"])
    other = Project(tmp_path / "theirs", project.image_root, names)
    theirs = np.ones((60, 80), np.uint8)
    theirs[10:30, 10:40] = 0
    other.write_mask("a.png", theirs)
    theirs[40:50, 50:70] = 1  # where b.png has a nucleus
    theirs[:5] = 2
    other.write_mask("b.png", theirs)
    other.save()
    _compare(qtbot, window, dialog, other.folder)
    text = dialog.summary.text()
    assert text.startswith("2 images compared with images: ")
    assert "almost perfect agreement" in text
    assert "Pixels labelled only here: 400; only there: 0." in text
    assert "Classes that this project lacks do not count: dirt." in text
    rows = [dialog.images.item(row, 0).text() for row in range(dialog.images.rowCount())]
    assert rows == ["b.png", "a.png"]


def test_approved_images_can_be_compared_alone(
    qtbot: QtBot, window: MainWindow, dialog: CompareDialog, project: Project, tmp_path: Path
) -> None:
    for key in ("a.png", "b.png"):
        mask = project.read_any_mask(key)
        assert mask is not None
        (tmp_path / "masks").mkdir(exist_ok=True)
        Image.fromarray(mask).save(tmp_path / "masks" / key)
    dialog.only_approved.setChecked(True)
    _compare(qtbot, window, dialog, tmp_path / "masks")
    assert dialog.summary.text().startswith("1 image compared with masks: 100.00%")
    assert not dialog.tabs.isTabEnabled(0)


def test_what_cannot_be_compared_is_told(
    qtbot: QtBot, window: MainWindow, dialog: CompareDialog, tmp_path: Path
) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(folder / "a.png")
    _compare(qtbot, window, dialog, folder)
    assert "Left out: a.png: the sizes differ: 80 x 60 and 5 x 4" in dialog.summary.text()
    black_and_white = np.zeros((60, 80), np.uint8)
    black_and_white[10:30, 10:40] = 255
    Image.fromarray(black_and_white).save(folder / "a.png")
    _compare(qtbot, window, dialog, folder)
    assert "Say whether white or black is the object" in dialog.summary.text()
    dialog.positive.setCurrentIndex(1)
    _compare(qtbot, window, dialog, folder)
    assert "100.00% of the pixels agree" in dialog.summary.text()
    _compare(qtbot, window, dialog, tmp_path / "nowhere")
    assert "there is no such folder" in dialog.summary.text()


def test_numbers_and_the_contact_sheet_are_saved(
    qtbot: QtBot, window: MainWindow, dialog: CompareDialog, tmp_path: Path
) -> None:
    _compare(qtbot, window, dialog, None)
    dialog.tabs.setCurrentWidget(dialog.classes)
    dialog.save_numbers(tmp_path / "classes.csv")
    with (tmp_path / "classes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["class"]: row for row in csv.DictReader(file)}
    assert float(rows["cell"]["IoU"]) == 540 / 600
    assert rows["nucleus"]["IoU"] == ""
    dialog.save_sheet(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert (pixels == DIFFERENT_COLOR).all(axis=-1).sum() == 60
