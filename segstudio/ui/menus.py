"""The menus of the window."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from segstudio.tools.names import ToolName

if TYPE_CHECKING:
    from segstudio.ui.actions import Actions


class MenuName(StrEnum):
    """The menus, from left to right."""

    FILE = "file"
    EDIT = "edit"
    VIEW = "view"
    TOOLS = "tools"
    HELP = "help"


Menus = Mapping[MenuName, QMenu]

_LINE: Final = ""
_HELD: Final[Mapping[MenuName, Sequence[str]]] = {
    MenuName.FILE: (
        "open",
        "open_sample",
        "add_model",
        _LINE,
        "save",
        "import",
        "export",
        _LINE,
        "quit",
    ),
    MenuName.EDIT: (
        "undo",
        "redo",
        "history",
        _LINE,
        "copy_previous",
        "interpolate",
        "replace_all",
        "edit_classes",
        _LINE,
        "swap",
    ),
    MenuName.VIEW: (
        "fit",
        "full_size",
        "zoom_in",
        "zoom_out",
        "minimap",
        "heat",
        _LINE,
        "outlines",
        "changes",
        "split",
        _LINE,
        "next",
        "previous",
        "next_unreviewed",
        _LINE,
    ),
    MenuName.TOOLS: (
        "run",
        "run_all",
        "next_uncertain",
        "train",
        "splits",
        _LINE,
        "statistics",
        "compare_labels",
        "label_errors",
        _LINE,
        "approve",
        "unapprove",
        "flag",
        _LINE,
        *ToolName,
        _LINE,
        "smaller",
        "larger",
        "rule",
    ),
    MenuName.HELP: ("keys",),
}
"""The actions of each menu; ``_LINE`` separates."""


def add_menus(window: QMainWindow) -> Menus:
    """Return the menus of the menu bar, with nothing in them yet."""
    translate = QCoreApplication.translate
    titles = {
        MenuName.FILE: translate("Menus", "&File"),
        MenuName.EDIT: translate("Menus", "&Edit"),
        MenuName.VIEW: translate("Menus", "&View"),
        MenuName.TOOLS: translate("Menus", "&Tools"),
        MenuName.HELP: translate("Menus", "&Help"),
    }
    menus = {name: window.menuBar().addMenu(title) for name, title in titles.items()}
    for menu in menus.values():
        menu.setToolTipsVisible(True)
    return menus


def fill_menus(menus: Menus, actions: "Actions", view_actions: Sequence[QAction]) -> None:
    """Put the actions into the menus.

    Args:
        menus: As ``add_menus`` made them.
        actions: What they hold, by name.
        view_actions: What the View menu holds besides: the panels to show or hide.
    """
    for menu_name, names in _HELD.items():
        for name in names:
            if name == _LINE:
                menus[menu_name].addSeparator()
            else:
                menus[menu_name].addAction(actions[name])
    menus[MenuName.VIEW].addActions(list(view_actions))
