"""What a user does with a workspace."""

import numpy as np
from pytestqt.qtbot import QtBot

from segstudio.controllers.workspace import Workspace
from segstudio.core.mask_edit import difference_patch


def fill(workspace: Workspace, value: int) -> None:
    """Give all pixels of the open image a class."""
    document = workspace.document
    assert document is not None
    after = np.full(document.size, value, np.uint8)
    document.apply("Fill", difference_patch(document.label_map, after))


def go(qtbot: QtBot, workspace: Workspace, key: str) -> None:
    """Open an image and wait until it is there."""
    workspace.open_image(key)
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.document.key == key)
