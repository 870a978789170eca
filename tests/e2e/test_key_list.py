"""F1: all commands and their keys."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstudio.storage.sample import sample_project
from segstudio.tools.names import ToolName
from segstudio.ui.key_list import KeyList
from segstudio.ui.main_window import MainWindow

# The platform without a screen says so whenever a dialog opens.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def keys(qtbot: QtBot, window: MainWindow, press_key: Callable[..., None]) -> KeyList:
    window.editor.workspace.set_opened(sample_project())
    qtbot.waitUntil(lambda: window.editor.workspace.document is not None, timeout=10_000)
    press_key(Qt.Key.Key_F1)
    qtbot.waitExposed(window.editor.key_list)
    return window.editor.key_list


def shown(keys: KeyList) -> list[tuple[str, str]]:
    items = [keys.rows.topLevelItem(row) for row in range(keys.rows.topLevelItemCount())]
    return [(item.text(0), item.text(1)) for item in items if item and not item.isHidden()]


def test_every_command_is_listed_with_its_keys(keys: KeyList, window: MainWindow) -> None:
    rows = shown(keys)
    for tool in ToolName:
        action = window.editor.actions_by_name[tool]
        assert (action.text(), action.shortcut().toString()) in rows
    assert ("Give up what is begun", "Esc") in rows
    keys.reject()


def test_typing_narrows_the_list_and_enter_runs_the_command(
    qtbot: QtBot, keys: KeyList, window: MainWindow
) -> None:
    qtbot.keyClicks(keys.search, "outline anch")
    assert shown(keys) == []
    keys.search.clear()
    qtbot.keyClicks(keys.search, "along an edge")
    assert shown(keys) == [("Scissors that follow edges", "C")]
    qtbot.keyClick(keys.search, Qt.Key.Key_Return)
    assert window.editor.toolbox.tool is ToolName.SCISSORS
    assert not keys.isVisible()
