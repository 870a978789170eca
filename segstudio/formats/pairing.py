"""Which mask belongs to which image, by their names."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from segstudio.errors import FormatError
from segstudio.formats.reading import counted, some
from segstudio.storage.image_list import find_images
from segstudio.storage.images import is_image_name

# a_mask.png, a-labels.png, a_L.png (CamVid's original labels), ...
_SUFFIX: Final = re.compile(
    r"[_-](masks?|labels?|seg|segmentation|gt|annotations?|target|l)$", re.IGNORECASE
)


class Pairing(NamedTuple):
    """What was found.

    Attributes:
        pairs: (image, mask) relative paths, in the order of the images.
        unclear: Masks that fit several images of one stem.
        second: Masks of images that have another one by a better name.
        without_image: Masks that have none.
        without_mask: Images that have none.
    """

    pairs: list[tuple[str, str]]
    unclear: list[str]
    second: list[str]
    without_image: list[str]
    without_mask: list[str]

    @property
    def problems(self) -> list[str]:
        """One sentence for each kind of thing left out."""
        return [
            *_told("mask", self.unclear, "fit several images of one stem"),
            *_told("mask", self.second, "came second for an image"),
            *_told("mask", self.without_image, "have no image"),
            *_told("image", self.without_mask, "have no mask"),
        ]


class Files(NamedTuple):
    """Image files and others under a folder: relative paths with forward slashes."""

    images: list[str]
    strays: list[str]


def files_in(folder: Path) -> Files:
    """Return the files under a folder; hidden folders and our own projects are not entered.

    Raises:
        FormatError: If the folder cannot be read.
    """
    try:
        images = find_images(folder)
    except OSError as error:
        raise FormatError(folder, f"this folder cannot be read ({error.strerror})") from error
    known = set(images)
    strays = []
    for current, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        prefix = Path(current).relative_to(folder).as_posix()
        paths = names if prefix == "." else [f"{prefix}/{name}" for name in names]
        strays += [path for path in paths if path not in known]
    return Files(images, sorted(strays))


def flat_files_in(folder: Path) -> Files:
    """Return the files directly in a folder, by name; other folders in it are passed over.

    Raises:
        FormatError: If the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not entry.is_dir())
    except OSError as error:
        raise FormatError(folder, f"this folder cannot be read ({error.strerror})") from error
    images = [name for name in names if is_image_name(name)]
    return Files(images, [name for name in names if not is_image_name(name)])


def stray_problems(folder: str, strays: Sequence[str]) -> list[str]:
    """Return a sentence about files that are no images, if there are any."""
    if not strays:
        return []
    return [f"{counted(strays, 'file')} in {folder} passed over: {some(strays)}"]


def without_suffix(path: str) -> str:
    """Return a relative path without the suffix of the file."""
    return os.path.splitext(path)[0]  # noqa: PTH122 - stays a string


def without_mask_word(stem: str) -> str:
    """Return a stem without the ``_mask``, ``_label`` or the like at its end."""
    return _SUFFIX.sub("", stem)


def divided(images: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return (images, masks) of a folder that holds both: ``a.jpg`` and ``a_mask.png``."""
    images = list(images)
    stems = {without_suffix(path) for path in images}
    masks = [path for path in images if _is_mask(without_suffix(path), stems)]
    chosen = set(masks)
    return [path for path in images if path not in chosen], masks


def pair(images: Sequence[str], masks: Sequence[str]) -> Pairing:
    """Pair images and masks by their relative paths.

    The name of a mask is, in this order of preference, the image's whole name and a suffix
    (``a.jpg.png``, as our projects have it), its stem (``a.png``), or its stem and a word
    (``a_mask.png``). What fits two images, or comes second for one, is left out and told.
    """
    by_name = {path: [path] for path in images}
    by_stem: dict[str, list[str]] = {}
    for path in images:
        by_stem.setdefault(without_suffix(path), []).append(path)
    chosen: dict[str, str] = {}
    unclear: list[str] = []
    second: list[str] = []
    left = list(masks)
    for names, strip in ((by_name, str), (by_stem, str), (by_stem, without_mask_word)):
        waiting, left = left, []
        for mask in waiting:
            # An image that has its mask by a better name asks for no other one.
            fitting = names.get(strip(without_suffix(mask)), [])
            free = [image for image in fitting if image not in chosen]
            if len(free) == 1:
                chosen[free[0]] = mask
            elif free:
                unclear.append(mask)
            elif fitting:
                second.append(mask)
            else:
                left.append(mask)
    return Pairing(
        pairs=[(image, chosen[image]) for image in images if image in chosen],
        unclear=unclear,
        second=second,
        without_image=left,
        without_mask=[image for image in images if image not in chosen],
    )


def _is_mask(stem: str, stems: set[str]) -> bool:
    plain = without_mask_word(stem)
    return plain != stem and plain in stems


def _told(word: str, names: Sequence[str], what: str) -> list[str]:
    what = what.replace("have", "has", 1) if len(names) == 1 else what
    what = what.replace("fit ", "fits ", 1) if len(names) == 1 else what
    return [f"{counted(names, word)} left out, which {what}: {some(names)}"] if names else []
