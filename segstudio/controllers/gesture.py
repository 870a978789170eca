"""Turns the pointer into edits: one gesture of the active tool at a time."""

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.toolbox import Toolbox
from segstudio.core.mask_edit import MaskPatch
from segstudio.document.document import Document
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Pointer, Tool


class Gesture(QObject):
    """Feeds the active tool and writes what it answers into the document.

    Signals:
        preview_changed: ``preview`` is another one.
    """

    preview_changed = Signal()

    def __init__(self, toolbox: Toolbox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._toolbox = toolbox
        self._document: Document | None = None
        self._tool: Tool | None = None
        self._preview: Preview | None = None
        toolbox.changed.connect(self._on_tool_changed)

    @property
    def preview(self) -> Preview | None:
        """What the canvas shows of the gesture, or None."""
        return self._preview

    @property
    def is_active(self) -> bool:
        """Whether a gesture is under way, with the button held or not."""
        return self._tool is not None

    def set_document(self, document: Document | None) -> None:
        """Edit this document from now on; a gesture that is under way is given up."""
        self._tool = None
        self._document = document
        self._show()

    def press(self, at: Pointer) -> None:
        """Begin a gesture, or go on with an open one."""
        document = self._document
        if document is None:
            return
        if self._tool is None:
            self._tool = self._toolbox.make_tool()
            if self._tool is None:
                return
            if self._tool.is_stroke:
                document.begin_gesture(self._tool.edit_name)
        self._write(document, self._tool, self._tool.press(document.label_map, at))
        self._show()

    def move(self, at: Pointer) -> None:
        """Go on with the button held."""
        if self._tool is not None and self._document is not None:
            patch = self._tool.move(self._document.label_map, at)
            self._write(self._document, self._tool, patch)
            self._show()

    def release(self, at: Pointer) -> None:
        """End the gesture, unless the tool goes on."""
        if self._tool is not None and self._document is not None:
            patch = self._tool.release(self._document.label_map, at)
            self._write(self._document, self._tool, patch)
            self._end_if_done(self._document, self._tool)

    def hover(self, at: Pointer) -> None:
        """Follow the pointer with no button held."""
        if self._tool is not None and self._document is not None:
            self._tool.hover(self._document.label_map, at)
            self._show()

    def finish(self) -> bool:
        """Finish an open gesture; return whether there was one."""
        if self._tool is None or self._document is None:
            return False
        self._write(self._document, self._tool, self._tool.finish(self._document.label_map))
        self._end_if_done(self._document, self._tool)
        return True

    def step_back(self) -> bool:
        """Take back the last part of an open gesture; return whether there was one."""
        if self._tool is None or self._document is None:
            return False
        self._tool.step_back()
        self._end_if_done(self._document, self._tool)
        return True

    def cancel(self) -> bool:
        """Give up the gesture and what it wrote; return whether there was one."""
        if self._tool is None:
            return False
        self._tool = None
        if self._document is not None:
            self._document.cancel_gesture()
        self._show()
        return True

    def _write(self, document: Document, tool: Tool, patch: MaskPatch | None) -> None:
        if tool.is_stroke:
            document.paint(patch)
        else:
            document.apply(tool.edit_name, patch)

    def _end_if_done(self, document: Document, tool: Tool) -> None:
        if not tool.is_open:
            self._tool = None
            document.end_gesture()
        self._show()

    def _on_tool_changed(self) -> None:
        # A half-drawn outline belongs to the tool that drew it.
        if self._tool is not None and self._tool.is_open:
            self.cancel()

    def _show(self) -> None:
        preview = self._tool.preview if self._tool is not None else None
        if preview is not self._preview:
            self._preview = preview
            self.preview_changed.emit()
