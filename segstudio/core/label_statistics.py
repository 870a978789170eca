"""What a label set holds: pixels, images and regions of each class, and which classes meet.

Papers:
    Eigen and Fergus, Predicting Depth, Surface Normals and Semantic Labels, ICCV 2015
        (sec. 6.3.2: median frequency balancing) - https://arxiv.org/abs/1411.4734
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, pixel_counts

SIZE_BINS: Final = 32
"""Bins of the histogram of region sizes: bin b counts regions of 2^b to 2^(b + 1) - 1 pixels."""

RegionSizes: TypeAlias = Mapping[int, NDArray[np.int64]]
"""Class index -> (SIZE_BINS,) int64 counts of regions by size, of one image."""


def region_sizes(label_map: LabelMap) -> RegionSizes:
    """Return how many connected regions of which size each class has in one image.

    Pixels that touch at corners belong together.

    Args:
        label_map: (H, W) uint8; IGNORE_INDEX has no regions.

    Returns:
        Class index -> (SIZE_BINS,) int64 counts by size, for the classes that are there.
    """
    import cv2

    present = np.flatnonzero(pixel_counts(label_map)).tolist()
    found: dict[int, NDArray[np.int64]] = {}
    for index in present:
        if index == IGNORE_INDEX:
            continue
        mask = (label_map == index).view(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        areas = stats[1:, cv2.CC_STAT_AREA]
        bins = np.floor(np.log2(areas)).astype(np.int64)
        found[index] = np.bincount(bins, minlength=SIZE_BINS)[:SIZE_BINS].astype(np.int64)
    return found


@dataclass(slots=True)
class LabelStatistics:
    """Sums over the label maps of a project; its memory does not follow their number.

    Attributes:
        images: Number of label maps.
        pixels: (256,) int64, pixels of each value, 255 for unlabelled.
        images_with: (256,) int64, images that have the value.
        together: (256, 256) int64, images that have both classes.
        class_image_pixels: (256,) int64, pixels of all images that have the class.
        sizes: (256, SIZE_BINS) int64, regions of each class by their size.
    """

    images: int = 0
    pixels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))
    images_with: NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))
    together: NDArray[np.int64] = field(default_factory=lambda: np.zeros((256, 256), np.int64))
    class_image_pixels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))
    sizes: NDArray[np.int64] = field(default_factory=lambda: np.zeros((256, SIZE_BINS), np.int64))

    def add(self, counts: NDArray[np.int64]) -> None:
        """Take in one image, by its (256,) int64 pixels of each value."""
        present = np.flatnonzero(counts)
        self.images += 1
        self.pixels += counts
        self.images_with[present] += 1
        self.together[np.ix_(present, present)] += 1
        self.class_image_pixels[present] += counts[:IGNORE_INDEX].sum()

    def add_regions(self, sizes: RegionSizes) -> None:
        """Take in the regions of one image."""
        for index, bins in sizes.items():
            self.sizes[index] += bins

    @property
    def labelled_pixels(self) -> int:
        """Number of pixels that have a class."""
        return int(self.pixels[:IGNORE_INDEX].sum())

    def shares(self, num_classes: int) -> NDArray[np.float64]:
        """Return (C,) the share of each class in the labelled pixels, 0..1."""
        return self.pixels[:num_classes] / max(self.labelled_pixels, 1)

    def imbalance(self, num_classes: int) -> float:
        """Return how many times more pixels the largest class has than the smallest that is there.

        NaN with less than two classes.
        """
        there = self.pixels[:num_classes][self.pixels[:num_classes] > 0]
        return float(there.max() / there.min()) if len(there) > 1 else float("nan")

    def balance_weights(self, num_classes: int) -> NDArray[np.float64]:
        """Return (C,) the weights of median frequency balancing, NaN for classes not there.

        A class's frequency is its share of the labelled pixels of the images that have it; its
        weight is the median frequency divided by its own.
        """
        pixels = self.pixels[:num_classes].astype(np.float64)
        frequency = np.full(num_classes, np.nan)
        there = pixels > 0
        frequency[there] = pixels[there] / self.class_image_pixels[:num_classes][there]
        if not there.any():
            return frequency
        weights: NDArray[np.float64] = np.nanmedian(frequency) / frequency
        return weights

    def regions(self, num_classes: int) -> NDArray[np.int64]:
        """Return (C,) the number of connected regions of each class."""
        number: NDArray[np.int64] = self.sizes[:num_classes].sum(axis=1)
        return number


Cell = str | int | float
"""What stands in one field of a table; NaN for what is not defined."""


@dataclass(frozen=True, slots=True)
class NumberTable:
    """Numbers to show, or to write as CSV.

    Attributes:
        header: Names of the columns.
        rows: One tuple a row, as long as the header.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def class_table(
    statistics: LabelStatistics, names: Sequence[str], unlabelled_name: str = "(unlabelled)"
) -> NumberTable:
    """Return a row for each class and one for unlabelled pixels."""
    count = len(names)
    shares = statistics.shares(count)
    weights = statistics.balance_weights(count)
    regions = statistics.regions(count)
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            int(statistics.pixels[index]),
            float(shares[index]),
            int(statistics.images_with[index]),
            int(regions[index]),
            float(weights[index]),
        )
        for index, name in enumerate(names)
    ]
    nothing = float("nan")
    unlabelled = int(statistics.pixels[IGNORE_INDEX])
    with_unlabelled = int(statistics.images_with[IGNORE_INDEX])
    rows.append((unlabelled_name, unlabelled, nothing, with_unlabelled, nothing, nothing))
    header = ("class", "pixels", "share of labelled", "images", "regions", "balance weight")
    return NumberTable(header, tuple(rows))


def size_table(statistics: LabelStatistics, names: Sequence[str]) -> NumberTable:
    """Return the number of regions of each class by size, up to the largest size there is."""
    sizes = statistics.sizes[: len(names)]
    used = np.flatnonzero(sizes.any(axis=0))
    last = int(used.max()) + 1 if used.size else 0
    rows = tuple(
        (2**place, 2 ** (place + 1) - 1, *sizes[:, place].tolist()) for place in range(last)
    )
    return NumberTable(("pixels from", "pixels to", *names), rows)


def together_table(statistics: LabelStatistics, names: Sequence[str]) -> NumberTable:
    """Return in how many images each two classes are together."""
    count = len(names)
    rows = tuple(
        (name, *statistics.together[index, :count].tolist()) for index, name in enumerate(names)
    )
    return NumberTable(("class", *names), rows)


def csv_text(table: NumberTable, number: Callable[[float], str] = repr) -> str:
    """Return a table as CSV, as RFC 4180 has it; what is not defined is left empty."""

    def field_of(value: Cell) -> str:
        if isinstance(value, float):
            return "" if np.isnan(value) else number(value)
        text = str(value)
        # What a spreadsheet would take for a formula gets a quote: names come from files.
        if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t"):
            text = f"'{text}"
        if any(sign in text for sign in ',"\r\n'):
            escaped = text.replace('"', '""')
            return f'"{escaped}"'
        return text

    lines = (",".join(map(field_of, row)) for row in (table.header, *table.rows))
    return "".join(f"{line}\r\n" for line in lines)
