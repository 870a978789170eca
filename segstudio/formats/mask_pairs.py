"""Finding for each mask of one folder the mask of the same image in another."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from segstudio.errors import ScoreError
from segstudio.storage.image_list import find_images
from segstudio.storage.images import IMAGE_SUFFIXES

# JPEG changes pixels, so no mask is kept in it; truth folders often hold the photographs too.
_MASK_SUFFIXES: Final = IMAGE_SUFFIXES - {".jpg", ".jpeg"}


def mask_pairs(predicted: Path, truth: Path) -> tuple[list[tuple[Path, Path]], int]:
    """Return the pairs of masks, and how many truths no prediction belongs to.

    Args:
        predicted: A mask or a folder of masks.
        truth: The same.

    Raises:
        ScoreError: If they cannot be paired.
    """
    for path in (predicted, truth):
        if not path.exists():
            raise ScoreError(f"{path}: there is no such file or folder", hint="Check the name")
    if predicted.is_file() and truth.is_file():
        return [(predicted, truth)], 0
    if not (predicted.is_dir() and truth.is_dir()):
        raise ScoreError(
            f"{predicted} and {truth}: one is a file and one is a folder",
            hint="Give two masks, or two folders of masks",
        )
    truths = masks_by_stem(truth)
    pairs = []
    for key in _masks(predicted):
        found = mask_of(key, truths)
        if found is None:
            raise ScoreError(
                f"{predicted / key}: {truth} holds no truth of that name",
                hint="Compare folders whose masks have the same names",
            )
        pairs.append((predicted / key, truth / found))
    if not pairs:
        raise ScoreError(f"{predicted}: there are no masks in this folder")
    total = sum(map(len, truths.values()))
    return pairs, total - len({path for _, path in pairs})


def masks_by_stem(folder: Path) -> dict[str, list[str]]:
    """Return the masks in a folder by their paths without image suffixes: ``a.jpg.png`` is ``a``.

    Raises:
        ScoreError: If the folder cannot be read.
    """
    masks: dict[str, list[str]] = {}
    for key in _masks(folder):
        masks.setdefault(_stem(key), []).append(key)
    return masks


def mask_of(key: str, masks: Mapping[str, Sequence[str]]) -> str | None:
    """Return the mask that belongs to an image or mask, or None.

    Args:
        key: Relative path of an image or a mask.
        masks: As ``masks_by_stem`` returns them.

    Raises:
        ScoreError: If it could be two of them.
    """
    candidates = masks.get(_stem(key), [])
    for wanted in (key, key.removesuffix(".png"), f"{key}.png"):
        if wanted in candidates:
            return wanted
    if len(candidates) > 1:
        raise ScoreError(
            f"{key}: {' and '.join(candidates[:2])} could both be its truth",
            hint="Give the truth the name of the prediction",
        )
    return candidates[0] if candidates else None


def _masks(folder: Path) -> Iterator[str]:
    try:
        keys = find_images(folder)
    except OSError as error:
        raise ScoreError(f"{folder}: this folder cannot be read ({error.strerror})") from error
    return (key for key in keys if PurePosixPath(key).suffix.lower() in _MASK_SUFFIXES)


def _stem(key: str) -> str:
    """Return the key without its image suffixes: ``a.jpg.png`` is ``a``."""
    path = PurePosixPath(key)
    while path.suffix.lower() in IMAGE_SUFFIXES:
        path = path.with_suffix("")
    return str(path)
