"""Colouring a label map for display."""

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
