"""The label set that a run trains on or is judged on."""

import threading
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from segstudio.core.label_set import LabelSet
from segstudio.errors import AmbiguousMaskError
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from segstudio.formats.table import FORMATS, read_any
from segstudio.storage.images import read_image, read_orientation
from trainer.data.augment_rare import ClassPixels, find_labelled, find_pixels
from trainer.errors import DatasetError, RecipeError, SizeMismatchError

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Sample:
    """One decoded image with its labels.

    Attributes:
        key: Name that is unique in the data set.
        image: (H, W, 3) uint8 RGB.
        label_map: (H, W) uint8 class indices, 255 = ignore.
        corrected: (H, W) bool, what the user changed after a model had said something else, or
            None if that is nothing, or not known.
    """

    key: str
    image: RgbImage
    label_map: LabelMap
    corrected: NDArray[np.bool_] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        corrected = 0 if self.corrected is None else self.corrected.nbytes
        return self.image.nbytes + self.label_map.nbytes + corrected


def open_label_set(
    root: Path,
    positive: str | None,
    classes: Sequence[str] | None,
    format_name: str | None = None,
) -> LabelledDataset:
    """Read the layout of a label set, in whatever format it has unless one is named.

    Args:
        root: Its folder.
        positive: "dark" or "light" for 0/255 masks, or None.
        classes: Names that replace those of the data set, or None.
        format_name: Name in the table of formats, or None.

    Returns:
        The data set. Its label set is empty if nothing names the classes.

    Raises:
        FormatError: If the folder cannot be read.
        RecipeError: If the given names cannot be.
    """
    dataset = read_any(
        root, positive=Positive(positive) if positive else None, format_name=format_name
    )
    if classes is None:
        return dataset
    try:
        return replace(dataset, label_set=LabelSet.named(classes))
    except ValueError as error:
        raise RecipeError(f"the class names cannot be used: {error}") from error


def items_of(dataset: LabelledDataset, split: str) -> Sequence[LabelledImage]:
    """Return the images of a split.

    Raises:
        DatasetError: If there is no such split, or nothing is in it.
    """
    known = ", ".join(sorted(dataset.splits)) or "none"
    if split not in dataset.splits:
        raise DatasetError(
            dataset.root, f"there is no split {split!r}", hint=f"Its splits are: {known}"
        )
    if not dataset.splits[split]:
        raise DatasetError(
            dataset.root,
            f"the split {split!r} holds no images",
            hint="Name images in its list, or label two or more: some train, others judge",
        )
    return dataset.splits[split]


def leaves_positive_open(dataset: LabelledDataset, items: Iterable[LabelledImage]) -> bool:
    """Return whether masks hold only 0 and 255, and the format does not say what that means.

    Masks are decoded until one holds a class index that is not 0, which decides it for all.
    """
    if not FORMATS[dataset.format_name].asks_positive:
        return False
    for item in items:
        try:
            label_map = dataset.read_label_map(item)
        except AmbiguousMaskError:
            return True
        if np.any((label_map != 0) & (label_map != IGNORE_INDEX)):
            return False
    return True


def read_sample(dataset: LabelledDataset, item: LabelledImage) -> Sample:
    """Decode one image and its labels.

    Raises:
        ImageError: If the image cannot be decoded.
        MaskError: If the mask cannot.
        FormatError: If the mask is ambiguous.
        SizeMismatchError: If their sizes differ.
    """
    image = read_image(item.image)
    label_map = dataset.read_label_map(item)
    if image.shape[:2] != label_map.shape:
        height, width = image.shape[:2]
        swapped = label_map.shape == (width, height) and read_orientation(item.image) >= 5
        raise SizeMismatchError(
            item.mask, label_map.shape, item.image, (height, width), is_turned=swapped
        )
    corrected = dataset.read_corrections(item) if dataset.read_corrections else None
    return Sample(item.key, image, label_map, corrected)


def read_class_names(path: Path) -> tuple[str, ...]:
    """Return the class names in a text file, one a line, in class index order.

    Raises:
        RecipeError: If it cannot be read or names nothing.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(
            f"{path.name}: the class names cannot be read", hint="It needs one name a line"
        ) from error
    names = tuple(line.strip() for line in lines if line.strip())
    if len(names) < 2:
        raise RecipeError(
            f"{path.name}: it names fewer than two classes", hint="It needs one name a line"
        )
    return names


class SampleCache:
    """Decoded samples in memory, up to a limit; what does not fit is decoded at every use.

    Safe to use from several threads.

    Args:
        dataset: Where the samples come from.
        limit: Bytes to hold at most.
    """

    def __init__(self, dataset: LabelledDataset, limit: int) -> None:
        self.dataset = dataset
        self._limit = limit
        self._samples: dict[LabelledImage, Sample] = {}
        self._pixels: dict[tuple[LabelledImage, tuple[int, ...]], ClassPixels] = {}
        self._labelled: dict[LabelledImage, NDArray[np.int32] | None] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        """Bytes of everything that is held, never above the limit."""
        return self._bytes

    def load(self, item: LabelledImage) -> Sample:
        """Return the sample; raises as ``read_sample`` does."""
        held = self._samples.get(item)
        if held is not None:
            return held
        sample = read_sample(self.dataset, item)
        self._keep(self._samples, item, sample, sample.nbytes)
        return sample

    def pixels_of(
        self, item: LabelledImage, sample: Sample, classes: tuple[int, ...]
    ) -> ClassPixels:
        """Return where the sample of an image shows the classes; see ``find_pixels``."""
        held = self._pixels.get((item, classes))
        if held is not None:
            return held
        pixels = find_pixels(sample.label_map, classes)
        size = sum(indices.nbytes for indices in pixels.values())
        self._keep(self._pixels, (item, classes), pixels, size)
        return pixels

    def labelled_of(self, item: LabelledImage, sample: Sample) -> NDArray[np.int32] | None:
        """Return labelled pixels of the sample of an image that has few; see ``find_labelled``."""
        if item in self._labelled:
            return self._labelled[item]
        pixels = find_labelled(sample.label_map)
        self._keep(self._labelled, item, pixels, 0 if pixels is None else pixels.nbytes)
        return pixels

    def _keep(self, held: dict[_Key, _Value], key: _Key, value: _Value, size: int) -> None:
        with self._lock:  # another thread may have decoded the same meanwhile
            if key not in held and self._bytes + size <= self._limit:
                self._bytes += size
                held[key] = value
