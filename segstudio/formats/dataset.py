"""What every format's reader returns and every format's writer takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet

UNLABELLED: Final = "unlabelled"
"""What reports call the label map value 255."""


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


ReadLabelMap: TypeAlias = Callable[[LabelledImage], LabelMap]
"""Decodes one image's labels to (H, W) uint8 class indices, 255 = ignore."""


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
    read_label_map: ReadLabelMap
    problems: tuple[str, ...] = ()
    read_corrections: Callable[[LabelledImage], NDArray[np.bool_] | None] | None = None
    format_name: str = ""


class LabelledArray(NamedTuple):
    """One image to export.

    Attributes:
        key: Relative path of the image, forward slashes.
        image: The image file.
        label_map: (H, W) uint8 class indices.
        split: "train", "val" or "test".
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
        changed: Label map value -> number of its pixels that read back as another one; values
            that came back whole are left out.
        changed_images: Keys of the first images that hold such pixels.
        files: Number of files in the folder.
        lossless: If pixels changed, the name of a format that would have kept them.
    """

    images: int
    changed: Mapping[int, int] = field(default_factory=dict)
    changed_images: tuple[str, ...] = ()
    files: int = 0
    lossless: str = ""

    @property
    def changed_pixels(self) -> int:
        """Pixels whose class differs between what was given and what was read back."""
        return sum(self.changed.values())

    def changed_by_class(self, label_set: LabelSet) -> dict[str, int]:
        """Return the names of the classes that lost pixels, and how many."""
        return {
            UNLABELLED if value == IGNORE_INDEX else label_set[value].name: count
            for value, count in self.changed.items()
        }


class Progress(Protocol):
    """Told after each image; raise in it to stop."""

    def __call__(self, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` images are finished."""
