"""The shapes in COCO's JSON: run-length codes and polygons, to the pixel as its library has them.

A run-length code counts pixels down the columns: so many off, so many on, and so on. Its counts
are a list, or a string of six bits a character ("compressed").

pycocotools encodes what we write. What strangers wrote is decoded here, in NumPy: the native
decoder crashes where counts do not fit the size, so they are taken apart and checked before
anything is made, and what is left to do then is one call.

Source: https://github.com/cocodataset/cocoapi, common/maskApi.c (rleFrString, rleToString,
rleFrPoly).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
"""(H, W) bool."""

Counts = NDArray[np.int64]
"""(N,) lengths of the runs down the columns: off, on, off, ..."""

_FIRST_CHAR: Final = 48
_MAX_CHARS: Final = 8  # of one count: 40 bits
_SCALE: Final = 5  # polygons are drawn on a grid that is so much finer
_MAX_BOUNDARY: Final = 50_000_000  # points on that grid


def read_counts(segmentation: object, height: int, width: int) -> Counts:
    """Return the checked counts of a run-length code as JSON has it.

    Args:
        segmentation: ``{"size": [height, width], "counts": list or string}``.
        height: What the size must say.
        width: The same.

    Raises:
        ValueError: If it is no run-length code of an image of this size.
    """
    if not isinstance(segmentation, dict):
        raise ValueError("a segmentation is neither a list of polygons nor a run-length code")
    size, counts = segmentation.get("size"), segmentation.get("counts")
    if size != [height, width]:
        raise ValueError(
            f"a run-length code is of the size {str(size)[:40]}, not [{height}, {width}]"
        )
    if isinstance(counts, str):
        values = _decompressed(counts)
    elif isinstance(counts, list) and all(type(count) is int for count in counts):
        if any(not 0 <= count <= height * width for count in counts):
            raise ValueError("a run-length code holds a count that is out of range")
        values = np.array(counts, np.int64)
    else:
        raise ValueError("the counts of a run-length code are neither a list nor a string")
    if values.size and values.min() < 0:
        raise ValueError("a run-length code holds a negative count")
    if values.sum(dtype=np.float64) != height * width:
        raise ValueError(f"a run-length code does not count {height} x {width} pixels")
    return values


def counts_area(counts: Counts) -> int:
    """Return the number of pixels that are on."""
    return int(counts[1::2].sum())


def mask_of_counts(counts: Counts, height: int, width: int) -> Mask:
    """Return the mask of checked counts."""
    values = np.zeros(len(counts), np.bool_)
    values[1::2] = True
    return np.repeat(values, counts).reshape(width, height).T


def compressed(mask: Mask) -> dict[str, object]:
    """Return the compressed run-length code of a mask, as JSON has it."""
    return _as_json(mask, _code(mask))


def measured(mask: Mask) -> dict[str, object]:
    """Return the area, bbox and segmentation of a mask that is not empty, as JSON has them."""
    from pycocotools.mask import area, toBbox  # not for those who only read

    code = _code(mask)
    return {
        "area": int(area(code)),
        "bbox": toBbox(code).astype(int).tolist(),
        "segmentation": _as_json(mask, code),
    }


def _code(mask: Mask) -> dict[str, Any]:
    from pycocotools.mask import encode

    code: dict[str, Any] = encode(np.asfortranarray(mask).view(np.uint8))
    return code


def _as_json(mask: Mask, code: dict[str, Any]) -> dict[str, object]:
    return {"size": list(mask.shape), "counts": code["counts"].decode("ascii")}


def box_of(mask: Mask) -> list[int]:
    """Return [left, top, width, height] of the pixels of a mask that is not empty."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top]


