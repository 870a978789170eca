"""Opening the window, after looking at what it shall show."""

import gc
from pathlib import Path

from segstudio.errors import StorageError
from segstudio.storage.images import is_image_name, read_image_size
from segstudio.storage.project import Opened, open_path
from segstudio.storage.sample import sample_project


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
    opened = _opened(path, sample, project_folder)
    # Python looks for garbage again and again while it loads modules, and finds none.
    gc.disable()
    # The window's libraries take a while to load; a wrong name is told at once.
    from segstudio.ui.app import run

    return run(opened, screenshot)


def _opened(path: Path | None, sample: bool, project_folder: Path | None) -> Opened | None:
    if sample:
        return sample_project()
    if path is None:
        return None
    if path.is_file() and is_image_name(path.name):
        read_image_size(path)  # before a project is made for a file that is no image
    try:
        return open_path(path, project_folder=project_folder)
    except StorageError as error:
        if project_folder is None:
            error.hint = "Say where to keep them with --project DIR"
        raise
