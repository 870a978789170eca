"""Label maps as labelled shapes, as annotation tools keep them.

Rules that all these formats share, so that nothing is lost where a format can hold it:

* What no shape covers is the background, class 0. A label set without a background says so by
  listing the label ``__ignore__`` and no background; what is not covered is then unlabelled.
* Unlabelled pixels are shapes with the label ``__ignore__``, Labelme's word for them.
* Later shapes lie on top of earlier ones.
* Polygons cover the pixels whose centre they surround, see ``core.raster``; those we write run
  along the edges of the pixels, see ``core.outlines``.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, pixel_counts
from segstudio.core.label_set import LabelSet, is_background
from segstudio.core.outlines import joined_rings, region_outlines
from segstudio.core.palette import IGNORE_COLOR, Color
from segstudio.core.raster import polygon_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.errors import FormatError
from segstudio.formats.dataset import LabelledImage
from segstudio.storage.images import read_image_size, read_orientation

IGNORED: Final = "__ignore__"
"""The label of unlabelled pixels."""

_MOST_POINTS: Final = 10_000_000


class Part(NamedTuple):
    """The pixels of one class in an image.

    Attributes:
        value: Label map value.
        rect: The smallest rectangle around them.
        mask: (h, w) bool, which pixels of ``rect`` they are.
    """

    value: int
    rect: Rect
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ShapeClasses:
    """What the labels of shapes mean.

    Attributes:
        label_set: The classes.
        values: Label -> label map value, ``IGNORED`` included.
        uncovered: Value of pixels that no shape covers.
    """

    label_set: LabelSet
    values: Mapping[str, int]
    uncovered: int

    def value_of(self, label: object) -> int:
        """Return the label map value of a label; raises ValueError if it is not known."""
        value = self.values.get(label.strip()) if isinstance(label, str) else None
        if value is None:
            raise ValueError(f"there is no class {str(label)[:40]!r}")
        return value


def shape_classes(
    path: Path, labels: Iterable[tuple[str, Color | None]], *, listed: bool = True
) -> ShapeClasses:
    """Return what the labels of a file mean.

    Args:
        path: The file that names them, for messages.
        labels: Names and colours, in order.
        listed: Whether these are a list of the classes; else they were gathered from the shapes.

    Raises:
        FormatError: If they cannot be classes.
    """
    given = {name.strip(): color for name, color in labels}
    has_ignored = IGNORED in given
    names = [name for name in given if name != IGNORED]
    try:
        if LabelSet.named(names).background_index is None and not (has_ignored and listed):
            first = next(filter(is_background, names), None)
            names = [first or "background", *(name for name in names if name != first)]
        label_set = LabelSet(
            tuple(
                replace(item, color=given.get(item.name) or item.color)
                for item in LabelSet.named(names)
            )
        )
    except ValueError as error:
        raise FormatError(
            path, f"its labels cannot be classes: {error}", hint="Rename them in the file"
        ) from error
    return own_classes(label_set)


def own_classes(label_set: LabelSet) -> ShapeClasses:
    """Return what the labels mean that we write for these classes."""
    values = {name: place for place, name in enumerate(label_set.names)}
    uncovered = 0 if label_set.background_index == 0 else IGNORE_INDEX
    return ShapeClasses(label_set, {IGNORED: IGNORE_INDEX, **values}, uncovered)


def labels_to_list(label_set: LabelSet) -> list[tuple[str, Color]]:
    """Return the labels that we list for these classes: name and colour, ``IGNORED`` last."""
    return [*((item.name, item.color) for item in label_set), (IGNORED, IGNORE_COLOR)]


def label_of(value: int, label_set: LabelSet) -> str:
    """Return the label of a label map value."""
    return IGNORED if value == IGNORE_INDEX else label_set[value].name


def parts_of(label_map: LabelMap, label_set: LabelSet) -> Iterator[Part]:
    """Yield the pixels of every class that shapes are written for; the background is none."""
    counts = pixel_counts(label_map)
    if label_set.background_index is not None:
        counts[label_set.background_index] = 0
    for value in np.flatnonzero(counts).tolist():
        mask = label_map == value
        rows = np.flatnonzero(mask.any(axis=1))
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        columns = np.flatnonzero(mask[top:bottom].any(axis=0))
        rect = Rect(top, int(columns[0]), bottom, int(columns[-1]) + 1)
        yield Part(value, rect, mask[rect.slices])


def polygons_of(part: Part) -> Iterator[NDArray[np.int64]]:
    """Yield one polygon, (N, 2) vertices (x, y), for each connected region of a part."""
    corner = np.array([part.rect.top, part.rect.left])
    for rings in region_outlines(part.mask):
        yield (joined_rings(rings) + corner)[:, ::-1]


def polygon_of_points(points: object, height: int, width: int) -> Region | None:
    """Return the pixels within a polygon that JSON holds as [[x, y], ...].

    Raises:
        ValueError: If it is none.
    """
    return polygon_pixels(checked_points(points, 3), height, width)


def polygon_pixels(points: NDArray[np.float64], height: int, width: int) -> Region | None:
    """Return the pixels of the image within a polygon of checked points (x, y)."""
    # Far outside is as good as a little outside, and small numbers keep the arithmetic exact.
    limits = np.array([2 * width + 1, 2 * height + 1])
    return polygon_region(np.clip(points, -limits, limits)[:, ::-1], height, width)


def checked_points(points: object, at_least: int) -> NDArray[np.float64]:
    """Return points (x, y) that JSON holds as [[x, y], ...].

    Raises:
        ValueError: If these are no points, too few, or not finite.
    """
    if not isinstance(points, list) or len(points) < at_least:
        raise ValueError(f"a shape has fewer than {at_least} points")
    if len(points) > _MOST_POINTS:
        raise ValueError(f"a shape has {len(points)} points")
    for point in points:
        if not (
            isinstance(point, list)
            and len(point) >= 2
            and all(type(part) in (int, float) and math.isfinite(part) for part in point[:2])
        ):
            raise ValueError(f"a shape has a point that is no pair of numbers: {str(point)[:40]}")
    return np.array([point[:2] for point in points], np.float64)


def placed(mask: NDArray[np.bool_], top: int, left: int, height: int, width: int) -> Region:
    """Return a mask that lies at (top, left) of an image, cut to the image.

    Raises:
        ValueError: If no pixel of it lies in the image.
    """
    rect = Rect(top, left, top + mask.shape[0], left + mask.shape[1])
    clipped = rect.clipped_to(height, width)
    if clipped.is_empty:
        raise ValueError("a mask lies outside of its image")
    rows = slice(clipped.top - top, clipped.bottom - top)
    return Region(clipped, mask[rows, clipped.left - left : clipped.right - left])


def paint(label_map: LabelMap, region: Region | None, value: int) -> None:
    """Give the pixels of a region one value."""
    if region is not None:
        label_map[region.rect.slices][region.mask] = value


def true_size(item: LabelledImage, claimed: Sequence[object] | None) -> tuple[int, int]:
    """Return (height, width) of an image, after a look at what its labels say about it.

    Args:
        item: The image.
        claimed: (height, width) as its label file says, or None if it says nothing.

    Raises:
        FormatError: If the two differ.
        ImageError: If the image cannot be read.
    """
    size = read_image_size(item.image)
    if claimed is None or tuple(claimed) == size:
        return size
    said = " x ".join(str(part)[:20] for part in reversed(list(claimed)))
    hint = "Bring back the image that was labelled"
    if tuple(claimed) == size[::-1] and read_orientation(item.image) >= 5:
        hint = "Its EXIF data turns it, but it was labelled unturned: save it upright and try again"
    raise FormatError(
        item.image,
        f"it has {size[1]} x {size[0]} pixels, but its labels are for {said}",
        hint=hint,
    )
