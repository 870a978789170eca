"""Masks that are pictures: a colour for each class, as CVAT and other tools write them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from segstudio.core.palette import Color
from segstudio.errors import ColorMaskError
from segstudio.storage.masks import read_colors

_Code = TypeVar("_Code", bound=np.generic)

# What Pascal VOC paints around objects; its index in the published palette is 255.
VOC_VOID: Final = Color(224, 224, 192)
_NAMED: Final = 4
_MANY: Final = 300  # more than there can be classes: the picture was smoothed, or is a photograph


def read_color_mask(path: Path, colors: Mapping[Color, int], where: str) -> LabelMap:
    """Read a mask in colours as (H, W) uint8 class indices, 255 = ignore.

    A picture whose three channels are the same, with values that are no colours of classes, is a
    mask of class indices that a program saved as a colour picture: its values are the indices.

    Args:
        path: The mask, in a format that keeps colours exactly.
        colors: The class index of each colour; empty if nothing gives the classes colours.
        where: The file that gives the colours, for the message.

    Raises:
        ColorMaskError: If it has colours that belong to no class.
        ImageError: If it cannot be decoded.
    """
    pixels = read_colors(path)
    codes = _codes(pixels)
    table = {_code(VOC_VOID): IGNORE_INDEX, **{_code(c): index for c, index in colors.items()}}
    label_map, foreign = values_of_codes(codes, table)
    if not foreign.size and colors:
        return label_map
    if (pixels == pixels[..., :1]).all():
        return pixels[..., 0].copy()
    raise _foreign_colors(path, foreign if colors else codes.ravel(), bool(colors), where)


def values_of_codes(
    codes: NDArray[_Code], table: Mapping[int, int]
) -> tuple[LabelMap, NDArray[_Code]]:
    """Look up the label map value of every pixel.

    Args:
        codes: (H, W), a code of 0 to 2**32 - 1 for each pixel.
        table: Code -> label map value; not empty.

    Returns:
        (H, W) uint8 values, and the codes of the pixels that are not in the table.
    """
    # Neighbours are mostly the same: to look up runs takes a tenth of the time of all pixels.
    flat = codes.ravel()
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    lengths = np.diff(starts, append=flat.size)
    own = flat[starts]
    known = np.array(sorted(table), np.uint32)
    place = np.minimum(np.searchsorted(known, own), len(known) - 1)
    foreign = known[place] != own
    values = np.array([table[code] for code in known.tolist()], np.uint8)[place]
    label_map: LabelMap = np.repeat(values, lengths).reshape(codes.shape)
    return label_map, np.repeat(own[foreign], lengths[foreign])


def _foreign_colors(
    path: Path, codes: NDArray[np.uint32], are_known: bool, where: str
) -> ColorMaskError:
    values, counts = np.unique(codes, return_counts=True)
    ranked = values[np.argsort(-counts, kind="stable")][:_NAMED].tolist()
    shown = ", ".join(Color.from_hex(f"#{value:06x}").hex for value in ranked)
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    if len(values) > _MANY:
        return ColorMaskError(
            path,
            f"this is a colour picture, and its {len(values):,} colours are too many for classes",
            hint="Save the mask as PNG, without smoothing and not by way of JPEG",
        )
    if are_known:
        return ColorMaskError(
            path,
            f"it has colours that {where} does not name: {shown}{more}",
            hint=f"Give every colour a line in {where}, such as: cell:230,159,0::",
        )
    return ColorMaskError(
        path,
        f"this is a colour picture ({shown}{more}), and nothing says which colour is which class",
        hint=f"Write {where} beside the folders with a line for each class: cell:230,159,0::",
    )


def _codes(pixels: RgbImage) -> NDArray[np.uint32]:
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    codes = (red << np.uint32(16)) | (green << np.uint32(8)) | blue
    return codes


def _code(color: Color) -> int:
    return (color.red << 16) | (color.green << 8) | color.blue
