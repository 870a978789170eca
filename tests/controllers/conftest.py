"""A workspace without a window."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.controllers.workspace import Workspace
from segstudio.storage.opening import open_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(tmp_path / name)
    return tmp_path


@pytest.fixture
def workspace(qtbot: QtBot, folder: Path) -> Iterator[Workspace]:
    workspace = Workspace()
    workspace.set_opened(open_path(folder))
    qtbot.waitUntil(lambda: workspace.document is not None)
    yield workspace
    workspace.flush()
    workspace.shut_down()
