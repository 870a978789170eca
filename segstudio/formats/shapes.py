"""Label maps as labelled shapes, as annotation tools keep them.

Rules that all these formats share, so that nothing is lost where a format can hold it:

* What no shape covers is the background, class 0. A label set without a background says so by
  listing the label ``__ignore__`` and no background; what is not covered is then unlabelled.
* Unlabelled pixels are shapes with the label ``__ignore__``, Labelme's word for them.
* Later shapes lie on top of earlier ones.
* Polygons cover the pixels whose centre they surround, see ``core.raster``; those we write run
  along the edges of the pixels, see ``core.outlines``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, filterfalse
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, pixel_counts
from segstudio.core.label_set import LabelSet, is_background
from segstudio.core.outlines import joined_rings, region_outlines
from segstudio.core.palette import IGNORE_COLOR, Color
from segstudio.core.raster import crossed_rows, polygon_regions
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.errors import FormatError
from segstudio.formats.dataset import LabelledImage
from segstudio.storage.images import read_image_size, read_orientation

IGNORED: Final = "__ignore__"
"""The label of unlabelled pixels."""

_MOST_POINTS: Final = 10_000_000
_SPARE_ROWS: Final = 2**20  # an outline may be so long in the smallest image
_LARGEST: Final = 2.0**52  # of a coordinate: up to it, numbers have halves


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
        listed: Whether these are a list of the classes; else they were gathered from the shapes,
            and what cannot be the name of a class is told where the shape is drawn.

    Raises:
        FormatError: If they cannot be classes.
    """
    given = {name.strip(): color for name, color in labels if listed or _is_class_name(name)}
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


def _is_class_name(name: str) -> bool:
    try:
        return bool(LabelSet.named([name.strip()]))
    except ValueError:
        return False


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
    for value in _values_to_write(label_map, label_set):
        mask = label_map == value
        rows = np.flatnonzero(mask.any(axis=1))
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        columns = np.flatnonzero(mask[top:bottom].any(axis=0))
        rect = Rect(top, int(columns[0]), bottom, int(columns[-1]) + 1)
        yield Part(value, rect, mask[rect.slices])


def polygons_of(
    label_map: LabelMap, label_set: LabelSet
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield a polygon for each connected region of every class that shapes are written for.

    Yields:
        The label map value, and (N, 2) vertices (x, y).
    """
    values = _values_to_write(label_map, label_set)
    for value, regions in sorted(region_outlines(label_map, values).items()):
        for rings in regions:
            yield value, joined_rings(rings)[:, ::-1]


def _values_to_write(label_map: LabelMap, label_set: LabelSet) -> list[int]:
    counts = pixel_counts(label_map)
    if label_set.background_index is not None:
        counts[label_set.background_index] = 0
    values: list[int] = np.flatnonzero(counts).tolist()
    return values


def kind_of(shape: Mapping[str, object], key: str, default: str = "") -> str:
    """Return what kind of shape a JSON object is; raises ValueError if that is no text."""
    kind = shape.get(key) or default
    if not isinstance(kind, str):
        raise ValueError(f"the {key} of a shape is no text: {str(kind)[:40]}")
    return kind


def polygon_of_points(points: object, height: int, width: int) -> Region | None:
    """Return the pixels within a polygon that JSON holds as [[x, y], ...].

    Raises:
        ValueError: If it is none.
    """
    return polygon_pixels(checked_points(points, 3), height, width)


def polygon_pixels(points: NDArray[np.float64], height: int, width: int) -> Region | None:
    """Return the pixels of the image within a polygon of checked points (x, y).

    Raises:
        ValueError: If a corner lies far outside of the image.
    """
    (region,) = _regions([points], height, width)
    return region


def paint_polygons(
    label_map: LabelMap, polygons: Sequence[tuple[NDArray[np.float64], int]]
) -> None:
    """Give the pixels within each polygon its value, one after another.

    Args:
        label_map: (H, W) uint8.
        polygons: (N, 2) checked corners (x, y), and the value, of each.

    Raises:
        ValueError: If a corner lies far outside of the image, or an outline is absurdly long.
    """
    regions = _regions([points for points, _ in polygons], *label_map.shape)
    for region, (_, value) in zip(regions, polygons, strict=True):
        paint(label_map, region, value)


def _regions(
    polygons: Sequence[NDArray[np.float64]], height: int, width: int
) -> Iterator[Region | None]:
    """Yield the pixels within each polygon of checked corners (x, y); raises ValueError first."""
    if not polygons:
        return
    refuse_far(np.concatenate(polygons), height, width)
    flipped = [points[:, ::-1] for points in polygons]
    # Twice the borders of all pixels: no region has so long an outline, whatever its holes.
    if crossed_rows(flipped, height).max() > 4 * height * width + _SPARE_ROWS:
        raise ValueError("a shape has an outline that is longer than any in its image")
    yield from polygon_regions(flipped, height, width)


def refuse_far(points: NDArray[np.float64], height: int, width: int) -> None:
    """Raise a ``ValueError`` if one of the points (x, y) lies far outside of the image.

    Tools let a box that is turned, or half of a circle, reach out of the image; what lies farther
    away than the longer side of the image is a mistake, and hides others.
    """
    reach = max(height, width)
    is_near = (points >= -reach) & (points <= np.array([width, height]) + reach)
    if not is_near.all():  # false for NaN, too
        x, y = points[~is_near.all(axis=1)][0].tolist()
        raise ValueError(f"a shape has a corner far outside of its image, at {x:.6g}, {y:.6g}")


def checked_points(points: object, at_least: int) -> NDArray[np.float64]:
    """Return points (x, y) that JSON holds as [[x, y], ...].

    Raises:
        ValueError: If these are no points, too few, or their numbers absurd.
    """
    if not isinstance(points, list) or len(points) < at_least:
        raise ValueError(f"a shape has fewer than {at_least} points")
    if len(points) > _MOST_POINTS:
        raise ValueError(f"a shape has {len(points)} points")
    try:
        # All at once: a look at each takes ten times as long, and there are many thousands.
        if set(map(type, points)) != {list}:
            raise TypeError
        pairs = points if set(map(len, points)) == {2} else [point[:2] for point in points]
        flat = list(chain.from_iterable(pairs))
        if len(flat) != 2 * len(points) or not set(map(type, flat)) <= {int, float}:
            raise TypeError
        found = np.array(flat, np.float64).reshape(-1, 2)
        if not (np.abs(found) <= _LARGEST).all():
            raise OverflowError
    except (TypeError, OverflowError):
        wrong = str(next(filterfalse(_is_point, points)))[:40]
        raise ValueError(f"a shape has a point that is no pair of numbers: {wrong}") from None
    return found


def _is_point(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= 2
        and all(type(part) in (int, float) and abs(part) <= _LARGEST for part in point[:2])
    )


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
        np.copyto(label_map[region.rect.slices], np.uint8(value), where=region.mask)


def true_size(
    item: LabelledImage,
    claimed: Sequence[object] | None,
    named_in: str = "its labels are for",
) -> tuple[int, int]:
    """Return (height, width) of an image, after a look at what its labels say about it.

    Args:
        item: The image.
        claimed: (height, width) as its label file says, or None if it says nothing.
        named_in: What says it, for the message.

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
        f"it has {size[1]} x {size[0]} pixels, but {named_in} {said}",
        hint=hint,
    )
