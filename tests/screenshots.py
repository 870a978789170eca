"""Take pictures of the window in the states a user sees first, to be looked at.

    QT_QPA_PLATFORM=offscreen python tests/screenshots.py OUT_DIR [--dark] [--chinese]

Set QT_SCALE_FACTOR=2 for a display of 200 %. The README's picture is made by this script.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from engine import foreign
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segstudio.core.class_change import ChangeKind
from segstudio.core.mask_edit import difference_patch
from segstudio.storage.assets import assets_folder
from segstudio.storage.atomic_write import atomic_write
from segstudio.storage.masks import read_label_map
from segstudio.storage.sample import sample_project
from segstudio.ui.app import make_application
from segstudio.ui.language import CHINESE, install_language
from segstudio.ui.main_window import MainWindow
from segstudio.ui.quality.compare_dialog import CompareDialog
from segstudio.ui.quality.errors_dock import ErrorsDock
from segstudio.ui.screenshot import picture_of, wait_until_idle
from segstudio.ui.theme import Theme
from segstudio.ui.train.panel import TrainPanel


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--chinese", action="store_true")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_DATA_HOME"] = home
        application = make_application([])
        theme = Theme(application)
        theme.use(Qt.ColorScheme.Dark if arguments.dark else Qt.ColorScheme.Light)
        settings = QSettings(f"{home}/settings.ini", QSettings.Format.IniFormat)
        if arguments.chinese:
            settings.setValue("language", CHINESE)
        install_language(application, settings)
        take_pictures(MainWindow(theme, settings), arguments.out)


def take_pictures(window: MainWindow, out: Path) -> None:
    """Walk through the first minutes of a user and take a picture at each stop."""

    def take(name: str) -> None:
        wait_until_idle(window)
        atomic_write(out / f"{name}.png", picture_of(window))

    window.show()
    take("empty")
    window.editor.workspace.set_opened(sample_project())
    take("sample")
    QTest.keyClick(window.editor.canvas, Qt.Key.Key_R)
    take("predicted")
    middle = window.editor.canvas.rect().center()
    QTest.keyClick(window.editor.canvas, Qt.Key.Key_2)
    window.editor.toolbox.set_size(40)
    start = QPointF(middle - QPoint(60, 40))
    QApplication.sendEvent(window.editor.canvas, QEnterEvent(start, start, start))
    QTest.mousePress(window.editor.canvas, Qt.MouseButton.LeftButton, pos=start.toPoint())
    for step in range(1, 30):
        move(window, start + QPointF(step * 4, 30 * (step / 30) ** 2))
    take("painting")
    QTest.mouseRelease(
        window.editor.canvas, Qt.MouseButton.LeftButton, pos=(start + QPointF(116, 28)).toPoint()
    )
    QTest.keyClick(window.editor.canvas, Qt.Key.Key_E)
    take("eraser")
    window.editor.actions_by_name["history"].trigger()
    take("history")
    window.editor.actions_by_name["history"].trigger()
    take_tools(window, take)
    take_dialogs(window, out)
    take_classes(window, out)
    take_splits(window, out)
    take_command_windows(window, out)
    take_inference(window, out)
    take_quality(window, out)
    take_training(window, take)
    window.activateWindow()
    window.editor.toolbox.next_rule()
    window.editor.toolbox.toggle_lock(1)
    QTest.keyClick(window.editor.canvas, Qt.Key.Key_B)
    move(window, QPointF(middle), Qt.MouseButton.NoButton)
    take("rule")
    window.close()


def take_dialogs(window: MainWindow, out: Path) -> None:
    """Export the sample, and look at what an import of it would do."""
    window.editor.dialogs.export.choose("yolo")
    window.editor.dialogs.export.show()
    atomic_write(out / "export_dialog.png", picture_of(window.editor.dialogs.export))
    window.editor.dialogs.export.hide()
    with tempfile.TemporaryDirectory() as folder:
        window.editor.export.run("yolo", Path(folder, "labels"))
        wait_until_idle(window)
        atomic_write(out / "exported.png", picture_of(window))
        window.editor.dialogs.imports.show()
        atomic_write(out / "import_dialog_empty.png", picture_of(window.editor.dialogs.imports))
        image = min(Path(folder, "labels", "labels").rglob("*.txt"))
        text = image.read_text(encoding="ascii")
        atomic_write(image, f"{text}0 .5 .5 .1 .1\n".encode())
        window.editor.dialogs.imports.look(Path(folder, "labels"))
        wait_until_idle(window)
        atomic_write(out / "import_dialog.png", picture_of(window.editor.dialogs.imports))
        window.editor.dialogs.imports.replace_masks.setChecked(True)
        window.editor.dialogs.imports.go.click()
        wait_until_idle(window)
        atomic_write(out / "imported.png", picture_of(window.editor.dialogs.imports))
        window.editor.dialogs.imports.hide()


def take_classes(window: MainWindow, out: Path) -> None:
    """Look at what merging two classes would change, merge them, and take that back."""
    dialog = window.editor.classes.dialog
    dialog.choose(ChangeKind.MERGE, 1)
    wait_until_idle(window)
    for kind in (ChangeKind.SPLIT, ChangeKind.REORDER, ChangeKind.MERGE):
        dialog.kind.setCurrentIndex(dialog.kind.findData(kind))
        atomic_write(out / f"classes_{kind}.png", picture_of(dialog))
    dialog.go.click()
    wait_until_idle(window)
    atomic_write(out / "classes_merged.png", picture_of(window))
    dialog.undo.click()
    wait_until_idle(window)
    atomic_write(out / "classes_undone.png", picture_of(dialog))
    dialog.hide()


def take_splits(window: MainWindow, out: Path) -> None:
    """Look at how the images are divided, by groups."""
    dialog = window.editor.dialogs.splits
    dialog.show()
    wait_until_idle(window)
    atomic_write(out / "splits.png", picture_of(dialog))
    dialog.divide.click()
    wait_until_idle(window)
    dialog.groups.selectRow(1)
    atomic_write(out / "splits_divided.png", picture_of(dialog))
    dialog.reject()


def take_tools(window: MainWindow, take: Callable[[str], None]) -> None:
    """Use each tool on the sample and take a picture in the middle of it."""
    middle = QPointF(window.editor.canvas.rect().center())

    def use(
        key: Qt.Key, name: str, *ways: tuple[int, int], button: bool = True, lets_go: bool = False
    ) -> None:
        document = window.editor.workspace.document
        assert document is not None
        done = document.history.done
        QTest.keyClick(window.editor.canvas, key)
        at = [middle + QPointF(x, y) for x, y in ways]
        for point in at if not button else at[:1]:
            move(window, point, Qt.MouseButton.NoButton)
            QTest.mousePress(window.editor.canvas, Qt.MouseButton.LeftButton, pos=point.toPoint())
            if not button:
                QTest.mouseRelease(
                    window.editor.canvas, Qt.MouseButton.LeftButton, pos=point.toPoint()
                )
        if button:
            for point in at[1:]:
                move(window, point)
        if lets_go:
            QTest.mouseRelease(
                window.editor.canvas, Qt.MouseButton.LeftButton, pos=at[-1].toPoint()
            )
        take(name)
        if not lets_go:
            QTest.mouseRelease(
                window.editor.canvas, Qt.MouseButton.LeftButton, pos=at[-1].toPoint()
            )
        QTest.keyClick(window.editor.canvas, Qt.Key.Key_Escape)
        if document.history.done > done:
            document.undo()

    corners = ((-160, -60), (-40, -120), (90, -70), (40, 60), (-90, 80))
    use(Qt.Key.Key_P, "lasso", *corners, button=False)
    use(Qt.Key.Key_M, "rectangle", (-120, -80), (60, 20), (100, 70))
    use(Qt.Key.Key_O, "ellipse", (-120, -80), (60, 20), (100, 70))
    use(Qt.Key.Key_W, "wand", (-20, -20), (0, -20), (60, -20))
    use(Qt.Key.Key_S, "superpixels", (-100, -60), (-40, -20), (20, 0))
    use(Qt.Key.Key_C, "scissors", (-130, -90), (-20, -110), (60, -40), button=False)
    use(Qt.Key.Key_K, "cutout", (-305, -232), (-250, -180), (-236, -160), lets_go=True)
    use(Qt.Key.Key_H, "replace", (20, 0), button=False)
    window.editor.toolbox.set_option(amount=8)
    use(Qt.Key.Key_G, "reshape", (20, 0), button=False)
    use(Qt.Key.Key_F, "fill", (-20, -20))


def take_inference(window: MainWindow, out: Path) -> None:
    """See where the model is unsure, run it on all images, and ask what a model of others means."""
    window.editor.actions_by_name["heat"].setChecked(True)
    wait_until_idle(window)
    window.editor.actions_by_name["next_uncertain"].trigger()
    wait_until_idle(window)
    atomic_write(out / "heat.png", picture_of(window))
    window.editor.actions_by_name["heat"].setChecked(False)
    window.editor.actions_by_name["run_all"].trigger()
    atomic_write(out / "run_all.png", picture_of(window.editor.inference.run_all_dialog))
    window.editor.inference.run_all_dialog.reject()
    with tempfile.TemporaryDirectory() as folder:
        shown: list[object] = []
        window.editor.predict.previewed.connect(lambda *result: shown.append(result))
        window.editor.predict.add_model(foreign.smp(Path(folder, "crack.onnx")))
        wait_for(lambda: window.editor.inference.model_dialog is not None)
        dialog = window.editor.inference.model_dialog
        assert dialog is not None
        wait_for(lambda: len(shown) == dialog.pictures.count())
        atomic_write(out / "model.png", picture_of(dialog))
        dialog.reject()
        wait_until_idle(window)


def take_quality(window: MainWindow, out: Path) -> None:
    """Open the windows about the quality of labels."""
    quality = window.editor.work.quality
    window.editor.actions_by_name["statistics"].trigger()
    wait_until_idle(window)
    statistics = quality.statistics_dialog
    assert statistics is not None
    atomic_write(out / "statistics.png", picture_of(statistics))
    statistics.reject()
    window.editor.actions_by_name["compare_labels"].trigger()
    comparison = quality.compare_dialog
    assert isinstance(comparison, CompareDialog)
    comparison.compare()
    wait_until_idle(window)
    atomic_write(out / "compare_labels.png", picture_of(comparison))
    comparison.reject()
    window.editor.actions_by_name["label_errors"].trigger()
    errors = quality.errors_dock
    assert isinstance(errors, ErrorsDock)
    errors.search.click()
    wait_until_idle(window)
    errors.sheet.setCurrentRow(0)
    wait_until_idle(window)
    atomic_write(out / "label_errors.png", picture_of(window))
    errors.hide()


def take_training(window: MainWindow, take: Callable[[str], None]) -> None:
    """Train on the truth of four samples, for a minute or so, and look at every page."""
    window.editor.actions_by_name["train"].trigger()
    panel = window.editor.work.train_dock.widget()
    assert isinstance(panel, TrainPanel)
    form, training = panel.form, window.editor.work.training
    take("train_new")
    form.show_missing(("torch", "accelerate"))
    take("train_not_installed")
    form.show_missing(())
    for page in (panel.progress, panel.compare, panel.runs, panel.queue):
        panel.setCurrentWidget(page)
        take(f"train_empty_{panel.tabText(panel.currentIndex()).lower().replace(' ', '_')}")
    panel.setCurrentIndex(0)
    for _ in range(4):
        label_from_truth(window)
    form.preview.click()
    wait_for(lambda: form.plan.textFormat() is Qt.TextFormat.RichText)
    take("train_settings")
    form.by_epochs.setChecked(True)
    form.epochs.setValue(2)
    form.expert_page.is_expert.setChecked(True)
    form.expert_page.edits["crop"].setText("128 128")
    take("train_expert")
    form.train.click()
    wait_for(lambda: bool(training.history.epochs))
    for number, name in enumerate(("curves", "pictures", "log")):
        panel.progress.tabs.setCurrentIndex(number)
        take(f"train_running_{name}")
    wait_for(lambda: panel.compare.promote.isVisible())
    for number, name in enumerate(("classes", "pictures", "confusion")):
        panel.compare.tabs.setCurrentIndex(number)
        take(f"train_compare_{name}")
    panel.compare.promote.click()
    wait_for(lambda: panel.currentWidget() is panel.queue)
    panel.queue.search.click()
    wait_for(
        lambda: bool(window.editor.work.queue.items) and not window.editor.work.queue.is_running
    )
    take("train_queue")
    panel.setCurrentWidget(panel.runs)
    wait_for(lambda: panel.runs.table.rowCount() > 0)
    take("train_runs")
    window.editor.actions_by_name["train"].trigger()


def label_from_truth(window: MainWindow) -> None:
    """Give the open sample its true labels, approve it and go on to the next."""
    document = window.editor.workspace.document
    assert document is not None
    truth = assets_folder() / "samples" / "truth" / f"{document.key}.png"
    patch = difference_patch(document.label_map, read_label_map(truth))
    if patch is not None:
        document.apply("Paint", patch)
    window.editor.actions_by_name["approve"].trigger()
    wait_until_idle(window)


def wait_for(ready: Callable[[], bool], seconds: float = 180) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + seconds
    while not ready():
        # Not QTest.qWait: it keeps Python's lock, so that no thread of the window gets on.
        loop = QEventLoop()
        QTimer.singleShot(50, loop.quit)
        loop.exec()
        assert time.monotonic() < end, "the window takes too long"


def take_command_windows(window: MainWindow, out: Path) -> None:
    """Open the windows of commands that ask or list something."""
    window.editor.toolbox.choose_class(2)
    for name, dialog in (
        ("replace_all", window.editor.dialogs.replace_all),
        ("keys", window.editor.key_list),
    ):
        window.editor.actions_by_name[name].trigger()
        wait_until_idle(window)
        atomic_write(out / f"{name}.png", picture_of(dialog))
        dialog.reject()


def move(
    window: MainWindow, point: QPointF, buttons: Qt.MouseButton = Qt.MouseButton.LeftButton
) -> None:
    """Move the pointer, with the left button held unless said otherwise."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        QPointF(window.editor.canvas.mapToGlobal(point)),
        Qt.MouseButton.NoButton,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window.editor.canvas, event)


if __name__ == "__main__":
    main()
