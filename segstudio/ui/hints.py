"""What each tool answers to, in one line: for the status bar, tool tips and the list of keys."""

from PySide6.QtCore import QObject

from segstudio.tools.names import ToolName


class Hints(QObject):
    """The one-line manual of each tool."""

    def of(self, tool: ToolName) -> str:
        """Return what the mouse and the keys do with a tool."""
        return self._all()[tool]

    def by_action(self) -> dict[str, str]:
        """Return what is to be said of commands beside their names."""
        return {
            **{str(tool): hint for tool, hint in self._all().items()},
            "copy_previous": self.tr(
                "Paints the labels of the image before this one here, where the paint rule allows"
            ),
            "interpolate": self.tr(
                "Moves each outline evenly from the nearest labelled image before this one to the "
                "nearest one after it (shape-based interpolation)"
            ),
            "history": self.tr(
                "All steps in this image; a click goes back to one, or forward again"
            ),
            "splits": self.tr("Which images train and which judge, in groups if you like"),
            "edit_classes": self.tr(
                "Rename, merge, split, delete or reorder classes in all images; undo it later"
            ),
            "replace_all": self.tr("Counts first; one step to undo in each image"),
            "rule": self.tr("What may be painted over: everything, the clicked class, unlabelled"),
        }

    def _all(self) -> dict[ToolName, str]:
        outline = self.tr(
            "Enter closes · Backspace or undo takes back · Esc gives up · Alt at the start: erase"
        )
        return {
            ToolName.BRUSH: self.tr(
                "Drag: paint · Shift+click: straight line · Ctrl+wheel: size · "
                "Alt+click: pick class"
            ),
            ToolName.ERASER: self.tr("Drag: erase · Shift+click: straight line · Ctrl+wheel: size"),
            ToolName.LASSO: self.tr(
                "Click: corner · drag: freehand · drag a corner: move it · Alt+click: remove it · "
                "Shift+click a line: new corner · "
            )
            + outline,
            ToolName.RECTANGLE: self.tr(
                "Drag: rectangle · Shift: square · Alt at the start: erase"
            ),
            ToolName.ELLIPSE: self.tr("Drag: ellipse · Shift: circle · Alt at the start: erase"),
            ToolName.FILL: self.tr("Click: fill the region under the pointer"),
            ToolName.WAND: self.tr(
                "Click: select like colours · drag sideways: tolerance · Shift+click: more · "
                "Enter or a click in it: paint · Esc gives up"
            ),
            ToolName.SUPERPIXELS: self.tr(
                "Click or drag: paint areas of like colour · [ and ]: their size · "
                "Alt at the start: erase"
            ),
            ToolName.SCISSORS: self.tr(
                "Click along an edge, the line follows it · drag an anchor: move it · "
                "Alt+click: remove it · Shift+click the line: new anchor · "
            )
            + outline,
            ToolName.CUTOUT: self.tr(
                "Drag a box around an object · Shift: one more · Enter or a click in it: paint · "
                "Esc gives up · Alt at the start: erase"
            ),
            ToolName.RESHAPE: self.tr(
                "Click a region: see what would change · Enter or a second click: do it · "
                "Esc gives up"
            ),
            ToolName.REPLACE: self.tr(
                "Click a region: see what gets the chosen class · Enter or a second click: do it · "
                "Ctrl+H: in all images"
            ),
            ToolName.PICK: self.tr("Click: paint with the class under the pointer from now on"),
        }
