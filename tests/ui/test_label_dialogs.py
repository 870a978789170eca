"""Exporting and importing labels from the window."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from segstudio.controllers.import_labels import Found
from segstudio.core.label_set import LabelSet
from segstudio.formats.dataset import LabelledImage
from segstudio.formats.export_project import export_project
from segstudio.formats.import_labels import Fate
from segstudio.storage.masks import read_label_map
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.ui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")  # offscreen's


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell"]))
    for place, name in enumerate(("a.png", "b.png")):
        Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(root / name)
        label_map = np.full((40, 60), place, np.uint8)
        label_map[:5] = 255
        project.write_mask(name, label_map)
    project.save()
    return project


@pytest.fixture
def opened(window: MainWindow, open_folder: Callable[[Path], None], project: Project) -> MainWindow:
    open_folder(project.image_root)
    return window


def _class_box(window: MainWindow, row: int) -> QComboBox:
    box = window.editor.dialogs.imports.classes.cellWidget(row, 1)
    assert isinstance(box, QComboBox)
    return box


def test_an_export_tells_what_a_format_cannot_hold_and_offers_another(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    dialog = opened.editor.dialogs.export
    opened.editor.actions_by_name["export"].trigger()
    dialog.choose("yolo")
    assert "YOLO masks" in dialog.note.text()
    dialog.folder.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(opened.editor.export.exported):
        dialog.go.click()
    assert (tmp_path / "out" / "data.yaml").is_file()
    assert "It cannot hold: unlabelled 600." in opened.editor.messages.text
    opened.editor.messages._button.click()
    assert dialog.isVisible()
    assert dialog.formats.currentData() == "yolo-mask"


def test_labels_are_looked_at_mapped_and_imported(
    qtbot: QtBot, opened: MainWindow, project: Project, tmp_path: Path
) -> None:
    before = read_label_map(project.mask_path("b.png"))
    other = project.with_label_set(LabelSet.named(["background", "nucleus"]))
    export_project(other, "labelme", tmp_path / "out")
    (tmp_path / "out" / "train" / "broken.json").write_text('{"shapes": [], "imagePath": NaN}')
    project.write_mask("b.png", np.zeros((40, 60), np.uint8))
    dialog = opened.editor.dialogs.imports
    opened.editor.actions_by_name["import"].trigger()
    with qtbot.waitSignal(opened.editor.imports.looked):
        dialog.look(tmp_path / "out")
    assert dialog.formats.currentText() == "Labelme"
    assert dialog.summary.text().startswith("2 images with labels")
    assert "broken.json" in dialog.told.toPlainText()
    assert dialog.mapping == {"background": "background", "nucleus": "nucleus"}
    box = _class_box(opened, 1)
    assert [box.itemText(place) for place in range(box.count())] == [
        *("background", "cell", "nucleus (new class)", "unlabelled")
    ]
    box.setCurrentIndex(1)
    assert dialog.mapping == {"background": "background", "nucleus": "cell"}
    dialog.replace_masks.setChecked(True)
    with qtbot.waitSignal(opened.editor.imports.imported) as imported:
        dialog.go.click()
    assert imported.args is not None
    assert imported.args[0].counts[Fate.IMPORTED] == 1
    assert imported.args[0].counts[Fate.SAME] == 1
    assert np.array_equal(read_label_map(project.mask_path("b.png")), before)
    assert dialog.summary.text() == "1 image imported. 1 image had these labels already."
    qtbot.waitUntil(lambda: opened.is_idle)
    assert opened.editor.workspace.label_set.names == ("background", "cell")


@pytest.mark.parametrize(("choice", "object_is"), [(1, 255), (2, 0)])
def test_black_and_white_masks_are_imported_as_the_user_says(
    qtbot: QtBot,
    opened: MainWindow,
    project: Project,
    tmp_path: Path,
    choice: int,
    object_is: int,
) -> None:
    pixels = np.zeros((40, 60), np.uint8)
    pixels[10:20, 10:30] = 255
    for folder, picture in (("images", np.zeros((40, 60, 3), np.uint8)), ("masks", pixels)):
        (tmp_path / "bw" / folder).mkdir(parents=True)
        Image.fromarray(picture).save(tmp_path / "bw" / folder / "a.png")
    dialog = opened.editor.dialogs.imports
    opened.editor.actions_by_name["import"].trigger()
    dialog.look(tmp_path / "bw")
    qtbot.waitUntil(lambda: opened.editor.imports.is_idle)
    dialog.positive.setCurrentIndex(choice)
    with qtbot.waitSignal(opened.editor.imports.looked):
        dialog.positive.activated.emit(choice)
    found = opened.editor.imports._found
    assert found is not None
    ((_, labels),) = [(item.key, found.plan.dataset.read_label_map(item)) for item in _items(found)]
    assert np.array_equal(labels == 1, pixels == object_is)


def _items(found: Found) -> list[LabelledImage]:
    return [item for members in found.plan.dataset.splits.values() for item in members]


def test_a_folder_of_nothing_is_told_in_the_dialog(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    dialog = opened.editor.dialogs.imports
    dialog.show()
    with qtbot.waitSignal(opened.editor.imports.failed):
        dialog.look(tmp_path / "nothing")
    assert "no known label format was found in this folder" in dialog.summary.text()
    assert not dialog.go.isEnabled()
