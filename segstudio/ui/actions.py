"""Every command of the window: its words, its keys, its icon."""

from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from segstudio.ui.theme import Theme


class _Row(NamedTuple):
    name: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    is_checkable: bool = False


class Actions(QObject):
    """The actions of one window, by name.

    Args:
        window: Gets the actions, so that their keys work everywhere in it.
        theme: Colours the icons.
    """

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        for row in self._rows():
            action = QAction(row.text, window)
            action.setObjectName(row.name)
            action.setShortcuts([QKeySequence(key) for key in row.keys])
            action.setCheckable(row.is_checkable)
            if row.icon:
                theme.keep_icon(action, row.icon)
            set_tool_tip(action, action.text())
            window.addAction(action)
            self._actions[row.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _rows(self) -> tuple[_Row, ...]:
        return (
            _Row("open", self.tr("Open images…"), ("Ctrl+U", "Ctrl+O"), "folder-open"),
            _Row("open_sample", self.tr("Open sample"), (), "image"),
            _Row("add_model", self.tr("Add model…"), (), "cube"),
            _Row("save", self.tr("Save"), ("Ctrl+S",), "floppy-disk"),
            _Row("import", self.tr("Import labels…"), ("Ctrl+Shift+I",), "download-simple"),
            _Row("export", self.tr("Export labels…"), ("Ctrl+E",), "export"),
            _Row("quit", self.tr("Quit"), ("Ctrl+Q",)),
            _Row("undo", self.tr("Undo"), ("Ctrl+Z",), "arrow-u-up-left"),
            _Row("redo", self.tr("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "arrow-u-up-right"),
            _Row("history", self.tr("History"), ("Ctrl+Shift+H",), "clock-counter-clockwise"),
            _Row("edit_classes", self.tr("Edit classes…"), ("Ctrl+K",)),
            _Row("replace_all", self.tr("Replace a class in all images…"), ("Ctrl+H",)),
            _Row("copy_previous", self.tr("Copy labels of the previous image"), ("Ctrl+Shift+V",)),
            _Row("interpolate", self.tr("Interpolate labels of neighbours"), ("Ctrl+I",)),
            _Row("next", self.tr("Next image"), ("D",), "caret-right"),
            _Row("previous", self.tr("Previous image"), ("A",), "caret-left"),
            _Row(
                "approve",
                self.tr("Approve and go on"),
                ("Ctrl+Return", "Ctrl+Enter"),
                "check-circle",
            ),
            _Row("unapprove", self.tr("Take approval back")),
            _Row("flag", self.tr("Flag image"), ("Shift+F",), "flag", True),
            _Row("next_unreviewed", self.tr("Next not approved"), ("Ctrl+Shift+D",)),
            _Row("splits", self.tr("Training, validation and test images…")),
            _Row("train", self.tr("Train"), ("Ctrl+T",), "graduation-cap"),
            _Row("statistics", self.tr("Statistics"), ("Ctrl+Shift+T",), "chart-bar"),
            _Row("compare_labels", self.tr("Compare label sets…"), (), "scales"),
            _Row("label_errors", self.tr("Likely label errors"), ("Ctrl+Shift+L",)),
            _Row("fit", self.tr("Fit to window"), ("Ctrl+F",), "arrows-out"),
            _Row("full_size", self.tr("100 %"), ("Ctrl+0",), "magnifying-glass"),
            _Row("zoom_in", self.tr("Zoom in"), ("Ctrl++", "Ctrl+=")),
            _Row("zoom_out", self.tr("Zoom out"), ("Ctrl+-",)),
            _Row("minimap", self.tr("Minimap"), (), "", True),
            _Row("outlines", self.tr("Outlines only"), ("Shift+V",), "", True),
            _Row("changes", self.tr("Mark changed pixels"), ("Shift+D",), "", True),
            _Row("split", self.tr("Prediction beside correction"), ("Shift+S",), "", True),
            _Row("run", self.tr("Run"), ("R",), "play"),
            _Row("run_all", self.tr("Run on all images…"), ("Ctrl+Shift+R",)),
            _Row("heat", self.tr("Show where the model is unsure"), ("U",), "", True),
            _Row("next_uncertain", self.tr("Next uncertain region"), ("N",)),
            _Row("brush", self.tr("Brush"), ("B",), "paint-brush", True),
            _Row("eraser", self.tr("Eraser"), ("E",), "eraser", True),
            _Row("lasso", self.tr("Polygon and lasso"), ("P",), "polygon", True),
            _Row("rectangle", self.tr("Rectangle"), ("M",), "rectangle", True),
            _Row("ellipse", self.tr("Ellipse"), ("O",), "circle", True),
            _Row("fill", self.tr("Fill"), ("F",), "paint-bucket", True),
            _Row("wand", self.tr("Magic wand"), ("W",), "magic-wand", True),
            _Row("superpixels", self.tr("Superpixels"), ("S",), "dots-nine", True),
            _Row("scissors", self.tr("Scissors that follow edges"), ("C",), "scissors", True),
            _Row("cutout", self.tr("Cut out the object in a box"), ("K",), "selection", True),
            _Row("reshape", self.tr("Reshape"), ("G",), "arrows-out-cardinal", True),
            _Row("replace", self.tr("Replace a class"), ("H",), "swap", True),
            _Row("pick", self.tr("Pick class"), ("I",), "eyedropper", True),
            _Row("smaller", self.tr("Smaller brush"), ("[",)),
            _Row("larger", self.tr("Larger brush"), ("]",)),
            _Row("rule", self.tr("Next paint rule"), ("L",)),
            _Row("swap", self.tr("Swap with background"), ("X",)),
            _Row("keys", self.tr("Keys and commands"), ("F1",)),
        )


def set_tool_tip(action: QAction, text: str, note: str = "") -> None:
    """Give an action a tool tip that names its keys, and a note below."""
    keys = " / ".join(
        key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()
    )
    text = text.removesuffix("…")
    text = f"{text} ({keys})" if keys else text
    action.setToolTip(f"{text}\n{note}" if note else text)
