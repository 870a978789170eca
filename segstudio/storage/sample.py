"""The sample project: our own images, copied to where the user may paint on them."""

from pathlib import Path
from typing import Final

from segstudio.core.label_set import LabelSet
from segstudio.errors import ProjectError, StorageError
from segstudio.storage.assets import assets_folder, user_sample_folder
from segstudio.storage.atomic_write import atomic_write, make_folder
from segstudio.storage.image_list import PROJECT_FOLDER, is_project
from segstudio.storage.images import is_image_name
from segstudio.storage.opening import Opened, create_project, open_path

_CLASSES_FILE: Final = "classes.txt"


def sample_project() -> Opened:
    """Open the sample project; the first call copies it to the user's folder.

    What the user has painted there stays; a sample image that is missing is copied again.

    Raises:
        ProjectError: If the sample images are missing from the installation.
        StorageError: If the user's folder cannot be written.
    """
    source = assets_folder() / "samples"
    images = user_sample_folder()
    _copy_missing(source / "images", images)
    if not is_project(images / PROJECT_FOLDER):
        project = create_project(images)
        project.with_label_set(_label_set(source / _CLASSES_FILE)).save()
    return open_path(images)


def _copy_missing(source: Path, target: Path) -> None:
    try:
        paths = sorted(path for path in source.iterdir() if is_image_name(path.name))
    except OSError:
        paths = []
    if not paths:
        raise ProjectError(
            source,
            "the sample images are missing from this installation",
            hint="Install segstudio again",
        )
    make_folder(target)
    for path in paths:
        copy = target / path.name
        if not copy.exists():
            try:
                content = path.read_bytes()
            except OSError as error:
                raise StorageError(path, f"it cannot be copied ({error.strerror})") from error
            atomic_write(copy, content)


def _label_set(path: Path) -> LabelSet:
    """Return the classes in a file of one name a line, which comes with the samples."""
    try:
        return LabelSet.named(path.read_text(encoding="utf-8").split("\n")[:-1])
    except (OSError, ValueError):
        return LabelSet.named(["background"])
