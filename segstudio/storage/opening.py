"""Open what a user points at: an image, a folder of images, or a project."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from segstudio.core.label_set import LabelSet
from segstudio.errors import ImageError, ProjectError, StorageError
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.image_list import PROJECT_FILE, PROJECT_FOLDER, find_images, is_project
from segstudio.storage.images import is_image_name
from segstudio.storage.project import Project, load_project

_READ_ONLY: Final = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Opened:
    """A project, the keys of its images, and the one to show first."""

    project: Project
    keys: tuple[str, ...]
    first: str


def open_path(path: Path, *, project_folder: Path | None = None) -> Opened:
    """Open what a user points at: an image, a folder of images, or a project.

    A folder of images that has no project yet gets one.

    Args:
        path: The image, folder, project folder or ``project.json``.
        project_folder: Where to make a new project, if not inside the folder of images.

    Raises:
        ImageError: If ``path`` is a file but no image.
        ProjectError: If there is nothing at ``path``, no image in it, or its project is wrong.
        StorageError: If a new project cannot be written.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - symbolic links stay as the user sees them
    try:
        path, first = _folder_of(path)
        project = _existing_project(path, project_folder)
        keys = project.image_keys() if project else find_images(path)
    except PermissionError as error:
        raise ProjectError(path, "you may not read this folder") from error
    except OSError as error:
        raise ProjectError(path, f"this folder cannot be read ({error.strerror})") from error
    if not keys:
        raise ProjectError(
            project.image_root if project else path,
            "there are no images in this folder",
            hint="Open a folder with PNG, JPEG, TIFF, WebP or BMP files",
        )
    project = project or create_project(path, project_folder)
    return Opened(project, tuple(keys), first if first in keys else keys[0])


def create_project(image_root: Path, folder: Path | None = None) -> Project:
    """Make a project for a folder of images; the images are not touched.

    Args:
        image_root: The folder of images.
        folder: Where to keep the project; ``image_root/segstudio`` unless given.

    Raises:
        ProjectError: If the project folder holds a ``project.json`` already.
        StorageError: If the project folder cannot be written.
    """
    folder = folder or image_root / PROJECT_FOLDER
    project = Project(folder, image_root, LabelSet.named(["background"]))
    try:
        make_folder(folder)
        if os.path.lexists(folder / PROJECT_FILE):
            raise ProjectError(
                folder,
                f"this folder holds another {PROJECT_FILE}",
                hint="Choose another folder for the labels",
            )
        project.save()
    except StorageError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno in _READ_ONLY:
            raise StorageError(
                image_root if folder == image_root / PROJECT_FOLDER else folder,
                "labels cannot be kept in this folder, you may only read it",
                hint="Choose another folder for the labels, or copy the images to one of your own",
            ) from error
        raise
    return project


def _folder_of(path: Path) -> tuple[Path, str | None]:
    """Return the folder that ``path`` means, and the name of the image to show, if it is one."""
    if path.is_file():
        if path.name == PROJECT_FILE:
            return path.parent, None
        if is_image_name(path.name):
            return path.parent, path.name
        raise ImageError(
            path,
            "this is not an image we can read",
            hint="Open a folder, or a PNG, JPEG, TIFF, WebP or BMP file",
        )
    if not path.is_dir():
        raise ProjectError(path, "there is no such file or folder", hint="Check the name")
    return path, None


def _existing_project(path: Path, project_folder: Path | None) -> Project | None:
    if project_folder is None:
        candidates = (path, path / PROJECT_FOLDER)
        return next((load_project(folder) for folder in candidates if is_project(folder)), None)
    if not is_project(project_folder):
        return None
    project = load_project(project_folder)
    if path not in (project.folder, project.image_root):
        raise ProjectError(
            project_folder,
            f"this folder holds the labels of {project.image_root}",
            hint="Choose another folder for the labels",
        )
    return project
