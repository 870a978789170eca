"""The window of statistics, over a real project."""

import csv
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.controllers.statistics import count_on_disk, with_regions
from segstudio.core.label_statistics import NumberTable
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.rect import Rect
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.ui.main_window import MainWindow
from segstudio.ui.quality.statistics_dialog import StatisticsDialog
from segstudio.ui.quality.statistics_views import duration

pytestmark = pytest.mark.qt_log_ignore("does not support")  # offscreen's


def _open(qtbot: QtBot, window: MainWindow) -> StatisticsDialog:
    window.editor.actions_by_name["statistics"].trigger()
    dialog = window.editor.work.quality.statistics_dialog
    assert isinstance(dialog, StatisticsDialog)
    qtbot.waitUntil(lambda: window.editor.work.quality.is_idle, timeout=10_000)
    return dialog


@pytest.fixture
def dialog(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> StatisticsDialog:
    open_folder(project.image_root)
    return _open(qtbot, window)


def test_classes_have_their_pixels_images_and_regions(dialog: StatisticsDialog) -> None:
    table = dialog.pages["classes"].table
    rows = {
        table.item(row, 0).text(): [table.item(row, column).text() for column in (1, 3, 4)]
        for row in range(table.rowCount())
    }
    assert rows["cell"] == ["1,200", "2", "2"]
    assert rows["nucleus"] == ["200", "1", "1"]
    summary = dialog.pages["classes"].summary.text()
    assert "14,400 pixels are labelled in 3 images" in summary
    assert "65.0 times" in summary


def test_sizes_of_regions_are_counted_in_the_background(dialog: StatisticsDialog) -> None:
    page = dialog.pages["sizes"]
    page.which.setCurrentText("cell")
    assert page.view is not None
    assert page.view.bars is not None
    assert dict(zip(page.view.bars.names, page.view.bars.values, strict=True)) == {"512": 2.0}


def test_sizes_of_regions_are_not_counted_again_on_another_day(
    dialog: StatisticsDialog, project: Project
) -> None:
    """The window counted them; who counts next has nothing to measure."""
    never, reports = threading.Event(), []
    counted = count_on_disk(project, ["a.png", "b.png", "c.png", "d.png"], never, lambda *_: None)
    assert counted is not None
    statistics = with_regions(counted, never, lambda *done: reports.append(done))
    assert statistics is not None
    assert statistics.labels.regions(3).tolist() == [3, 2, 1]
    assert reports == []


def test_review_and_corrections_are_told(dialog: StatisticsDialog) -> None:
    assert dialog.pages["review"].summary.text() == "1 of 4 images approved."
    page = dialog.pages["corrections"]
    assert "2 min of work on 1 image" in page.summary.text()
    page.which.setCurrentText("What was corrected")
    assert page.view is not None
    assert page.view.table.rows == (("background", "cell", 60),)


def test_numbers_are_saved_as_csv_and_the_picture_as_png(
    dialog: StatisticsDialog, tmp_path: Path
) -> None:
    dialog.save_numbers(tmp_path / "classes.csv")
    with (tmp_path / "classes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["pixels"] for row in rows] == ["13000", "1200", "200", "0"]
    dialog.save_picture(tmp_path / "classes.png")
    with Image.open(tmp_path / "classes.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert (pixels == (86, 180, 233)).all(axis=-1).any()  # the bar of the nuclei
    dialog.save_numbers(tmp_path / "nowhere" / "classes.csv")
    assert "its folder is gone" in dialog.state.text()


def test_the_picture_of_classes_that_meet_holds_all_of_them(
    dialog: StatisticsDialog, tmp_path: Path
) -> None:
    page = dialog.pages["together"]
    dialog.tabs.setCurrentWidget(page)
    names = tuple(f"class {number}" for number in range(60))
    page.table.show_table(NumberTable(("", *names), tuple((n, *range(60)) for n in names)))
    dialog.save_picture(tmp_path / "together.png")
    with Image.open(tmp_path / "together.png") as picture:
        assert picture.width > dialog.width()
        assert picture.height > dialog.height()
        last = np.asarray(picture.convert("L"))[-30:, -60:]
    assert last.min() < 128 < last.max()  # the last number stands there


def test_counting_again_tells_what_was_painted_since(
    qtbot: QtBot, window: MainWindow, dialog: StatisticsDialog
) -> None:
    document = window.editor.workspace.document
    assert document is not None
    rect = Rect(0, 0, 5, 5)
    before = document.label_map[rect.slices].copy()
    document.apply("Brush", MaskPatch(rect, before, np.full_like(before, 2)))
    dialog.count.click()
    qtbot.waitUntil(lambda: window.editor.work.quality.is_idle, timeout=10_000)
    statistics = window.editor.work.quality.statistics.last
    assert statistics is not None
    assert statistics.labels.pixels[2] == 225
    assert statistics.labels.regions(3)[2] == 2


def test_a_project_without_labels_says_what_will_be_here(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], tmp_path: Path
) -> None:
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    create_project(tmp_path)
    open_folder(tmp_path)
    dialog = _open(qtbot, window)
    assert "Nothing is labelled yet" in dialog.page.summary.text()
    assert not dialog.numbers.isEnabled()
    dialog.tabs.setCurrentWidget(dialog.pages["review"])
    assert dialog.page.summary.text() == "0 of 1 image approved."
    assert dialog.numbers.isEnabled()


def test_a_damaged_mask_is_named_and_the_rest_counted(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], project: Project
) -> None:
    project.mask_path("c.png").write_bytes(b"no picture")
    open_folder(project.image_root)
    dialog = _open(qtbot, window)
    assert "Masks that cannot be read: c.png." in dialog.pages["review"].summary.text()
    assert "in 2 images" in dialog.pages["classes"].summary.text()


def test_times_are_told_as_people_say_them() -> None:
    assert [duration(seconds) for seconds in (9, 125, 7500)] == ["9 s", "2 min", "2 h 5 min"]
