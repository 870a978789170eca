"""What these tests share: a hand on the window, and an image for it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hand import Hand, square
from PIL import Image
from pytestqt.qtbot import QtBot
from rights import as_nobody, open_folder_for_all

from segstudio.ui.main_window import MainWindow

__all__ = ["as_nobody", "open_folder_for_all"]


@pytest.fixture
def hand(qtbot: QtBot, window: MainWindow) -> Hand:
    """Whoever uses the tools on the image that is open."""
    return Hand(qtbot, window)


@pytest.fixture
def bright_square(
    tmp_path: Path, hand: Hand, open_folder: Callable[[Path], None], add_class: Callable[[], None]
) -> None:
    """Open a grey image with a bright square, all background, at 100 %; class 1 of 2 is chosen."""
    folder = tmp_path / "images"
    folder.mkdir()
    pixels = np.where(square()[..., None], 180, 80).repeat(3, axis=2)
    Image.fromarray(pixels.astype(np.uint8)).save(folder / "a.png")
    open_folder(folder)
    add_class()
    workspace = hand.editor.workspace
    workspace.store.set_label_set(workspace.label_set.added("wall"))
    hand.labels[:] = 0
    hand.editor.actions_by_name["full_size"].trigger()
    hand.toolbox.choose_class(1)
    hand.toolbox.set_size(9)
