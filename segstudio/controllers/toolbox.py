"""Which tool is active, with which class and size."""

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.workspace import Workspace
from segstudio.tools.brush import Brush
from segstudio.tools.tool import Tool

MIN_BRUSH: Final = 1
MAX_BRUSH: Final = 2000


class ToolName(StrEnum):
    """The tools of the tool bar."""

    BRUSH = "brush"
    ERASER = "eraser"
    PICK = "pick"


class Toolbox(QObject):
    """The active tool and its options.

    Signals:
        changed: The tool, the class or the size changed.
        class_chosen: The class index that the user chose, by whatever way.
        class_needed: The user painted, but there is no class yet besides the background.
    """

    changed = Signal()
    class_chosen = Signal(int)
    class_needed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._class_index = 0
        self._other_class_index = 0
        self._size = 12
        self._tool = ToolName.BRUSH
        workspace.label_set_changed.connect(self._on_label_set_changed)

    @property
    def tool(self) -> ToolName:
        """The active tool."""
        return self._tool

    @property
    def class_index(self) -> int:
        """The class that tools paint."""
        return self._class_index

    @property
    def size(self) -> int:
        """Brush diameter in image pixels."""
        return self._size

    @property
    def alt_picks(self) -> bool:
        """Whether a click with Alt picks the class, whatever the tool."""
        return True

    def set_tool(self, tool: ToolName) -> None:
        """Make a tool active."""
        self._tool = tool
        self.changed.emit()

    def set_size(self, size: int) -> None:
        """Set the brush diameter, image pixels; held within 1..2000."""
        self._size = min(max(size, MIN_BRUSH), MAX_BRUSH)
        self.changed.emit()

    def grow(self, steps: int) -> None:
        """Make the brush larger, or smaller for negative steps, by about a tenth a step."""
        step = max(1, round(self._size * 0.1))
        self.set_size(self._size + steps * step)

    def choose_class(self, class_index: int) -> None:
        """Choose the class to paint; the eraser then gives way to the brush."""
        if not 0 <= class_index < len(self._workspace.label_set):
            return
        if class_index != self._class_index:
            self._other_class_index = self._class_index
        self._class_index = class_index
        if self._tool is not ToolName.BRUSH:
            self._tool = ToolName.BRUSH
        self.changed.emit()
        self.class_chosen.emit(class_index)

    def swap_with_background(self) -> None:
        """Choose the background, or the class chosen before it."""
        background = self._workspace.label_set.background_index
        if background is None or self._class_index == background:
            self.choose_class(self._other_class_index)
        else:
            self.choose_class(background)

    def paint_value(self) -> int:
        """Return the label map value that the active tool writes."""
        if self._tool is ToolName.ERASER:
            return self._workspace.label_set.erased_index
        return self._class_index

    def make_tool(self) -> Tool | None:
        """Return the active tool for one gesture, or None if it does not paint."""
        if self._tool is ToolName.BRUSH:
            # Background over nothing shows no trace; the user means a class that is not there.
            if len(self._workspace.label_set) < 2:
                self.class_needed.emit()
                return None
            name = self._workspace.label_set[self._class_index].name
            return Brush(self.tr("Brush %s") % name, self._size, self.paint_value())
        if self._tool is ToolName.ERASER:
            return Brush(self.tr("Eraser"), self._size, self.paint_value())
        return None

    def _on_label_set_changed(self) -> None:
        count = len(self._workspace.label_set)
        # With only the background there is nothing to paint yet; then the first class comes first.
        if self._class_index >= count or (self._class_index == 0 and count > 1):
            self._class_index = min(1, max(count - 1, 0))
            self._other_class_index = 0
        self.changed.emit()
