"""Reading what the window is to show, before it opens."""

from pathlib import Path

from segstudio.errors import StorageError
from segstudio.storage.images import is_image_name, read_image_size
from segstudio.storage.opening import Opened, open_path
from segstudio.storage.sample import sample_project


def read_shown(path: Path | None, project_folder: Path | None) -> Opened:
    """Return the project to show.

    Args:
        path: An image, a folder of images or a project; None for the sample project.
        project_folder: Where its labels are kept, if not beside the images.

    Raises:
        SegStudioError: If it cannot be opened.
    """
    if path is None:
        return sample_project()
    if path.is_file() and is_image_name(path.name):
        read_image_size(path)  # before a project is made for a file that is no image
    try:
        return open_path(path, project_folder=project_folder)
    except StorageError as error:
        if project_folder is None:
            error.hint = "Say where to keep them with --project DIR"
        raise
