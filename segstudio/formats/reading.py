"""What the readers of several formats share: folders, lists, index masks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, with_value_replaced
from segstudio.errors import ColorMaskError, FormatError
from segstudio.formats.binary import Positive, resolve_binary
from segstudio.formats.classes import LABELMAP, NamedClasses
from segstudio.formats.color_masks import read_color_mask
from segstudio.formats.lines import raw_lines
from segstudio.storage.masks import read_label_map

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


def read_index_mask(
    path: Path, positive: Positive | None, classes: NamedClasses, *, void: int | None = None
) -> LabelMap:
    """Read an image file whose pixel values are class indices, 255 = ignore.

    A picture in colours is read by the colours of the classes, where those are known.

    Args:
        path: The mask.
        positive: What the user said about masks of 0 and 255.
        classes: The classes; if nothing names them, a mask of 0 and 255 alone is ambiguous.
        void: A value that means ignore, besides 255.

    Raises:
        MaskError: If the file is no mask, or has colours that are not known.
        FormatError: If it is ambiguous or holds a value that is no class.
    """
    try:
        label_map = read_label_map(path)
    except ColorMaskError:
        label_map = read_color_mask(path, classes.colors, LABELMAP)
    if positive is not None or not len(classes.label_set):
        return resolve_binary(path, label_map, positive)
    num_classes = len(classes.label_set)
    if void is not None and label_map.size and label_map.max() >= min(void, num_classes):
        label_map = with_value_replaced(label_map, void, IGNORE_INDEX)
    refuse_foreign_values(path, label_map, num_classes, classes.named_in)
    return label_map


def refuse_foreign_values(
    path: Path,
    label_map: LabelMap,
    num_classes: int,
    named_in: str,
    *,
    stored: LabelMap | None = None,
) -> None:
    """Raise a ``FormatError`` if a label map holds a value that is no class and not 255.

    Args:
        path: The mask, for the message.
        label_map: (H, W) uint8.
        num_classes: C.
        named_in: What names the classes, for the message.
        stored: The values as they stand in the file, where those are others.
    """
    if not label_map.size or label_map.max() < num_classes:  # mostly so, and seen at once
        return
    outside = (label_map >= num_classes) & (label_map != IGNORE_INDEX)
    if outside.any():
        values = np.unique((label_map if stored is None else stored)[outside]).tolist()
        raise FormatError(
            path,
            f"it holds the value{'' if len(values) == 1 else 's'} {some(list(map(str, values)))}, "
            f"but {named_in} names {num_classes} classes",
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
