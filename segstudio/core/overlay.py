"""Colouring a label map for display: filled, as outlines, or where two of them differ."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.palette import Palette


def overlay_table(
    palette: Palette, opacity: float, hidden: Collection[int] = ()
) -> NDArray[np.uint32]:
    """Return the colour of every label map value as Qt and most toolkits blit it fastest.

    Args:
        palette: (256, 3) uint8 colours.
        opacity: 0 (only the image shows) .. 1 (only the label map shows).
        hidden: Class indices that are not drawn. Unlabelled pixels are never drawn.

    Returns:
        (256,) uint32 premultiplied ARGB, 0xAARRGGBB.
    """
    alpha = np.full(256, round(255 * opacity), np.uint32)
    alpha[[IGNORE_INDEX, *hidden]] = 0
    red, green, blue = ((palette[:, i].astype(np.uint32) * alpha + 127) // 255 for i in range(3))
    return (alpha << 24 | red << 16 | green << 8 | blue).astype(np.uint32)


def colored(label_map: LabelMap, table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the (h, w) uint32 overlay of an (h, w) label map; see ``overlay_table``."""
    return np.take(table, label_map)


def outlined(label_map: LabelMap, table: NDArray[np.uint32], *, above: int, left: int) -> LabelMap:
    """Return the class whose outline each pixel shows, 255 for none.

    A pixel is on an outline if it differs from the one above or left of it. Between two classes
    that are shown the line has the colour of the lower index; between one and nothing, its colour.

    Args:
        label_map: The rectangle to colour, with ``above`` rows and ``left`` columns before it.
        table: See ``overlay_table``; classes that are not drawn have no outline of their own.
        above: Rows of the label map that are only looked at, 0 or 1.
        left: Columns, likewise.

    Returns:
        (h, w) uint8, of the rectangle.
    """
    shown = label_map.copy()
    for hidden in np.flatnonzero(table[:IGNORE_INDEX] == 0):
        # All bits set make 255. Much faster than by index, for the few classes that are hidden.
        shown |= np.negative((label_map == hidden).view(np.uint8))
    here = shown[above:, left:]
    lines = np.full(here.shape, IGNORE_INDEX, np.uint8)
    for other in (shown[:-1, left:], shown[above:, :-1]):
        # Where there is nothing before the rectangle, its first row or column has no neighbour.
        part = lines[here.shape[0] - other.shape[0] :, here.shape[1] - other.shape[1] :]
        own = here[here.shape[0] - other.shape[0] :, here.shape[1] - other.shape[1] :]
        lower = np.minimum(own, other)
        lower |= np.negative((own == other).view(np.uint8))
        np.minimum(part, lower, out=part)
    return lines


def changed_pixels(label_map: LabelMap, reference: LabelMap, color: int) -> NDArray[np.uint32]:
    """Return (h, w) uint32: ``color`` where two (h, w) label maps differ, else 0."""
    pixels: NDArray[np.uint32] = np.multiply(label_map != reference, color, dtype=np.uint32)
    return pixels
