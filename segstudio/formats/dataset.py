"""What every format's reader returns and every format's writer takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One image with the file that holds its labels; nothing is decoded yet.

    Attributes:
        key: Name that is unique in the data set: relative path, forward slashes.
        image: The image file.
        mask: The file that holds its label map, in the format's own terms.
    """

    key: str
    image: Path
    mask: Path


@dataclass(frozen=True, slots=True)
class LabelledDataset:
    """A label set on disk, read through one format.

    Attributes:
        root: Its folder.
        label_set: Its classes; empty where the format does not name them.
        splits: Split name ("train", "val", ...) -> its images, in the order of the files.
        read_label_map: Decodes one image's labels to (H, W) uint8 class indices, 255 = ignore.
            Raises ``MaskError`` or ``FormatError``.
        problems: What was left out and why, one sentence each.
        read_corrections: Decodes which pixels of an image the user changed, (H, W) bool, or None
            if it has none; None where the format does not know. Raises as ``read_label_map``.
        format_name: Name of the format in the table; empty until ``table.read_any`` says it.
    """

    root: Path
    label_set: LabelSet
    splits: Mapping[str, Sequence[LabelledImage]]
    read_label_map: Callable[[LabelledImage], LabelMap]
    problems: tuple[str, ...] = ()
    read_corrections: Callable[[LabelledImage], NDArray[np.bool_] | None] | None = None
    format_name: str = ""


class LabelledArray(NamedTuple):
    """One image to export.

    Attributes:
        key: Relative path of the image, forward slashes.
        image: The image file.
        label_map: (H, W) uint8 class indices.
        split: "train" or "val".
    """

    key: str
    image: Path
    label_map: LabelMap
    split: str


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote, after reading it back.

    Attributes:
        images: Number of images written.
        changed_pixels: Pixels whose class differs between what was given and what was read back.
    """

    images: int
    changed_pixels: int


class Progress(Protocol):
    """Told after each image; raise in it to stop."""

    def __call__(self, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` images are finished."""
