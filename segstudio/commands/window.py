"""Opening the window, after looking at what it shall show."""

import gc
from pathlib import Path

from segstudio.errors import StorageError


def open_window(
    path: Path | None, *, sample: bool, project_folder: Path | None, screenshot: Path | None
) -> int:
    """Open the window and return its exit code.

    Raises:
        SegStudioError: If there is nothing to show; no window has opened then.
    """
    if screenshot is not None and not screenshot.absolute().parent.is_dir():
        raise StorageError(
            screenshot.parent, "there is no such folder for the screenshot", hint="Make it first"
        )
    opened = None
    if sample or path is not None:
        # The start page does without what reads projects, so it shows sooner.
        from segstudio.commands.shown import read_shown

        opened = read_shown(path, project_folder)
    # Python looks for garbage again and again while it loads modules, and finds none.
    gc.disable()
    # The window's libraries take a while to load; a wrong name is told at once.
    from segstudio.ui.app import run

    return run(opened, screenshot)