def polygon_area(polygon: Sequence[float]) -> float:
    """Return the area within x0, y0, x1, y1, ... (shoelace formula)."""
    x, y = np.array(polygon, np.float64).reshape(-1, 2).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def check_polygon(polygon: object, height: int, width: int) -> list[float]:
    """Return a polygon as JSON has it, after a look at its numbers.

    Raises:
        ValueError: If it is no list x0, y0, x1, y1, x2, y2, ..., or points lie far outside.
    """
    if (
        not isinstance(polygon, list)
        or len(polygon) % 2
        or not all(type(value) in (int, float) for value in polygon)
    ):
        raise ValueError("a polygon is not a list x0, y0, x1, y1, ... of numbers")
    if len(polygon) < 6:
        raise ValueError("a polygon has fewer than three points")
    for values, size in ((polygon[::2], width), (polygon[1::2], height)):
        if not all(-size <= value <= 2 * size for value in values):  # false for infinity, too
            raise ValueError("a polygon has points far outside of its image")
    points = np.array(polygon).reshape(-1, 2)
    steps = np.abs(points - np.roll(points, 1, axis=0)).max(axis=1)
    if steps.sum() * _SCALE > _MAX_BOUNDARY:
        raise ValueError("a polygon is too long")
    return [float(value) for value in polygon]


def mask_of_polygon(polygon: Sequence[float], height: int, width: int) -> Mask:
    """Return the pixels within a checked polygon, by the rules of COCO's own library."""
    # The C code casts to int, which rounds towards zero.
    x, y = np.trunc(_SCALE * np.array(polygon).reshape(-1, 2).T + 0.5).astype(np.int64)
    edges = [_edge(start, end) for start, end in pairwise(zip([*x, x[0]], [*y, y[0]], strict=True))]
    u = np.concatenate([edge[0] for edge in edges])
    v = np.concatenate([edge[1] for edge in edges])
    # Where the boundary crosses the middle of a column of pixels, that column switches.
    crossing = np.flatnonzero(u[1:] != u[:-1]) + 1
    before, after = u[crossing - 1], u[crossing]
    column = (np.where(after < before, after, after - 1) + 0.5) / _SCALE - 0.5
    row = (np.minimum(v[crossing], v[crossing - 1]) + 0.5) / _SCALE - 0.5
    row = np.ceil(np.clip(row, 0, height))
    on_column = (np.floor(column) == column) & (column >= 0) & (column <= width - 1)
    switches = (column[on_column] * height + row[on_column]).astype(np.int64)
    times = np.bincount(switches, minlength=height * width + 1)[:-1]
    return (np.cumsum(times) % 2).astype(np.bool_).reshape(width, height).T


def _edge(
    start: tuple[int, int], end: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the points (x, y) from ``start`` to ``end``, both included, one for each step."""
    (x_start, y_start), (x_end, y_end) = start, end
    dx, dy = abs(x_end - x_start), abs(y_end - y_start)
    flat = dx >= dy
    flipped = x_start > x_end if flat else y_start > y_end
    if flipped:
        x_start, y_start, x_end, y_end = x_end, y_end, x_start, y_start
    steps = np.arange(max(dx, dy) + 1)
    if flipped:
        steps = steps[::-1]
    if flat:
        slope = (y_end - y_start) / dx if dx else 0.0
        return steps + x_start, np.trunc(y_start + slope * steps + 0.5).astype(np.int64)
    slope = (x_end - x_start) / dy
    return np.trunc(x_start + slope * steps + 0.5).astype(np.int64), steps + y_start


def _decompressed(text: str) -> Counts:
    try:
        codes = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.int64) - _FIRST_CHAR
    except UnicodeEncodeError:
        raise ValueError("a run-length code holds characters that are none of its own") from None
    if codes.size == 0:
        return codes
    if codes.min() < 0 or codes.max() > 63:
        raise ValueError("a run-length code holds characters that are none of its own")
    last = (codes & 32) == 0
    if not last[-1]:
        raise ValueError("a run-length code ends in the middle of a count")
    starts = np.concatenate([[0], np.flatnonzero(last)[:-1] + 1])
    lengths = np.diff(starts, append=codes.size)
    if lengths.max() > _MAX_CHARS:
        raise ValueError("a run-length code holds a count that is out of range")
    places = np.arange(codes.size) - np.repeat(starts, lengths)
    values = np.add.reduceat((codes & 31) << (5 * places), starts)
    negative = (codes[last] & 16) != 0
    values[negative] -= np.int64(1) << (5 * lengths[negative])
    # From the fourth on, each is the difference to the one before the last.
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values
