"""How the files of a label set keep their masks, for reports; nothing is decided by it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.label_map import pixel_counts
from segstudio.core.palette import Color
from segstudio.errors import ColorMaskError
from segstudio.storage.images import is_image_name, opened_image, read_image
from segstudio.storage.masks import read_label_map


class MaskKind(StrEnum):
    """How a file keeps a mask."""

    PALETTE = "indexed"
    GREY = "grey"
    DEEP_GREY = "16-bit grey"
    BITS = "black and white"
    COLORS = "colour"
    SHAPES = "shapes in JSON"


_KINDS: Final = {
    "P": MaskKind.PALETTE,
    "L": MaskKind.GREY,
    "1": MaskKind.BITS,
    "I": MaskKind.DEEP_GREY,
    "I;16": MaskKind.DEEP_GREY,
    "I;16L": MaskKind.DEEP_GREY,
    "I;16B": MaskKind.DEEP_GREY,
    "I;16N": MaskKind.DEEP_GREY,
}


@dataclass(frozen=True, slots=True)
class MaskHeader:
    """What the first bytes of a mask file say.

    Attributes:
        kind: How it keeps the mask.
        palette: Red, green and blue of each index, one after the other. Empty without a palette,
            and where its colours are in another order, as in TIFF and BMP files.
    """

    kind: MaskKind
    palette: bytes = b""


def read_mask_header(path: Path) -> MaskHeader:
    """Look at the header of a mask file; no pixel is decoded.

    Raises:
        ImageError: If it cannot be opened.
    """
    if not is_image_name(path.name):
        return MaskHeader(MaskKind.SHAPES)
    with opened_image(path) as image:
        kind = _KINDS.get(image.mode, MaskKind.COLORS)
        if image.format != "PNG" or kind is not MaskKind.PALETTE or image.palette is None:
            return MaskHeader(kind)
        return MaskHeader(kind, bytes(image.palette.palette))


def count_values(path: Path) -> dict[int | Color, int]:
    """Return how many pixels have each value as it stands in a mask file, the most frequent first.

    Raises:
        MaskError: If the file is no mask.
        ImageError: If it cannot be decoded.
    """
    try:
        counts = pixel_counts(read_label_map(path))
        found: dict[int | Color, int] = {
            value: int(counts[value]) for value in np.flatnonzero(counts).tolist()
        }
    except ColorMaskError:
        colors, numbers = np.unique(read_image(path).reshape(-1, 3), axis=0, return_counts=True)
        found = {
            Color(*color): number
            for color, number in zip(colors.tolist(), numbers.tolist(), strict=True)
        }
    return dict(sorted(found.items(), key=lambda item: -item[1]))
