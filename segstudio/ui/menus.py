"""The menus of the window."""

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow

from segstudio.controllers.toolbox import ToolName
from segstudio.ui.actions import Actions


def build_menus(window: QMainWindow, actions: Actions, view_actions: Sequence[QAction]) -> None:
    """Fill the menu bar.

    Args:
        window: Whose menu bar.
        actions: What the menus hold, by name.
        view_actions: What the View menu holds besides: the panels to show or hide.
    """
    menus = (
        (
            window.tr("&File"),
            (
                "open",
                "open_sample",
                "add_model",
                None,
                "save",
                "import",
                "export",
                None,
                "quit",
            ),
        ),
        (
            window.tr("&Edit"),
            (
                "undo",
                "redo",
                None,
                "copy_previous",
                "interpolate",
                "replace_all",
                "edit_classes",
                None,
                "swap",
            ),
        ),
        (
            window.tr("&View"),
            (
                "fit",
                "full_size",
                "zoom_in",
                "zoom_out",
                "minimap",
                "heat",
                None,
                "outlines",
                "changes",
                "split",
                None,
                "next",
                "previous",
                "next_unreviewed",
                None,
            ),
        ),
        (
            window.tr("&Tools"),
            (
                "run",
                "run_all",
                "next_uncertain",
                "train",
                "splits",
                None,
                "statistics",
                "compare_labels",
                "label_errors",
                None,
                "approve",
                "unapprove",
                "flag",
                None,
                *ToolName,
                None,
                "smaller",
                "larger",
                "rule",
            ),
        ),
        (window.tr("&Help"), ("keys",)),
    )
    for title, names in menus:
        menu = window.menuBar().addMenu(title)
        menu.setToolTipsVisible(True)
        for name in names:
            if name is None:
                menu.addSeparator()
            else:
                menu.addAction(actions[name])
        if title == window.tr("&View"):
            menu.addActions(list(view_actions))
