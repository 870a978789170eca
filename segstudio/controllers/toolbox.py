"""Which tool is active, with which class and options, and what it may paint over."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segstudio.controllers.workspace import Workspace
from segstudio.core.class_marks import ClassMarks, followed_index
from segstudio.core.label_map import IGNORE_INDEX, RgbImage
from segstudio.core.paint_rule import PaintRule, writable_classes
from segstudio.core.raster import Point
from segstudio.core.superpixels import SuperpixelCache
from segstudio.errors import SegStudioError
from segstudio.storage.class_change_log import StoredChange
from segstudio.tools.names import ToolName
from segstudio.tools.options import Leaves, ToolContext, ToolOptions
from segstudio.tools.table import TOOLS

MIN_BRUSH: Final = 1
MAX_BRUSH: Final = 2000
MIN_CELL: Final = 4
MAX_CELL: Final = 200


class InHand(NamedTuple):
    """The active tool as it was set at one moment; what is set later does not change it.

    Attributes:
        tool: Which tool.
        context: Returns what a gesture of it starts from, given the open image, where the last
            gesture ended, and the superpixels of the image that are known.
        writable: Returns which values an edit may change; see ``writable_classes``.
    """

    tool: ToolName
    context: Callable[[RgbImage, Point | None, SuperpixelCache], ToolContext]
    writable: Callable[..., NDArray[np.bool_]]


class Toolbox(QObject):
    """The active tool, its class and options, and the classes that are locked.

    Signals:
        changed: The tool, the class, an option or a lock changed.
        class_chosen: The class index that the user chose, by whatever way.
        class_needed: The user painted, but there is no class yet besides the background.
        refused: A ``SegStudioError``: why what the user tried changes nothing.
    """

    changed = Signal()
    class_chosen = Signal(int)
    class_needed = Signal()
    refused = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._class_index = 0
        self._other_class_index = 0
        self._options = ToolOptions()
        self._locked = ClassMarks()
        self._num_classes = 0
        self._tool = ToolName.BRUSH
        workspace.label_set_changed.connect(self._on_label_set_changed)
        workspace.other_project_opened.connect(self._on_other_project)
        workspace.classes_moved.connect(self._on_classes_moved)

    @property
    def tool(self) -> ToolName:
        """The active tool."""
        return self._tool

    @property
    def class_index(self) -> int:
        """The class that tools paint."""
        return self._class_index

    @property
    def options(self) -> ToolOptions:
        """The options of all tools."""
        return self._options

    @property
    def size(self) -> int:
        """Brush diameter in image pixels."""
        return self._options.size

    @property
    def locked(self) -> frozenset[int]:
        """The class indices that no tool and no model may write over."""
        return self._locked.indices

    @property
    def alt_picks(self) -> bool:
        """Whether a click with Alt picks the class instead of using the tool."""
        return not TOOLS[self._tool].alt_erases

    def set_tool(self, tool: ToolName) -> None:
        """Make a tool active."""
        self._tool = tool
        self.changed.emit()

    def set_option(self, **changes: Any) -> None:  # noqa: ANN401 - as different as the options are
        """Change fields of ``options``."""
        options = replace(self._options, **changes)
        if options != self._options:
            self._options = options
            self.changed.emit()

    def set_size(self, size: int) -> None:
        """Set the brush diameter, image pixels; held within 1..2000."""
        self.set_option(size=min(max(size, MIN_BRUSH), MAX_BRUSH))

    def grow(self, steps: int) -> None:
        """Make the brush or the superpixels larger, or smaller, by about a tenth a step."""
        if self._tool is ToolName.SUPERPIXELS:
            size = self._options.cell_size
            size += steps * max(1, round(size * 0.1))
            self.set_option(cell_size=min(max(size, MIN_CELL), MAX_CELL))
        else:
            self.set_size(self.size + steps * max(1, round(self.size * 0.1)))

    def next_rule(self) -> None:
        """Paint by the next rule, after the last one by the first again."""
        rules = list(PaintRule)
        self.set_option(rule=rules[(rules.index(self._options.rule) + 1) % len(rules)])

    def toggle_lock(self, class_index: int) -> None:
        """Protect a class from being painted over, or no longer."""
        self._lock(self._locked.toggled(class_index))
        self.changed.emit()

    def choose_class(self, class_index: int) -> None:
        """Choose the class to paint; a tool that paints none gives way to the brush."""
        if not 0 <= class_index < len(self._workspace.label_set):
            return
        if class_index != self._class_index:
            self._other_class_index = self._class_index
        self._class_index = class_index
        if self._tool in (ToolName.ERASER, ToolName.PICK):
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
        return self._erased_index() if self._tool is ToolName.ERASER else self._class_index

    @property
    def has_background(self) -> bool:
        """Whether the eraser could leave the background."""
        return self._workspace.label_set.background_index is not None

    def writable(self, clicked: int | None) -> NDArray[np.bool_]:
        """Return which values an edit that paints may change; see ``writable_classes``."""
        return self.in_hand().writable(clicked=clicked)

    def may_begin(self, tool: ToolName) -> bool:
        """Whether a tool can edit now; tells the user why not, or asks for a class."""
        if TOOLS[tool].make is None:
            return False
        if not self._workspace.store.may_write(self.refused.emit):
            return False
        # Background over nothing shows no trace; the user means a class that is not there.
        if tool is not ToolName.ERASER and len(self._workspace.label_set) < 2:
            self.class_needed.emit()
            return False
        return True

    def tell_held_back(self, clicked: int | None) -> None:
        """Tell the user why a gesture changed nothing.

        Args:
            clicked: Value on which it began, or None if it began beside the image.
        """
        if clicked in self.locked:
            name = self._workspace.label_set[clicked].name
            text = self.tr("The class %s is locked, so nothing was changed") % name
            hint = self.tr("Click its lock in the list of classes to unlock it")
        elif self._options.rule is not PaintRule.EVERYTHING:
            text = self.tr("The paint rule kept what is there, so nothing was changed")
            hint = self.tr("Choose another rule with L")
        else:
            text = self.tr("Only locked classes lie there, so nothing was changed")
            hint = self.tr("Click a lock in the list of classes to unlock it")
        self.refused.emit(SegStudioError(text, hint=hint))

    def in_hand(self) -> InHand:
        """Return the active tool with everything that is set now."""
        label_set = self._workspace.label_set
        tool = self._tool_label()
        name = label_set[self._class_index].name if len(label_set) else ""
        is_eraser = self._tool is ToolName.ERASER
        context = partial(
            ToolContext,
            class_index=self._class_index,
            erased_index=self._erased_index(),
            paint_name=tool if self._tool is ToolName.RESHAPE else f"{tool} {name}",
            erase_name=tool if is_eraser else self.tr("%s, erasing") % tool,
            options=self._options,
        )
        writable = partial(
            writable_classes,
            self._options.rule,
            erased_index=label_set.erased_index,
            locked=self.locked,
        )

        def context_on(
            image: RgbImage, last_point: Point | None, superpixels: SuperpixelCache
        ) -> ToolContext:
            return context(image=image, last_point=last_point, superpixels=superpixels)

        return InHand(self._tool, context_on, writable)

    def _erased_index(self) -> int:
        leaves_nothing = self._options.leaves is Leaves.NOTHING
        if self._tool is ToolName.ERASER and leaves_nothing:
            return IGNORE_INDEX
        return self._workspace.label_set.erased_index

    def _tool_label(self) -> str:
        return {
            ToolName.BRUSH: self.tr("Brush"),
            ToolName.ERASER: self.tr("Eraser"),
            ToolName.LASSO: self.tr("Lasso"),
            ToolName.RECTANGLE: self.tr("Rectangle"),
            ToolName.ELLIPSE: self.tr("Ellipse"),
            ToolName.FILL: self.tr("Fill"),
            ToolName.WAND: self.tr("Magic wand"),
            ToolName.SUPERPIXELS: self.tr("Superpixels"),
            ToolName.SCISSORS: self.tr("Scissors"),
            ToolName.CUTOUT: self.tr("Cut-out"),
            ToolName.RESHAPE: self.tr("Reshape"),
            ToolName.REPLACE: self.tr("Replace by"),
            ToolName.PICK: self.tr("Pick class"),
        }[self._tool]

    def _lock(self, locked: ClassMarks) -> None:
        self._locked = locked
        self._workspace.locked = locked.indices  # models keep to it, too

    def _on_other_project(self) -> None:
        self._lock(ClassMarks())
        self._num_classes = 0

    def _on_classes_moved(self, done: StoredChange) -> None:
        # Told by ``changed`` with the classes as they are then, which come next.
        self._lock(self._locked.following(done.name, done.change))
        first = min(1, max(len(done.change.after) - 1, 0))
        chosen = followed_index(self._class_index, done.change)
        other = followed_index(self._other_class_index, done.change)
        self._class_index = first if chosen is None else chosen
        self._other_class_index = 0 if other is None else other

    def _on_label_set_changed(self) -> None:
        before, self._num_classes = self._num_classes, len(self._workspace.label_set)
        # With only the background there is nothing to paint yet; then the first class comes first.
        has_first = before < 2 <= self._num_classes
        if self._class_index >= self._num_classes or (self._class_index == 0 and has_first):
            self._class_index = min(1, max(self._num_classes - 1, 0))
            self._other_class_index = 0
        self.changed.emit()
