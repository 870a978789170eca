"""What the readers of several formats share: folders, lists, names of classes, index masks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive, resolve_binary
from segstudio.storage.masks import read_label_map

CLASSES_FILE: Final = "classes.txt"
_NAMED: Final = 5


def first_folder(root: Path, names: Sequence[str]) -> Path | None:
    """Return the first of these folders that is in ``root``."""
    return next((root / name for name in names if (root / name).is_dir()), None)


def listed(folder: Path) -> list[Path]:
    """Return what lies in a folder, in name order; nothing if there is no such folder.

    Raises:
        FormatError: If the folder cannot be read.
    """
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FormatError(folder, f"this folder cannot be read ({error.strerror})") from error


def text_files(folder: Path) -> list[Path]:
    """Return the .txt files of a folder, in name order.

    Hidden ones are not among them: macOS leaves a binary ._train.txt beside every file on foreign
    disks.
    """
    return [
        path for path in listed(folder) if path.suffix == ".txt" and not path.name.startswith(".")
    ]


def raw_lines(path: Path) -> list[str]:
    """Return the lines of a UTF-8 text file; raises OSError or UnicodeDecodeError."""
    # Not splitlines(), which also ends a line at characters that a name may hold.
    return path.read_text(encoding="utf-8-sig").split("\n")


def read_list(path: Path) -> list[str]:
    """Return the lines of a list of images, stripped, without empty ones.

    Raises:
        FormatError: If it cannot be read.
    """
    try:
        return [line for line in map(str.strip, raw_lines(path)) if line]
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(
            path, "this list of images cannot be read", hint="Save it as UTF-8 text"
        ) from error


def read_classes(path: Path) -> LabelSet:
    """Return the classes named in a text file, one a line in class index order.

    Returns:
        The classes with default colours; none if there is no such file.

    Raises:
        FormatError: If it cannot be read.
    """
    if not path.is_file():
        return LabelSet()
    try:
        return LabelSet.named(line for line in map(str.strip, raw_lines(path)) if line)
    except (OSError, ValueError) as error:  # a UnicodeDecodeError is a ValueError
        raise FormatError(
            path, f"the class names cannot be read ({error})", hint="It needs one name a line"
        ) from error


def read_index_mask(
    path: Path, positive: Positive | None, num_classes: int, named_in: str
) -> LabelMap:
    """Read an image file whose pixel values are class indices, 255 = ignore.

    Args:
        path: The mask.
        positive: What the user said about masks of 0 and 255.
        num_classes: Number of classes, or 0 if nothing names them: then a mask of 0 and 255 alone
            is ambiguous.
        named_in: The file that names the classes, for the message.

    Raises:
        MaskError: If the file is no mask.
        FormatError: If it is ambiguous or holds a value that is no class.
    """
    label_map = read_label_map(path)
    if positive is not None or not num_classes:
        return resolve_binary(path, label_map, positive)
    refuse_foreign_values(path, label_map, num_classes, named_in)
    return label_map


def refuse_foreign_values(path: Path, label_map: LabelMap, num_classes: int, named_in: str) -> None:
    """Raise a ``FormatError`` if a label map holds a value that is no class and not 255."""
    outside = label_map[(label_map >= num_classes) & (label_map != IGNORE_INDEX)]
    if outside.size:
        raise FormatError(
            path,
            f"it holds the value {np.min(outside)}, but {named_in} names {num_classes} classes",
            hint=f"Correct the mask, or name all classes in {named_in}",
        )


def refuse_positive(root: Path, positive: Positive | None, title: str) -> None:
    """Raise a ``FormatError`` if the user said what 0 and 255 mean where the format says it."""
    if positive is not None:
        raise FormatError(
            root,
            f"{title} defines what the values of its masks mean",
            hint="Leave --positive out",
        )


def some(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are, as one piece of text."""
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def counted(names: Sequence[object], word: str) -> str:
    """Return "1 image", "2 images": the number of ``names`` and the word for them."""
    return f"{len(names)} {word}{'' if len(names) == 1 else 's'}"
