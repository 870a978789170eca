"""What each command of the window does."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from segstudio.controllers.toolbox import Toolbox
from segstudio.tools.names import ToolName

if TYPE_CHECKING:
    from segstudio.ui.editor import Editor

_FACTOR: Final = 1.25


def connect_commands(editor: "Editor", window: QWidget) -> None:
    """Connect the actions of a window with the parts that carry them out.

    Args:
        editor: Has the actions and the parts.
        window: Is closed by "quit", and gets the digits as keys of the classes.
    """
    actions, canvas, inference = editor.actions_by_name, editor.canvas, editor.inference
    for name, slot in _slots(editor, window).items():
        actions[name].triggered.connect(lambda _checked=False, slot=slot: slot())
    actions["heat"].toggled.connect(inference.uncertainty.set_shown)
    actions["minimap"].setChecked(True)
    actions["minimap"].toggled.connect(canvas.minimap.set_wanted)
    for digit in range(10):
        window.addAction(_class_key(digit, editor.toolbox, window))


def _slots(editor: "Editor", window: QWidget) -> dict[str, Callable[[], object]]:
    """Return what each action does, by its name."""
    workspace, toolbox, canvas = editor.workspace, editor.toolbox, editor.canvas
    dialogs, review = editor.dialogs, editor.review
    return {
        "open": editor.opening.ask_images,
        "open_sample": workspace.open_sample,
        "add_model": editor.opening.ask_model,
        "save": workspace.save,
        "import": lambda: dialogs.imports.show(),
        "export": lambda: dialogs.export.show(),
        "quit": window.close,
        "copy_previous": editor.sequence.copy_previous,
        "interpolate": editor.sequence.interpolate,
        "replace_all": lambda: dialogs.replace_all.show(),
        "splits": lambda: dialogs.splits.show(),
        "edit_classes": lambda: editor.classes.dialog.show(),
        "keys": editor.key_list.show,
        "undo": editor.steps.undo,
        "redo": editor.steps.redo,
        "history": editor.history.toggle,
        "next": lambda: workspace.step(1),
        "previous": lambda: workspace.step(-1),
        "fit": canvas.fit,
        "full_size": canvas.zoom_to_full_size,
        "zoom_in": lambda: canvas.zoom_by(_FACTOR),
        "zoom_out": lambda: canvas.zoom_by(1 / _FACTOR),
        "run": editor.predict.run,
        "run_all": editor.inference.ask_run_all,
        "next_uncertain": editor.inference.uncertainty.next_region,
        "train": lambda: editor.work.train_dock.toggle(),
        "statistics": lambda: editor.work.quality.show_statistics(),
        "compare_labels": lambda: editor.work.quality.show_comparison(),
        "label_errors": lambda: editor.work.quality.toggle_errors(),
        "approve": review.approve_and_go_on,
        "unapprove": lambda: review.set_approved(is_approved=False),
        "next_unreviewed": review.open_next,
        "flag": editor.flag_image,
        **{name: partial(toolbox.set_tool, name) for name in ToolName},
        "smaller": lambda: toolbox.grow(-1),
        "larger": lambda: toolbox.grow(1),
        "rule": toolbox.next_rule,
        "swap": toolbox.swap_with_background,
    }


def _class_key(digit: int, toolbox: Toolbox, window: QWidget) -> QAction:
    """Return the action by which a digit chooses its class."""
    action = QAction(window)
    action.setShortcut(str(digit))
    action.triggered.connect(lambda _checked=False: toolbox.choose_class(digit))
    return action
