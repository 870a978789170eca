"""Cutting a large image into overlapping tiles, and putting their answers together.

A network needs memory for every pixel it sees at once, some hundred times that of the image, so
large images run in tiles. At its border a tile lacks what lies beyond; neighbours overlap, and
where they do the answer fades smoothly from one to the other. The outer part of the overlap is not
used at all, and in what is between, the weights of all tiles sum to exactly 1.

Papers:
    U-Net: Convolutional Networks for Biomedical Image Segmentation (Ronneberger et al., 2015;
        overlapping tiles) - https://arxiv.org/abs/1505.04597
    nnU-Net (Isensee et al., 2021; answers averaged under a smooth window) -
        https://doi.org/10.1038/s41592-020-01008-z
"""

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.rect import Rect

MAX_PASS_PIXELS: Final = 4 * 2**20
"""Images of up to this many pixels run in one pass, where the memory suffices."""

MIN_PASS_PIXELS: Final = 128**2
ALIGNMENT: Final = 64
_OVERLAP: Final = 4 * ALIGNMENT

Probabilities = NDArray[np.float32]
"""(C, h, w), 0..1, summing to 1 over the classes."""


class Span(NamedTuple):
    """A tile along one axis; pixels of the image.

    Attributes:
        start, stop: What the model sees.
        kept_start, kept_stop: The part of it that is used.
        fade_in, fade_out: How many of the first and last used pixels the neighbour shares.
    """

    start: int
    stop: int
    kept_start: int
    kept_stop: int
    fade_in: int
    fade_out: int

    def weights(self) -> NDArray[np.float32]:
        """Return the weight of each used pixel, 0..1."""
        weights = np.ones(self.kept_stop - self.kept_start, np.float32)
        weights[: self.fade_in] = _fade(self.fade_in)
        weights[len(weights) - self.fade_out :] = _fade(self.fade_out)[::-1]
        return weights


class Tile(NamedTuple):
    """A part of an image: its place down and across."""

    rows: Span
    columns: Span

    @property
    def seen(self) -> Rect:
        """What the model sees, in image pixels."""
        return Rect(self.rows.start, self.columns.start, self.rows.stop, self.columns.stop)

    @property
    def kept(self) -> Rect:
        """The part of it whose answer is used, in image pixels."""
        rows, columns = self.rows, self.columns
        return Rect(rows.kept_start, columns.kept_start, rows.kept_stop, columns.kept_stop)

    @property
    def kept_in_seen(self) -> Rect:
        """The used part, in pixels of the seen part."""
        top, left = self.seen.top, self.seen.left
        kept = self.kept
        return Rect(kept.top - top, kept.left - left, kept.bottom - top, kept.right - left)


def tile_side(pixels: int, stride: int = 1) -> int:
    """Return the side of square tiles of at most ``pixels`` pixels, a multiple of the stride."""
    step = math.lcm(ALIGNMENT, stride)
    return max(math.isqrt(pixels) // step * step, step)


def tiles_of(
    height: int, width: int, side: tuple[int, int], *, stride: int = 1, fades: bool = True
) -> list[Tile]:
    """Return the tiles that an image of this size runs in, row by row.

    Tiles start at multiples of 64 pixels and of the stride, so that a network sees the same grid
    as in one pass; those of small sides, at multiples of the stride.

    Args:
        height: Of the image, pixels.
        width: Of the image, pixels.
        side: (height, width) of a tile at most, pixels.
        stride: Of the model.
        fades: Whether neighbours fade into one another; else each pixel has one tile.
    """
    rows = _spans(height, side[0], stride, fades)
    columns = _spans(width, side[1], stride, fades)
    return [Tile(row, column) for row in rows for column in columns]


def _spans(length: int, side: int, stride: int, fades: bool) -> list[Span]:
    if length <= side:
        return [Span(0, length, 0, length, 0, 0)]
    step = math.lcm(ALIGNMENT, stride)
    if side < 4 * step:
        step = stride if side >= 2 * stride else 1
    overlap = min(_OVERLAP, side // 4)
    # Starts are rounded down, which may cost a neighbour one step of overlap.
    count = 1 + -(-(length - side) // max(side - overlap - step, 1))
    starts = [round_down((length - side) * k // (count - 1), step) for k in range(count - 1)]
    starts.append(min(-(-(length - side) // step) * step, length - 1))
    stops = [min(start + side, length) for start in starts]
    cuts = [(start + stop) // 2 for start, stop in zip(starts[1:], stops, strict=False)]
    fade = overlap // 4 if fades else 0
    spans = []
    for k, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        first, last = k == 0, k == count - 1
        kept_start = 0 if first else cuts[k - 1] - fade
        kept_stop = length if last else cuts[k] + fade
        spans.append(
            Span(
                start,
                stop,
                kept_start,
                kept_stop,
                0 if first else 2 * fade,
                0 if last else 2 * fade,
            )
        )
    return spans


def round_down(value: int, step: int) -> int:
    """Return the largest multiple of ``step`` that is at most ``value``."""
    return value // step * step


def _fade(count: int) -> NDArray[np.float32]:
    """Return ``count`` weights from 0 to 1; reversed and added to themselves they give 1."""
    fade = np.sin(np.pi / 2 * (np.arange(count) + 0.5) / max(count, 1)) ** 2
    return fade.astype(np.float32)


class Blender:
    """Puts the probabilities of tiles together, holding only what neighbours share.

    Tiles come row by row, as ``tiles_of`` gives them. What no later tile adds to is handed on at
    once, so the memory is that of one tile and of a strip across the image, whatever its height.

    Args:
        finish: Called with each finished part: its place in the image, and its probabilities.
    """

    def __init__(self, finish: Callable[[Rect, Probabilities], None]) -> None:
        self._finish = finish
        self._left: Probabilities | None = None
        self._above: list[tuple[int, Probabilities]] = []
        self._below: list[tuple[int, Probabilities]] = []

    def add(self, tile: Tile, probabilities: Probabilities) -> None:
        """Take the (C, h, w) probabilities of all that a tile's model saw."""
        rows, columns = tile.rows, tile.columns
        kept = tile.kept_in_seen
        part = probabilities[:, kept.top : kept.bottom, kept.left : kept.right]
        if rows.fade_in or rows.fade_out:
            part = part * rows.weights()[:, None]
        if columns.fade_in or columns.fade_out:
            part = part * columns.weights()
        if columns.fade_in and self._left is not None:
            part[:, :, : columns.fade_in] += self._left
        # Copied: a view would hold on to the whole tile.
        self._left = None
        end = part.shape[2] - columns.fade_out
        if columns.fade_out:
            self._left = part[:, :, end:].copy()
        part = part[:, :, :end]
        left = columns.kept_start
        if rows.fade_in:
            self._add_above(part[:, : rows.fade_in], left)
        bottom = part.shape[1] - rows.fade_out
        if rows.fade_out:
            self._below.append((left, part[:, bottom:].copy()))
        if bottom:
            place = Rect(rows.kept_start, left, rows.kept_start + bottom, left + end)
            self._finish(place, part[:, :bottom])
        if not columns.fade_out:  # the last of its row
            self._above, self._below = self._below, []

    def _add_above(self, part: Probabilities, left: int) -> None:
        # Columns are the same in every row of tiles.
        for strip_left, strip in self._above:
            if strip_left == left:
                part += strip
