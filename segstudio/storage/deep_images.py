"""Pixel values of more than 8 bits, or of other channels than red, green and blue.

``storage.images`` makes the picture that people see and models get; this finds, for the same file,
the values that it was made from.
"""

import io
import logging
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from segstudio.core.display import Values, full_scale, shown_pixels
from segstudio.core.label_map import RgbImage

DeepValues: TypeAlias = NDArray[np.uint16]
"""(H, W, C) uint16."""

_MAX_CHANNELS: Final = 64
TIFF_MAGIC: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ORIENTATION: Final = 274  # TIFF tag
_PLANAR: Final = 284  # TIFF tag: 2 where each channel is a plane of its own


def has_deep_colors(image: Image.Image) -> bool:
    """Return whether an opened, not yet loaded image has colours of 16 bits; Pillow keeps 8."""
    if image.mode.startswith("I"):
        return False
    return any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def is_misread(image: Image.Image) -> bool:
    """Return whether Pillow opens a file that it then reads wrongly: 16 bits in planes."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    bits = image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (1,))
    return image.tag_v2.get(_PLANAR) == 2 and len(bits) > 1 and max(bits) > 8


def deep_colors(content: bytes) -> DeepValues | None:
    """Decode a PNG or TIFF file with colours of 16 bits, as it is stored, without alpha.

    Returns:
        (H, W, 3), or None if there are no such colours.
    """
    if content.startswith(TIFF_MAGIC):
        channels = channels_of_tiff(content)
        if channels is None:
            return None
        values, _orientation = channels
        if values.dtype != np.uint16 or values.shape[2] < 3:
            return None
        return values[:, :, :3].astype(np.uint16, copy=False)
    import imagecodecs

    try:
        pixels = imagecodecs.png_decode(content)
    except (ValueError, RuntimeError):
        return None
    if pixels.dtype != np.uint16 or pixels.ndim != 3 or pixels.shape[2] < 3:
        return None
    return np.ascontiguousarray(pixels[:, :, :3])


def deep_grey(pixels: NDArray[np.generic]) -> DeepValues | None:
    """Return (H, W) whole numbers as (H, W, 1), or None if 16 bits do not hold them."""
    if pixels.dtype.itemsize > 2 and (pixels.min() < 0 or pixels.max() > 65535):
        return None
    return pixels.astype(np.uint16, copy=False)[:, :, None]


def channels_of_tiff(content: bytes) -> tuple[Values, int] | None:
    """Decode the first picture of a TIFF file, with any number of channels, as it is stored.

    Returns:
        (H, W, C) uint8 or uint16 and the EXIF orientation that is to be applied, or None if it is
        no TIFF file with such pixels.
    """
    if not content.startswith(TIFF_MAGIC):
        return None
    import tifffile

    # It would tell the terminal what it thinks of the file.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    try:
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            page = file.pages.first
            is_known = page.axes in ("YX", "YXS", "SYX") and page.dtype in (np.uint8, np.uint16)
            if not is_known or page.samplesperpixel > _MAX_CHANNELS:
                return None
            pixels = page.asarray()
            tag = page.tags.get(_ORIENTATION)
            orientation = int(tag.value) if tag is not None else 1
    except MemoryError:
        raise
    except Exception:  # for damaged files nearly anything
        return None
    if page.axes == "YX":
        pixels = pixels[:, :, None]
    elif page.axes == "SYX":
        pixels = np.ascontiguousarray(np.moveaxis(pixels, 0, -1))
    return pixels, orientation


def picture_of(values: Values) -> RgbImage:
    """Return the picture of channels that no other rule covers; see ``shown_pixels``.

    All channels are scaled by the smallest common bit depth that holds the largest value.
    """
    return shown_pixels(values, ((0, full_scale(values)),) * values.shape[2], None)
