"""What a project keeps about the review of its images.

    review/a.jpg.json   whether the image is approved, when and by whom
    review/a.jpg.png    which pixels were looked at or corrected; see ``core.review``

Both are missing where there is nothing to say. They lie beside the masks, not in a database, so
that they move, merge and are restored with them.
"""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.palette import Palette
from segstudio.core.review import CORRECTED, Review, ReviewMap
from segstudio.core.strict_json import parse_json
from segstudio.errors import MaskError, StorageError
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.images import is_image_name
from segstudio.storage.masks import read_label_map, write_label_map
from segstudio.storage.project import Project

_VERSION: Final = 1
_MAX_BYTES: Final = 2**16


def review_path(project: Project, key: str) -> Path:
    """Return the file that says whether an image is approved; it may not exist."""
    return project.folder / "review" / f"{key}.json"


def noted_path(project: Project, key: str) -> Path:
    """Return the file of the pixels that were looked at; it may not exist."""
    return project.folder / "review" / f"{key}.png"


def read_review(project: Project, key: str) -> Review:
    """Return the review of an image; what is missing or damaged counts as not reviewed."""
    path = review_path(project, key)
    try:
        if path.stat().st_size > _MAX_BYTES:
            return Review()
        value = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return Review()
    if not isinstance(value, dict) or value.get("version") != _VERSION:
        return Review()
    return Review(
        is_approved=value.get("approved") is True,
        at=str(value.get("at", "")),
        by=str(value.get("by", "")),
    )


def write_review(project: Project, key: str, review: Review) -> None:
    """Keep the review of an image; raises StorageError."""
    path = review_path(project, key)
    make_folder(path.parent)
    atomic_write_json(
        path,
        {
            "version": _VERSION,
            "approved": review.is_approved,
            "at": review.at,
            "by": review.by,
        },
    )


def review_now(*, is_approved: bool) -> Review:
    """Return the review that this user makes at this moment."""
    return Review(is_approved, at=datetime.now(UTC).isoformat(timespec="seconds"), by=_user())


def withdraw_approval(project: Project, key: str) -> None:
    """Take back that an image is approved, if it is; raises StorageError."""
    if read_review(project, key).is_approved:
        write_review(project, key, review_now(is_approved=False))


def approved_keys(project: Project) -> set[str]:
    """Return the keys of the approved images."""
    folder = project.folder / "review"
    keys = (
        path.relative_to(folder).as_posix().removesuffix(".json")
        for path in folder.rglob("*.json")
        if not path.name.startswith(".")
    )
    return {key for key in keys if is_image_name(key) and read_review(project, key).is_approved}


def read_noted(project: Project, key: str, height: int, width: int) -> ReviewMap | None:
    """Return which pixels were looked at, or None if that is not known or of another size."""
    try:
        noted = read_label_map(noted_path(project, key))
    except MaskError:
        return None
    if noted.shape != (height, width):
        return None
    return np.minimum(noted, CORRECTED).astype(np.uint8)


def write_noted(project: Project, key: str, noted: ReviewMap) -> None:
    """Keep which pixels were looked at; (H, W) uint8. Raises StorageError."""
    path = noted_path(project, key)
    make_folder(path.parent)
    write_label_map(path, noted, _palette())


def forget_noted(project: Project, key: str) -> None:
    """Forget which pixels were looked at; raises StorageError."""
    path = noted_path(project, key)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(path, f"it could not be removed ({error.strerror})") from error


def keep_noted(project: Project, key: str, noted: ReviewMap | None) -> None:
    """Keep or, without any, forget which pixels were looked at; raises StorageError."""
    if noted is None:
        forget_noted(project, key)
    else:
        write_noted(project, key, noted)


def _palette() -> Palette:
    """Return colours for a person who opens the file: grey, blue, orange (Okabe-Ito)."""
    palette = np.zeros((256, 3), np.uint8)
    palette[:3] = ((96, 96, 96), (86, 180, 233), (230, 159, 0))
    return palette


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name for this account
        return ""
