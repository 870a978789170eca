"""Turns the pointer into edits: one gesture of the active tool at a time."""

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.toolbox import Toolbox
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.paint_rule import held_to
from segstudio.core.raster import Point
from segstudio.document.document import Document
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Pointer, Tool


class Gesture(QObject):
    """Feeds the active tool and writes what it answers, held to the paint rules.

    Signals:
        preview_changed: ``preview`` is another one.
    """

    preview_changed = Signal()

    def __init__(self, toolbox: Toolbox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._toolbox = toolbox
        self._document: Document | None = None
        self._tool: Tool | None = None  # waits for the pointer until the gesture begins
        self._tool_name = toolbox.tool
        self._is_active = False
        self._clicked: int | None = None  # value on which the gesture began
        self._last_point: Point | None = None
        self._preview: Preview | None = None
        toolbox.changed.connect(self._on_toolbox_changed)

    @property
    def preview(self) -> Preview | None:
        """What the canvas shows of the gesture, or None."""
        return self._preview

    @property
    def is_active(self) -> bool:
        """Whether a gesture is under way, with the button held or not."""
        return self._is_active

    def set_document(self, document: Document | None) -> None:
        """Edit this document from now on; a gesture that is under way is given up."""
        self._is_active = False
        self._tool = None
        self._last_point = None
        self._document = document
        self._show()

    def press(self, at: Pointer) -> None:
        """Begin a gesture, or go on with an open one."""
        document = self._document
        if document is None or not (self._is_active or self._toolbox.may_begin()):
            return
        tool = self._ready_tool(document)
        if tool is None:
            return
        if not self._is_active:
            self._is_active = True
            self._clicked = None
            if tool.is_stroke:
                document.begin_gesture(tool.edit_name)
        # Before the tool writes: a stroke that begins on a class must not see its own paint.
        self._note_clicked(document, at)
        self._write(document, tool, tool.press(document.label_map, at))
        self._show()

    def move(self, at: Pointer) -> None:
        """Go on with the button held."""
        if self._is_active and self._tool is not None and self._document is not None:
            self._note_clicked(self._document, at)
            patch = self._tool.move(self._document.label_map, at)
            self._write(self._document, self._tool, patch)
            self._show()

    def release(self, at: Pointer) -> None:
        """End the gesture, unless the tool goes on."""
        if self._is_active and self._tool is not None and self._document is not None:
            self._note_clicked(self._document, at)
            patch = self._tool.release(self._document.label_map, at)
            self._write(self._document, self._tool, patch)
            self._last_point = at.point
            self._end_if_done(self._document, self._tool)

    def hover(self, at: Pointer) -> None:
        """Follow the pointer with no button held."""
        if self._document is None:
            return
        tool = self._ready_tool(self._document)
        if tool is not None:
            tool.hover(self._document.label_map, at)
            self._show()

    def finish(self) -> bool:
        """Finish an open gesture; return whether there was one."""
        if not self._is_active or self._tool is None or self._document is None:
            return False
        self._write(self._document, self._tool, self._tool.finish(self._document.label_map))
        self._end_if_done(self._document, self._tool)
        return True

    def step_back(self) -> bool:
        """Take back the last part of an open gesture; return whether there was one."""
        if not self._is_active or self._tool is None or self._document is None:
            return False
        self._tool.step_back()
        self._end_if_done(self._document, self._tool)
        return True

    def cancel(self) -> bool:
        """Give up the gesture and what it wrote; return whether there was one."""
        was_active = self._is_active
        self._is_active = False
        self._tool = None
        if was_active and self._document is not None:
            self._document.cancel_gesture()
        self._show()
        return was_active

    def _ready_tool(self, document: Document) -> Tool | None:
        if self._tool is None:
            self._tool = self._toolbox.make_tool(document.image, self._last_point)
            self._tool_name = self._toolbox.tool
        return self._tool

    def _note_clicked(self, document: Document, at: Pointer) -> None:
        """Find the class that the gesture began on; beside the image it has not begun yet."""
        if self._clicked is None and (pixel := at.pixel_of(document.label_map)) is not None:
            self._clicked = int(document.label_map[pixel])

    def _write(self, document: Document, tool: Tool, patch: MaskPatch | None) -> None:
        if patch is None:
            return
        patch = held_to(patch, self._toolbox.writable(self._clicked, erases=tool.erases))
        if tool.is_stroke:
            document.paint(patch)
        else:
            document.apply(tool.edit_name, patch)

    def _end_if_done(self, document: Document, tool: Tool) -> None:
        if not tool.is_open:
            self._is_active = False
            self._tool = None
            document.end_gesture()
        self._show()

    def _on_toolbox_changed(self) -> None:
        tool, document = self._tool, self._document
        if tool is None or document is None:
            return
        if self._is_active and self._toolbox.tool is self._tool_name:
            # The user corrects the class, the tolerance or a rule before the outline is closed.
            tool.adapt(document.label_map, self._toolbox.context(document.image, self._last_point))
        elif self._is_active:
            self.cancel()
        else:
            self._tool = None
        self._show()

    def _show(self) -> None:
        preview = self._tool.preview if self._tool is not None else None
        if preview is not self._preview:
            self._preview = preview
            self.preview_changed.emit()
