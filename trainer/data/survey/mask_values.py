"""The values in mask files as they stand there, before a format gives them a meaning."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

from segstudio.core.palette import Color
from segstudio.errors import SegStudioError
from segstudio.formats.mask_files import count_values
from segstudio.storage.images import is_image_name
from trainer.data.survey.findings import Finding, warning

MaskValues: TypeAlias = Mapping[int | Color, int]
"""Value or colour -> number of pixels that have it."""


def mask_values(masks: Iterable[Path]) -> MaskValues:
    """Return how many pixels of all masks together have each value; what is no image is left out.

    Every mask is decoded for it.
    """
    total: Counter[int | Color] = Counter()
    paths = [path for path in dict.fromkeys(masks) if is_image_name(path.name)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for counts in pool.map(_count_values, paths):
            total.update(counts)
    return total


def smoothed_masks(values: MaskValues) -> Iterator[Finding]:
    """Values between, in masks that are read as dark and light."""
    between = sum(count for value, count in values.items() if value not in (0, 255))
    if between:
        yield warning(
            "smoothed-masks",
            f"{between / sum(values.values()):.2%} of the mask pixels are neither 0 nor 255; "
            "up to 127 they count as dark, from 128 on as light",
            "If these are not smoothed edges, look at the masks",
        )


def _count_values(path: Path) -> MaskValues:
    try:
        return count_values(path)
    except SegStudioError:
        return {}  # told by the check of files
