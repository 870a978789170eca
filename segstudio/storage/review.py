"""What a project keeps about the review of its images.

    review/a.jpg.json   whether the image is approved or flagged, when and by whom; a note
    review/a.jpg.png    which pixels were looked at or corrected; see ``core.review``

Both are missing where there is nothing to say. They lie beside the masks, not in a database, so
that they move, merge and are restored with them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.palette import Palette
from segstudio.core.review import CORRECTED, Review, ReviewMap
from segstudio.errors import MaskError, StorageError
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.masks import read_label_map, write_label_map
from segstudio.storage.project import Project
from segstudio.storage.sidecar import read_sidecar
from segstudio.storage.user import user_name

_VERSION: Final = 1
_MAX_BYTES: Final = 2**16
MAX_NOTE: Final = 2000
"""Characters of a note; each takes up to twelve bytes in the file."""


def review_path(project: Project, key: str) -> Path:
    """Return the file that says whether an image is approved; it may not exist."""
    return project.folder / "review" / f"{key}.json"


def noted_path(project: Project, key: str) -> Path:
    """Return the file of the pixels that were looked at; it may not exist."""
    return project.folder / "review" / f"{key}.png"


def read_review(project: Project, key: str) -> Review:
    """Return the review of an image; what is missing or damaged counts as not reviewed."""
    value = read_sidecar(review_path(project, key), version=_VERSION, max_bytes=_MAX_BYTES)
    if value is None:
        return Review()
    is_flagged = value.get("flagged") is True
    return Review(
        is_approved=value.get("approved") is True and not is_flagged,
        at=_text(value.get("at")),
        by=_text(value.get("by")),
        is_flagged=is_flagged,
        note=_text(value.get("note")),
    )


def write_review(project: Project, key: str, review: Review) -> None:
    """Keep the review of an image; raises StorageError."""
    path = review_path(project, key)
    make_folder(path.parent)
    atomic_write_json(
        path,
        {
            "version": _VERSION,
            # Versions that know no flags see that it is not approved.
            "approved": review.is_approved and not review.is_flagged,
            "flagged": review.is_flagged,
            "at": review.at,
            "by": review.by,
            "note": review.note[:MAX_NOTE],
        },
    )


def change_review(project: Project, key: str, change: Callable[[Review], Review]) -> None:
    """Change what is kept about an image; writes nothing if ``change`` returns what it got.

    Call it on the thread that writes into the project (``Workspace.write``), so that two changes
    cannot lose one another.

    Raises:
        StorageError: If it cannot be written; what was kept is then intact.
    """
    review = read_review(project, key)
    changed = change(review)
    if changed != review:
        write_review(project, key, changed)


def approved_now(review: Review, *, is_approved: bool) -> Review:
    """Return a review as this user, at this moment, approves the image or takes that back."""
    return replace(
        review,
        is_approved=is_approved,
        is_flagged=review.is_flagged and not is_approved,
        at=_now(),
        by=user_name(),
    )


def flagged_now(review: Review, *, is_flagged: bool) -> Review:
    """Return a review as this user, at this moment, flags the image or takes that back.

    An image that was approved and then flagged has to be approved again.
    """
    return replace(
        review,
        is_approved=review.is_approved and not is_flagged,
        is_flagged=is_flagged,
        at=_now(),
        by=user_name(),
    )


def withdraw_approval(project: Project, key: str) -> None:
    """Take back that an image is approved, if it is; raises StorageError."""
    change_review(
        project,
        key,
        lambda review: approved_now(review, is_approved=False) if review.is_approved else review,
    )


def read_noted(project: Project, key: str, height: int, width: int) -> ReviewMap | None:
    """Return which pixels were looked at, or None if that is not known or of another size."""
    try:
        noted = read_label_map(noted_path(project, key))
    except MaskError:
        return None
    if noted.shape != (height, width):
        return None
    return np.minimum(noted, CORRECTED, out=noted)


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


def _text(value: object) -> str:
    """Return a text of a file that anyone may have written; half characters become marks."""
    text = value if isinstance(value, str) else ""
    return text[:MAX_NOTE].encode("utf-8", "replace").decode("utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
