"""Files that cannot be used: one clear sentence in the window, nothing lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from onnx_models import write_model
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from segstudio.ui.main_window import MainWindow


@pytest.fixture
def image_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.png", "c.png"):
        Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(folder / name)
    (folder / "b.png").write_bytes(b"not a picture at all")
    return folder


@pytest.mark.parametrize("case", ["missing", "empty", "no image"])
def test_what_cannot_be_opened_gives_a_sentence_and_the_open_project_stays(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    image_folder: Path,
    tmp_path: Path,
    case: str,
) -> None:
    open_folder(image_folder)
    path = tmp_path / case
    if case == "empty":
        path.mkdir()
    elif case == "no image":
        path.write_text("notes")

    with qtbot.waitSignal(window.editor.workspace.open_failed):
        window.editor.workspace.open(path)

    assert case in window.editor.messages.text
    assert window.editor.workspace.project is not None
    assert window.editor.workspace.project.image_root == image_folder


def test_a_damaged_image_is_named_and_the_next_one_opens(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], image_folder: Path
) -> None:
    open_folder(image_folder)
    with qtbot.waitSignal(window.editor.workspace.image_failed):
        window.editor.workspace.step(1)
    assert "b.png" in window.pages.problem.text()
    assert window.pages.problem.isVisible()

    window.editor.workspace.step(1)
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None)
    assert window.editor.canvas.isVisible()


def test_a_mask_of_another_size_is_not_overwritten(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], image_folder: Path
) -> None:
    masks = image_folder / "segstudio" / "masks"
    open_folder(image_folder)
    masks.mkdir(exist_ok=True)
    Image.fromarray(np.zeros((5, 5), np.uint8)).save(masks / "c.png.png")
    content = (masks / "c.png.png").read_bytes()

    with qtbot.waitSignal(window.editor.workspace.image_failed):
        window.editor.workspace.open_image("c.png")
    window.editor.workspace.flush()

    assert "5 x 5" in window.pages.problem.text()
    assert (masks / "c.png.png").read_bytes() == content


def test_an_onnx_file_without_a_card_says_so_and_what_to_do(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    image_folder: Path,
    tmp_path: Path,
) -> None:
    open_folder(image_folder)
    model = write_model(tmp_path / "foreign.onnx", card=None)
    with qtbot.waitSignal(window.editor.predict.failed, timeout=30_000):
        window.editor.predict.add_model(model)
    assert window.editor.messages.text.startswith("foreign.onnx: ")
    assert "card" in window.editor.messages.text
    assert "trainer export" in window.editor.messages.text


@pytest.mark.parametrize("content", [b"I am a text file", b""])
def test_a_file_that_is_no_model_gives_a_sentence_and_painting_goes_on(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    add_class: Callable[[], None],
    drag: Callable[..., None],
    image_folder: Path,
    tmp_path: Path,
    content: bytes,
) -> None:
    open_folder(image_folder)
    add_class()
    fake = tmp_path / "fake.onnx"
    fake.write_bytes(content)

    with qtbot.waitSignal(window.editor.predict.failed, timeout=30_000):
        window.editor.predict.add_model(fake)
    assert "fake.onnx" in window.editor.messages.text
    assert "Traceback" not in window.editor.messages.text
    assert "fake" not in [model.name for model in window.editor.predict.models]

    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle, middle + QPoint(10, 10))
    assert window.editor.workspace.document is not None
    assert (window.editor.workspace.document.label_map != 255).any()


def test_a_read_only_folder_says_so_and_its_labels_can_go_elsewhere(
    qtbot: QtBot,
    window: MainWindow,
    open_folder_for_all: Path,
    as_nobody: Callable[[], AbstractContextManager[None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(open_folder_for_all / "a.png")
    open_folder_for_all.chmod(0o555)
    with as_nobody(), qtbot.waitSignal(window.editor.workspace.open_failed):
        window.editor.workspace.open(open_folder_for_all)
    assert "you may only read it" in window.editor.messages.text
    assert not (open_folder_for_all / "segstudio").exists()

    labels = tmp_path / "labels"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(labels))
    qtbot.mouseClick(window.editor.messages._button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None)
    assert window.editor.workspace.project is not None
    assert window.editor.workspace.project.folder == labels
    assert window.editor.workspace.project.image_root == open_folder_for_all


def test_painting_without_a_class_asks_for_one(
    qtbot: QtBot,
    window: MainWindow,
    open_folder: Callable[[Path], None],
    drag: Callable[..., None],
    image_folder: Path,
) -> None:
    open_folder(image_folder)
    middle = window.editor.canvas.rect().center()
    drag(window.editor.canvas, middle, middle + QPoint(10, 10))
    assert window.editor.workspace.document is not None
    assert (window.editor.workspace.document.label_map == 255).all()
    assert "Add a class" in window.editor.messages.text

    qtbot.mouseClick(window.editor.messages._button, Qt.MouseButton.LeftButton)
    drag(window.editor.canvas, middle, middle + QPoint(10, 10))
    assert (window.editor.workspace.document.label_map == 1).any()
